/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of -X, -XX and -c that come from the keys of smaps: which there
 * are, how wide they must be, and what they sum up to.
 */
#ifndef PX_PMAP_COLUMNS_H
#define PX_PMAP_COLUMNS_H

#include <pmapx/mapping.h>

/** More keys than any kernel will have; a file with more is not smaps. */
#define PX_COLUMNS_MAX 1000

/** A column of smaps. */
struct px_column {
	struct pmapx_text key;           /**< Heading, owned. */
	bool shown;                      /**< Whether it was asked for. */
	size_t width;                    /**< What it needed so far in this run, in bytes. */
	size_t longest;                  /**< Longest value of this process. */
	uint64_t total;                  /**< Sum over the selected mappings of this process. */
	const struct pmapx_entry *entry; /**< Of the mapping at hand, or NULL. */
};

/** Columns in the order in which their keys were first met. */
struct px_columns {
	struct px_column *list; /**< Owned. */
	size_t count, size;     /**< How many there are, and there is room for. */
	size_t *places;         /**< Which column the n-th key line was, last time. */
	size_t place_count;     /**< How many @places are known. */
};

/** Asks whether the key of a new column is to be shown. */
typedef bool px_column_test(const void *context, const struct pmapx_entry *entry);

/** Free what @columns holds. */
void px_columns_deinit(struct px_columns *columns);

/** Forget the sums and values of a process; columns and widths stay. */
void px_columns_begin(struct px_columns *columns);

/**
 * Put each key line of a mapping to its column; of a repeated key the last.
 * New keys become columns, shown if @test says so.
 *
 * Returns 0; -E2BIG if there are too many different keys, the rest of which
 * is left out; -ENOMEM.
 */
int px_columns_fill(struct px_columns *columns, const struct pmapx_smaps *smaps,
	px_column_test *test, const void *context);

/** What the mapping at hand has in @column: digits; "?" no number; "-" no line. */
struct pmapx_text px_column_value(const struct px_column *column);

/** Count the value of the mapping at hand in widths and sums. */
void px_column_count(struct px_column *column);

/** Make @column as wide as this process needs it; never narrower than before. */
void px_column_widen(struct px_column *column, bool with_heading);

#endif
