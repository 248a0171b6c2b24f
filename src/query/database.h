/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a database of captures with SQL, and nothing but reading.
 */
#ifndef PX_DATABASE_H
#define PX_DATABASE_H

#include "connection.h"

/** A database that is read; begins as all zero. */
struct px_database {
	struct px_store_error error;      /**< What went wrong last, in words. */
	struct px_connection own;         /**< If it was opened here. */
	struct px_connection *connection; /**< That one, or that of a store. */
};

/**
 * Open the database at @path, which is of this version or an older one.
 *
 * Returns 0 or a negative errno, with a sentence; close it in either case.
 */
int px_database_open(struct px_database *database, const char *path);

/** Read what is in a store in memory; the store is closed after this. */
int px_database_attach(struct px_database *database, struct px_store *store);

/** Close it; statements have been finalized. */
void px_database_close(struct px_database *database);

/**
 * Prepare the first statement of @sql, which ends with a NUL, and set *@ret_rest to what follows.
 * *@ret is NULL if there is none, but blanks and comments.
 *
 * Returns 0 or a negative errno, with a sentence: what would do anything but read is refused.
 */
int px_database_prepare(
	struct px_database *database, const char *sql, const char **ret_rest, sqlite3_stmt **ret);

/** Step to the next row: 1, 0 if there is none, or a negative errno, with a sentence. */
int px_database_step(struct px_database *database, sqlite3_stmt *statement);

/** Finalize it; NULL is fine. */
void px_database_finalize(struct px_database *database, sqlite3_stmt *statement);

#endif
