/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to SQLite: what those who write a database share with those who read it.
 */
#ifndef PX_CONNECTION_H
#define PX_CONNECTION_H

#include "sqlite.h"
#include "store.h"

/** A connection; all zero but for @error, there is none yet. */
struct px_connection {
	struct px_sqlite lib;         /**< Loaded if its handle is not NULL. */
	sqlite3 *db;                  /**< NULL if none is open. */
	struct px_store_error *error; /**< For sentences; borrowed. */
};

/**
 * Open @path, which is a file, or NULL for a database in memory.
 *
 * What others have put into a file of theirs is not run: no functions and virtual tables that
 * could do harm are reached by what is in it.
 *
 * Returns 0 or a negative errno, with a sentence; close it in either case.
 */
int px_connection_open(struct px_connection *connection, const char *path, bool is_read_only);

/** Close what is open; the library stays loaded, and px_connection_end() gives it back. */
int px_connection_close(struct px_connection *connection);

/** Close it, and give back the library. */
void px_connection_end(struct px_connection *connection);

/** Load the library, if it has not been; 0 or -ELIBACC, with a sentence. */
int px_connection_load(struct px_connection *connection);

/** Say what SQLite could not do; returns a negative errno. */
int px_connection_fail(const struct px_connection *connection, int code);

/** Run statements that have no results; returns 0 or a negative errno, with a sentence. */
int px_connection_run(const struct px_connection *connection, const char *sql);

/**
 * The number that a statement gives: returns 1 and it, 0 if there is none, or a negative errno,
 * with a sentence.  @count texts are bound to it.
 */
int px_connection_ask(const struct px_connection *connection, const char *sql,
	const struct pmapx_text *texts, int count, int64_t *ret);

/**
 * The version of its schema: returns 1 and it, 0 if nothing is in the database, or a negative
 * errno, with a sentence: -EMEDIUMTYPE (it is none of ours), -EPROTONOSUPPORT (of a newer
 * program).
 */
int px_connection_version(const struct px_connection *connection, int *ret);

#endif
