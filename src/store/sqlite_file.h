/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of SQLite that is changed as a whole or not at all.
 */
#ifndef PX_SQLITE_FILE_H
#define PX_SQLITE_FILE_H

#include "connection.h"
#include "store_impl.h"

/** A store that is a file of SQLite. */
struct px_sqlite_store {
	struct px_store store;
	struct px_connection connection;
	char *path;      /**< Where it is, or will be; NULL: in memory. */
	char *temporary; /**< Where a new one is made; NULL: it was there before. */
	bool is_committed;
	int64_t capture_id;
	sqlite3_stmt *inserts[PX_TABLES]; /**< Prepared with the first row of each. */
};

/**
 * Open what is at store->path, or make a file for it, or have it in memory; then begin a
 * transaction.
 *
 * Returns 0 or a negative errno, with a sentence.
 */
int px_sqlite_file_open(struct px_sqlite_store *store);

/** Commit; a new file gets its name. */
int px_sqlite_file_commit(struct px_sqlite_store *store);

/** Close it; what has not been committed is gone. */
void px_sqlite_file_close(struct px_sqlite_store *store);

#endif
