/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions that SQLite lacks.
 */
#ifndef PX_FUNCTIONS_H
#define PX_FUNCTIONS_H

#include "sqlite.h"

/**
 * Add the functions of PostgreSQL that the article's query needs, and SQLite lacks: lpad() and
 * to_char().  @lib is borrowed as long as @db is open.  A code of SQLite.
 */
int px_functions_add(const struct px_sqlite *lib, sqlite3 *db);

#endif
