/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of libelf.
 */
#include "elfutils.h"

#include <errno.h>

PX_LIBRARY_NOTE(PX_LIBELF_SONAME, "elf", "core files");

#define PX_LAZY_TABLE struct px_libelf
static const struct px_symbol symbols[] = { PX_LIBELF_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_libelf_open(struct px_libelf *ret)
{
	int r = px_library_open(
		PX_LIBELF_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);

	if (r < 0)
		return r;
	/* Nothing else may be called before. */
	if (ret->elf_version(EV_CURRENT) != EV_NONE)
		return 0;
	px_libelf_close(ret);
	return -ELIBACC;
}

void px_libelf_close(struct px_libelf *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
