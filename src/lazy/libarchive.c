/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of libarchive.
 */
#include "libarchive.h"

PX_LIBRARY_NOTE(PX_LIBARCHIVE_SONAME, "archive", "captures and archives of saved files");

#define PX_LAZY_TABLE struct px_libarchive
static const struct px_symbol symbols[] = { PX_LIBARCHIVE_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_libarchive_open(struct px_libarchive *ret)
{
	return px_library_open(PX_LIBARCHIVE_SONAME, symbols, sizeof(symbols) / sizeof(*symbols),
		ret, &ret->handle);
}

void px_libarchive_close(struct px_libarchive *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
