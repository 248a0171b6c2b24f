/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of SQLite.
 */
#include "sqlite.h"

PX_LIBRARY_NOTE(PX_SQLITE_SONAME, "sqlite", "databases of captures");

#define PX_LAZY_TABLE struct px_sqlite
static const struct px_symbol symbols[] = { PX_SQLITE_FUNCTIONS(PX_LAZY_SYMBOL) };

int px_sqlite_open(struct px_sqlite *ret)
{
	return px_library_open(
		PX_SQLITE_SONAME, symbols, sizeof(symbols) / sizeof(*symbols), ret, &ret->handle);
}

void px_sqlite_close(struct px_sqlite *library)
{
	px_library_close(library->handle);
	library->handle = NULL;
}
