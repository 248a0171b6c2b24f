/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of zlib.
 */
#include "libz.h"

PX_LIBRARY_NOTE(PX_LIBZ_SONAME, "gzip", "captures and archives compressed as .gz");

#define PX_LAZY_TABLE struct px_libz
static const struct px_symbol symbols[] = { PX_LIBZ_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_libz_open(struct px_libz *ret)
{
	return px_library_open(
		PX_LIBZ_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);
}

void px_libz_close(struct px_libz *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
