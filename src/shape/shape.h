/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a table is to look: the options that views and verbs have in common.
 */
#ifndef PX_SHAPE_H
#define PX_SHAPE_H

#include <stddef.h>

#include "record.h"
#include "units.h"

/** What can be asked for. */
enum px_shape_option {
	PX_SHAPE_SORT,   /**< --sort=COLUMN, or -COLUMN for the largest first. */
	PX_SHAPE_TOP,    /**< --top=NUMBER */
	PX_SHAPE_FORMAT, /**< --format=NAME */
	PX_SHAPE_UNITS,  /**< --units=LETTER */
	PX_SHAPE_OPTIONS
};

/** The names of the options, without dashes. */
extern const char *const px_shape_names[PX_SHAPE_OPTIONS];

/** Rows for a table of getopt_long(), with values from @first on. */
#define PX_SHAPE_LONG_OPTIONS(first)                                              \
	{ "sort", required_argument, NULL, (first) + PX_SHAPE_SORT },             \
		{ "top", required_argument, NULL, (first) + PX_SHAPE_TOP },       \
		{ "format", required_argument, NULL, (first) + PX_SHAPE_FORMAT }, \
	{                                                                         \
		"units", required_argument, NULL, (first) + PX_SHAPE_UNITS        \
	}

/** What was asked for; zero to begin with, and nothing to free. */
struct px_shape {
	const char *sort; /**< The column without the dash; borrowed, or NULL. */
	bool descending;  /**< There was a dash. */
	size_t top;       /**< How many rows at most; 0 for all. */
	enum px_notation notation;
	enum px_units units;
	bool has_units; /**< Whether @units was given. */
};

/** Take the value of an option; the last one holds.  Returns NULL, or what is wrong with it. */
const char *px_shape_add(struct px_shape *shape, enum px_shape_option option, const char *value);

/** What does not go together, once all has been taken; NULL if there is nothing. */
const char *px_shape_check(const struct px_shape *shape);

#endif
