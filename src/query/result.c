/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a statement gives: types come from the values, as columns of SQLite have none.
 */
#include "result.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that are being printed. */
struct result {
	struct px_database *database;
	const struct px_sqlite *lib;
	sqlite3_stmt *statement;
	const struct px_result_options *options;
	struct px_table_column *columns;
	char **names;         /* Of the columns; owned. */
	struct px_value *row; /* The last one; texts are SQLite's, until the next. */
	size_t count;
	bool has_rows; /* One of them was wanted. */
};

/* Whether @word is one of @list, with blanks between. */
static bool is_listed(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at != NULL && *at != '\0'; at += *at == ' ') {
		size_t size = strcspn(at, " ");

		if (size == length && memcmp(at, word, size) == 0)
			return true;
		at += size;
	}
	return false;
}

/* A name that no column before has: programs find values by it. */
static char *make_name(const struct result *result, size_t column)
{
	const char *wanted = result->lib->sqlite3_column_name(result->statement, (int)column);
	char *name = wanted != NULL ? strdup(wanted) : NULL;

	for (unsigned number = 2; name != NULL; number++) {
		if (px_table_find(result->columns, column, name) == column)
			break;
		free(name);
		if (asprintf(&name, "%s:%u", wanted, number) < 0)
			name = NULL;
	}
	return name;
}

static void deinit(struct result *result)
{
	for (size_t i = 0; result->names != NULL && i < result->count; i++)
		free(result->names[i]);
	free(result->names);
	free(result->columns);
	free(result->row);
}

static int no_memory(struct result *result)
{
	return px_store_say(&result->database->error, -ENOMEM, "not enough memory");
}

static int init(struct result *result)
{
	result->count = (size_t)result->lib->sqlite3_column_count(result->statement);
	result->columns = calloc(result->count + 1, sizeof(*result->columns));
	result->names = calloc(result->count + 1, sizeof(*result->names));
	result->row = calloc(result->count + 1, sizeof(*result->row));
	if (result->columns == NULL || result->names == NULL || result->row == NULL)
		return no_memory(result);
	for (size_t i = 0; i < result->count; i++) {
		char *name = result->names[i] = make_name(result, i);

		if (name == NULL)
			return no_memory(result);
		result->columns[i] = (struct px_table_column){ .name = name,
			.type = is_listed(result->options->sizes, name)     ? PX_VALUE_REST
				: is_listed(result->options->changes, name) ? PX_VALUE_CHANGE
									    : PX_VALUE_INTEGER };
	}
	return 0;
}

static struct px_value read_value(const struct result *result, size_t column)
{
	const struct px_sqlite *lib = result->lib;
	sqlite3_stmt *statement = result->statement;
	int at = (int)column, type = lib->sqlite3_column_type(statement, at);
	enum px_value_type wanted = result->columns[column].type;
	struct px_value value = { .type = PX_VALUE_TEXT };

	if (type == SQLITE_NULL)
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	if (type == SQLITE_INTEGER)
		return (struct px_value){
			.type = wanted == PX_VALUE_TEXT ? PX_VALUE_INTEGER : wanted,
			.number = (uint64_t)lib->sqlite3_column_int64(statement, at),
		};
	value.text.bytes = type == SQLITE_BLOB
		? lib->sqlite3_column_blob(statement, at)
		: (const char *)lib->sqlite3_column_text(statement, at);
	value.text.length = (size_t)lib->sqlite3_column_bytes(statement, at);
	/* "Inf" is no number to JSON. */
	if (type == SQLITE_FLOAT && memchr(value.text.bytes, 'I', value.text.length) == NULL)
		value.type = PX_VALUE_REAL;
	return value;
}

/* The next row that is wanted: 1, 0 if there is none, or a negative errno, with a sentence. */
static int next(struct result *result)
{
	const struct px_result_options *options = result->options;
	int r;

	while ((r = px_database_step(result->database, result->statement)) == 1) {
		for (size_t i = 0; i < result->count; i++)
			result->row[i] = read_value(result, i);
		if (options->is_wanted == NULL ||
			options->is_wanted(
				result->row, result->columns, result->count, options->context)) {
			result->has_rows = true;
			break;
		}
	}
	return r;
}

/* Row by row, as they come. */
static int print_rows(
	struct result *result, struct px_console *console, const struct px_table_frame *frame)
{
	const struct px_shape *shape = result->options->shape;
	/* What the first row says may be that there is none. */
	int r = next(result);
	struct px_table_stream stream;

	if (r < 0)
		return r;
	stream = px_table_stream_begin(
		&console->out, shape->notation, result->columns, result->count, frame);
	while (r == 1 && console->out.error == 0) {
		px_table_stream_put(&stream, result->row);
		if (stream.rows == shape->top)
			break;
		r = next(result);
	}
	px_table_stream_end(&stream, NULL);
	return r < 0 ? r : 0;
}

/* A column that has text is one of text. */
static void judge_columns(struct result *result)
{
	for (size_t i = 0; i < result->count; i++)
		if (result->row[i].type == PX_VALUE_TEXT)
			result->columns[i].type = PX_VALUE_TEXT;
}

/* Sort a table of the columns from the one numbered @first on. */
static int sort(
	struct result *result, struct px_table *table, struct px_console *console, size_t first)
{
	const struct px_shape *shape = result->options->shape;
	const struct px_table_column *columns = result->columns + first;
	size_t count = result->count - first, column;

	if (shape->sort == NULL)
		return 0;
	column = px_table_find(columns, count, shape->sort);
	if (column < count)
		return px_table_sort(table, column, shape->descending);
	px_say_no_column(console, result->options->verb, shape, columns, count);
	return px_store_say(&result->database->error, -EINVAL, "%s", "");
}

/* All of them, in a table. */
static int print_table(
	struct result *result, struct px_console *console, const struct px_table_frame *frame)
{
	const struct px_result_options *options = result->options;
	bool is_text = options->shape->notation == PX_NOTATION_TEXT;
	size_t first = is_text ? options->hidden : 0;
	struct px_table *table = px_table_new(result->columns + first, result->count - first);
	int r = table != NULL ? 0 : -ENOMEM;

	while (r == 0 && (r = next(result)) == 1) {
		judge_columns(result);
		r = px_table_add(table, result->row + first);
	}
	if (r == 0)
		r = sort(result, table, console, first);
	if (r == 0 && is_text && options->put_above != NULL)
		r = options->put_above(result->database, console, options->context);
	if (r == 0)
		r = px_table_print(table, console, options->shape, frame);
	px_table_free(table);
	return r == -ENOMEM ? no_memory(result) : r;
}

int px_result_print(struct px_database *database, sqlite3_stmt *statement,
	struct px_console *console, const struct px_result_options *options)
{
	const struct px_shape *shape = options->shape;
	const struct px_table_frame frame = {
		.schema = options->schema,
		.version = options->version,
		.all_columns = !options->can_narrow,
		.spare = options->spare,
	};
	struct result result = {
		.database = database,
		.lib = &database->connection->lib,
		.statement = statement,
		.options = options,
	};
	int r = init(&result);

	if (r == 0)
		r = shape->notation == PX_NOTATION_TEXT || shape->sort != NULL
			? print_table(&result, console, &frame)
			: print_rows(&result, console, &frame);
	deinit(&result);
	return r < 0 ? r : result.has_rows;
}
