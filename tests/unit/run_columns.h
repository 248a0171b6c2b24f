/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of a run, filled from text by a parser, and the rows that are
 * stored: what columns.c has around it in -X.
 */
#ifndef PX_TEST_RUN_COLUMNS_H
#define PX_TEST_RUN_COLUMNS_H

#include "columns.h"
#include "transcript.h"

/** How the lines look, and whether rows of the layout of the one before may be quick. */
enum px_style {
	PX_LOOSE,  /**< "Key: value" */
	PX_KERNEL, /**< As the kernel aligns them. */
	PX_SLOW    /**< The same, with nothing said of layouts. */
};

/** The columns of a run, its process at hand, and the rows of that. */
struct px_run_columns {
	enum px_style style;
	struct px_columns columns;
	struct px_cells *cells;
	struct pmapx_parser *parser;
	bool was_quick; /**< Whether the last mapping was. */
};

/** A table of the style **@state, its first process begun; drop it. */
struct px_run_columns px_run_columns_new(void **state);
void px_run_columns_drop(struct px_run_columns *table);

/** Begin another process: another file, so another parser. */
void px_run_columns_begin(struct px_run_columns *table);

/**
 * Fill in a mapping whose key lines are "Key: value|Key: value", and store its
 * row if @selected.  Columns are shown whose keys have no 'u' in them.
 *
 * Returns what px_columns_fill() returned.
 */
int px_run_columns_fill(struct px_run_columns *table, const char *lines, bool selected);

/** Lines for px_run_columns_fill() with the keys K@from up to K@(to-1), to be freed. */
char *px_make_keys(unsigned from, unsigned to);

/** A cell as it will be shown. */
void px_write_cell(const struct px_cell *cell, char *got, size_t size);

/** Three tests of cmocka: one in each of the styles. */
#define PX_IN_STYLE(test, style)                                      \
	{                                                             \
#test ", " #style, test, NULL, NULL, &(enum px_style) \
		{                                                     \
			style                                         \
		}                                                     \
	}
#define PX_IN_EACH_STYLE(test) \
	PX_IN_STYLE(test, PX_LOOSE), PX_IN_STYLE(test, PX_KERNEL), PX_IN_STYLE(test, PX_SLOW)

#endif
