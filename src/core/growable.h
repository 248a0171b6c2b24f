/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Option structs that can grow: the first member is the size at the caller, so
 * that a library may meet structs that are shorter or longer than its own.
 */
#ifndef PX_GROWABLE_H
#define PX_GROWABLE_H

#include <errno.h>
#include <stddef.h>

/*
 * Whether a caller's struct of *@options bytes can be used by a library that
 * knows @known bytes: members that are not known must be zero.
 *
 * Returns 0, -EINVAL or -E2BIG.
 */
static inline int px_check_options(const void *options, size_t known)
{
	const unsigned char *bytes = options;
	size_t size;

	if (options == NULL)
		return 0;
	size = *(const size_t *)options;
	if (size < sizeof(size_t))
		return -EINVAL;
	for (size_t i = known; i < size; i++)
		if (bytes[i] != 0)
			return -E2BIG;
	return 0;
}

/* Check @options, a pointer to a struct whose first member is its size. */
#define PX_CHECK_OPTIONS(options) px_check_options((options), sizeof(*(options)))

/* Member @name of @options if the caller's struct has it, else @otherwise. */
#define PX_OPTION(options, name, otherwise)                                \
	((options) != NULL &&                                              \
				offsetof(__typeof__(*(options)), name) +   \
						sizeof((options)->name) <= \
					(options)->size                    \
			? (options)->name                                  \
			: (otherwise))

#endif
