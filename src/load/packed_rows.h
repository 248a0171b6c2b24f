/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that wait, packed into bytes: those of a process that may turn out to have to be
 * read again, and those that lack what only a later row tells.
 */
#ifndef PX_PACKED_ROWS_H
#define PX_PACKED_ROWS_H

#include "spool.h"
#include "store.h"

/** Bytes that grow; zero to begin with, and again after free(bytes). */
struct px_bytes {
	char *bytes;
	size_t length, room;
};

/** Append; 0 or -ENOMEM. */
int px_bytes_append(struct px_bytes *bytes, const void *more, size_t length);

/** Append @count values; 0 or -ENOMEM. */
int px_row_pack(struct px_bytes *bytes, const struct px_datum *row, size_t count);

/** The same backwards; texts of @row point into @bytes. */
void px_row_unpack(const char *bytes, struct px_datum *row, size_t count);

/** Rows of one table; few are in memory, many in a file. */
struct px_rows {
	enum px_table_id table;
	struct px_spool spool;
	struct px_bytes packed; /**< The one at hand. */
};

/** None of @table yet; a file would be in @folder, which is borrowed. */
void px_rows_init(struct px_rows *rows, enum px_table_id table, const char *folder);

/** Add a row; 0, -ENOMEM, or as px_spool_append(). */
int px_rows_add(struct px_rows *rows, const struct px_datum *row);

/** Forget them all. */
void px_rows_clear(struct px_rows *rows);

/**
 * Put them into @store.  *@ret_read is 0, or what reading them again gave: a negative errno.
 * Returns as px_store_add().
 */
int px_rows_release(struct px_rows *rows, struct px_store *store, int *ret_read);

/** Free it all. */
void px_rows_deinit(struct px_rows *rows);

#endif
