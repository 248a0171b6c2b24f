/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Loading a library, and finding its functions.
 */
#include "library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int px_library_open(const char *soname, const struct px_symbol *symbols, size_t count, void *table,
	void **ret_handle)
{
	/*
	 * Loaded for good: libraries that these need in turn keep what they have
	 * allocated at their beginning, and would forget it.
	 */
	void *handle = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (handle == NULL)
		return -ELIBACC;
	for (size_t i = 0; i < count; i++) {
		void *function = dlsym(handle, symbols[i].name);

		if (function == NULL) {
			dlclose(handle);
			return -ELIBACC;
		}
		/* POSIX has function pointers fit into void *, ISO C does not. */
		memcpy((char *)table + symbols[i].offset, &function, sizeof(function));
	}
	*ret_handle = handle;
	return 0;
}

void px_library_close(void *handle)
{
	if (handle != NULL)
		dlclose(handle);
}
