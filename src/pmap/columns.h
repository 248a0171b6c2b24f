/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of -X, -XX and -c that come from the keys of smaps: which there
 * are, how wide they must be, and what they sum up to.
 */
#ifndef PX_PMAP_COLUMNS_H
#define PX_PMAP_COLUMNS_H

#include <pmapx/mapping.h>

#include "cells.h"
#include "put.h"

/**
 * Columns that there may be for keys that no kernel prints: far more than a new
 * kernel will bring, and few enough to be searched for each line.
 */
#define PX_COLUMNS_UNKNOWN_MAX 256

/** As many columns as there can be. */
#define PX_COLUMNS_MAX (PMAPX_FIELD_COUNT + PX_COLUMNS_UNKNOWN_MAX)

/** A column of smaps. */
struct px_column {
	struct pmapx_text key;  /**< Heading, points to @storage; terminated. */
	char *storage;          /**< Owned. */
	enum pmapx_field field; /**< Which key it is, if it is known. */
	bool shown;             /**< Whether it was asked for. */
	size_t width;           /**< Of this process, in bytes; see px_columns_end(). */

	struct px_cell value; /**< Of the mapping at hand, to be shown. */
	bool has_number;      /**< Whether that mapping has a number here, in @value.number. */
	size_t place;         /**< Which of its key lines that is. */

	uint64_t total;      /**< Sum over the selected mappings of this process. */
	uint64_t largest;    /**< Largest number that was shown as one, of this process. */
	size_t longest;      /**< Longest text that was shown, of this process. */
	size_t number_count; /**< How many of those selected had a number. */
};

/** A column that is shown, over mappings whose values are all plain numbers. */
struct px_tally {
	uint64_t total;        /**< Their sum. */
	uint64_t largest;      /**< The largest. */
	size_t column;         /**< Which column it is. */
	unsigned short offset; /**< Where in struct pmapx_smaps its number is; 0 for nowhere. */
};

/** Columns of a process, in the order in which their keys were first met. */
struct px_columns {
	struct px_column *list; /**< Owned. */
	size_t count, size;     /**< How many there are, and there is room for. */
	size_t unknown_count;   /**< How many have keys that no kernel prints. */
	size_t *places;         /**< Which column the n-th key line was, last time. */
	size_t place_count;     /**< How many @places are known. */
	size_t row_count;       /**< How many mappings of this process were selected. */

	/** The layout, as struct pmapx_smaps has it, in which each column has
	 * a line and a plain number; 0 if there is none.  Mappings of that
	 * layout are read, stored and summed up without looking at keys. */
	uint64_t layout;
	const struct pmapx_smaps *quick; /**< The mapping at hand if it is one, else NULL. */
	struct px_tally *tallies;        /**< Sums over those; owned. */
	size_t tally_count;              /**< How many @tallies there are. */
	size_t tally_rows;               /**< How many mappings are in them. */
};

/** Asks whether the key of a new column is to be shown. */
typedef bool px_column_test(const void *context, const struct pmapx_entry *entry);

/** Free what @columns holds. */
void px_columns_deinit(struct px_columns *columns);

/** Forget all columns, keeping the memory: another process begins. */
void px_columns_begin(struct px_columns *columns);

/**
 * Put each key line of a mapping to its column; of a repeated key the last.
 * New keys become columns, shown if @test says so.  Where there is no number
 * the value is "?", and where there is no line "-".
 *
 * Returns 0; -E2BIG if there are too many different keys, the rest of which
 * is left out; -ENOMEM.
 */
int px_columns_fill(struct px_columns *columns, const struct pmapx_smaps *smaps,
	px_column_test *test, const void *context);

/**
 * Put what is shown of the mapping at hand into @cells, how many cells first,
 * and count it in widths and sums.
 *
 * Returns 0, or -ENOMEM with nothing counted.
 */
int px_columns_store(struct px_columns *columns, struct px_cells *cells);

/** The number of the mapping at hand in that column; false if it has none. */
bool px_columns_number(const struct px_columns *columns, size_t column, uint64_t *ret);

/** Count the mapping at hand in widths and sums, without a row. */
void px_columns_count(struct px_columns *columns);

/**
 * No more mappings of this process will come: complete the sums, and make each
 * column as wide as it needs, with or without heading and sum.
 */
void px_columns_end(struct px_columns *columns, bool with_heading);

/**
 * The total of @column, in @digits if it takes room; "?" if no selected
 * mapping had a number.
 */
struct pmapx_text px_columns_total(
	const struct px_columns *columns, const struct px_column *column, char digits[PX_PUT_MAX]);

#endif
