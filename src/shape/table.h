/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table: rows of values under columns, sorted, and printed for people or programs.
 */
#ifndef PX_TABLE_H
#define PX_TABLE_H

#include <pmapx/base.h>

#include "console.h"
#include "shape.h"

/** What a value is. */
enum px_value_type {
	PX_VALUE_NOTHING, /**< It could not be read, or there is none. */
	PX_VALUE_TEXT,    /**< Any bytes. */
	PX_VALUE_NUMBER,  /**< How many of something. */
	PX_VALUE_SIZE,    /**< kB, in the units that are asked for. */
	PX_VALUE_CHANGE,  /**< The same with a sign. */
	PX_VALUE_BALANCE, /**< A number with a sign. */
	PX_VALUE_INTEGER, /**< A number that has a sign only if it is less than 0. */
	PX_VALUE_REST,    /**< As PX_VALUE_SIZE, with such a sign. */
	PX_VALUE_REAL,    /**< A number as its text has it; in no column that is sorted by. */
	PX_VALUE_ADDRESS  /**< In hexadecimal. */
};

/** A value. */
struct px_value {
	enum px_value_type type;
	struct pmapx_text text; /**< If it is one, or a real; what it points to is copied. */
	uint64_t number;        /**< Else; of what may have a sign, as two's complement. */
};

/** A column. */
struct px_table_column {
	const char *name;        /**< Its heading, and its key; static text. */
	enum px_value_type type; /**< Of its values that are there. */
};

/** A table. */
struct px_table;

/**
 * Make a table without rows; @columns is borrowed.  Returns NULL if memory is short.
 */
struct px_table *px_table_new(const struct px_table_column *columns, size_t count);

/** Free @table; NULL is fine. */
void px_table_free(struct px_table *table);

/** Append a row: a value for each column.  0 or -ENOMEM. */
int px_table_add(struct px_table *table, const struct px_value *values);

/** How many rows there are. */
size_t px_table_rows(const struct px_table *table);

/**
 * Set the line of totals, which is below the rows: a value for each column, nothing
 * where it has none.  0 or -ENOMEM.
 */
int px_table_total(struct px_table *table, const struct px_value *values);

/**
 * Find a column by its name, without regard to case; @count if there is none.
 */
size_t px_table_find(const struct px_table_column *columns, size_t count, const char *name);

/**
 * Read a list of columns, with commas between, each at most once, into @ret: indexes,
 * for which there must be room for @count.  Returns false after a message about that
 * value of --fields, of @verb if it is not NULL.
 */
bool px_table_fields(struct px_console *console, const char *verb, const char *value,
	const struct px_table_column *columns, size_t count, size_t *ret, size_t *ret_count);

/** Say that --sort, of @verb if it is not NULL, names none of the columns. */
void px_say_no_column(struct px_console *console, const char *verb, const struct px_shape *shape,
	const struct px_table_column *columns, size_t count);

/**
 * Sort by @column; what is equal stays in its order, and nothing is last either way.
 * 0 or -ENOMEM.
 */
int px_table_sort(struct px_table *table, size_t column, bool descending);

/** What is printed around the rows. */
struct px_table_frame {
	const char *schema; /**< What a JSON document says that it is; static text. */
	unsigned version;   /**< And in which version. */
	bool quiet;         /**< No totals; for people, rows and nothing else. */
	bool all_columns;   /**< They were asked for by name: none is left out. */
	/** Names of columns, with blanks between, that can be spared where lines would be too
	 * long, in this order; NULL if none can. */
	const char *spare;
	/** For people: what begins the colour of a row, or NULL; NULL for no colours. */
	const char *(*colour)(const struct px_value *row);
	/** More of a JSON document: called between version and rows, to write
	 * `"key":value,`; NULL if there is nothing to say. */
	void (*put_facts)(struct px_out *out, const void *context);
	const void *context; /**< For that. */
};

/**
 * Print the first rows, as many as are asked for, and the totals, to @console's
 * output: as @shape says.  For people on a terminal, texts are cut such that lines end at
 * its width, the longest first, and end in '+' where they are.  Text in the last column of the
 * totals says what these are of, and is never cut: it has a line of its own where it does not
 * fit.  0, or -ENOMEM before anything is printed.
 */
int px_table_print(const struct px_table *table, struct px_console *console,
	const struct px_shape *shape, const struct px_table_frame *frame);

/** Rows for programs that go out one by one, without a table that keeps them. */
struct px_table_stream {
	struct px_out *out;
	enum px_notation notation; /**< Not text. */
	const struct px_table_column *columns;
	size_t count;
	size_t rows; /**< So far. */
};

/** Begin it, with what stands before the first row; what is given is borrowed. */
struct px_table_stream px_table_stream_begin(struct px_out *out, enum px_notation notation,
	const struct px_table_column *columns, size_t count, const struct px_table_frame *frame);

/** A row: a value for each column. */
void px_table_stream_put(struct px_table_stream *stream, const struct px_value *row);

/** The end; @total is NULL if there is none. */
void px_table_stream_end(struct px_table_stream *stream, const struct px_value *total);

#endif
