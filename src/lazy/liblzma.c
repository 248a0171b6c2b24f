/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of liblzma.
 */
#include "liblzma.h"

PX_LIBRARY_NOTE(PX_LIBLZMA_SONAME, "xz", "captures and archives compressed as .xz");

#define PX_LAZY_TABLE struct px_liblzma
static const struct px_symbol symbols[] = { PX_LIBLZMA_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_liblzma_open(struct px_liblzma *ret)
{
	return px_library_open(
		PX_LIBLZMA_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);
}

void px_liblzma_close(struct px_liblzma *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
