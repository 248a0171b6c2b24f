/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the rows of a capture go: a file of SQLite, or a script for psql.
 *
 *	px_store_open_…()   a store
 *	px_store_begin()    a capture: a row of its own
 *	px_store_add()      its rows of the other tables, in any order
 *	                    ... and again for the next capture
 *	px_store_commit()   now they are there, all at once
 *	px_store_close()    what has not been committed is given up
 *
 * Functions that fail return a negative errno and leave a sentence in the error that the
 * store was opened with; then the store can only be closed.
 */
#ifndef PX_STORE_H
#define PX_STORE_H

#include <pmapx/base.h>

#include "out.h"
#include "schema.h"

/** What went wrong, in words; they may hold text from outside. */
struct px_store_error {
	char text[512];
};

/** Put a sentence into @error; returns @r. */
__attribute__((format(printf, 3, 4))) int px_store_say(
	struct px_store_error *error, int r, const char *format, ...);

/** What all stores can be told. */
struct px_store_options {
	bool replace;                 /**< A capture of the same label and host makes room. */
	int wait_ms;                  /**< How long to wait for others that use the database. */
	const char *folder;           /**< For rows that wait, in files without a name; borrowed. */
	struct px_store_error *error; /**< Borrowed as long as the store is open. */
};

/** What a value is. */
enum px_datum_type { PX_DATUM_NULL, PX_DATUM_NUMBER, PX_DATUM_TEXT };

/** A value of a row; text may be any bytes, see clean.h. */
struct px_datum {
	enum px_datum_type type;
	union {
		int64_t number;
		struct pmapx_text text;
	};
};

static inline struct px_datum px_datum_null(void)
{
	return (struct px_datum){ .type = PX_DATUM_NULL };
}

static inline struct px_datum px_datum_number(int64_t number)
{
	return (struct px_datum){ .type = PX_DATUM_NUMBER, .number = number };
}

static inline struct px_datum px_datum_text(const char *bytes, size_t length)
{
	return (struct px_datum){ .type = PX_DATUM_TEXT, .text = { bytes, length } };
}

struct px_store;
struct px_connection;

/**
 * Open the database at @path, or make one: that has its name once it is committed.  NULL is
 * one in memory, for px_store_connection().
 *
 * Returns 0 or a negative errno: -ELIBACC (no SQLite), -EMEDIUMTYPE (what is there is no
 * database of ours), -EPROTONOSUPPORT (it is of a newer version), -EBUSY (others use it),
 * or what the system says.
 */
int px_store_open_sqlite(
	const char *path, const struct px_store_options *options, struct px_store **ret);

/**
 * A script for psql (10 or later, for servers from 9.6 on), which is written to @out as rows
 * come; borrowed.  If it ends before px_store_commit(), psql fails, and nothing is loaded.
 *
 * Rows of the table mapping go straight through, all others wait for the end.
 */
int px_store_open_psql(
	struct px_out *out, const struct px_store_options *options, struct px_store **ret);

/**
 * Begin a capture, which ends the one before, with its row, of PX_CAPTURE_COLUMNS values.
 *
 * Returns 0 or a negative errno: -EEXIST if there is one of that label and host, and it is not
 * to be replaced.  (Of a script, psql will say that.)
 */
int px_store_begin(struct px_store *store, const struct px_datum *row);

/** Add a row to a table, with a value for each of its columns. */
int px_store_add(struct px_store *store, enum px_table_id table, const struct px_datum *row);

/** How long the capture at hand has taken, where that is known only now that all is read. */
int px_store_set_duration(struct px_store *store, int64_t duration_us);

/** Have it all there, at once, and for good. */
int px_store_commit(struct px_store *store);

/** The connection of one in memory, once that is committed; borrowed, until it is closed. */
struct px_connection *px_store_connection(struct px_store *store);

/** Close it; a database is then as it was before, unless px_store_commit() returned 0. */
void px_store_close(struct px_store *store);

#endif
