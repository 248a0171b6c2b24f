/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of libproc2.
 */
#include "libproc2.h"

PX_LIBRARY_NOTE(PX_LIBPROC2_SONAME, "select", "processes by name, user, parent and cgroup");

#define PX_LAZY_TABLE struct px_libproc2
static const struct px_symbol symbols[] = { PX_LIBPROC2_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_libproc2_open(struct px_libproc2 *ret)
{
	return px_library_open(
		PX_LIBPROC2_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);
}

void px_libproc2_close(struct px_libproc2 *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
