/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables: rows are kept as they come, texts in one store, and laid out at the end.
 */
#include "table_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "name.h"
#include "text.h"

/* Of the store for texts, in bytes. */
#define STORE_SIZE ((size_t)64 * 1024)

/* Texts, which never move. */
struct store {
	struct store *next;
	size_t size, used;
	char bytes[];
};

struct px_table *px_table_new(const struct px_table_column *columns, size_t count)
{
	struct px_table *table = calloc(1, sizeof(*table));

	if (table != NULL) {
		table->columns = columns;
		table->column_count = count;
	}
	return table;
}

void px_table_free(struct px_table *table)
{
	if (table == NULL)
		return;
	while (table->texts != NULL) {
		struct store *next = table->texts->next;

		free(table->texts);
		table->texts = next;
	}
	free(table->values);
	free(table->order);
	free(table->total);
	free(table);
}

/* Have @text point to a copy of what it points to. */
static int keep_text(struct px_table *table, struct pmapx_text *text)
{
	struct store *store = table->texts;

	if (text->length == 0)
		return 0;
	if (store == NULL || store->size - store->used < text->length) {
		size_t size = text->length > STORE_SIZE ? text->length : STORE_SIZE;

		store = malloc(sizeof(*store) + size);
		if (store == NULL)
			return -ENOMEM;
		*store = (struct store){ .next = table->texts, .size = size };
		table->texts = store;
	}
	text->bytes = memcpy(store->bytes + store->used, text->bytes, text->length);
	store->used += text->length;
	return 0;
}

static int keep_row(struct px_table *table, struct px_value *row, const struct px_value *values)
{
	for (size_t i = 0; i < table->column_count; i++) {
		row[i] = values[i];
		if ((row[i].type == PX_VALUE_TEXT || row[i].type == PX_VALUE_REAL) &&
			keep_text(table, &row[i].text) < 0)
			return -ENOMEM;
	}
	return 0;
}

int px_table_add(struct px_table *table, const struct px_value *values)
{
	size_t columns = table->column_count;

	if (table->row_count == table->row_size) {
		size_t size = table->row_size > 0 ? 2 * table->row_size : 64;
		struct px_value *more = reallocarray(table->values, size, columns * sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		table->values = more;
		table->row_size = size;
	}
	if (keep_row(table, table->values + table->row_count * columns, values) < 0)
		return -ENOMEM;
	table->row_count++;
	return 0;
}

size_t px_table_rows(const struct px_table *table)
{
	return table->row_count;
}

int px_table_total(struct px_table *table, const struct px_value *values)
{
	if (table->total == NULL)
		table->total = calloc(table->column_count, sizeof(*table->total));
	return table->total == NULL ? -ENOMEM : keep_row(table, table->total, values);
}

size_t px_table_find(const struct px_table_column *columns, size_t count, const char *name)
{
	size_t i = 0;

	while (i < count && strcasecmp(columns[i].name, name) != 0)
		i++;
	return i;
}

/* Begin a message about the value of an option. */
static void begin_message(
	struct px_console *console, const char *verb, const char *option, const char *value)
{
	px_message_begin_verb(console, verb);
	px_out_string(&console->err, option);
	px_message_text(console, value);
}

/* And end it with what there is. */
static void end_message(
	struct px_console *console, const struct px_table_column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		px_out_string(&console->err, i > 0 ? ", " : "there are ");
		px_out_string(&console->err, columns[i].name);
	}
	px_message_end(console);
}

void px_say_no_column(struct px_console *console, const char *verb, const struct px_shape *shape,
	const struct px_table_column *columns, size_t count)
{
	begin_message(console, verb, shape->descending ? "--sort=-" : "--sort=", shape->sort);
	px_out_string(&console->err, ": no such column, ");
	end_message(console, columns, count);
}

/* The column called as the first @length bytes of @word, @count if none is. */
static size_t find_word(
	const struct px_table_column *columns, size_t count, const char *word, size_t length)
{
	size_t i = 0;

	while (i < count &&
		(strncasecmp(columns[i].name, word, length) != 0 ||
			columns[i].name[length] != '\0'))
		i++;
	return i;
}

bool px_table_fields(struct px_console *console, const char *verb, const char *value,
	const struct px_table_column *columns, size_t count, size_t *ret, size_t *ret_count)
{
	const char *at = value;
	size_t filled = 0;

	for (;;) {
		size_t length = strcspn(at, ","), column = find_word(columns, count, at, length);
		bool is_new = column < count;

		for (size_t i = 0; i < filled; i++)
			is_new &= ret[i] != column;
		if (!is_new) {
			begin_message(console, verb, "--fields=", value);
			px_out_string(&console->err, ": '");
			px_out_text(&console->err, &console->locale, at, length);
			px_out_string(&console->err,
				column < count ? "' is given twice; " : "' is no column; ");
			end_message(console, columns, count);
			return false;
		}
		ret[filled++] = column;
		if (at[length] == '\0')
			break;
		at += length + 1;
	}
	*ret_count = filled;
	return true;
}

/* What rows are compared by. */
struct sorting {
	const struct px_table *table;
	size_t column;
	bool descending;
};

static int compare_values(const struct px_value *a, const struct px_value *b)
{
	if (a->type == PX_VALUE_TEXT || a->type == PX_VALUE_REAL)
		return px_text_compare(&a->text, &b->text);
	if (px_value_may_have_sign(a->type))
		return ((int64_t)a->number > (int64_t)b->number) -
			((int64_t)a->number < (int64_t)b->number);
	return (a->number > b->number) - (a->number < b->number);
}

static int compare_rows(const void *one, const void *other, void *context)
{
	const struct sorting *sorting = context;
	const struct px_table *table = sorting->table;
	size_t rows[] = { *(const size_t *)one, *(const size_t *)other };
	const struct px_value *a = &table->values[rows[0] * table->column_count + sorting->column];
	const struct px_value *b = &table->values[rows[1] * table->column_count + sorting->column];
	int order;

	if (a->type != b->type)
		order = (a->type == PX_VALUE_NOTHING) - (b->type == PX_VALUE_NOTHING);
	else
		order = sorting->descending ? compare_values(b, a) : compare_values(a, b);
	return order != 0 ? order : (rows[0] > rows[1]) - (rows[0] < rows[1]);
}

int px_table_sort(struct px_table *table, size_t column, bool descending)
{
	struct sorting sorting = { table, column, descending };

	free(table->order);
	table->order = calloc(table->row_count + 1, sizeof(*table->order));
	if (table->order == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < table->row_count; i++)
		table->order[i] = i;
	qsort_r(table->order, table->row_count, sizeof(*table->order), compare_rows, &sorting);
	return 0;
}

static void put_record(const struct px_table_stream *stream, const struct px_value *row)
{
	struct px_record record = px_record_begin(stream->out, stream->notation);

	for (size_t i = 0; i < stream->count; i++) {
		const char *key = stream->columns[i].name;

		if (row[i].type == PX_VALUE_NOTHING)
			px_record_nothing(&record, key);
		else if (row[i].type == PX_VALUE_TEXT)
			px_record_text(&record, key, row[i].text.bytes, row[i].text.length);
		else if (row[i].type == PX_VALUE_REAL)
			px_record_real(&record, key, row[i].text.bytes, row[i].text.length);
		else if (row[i].type == PX_VALUE_ADDRESS)
			px_record_address(&record, key, row[i].number);
		else if (px_value_may_have_sign(row[i].type))
			px_record_change(&record, key, (int64_t)row[i].number);
		else
			px_record_number(&record, key, row[i].number);
	}
	px_record_end(&record);
}

static void begin_document(struct px_out *out, const struct px_table_frame *frame)
{
	px_out_string(out, "{\"schema\":");
	px_out_json_string(out, frame->schema, strlen(frame->schema));
	px_out_string(out, ",\"version\":");
	px_out_number(out, frame->version);
	px_out_string(out, ",");
	if (frame->put_facts != NULL)
		frame->put_facts(out, frame->context);
	px_out_string(out, "\"rows\":[");
}

static void put_headings(const struct px_table_stream *stream)
{
	struct px_record record = px_record_begin(stream->out, stream->notation);

	for (size_t i = 0; i < stream->count; i++)
		px_record_heading(&record, stream->columns[i].name);
	px_record_end(&record);
}

struct px_table_stream px_table_stream_begin(struct px_out *out, enum px_notation notation,
	const struct px_table_column *columns, size_t count, const struct px_table_frame *frame)
{
	struct px_table_stream stream = {
		.out = out,
		.notation = notation,
		.columns = columns,
		.count = count,
	};

	if (notation == PX_NOTATION_JSON)
		begin_document(out, frame);
	else if (px_notation_has_headings(notation))
		put_headings(&stream);
	return stream;
}

void px_table_stream_put(struct px_table_stream *stream, const struct px_value *row)
{
	if (stream->notation == PX_NOTATION_JSON)
		px_out_string(stream->out, stream->rows > 0 ? ",\n" : "\n");
	put_record(stream, row);
	stream->rows++;
}

void px_table_stream_end(struct px_table_stream *stream, const struct px_value *total)
{
	if (stream->notation != PX_NOTATION_JSON)
		return;
	px_out_string(stream->out, stream->rows > 0 ? "\n]" : "]");
	if (total != NULL) {
		px_out_string(stream->out, ",\"totals\":");
		put_record(stream, total);
	}
	px_out_string(stream->out, "}\n");
}

int px_table_print(const struct px_table *table, struct px_console *console,
	const struct px_shape *shape, const struct px_table_frame *frame)
{
	size_t rows = table->row_count;
	struct px_table_stream stream;

	if (shape->top > 0 && shape->top < rows)
		rows = shape->top;
	if (shape->notation == PX_NOTATION_TEXT)
		return px_table_print_text(table, console, shape, rows, frame);
	stream = px_table_stream_begin(
		&console->out, shape->notation, table->columns, table->column_count, frame);
	for (size_t i = 0; i < rows; i++)
		px_table_stream_put(&stream, px_table_row(table, i));
	px_table_stream_end(&stream, frame->quiet ? NULL : table->total);
	return 0;
}
