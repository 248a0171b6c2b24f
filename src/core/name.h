/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the name field of a mapping is: a path, a label of the kernel's, SysV
 * shared memory.
 */
#ifndef PX_NAME_H
#define PX_NAME_H

#include <string.h>

#include <pmapx/mapping.h>

/** Whether two texts are the same bytes. */
static inline bool px_text_equals(const struct pmapx_text *one, const struct pmapx_text *other)
{
	return one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0;
}

/** Compare two texts byte by byte; the shorter one is first: below, above or 0. */
int px_text_compare(const struct pmapx_text *one, const struct pmapx_text *other);

/** Whether @name is a label such as [heap] or [anon:a/b]: never a path. */
bool px_name_is_label(const struct pmapx_text *name);

/**
 * Whether @name is what the kernel calls a SysV segment: "/SYSV" and 8
 * hexadecimal digits, and perhaps " (deleted)".  A file may have the name of a
 * segment in it anywhere, or even be called so: look at the device as well.
 */
bool px_name_is_sysv(const struct pmapx_text *name);

/** Whether @name begins with @prefix. */
bool px_name_begins(const struct pmapx_text *name, const char *prefix);

/** @name without the " (deleted)" that the kernel puts behind that of a file that is gone. */
struct pmapx_text px_name_living(const struct pmapx_text *name);

/** What follows the last slash of @name; all of it if it has none. */
struct pmapx_text px_name_last_component(const struct pmapx_text *name);

#endif
