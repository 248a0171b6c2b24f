/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of libzstd.
 */
#include "libzstd.h"

PX_LIBRARY_NOTE(PX_LIBZSTD_SONAME, "zstd", "captures and archives compressed as .zst");

#define PX_LAZY_TABLE struct px_libzstd
static const struct px_symbol symbols[] = { PX_LIBZSTD_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_libzstd_open(struct px_libzstd *ret)
{
	return px_library_open(
		PX_LIBZSTD_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);
}

void px_libzstd_close(struct px_libzstd *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
