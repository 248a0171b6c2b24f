/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx sql": queries of others.
 */
#ifndef PX_SQL_H
#define PX_SQL_H

#include "console.h"
#include "shape.h"

/** A value for a parameter of a query; what it points to is borrowed. */
struct px_parameter {
	const char *name; /**< Without the colon; not terminated. */
	size_t length;
	const char *value;
};

/** What to run. */
struct px_sql_options {
	struct px_shape shape;
	const char *database;
	const char *query; /**< NULL: in a file, */
	const char *file;  /**< this one, or NULL for standard input. */
	struct px_parameter *parameters;
	size_t parameter_count;
};

/** Run it.  Returns the exit status of the verb. */
int px_sql(struct px_console *console, const struct px_sql_options *options);

#endif
