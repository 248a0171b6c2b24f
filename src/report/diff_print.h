/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between looks, as a table: its columns, and how they are filled.
 */
#ifndef PX_DIFF_PRINT_H
#define PX_DIFF_PRINT_H

#include "compare.h"
#include "diff.h"

/** The most columns that there are: old, new and change of each measure, keys, and others. */
#define PX_DIFF_COLUMNS_MAX (3 * PX_MEASURES + PX_KEYS + 8)

/** The measures that are shown where no columns are asked for, as bits. */
#define PX_DIFF_SHOWN                                                          \
	(1U << PX_MEASURE_SIZE | 1U << PX_MEASURE_RSS | 1U << PX_MEASURE_PSS | \
		1U << PX_MEASURE_PRIVATE | 1U << PX_MEASURE_DIRTY | 1U << PX_MEASURE_SWAP)

/** What a column shows. */
enum px_diff_what {
	PX_DIFF_STATE,   /**< What became of the mappings. */
	PX_DIFF_HOST,    /**< Of several in one input, that of the process. */
	PX_DIFF_PID,     /**< Its number. */
	PX_DIFF_COMMAND, /**< The name of its program. */
	PX_DIFF_OLD,     /**< A measure in the first look, */
	PX_DIFF_NEW,     /**< in the last, */
	PX_DIFF_CHANGE,  /**< and what it has changed by. */
	PX_DIFF_RATE,    /**< Growth in an hour. */
	PX_DIFF_KEY,     /**< Something that the mappings have in common. */
	PX_DIFF_MAPPING  /**< The process and all that, for people. */
};

/** A column. */
struct px_diff_column {
	struct px_table_column column;
	enum px_diff_what what;
	size_t which; /**< Which key of the list, or which measure. */
};

/** Columns from left to right. */
struct px_diff_columns {
	struct px_diff_column list[PX_DIFF_COLUMNS_MAX];
	size_t count;
	size_t sort;            /**< By which rows are sorted; @count for growth. */
	bool has_growth;        /**< Whether that column says what growth is: */
	enum px_measure growth; /**< this. */
};

/** What sizes are in, where they do not say themselves: "kB", "MB", "GB", or "". */
const char *px_diff_unit(enum px_units units);

/** Choose them as @options ask for.  Returns false after a message. */
bool px_diff_choose(struct px_console *console, const struct px_diff_options *options,
	struct px_diff_columns *ret);

/** Print the rows, with their totals or without; @colour as in a table.  0 or -ENOMEM. */
int px_diff_print_rows(struct px_console *console, const struct px_diff_options *options,
	const struct px_differences *differences, const struct px_diff_columns *columns,
	bool has_total, const char *(*colour)(const struct px_value *row));

/** Print what differs, and the totals; 0 or -ENOMEM. */
int px_diff_print(struct px_console *console, const struct px_diff_options *options,
	const struct px_differences *differences, const struct px_diff_columns *columns);

#endif
