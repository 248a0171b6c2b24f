/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of -X, -XX and -c that come from the keys of smaps: which there
 * are, how wide they must be, and what they sum up to.
 */
#ifndef PX_PMAP_COLUMNS_H
#define PX_PMAP_COLUMNS_H

#include <pmapx/mapping.h>

#include "put.h"

/**
 * Columns that there may be for keys that no kernel prints: far more than a new
 * kernel will bring, and few enough to be searched for each line.
 */
#define PX_COLUMNS_UNKNOWN_MAX 256

/** A column of smaps. */
struct px_column {
	struct pmapx_text key;           /**< Heading, points to @storage. */
	char *storage;                   /**< Owned. */
	bool is_unknown;                 /**< Its key is in no kernel we know. */
	bool shown;                      /**< Whether it was asked for. */
	bool seen;                       /**< Whether this process has such a line. */
	size_t width;                    /**< What it needed so far in this run, in bytes. */
	size_t longest;                  /**< Longest value of this process. */
	uint64_t total;                  /**< Sum over the selected mappings of this process. */
	size_t count;                    /**< How many mappings were selected. */
	size_t number_count;             /**< How many of them had a number. */
	const struct pmapx_entry *entry; /**< Of the mapping at hand, or NULL. */
};

/** Columns in the order in which their keys were first met. */
struct px_columns {
	struct px_column *list; /**< Owned. */
	size_t count, size;     /**< How many there are, and there is room for. */
	size_t unknown_count;   /**< How many have keys that no kernel prints. */
	size_t *places;         /**< Which column the n-th key line was, last time. */
	size_t place_count;     /**< How many @places are known. */
};

/** Asks whether the key of a new column is to be shown. */
typedef bool px_column_test(const void *context, const struct pmapx_entry *entry);

/** Free what @columns holds. */
void px_columns_deinit(struct px_columns *columns);

/**
 * Forget the sums and values of a process.  Columns and widths stay, but not
 * if many of them are of unknown keys: those are one file's own.
 */
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

/** Whether @column is to be printed for this process. */
static inline bool px_column_is_visible(const struct px_column *column)
{
	return column->shown && column->seen;
}

/** What the mapping at hand has in @column: digits; "?" no number; "-" no line. */
struct pmapx_text px_column_value(const struct px_column *column);

/** Count the value of the mapping at hand in widths and sums. */
void px_column_count(struct px_column *column);

/**
 * The total of @column, in @digits if it takes room; "?" if no selected
 * mapping had a number.
 */
struct pmapx_text px_column_total(const struct px_column *column, char digits[PX_PUT_MAX]);

/** Make @column as wide as this process needs it; never narrower than before. */
void px_column_widen(struct px_column *column, bool with_heading);

#endif
