/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of libbz2.
 */
#include "libbz2.h"

PX_LIBRARY_NOTE(PX_LIBBZ2_SONAME, "bzip2", "captures and archives compressed as .bz2");

#define PX_LAZY_TABLE struct px_libbz2
static const struct px_symbol symbols[] = { PX_LIBBZ2_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_libbz2_open(struct px_libbz2 *ret)
{
	return px_library_open(
		PX_LIBBZ2_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);
}

void px_libbz2_close(struct px_libbz2 *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
