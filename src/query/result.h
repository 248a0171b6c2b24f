/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows that a statement gives, for people and for programs.
 */
#ifndef PX_RESULT_H
#define PX_RESULT_H

#include "database.h"
#include "table.h"

/** How rows are shown. */
struct px_result_options {
	const char *verb;             /**< For messages. */
	const struct px_shape *shape; /**< Notation, and for text the rest of it. */
	const char *schema;           /**< What a JSON document says that it is; static text, */
	unsigned version;             /**< and in which version. */
	/** Names of columns that are sizes in kB, and of those that have a sign, with blanks
	 * between; or NULL. */
	const char *sizes, *changes;
	size_t hidden;     /**< How many of the first columns text is without. */
	bool can_narrow;   /**< On a terminal, sizes that all are 0 may be left out, */
	const char *spare; /**< and then these columns, in this order; or NULL. */
	/** Whether a row is shown, by its values; NULL: each is. */
	bool (*is_wanted)(const struct px_value *row, const struct px_table_column *columns,
		size_t count, const void *context);
	/** Print what stands above the rows of text: 0 or a negative errno, with a sentence in
	 * @database; or NULL. */
	int (*put_above)(
		struct px_database *database, struct px_console *console, const void *context);
	const void *context; /**< For these. */
};

/**
 * Print all rows of @statement, which has columns.
 *
 * Text is laid out when all rows are known, and so are rows that are sorted; other rows go
 * out as they come.  Returns 1, 0 if there were none, or a negative errno, with a sentence in
 * @database, which is empty if it has been told.
 */
int px_result_print(struct px_database *database, sqlite3_stmt *statement,
	struct px_console *console, const struct px_result_options *options);

#endif
