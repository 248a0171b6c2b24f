/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of a text of CSV (RFC 4180), and their cells, one after the other; nothing is
 * allocated.
 */
#ifndef PX_CSV_CELLS_H
#define PX_CSV_CELLS_H

#include <pmapx/base.h>

/** A cell. */
struct px_csv_cell {
	struct pmapx_text text; /**< Between the quotes, with its quotes still doubled. */
	bool quoted;            /**< Had quotes: what is empty without is NULL to PostgreSQL. */
};

/**
 * Take the next record, without its newline, off @text; what is in quotes may have newlines.
 *
 * Returns whether there was one.
 */
bool px_csv_record(struct pmapx_text *text, struct pmapx_text *ret);

/**
 * Take the next cell off @record, whose bytes become NULL with the last.
 *
 * Returns whether there was one, and it was well formed.
 */
bool px_csv_next(struct pmapx_text *record, struct px_csv_cell *ret);

/** Write what @cell says to @bytes, which has room for as much as it has.  Returns its length. */
size_t px_csv_decode(const struct px_csv_cell *cell, char *bytes);

/** Whether @cell says @word. */
bool px_csv_equals(const struct px_csv_cell *cell, const char *word);

#endif
