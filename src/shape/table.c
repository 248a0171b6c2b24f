/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables: rows are kept as they come, texts in one store, and laid out at the end.
 */
#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "name.h"
#include "put.h"
#include "text.h"

/* Of the store for texts, in bytes. */
#define STORE_SIZE ((size_t)64 * 1024)

/* Texts, which never move. */
struct store {
	struct store *next;
	size_t size, used;
	char bytes[];
};

struct px_table {
	const struct px_table_column *columns;
	size_t column_count;
	struct px_value *values; /* Row by row. */
	size_t row_count, row_size;
	size_t *order; /* In which rows are printed; NULL for that in which they came. */
	struct px_value *total;
	struct store *texts; /* The one with room first. */
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
		if (row[i].type == PX_VALUE_TEXT && keep_text(table, &row[i].text) < 0)
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

void px_say_no_column(struct px_console *console, const char *verb, const char *value,
	const struct px_table_column *columns, size_t count)
{
	px_message_begin(console);
	if (verb != NULL) {
		px_out_string(&console->err, verb);
		px_out_string(&console->err, ": ");
	}
	px_out_string(&console->err, "--sort=");
	px_message_text(console, value);
	px_out_string(&console->err, ": no such column, there are ");
	for (size_t i = 0; i < count; i++) {
		px_out_string(&console->err, i > 0 ? ", " : "");
		px_out_string(&console->err, columns[i].name);
	}
	px_message_end(console);
}

/* What rows are compared by. */
struct sorting {
	const struct px_table *table;
	size_t column;
	bool descending;
};

static int compare_values(const struct px_value *a, const struct px_value *b)
{
	if (a->type == PX_VALUE_TEXT)
		return px_text_compare(&a->text, &b->text);
	if (a->type == PX_VALUE_CHANGE)
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

/* A row, counted as they are printed. */
static const struct px_value *row_at(const struct px_table *table, size_t place)
{
	size_t row = table->order != NULL ? table->order[place] : place;

	return table->values + row * table->column_count;
}

/* A value for people, of what is no text. */
static char *put_value(char *at, const struct px_value *value, enum px_units units)
{
	int64_t change = (int64_t)value->number;

	switch (value->type) {
	case PX_VALUE_NUMBER:
		return px_put_decimal(at, value->number, 0);
	case PX_VALUE_SIZE:
		return px_put_size(at, value->number, units);
	case PX_VALUE_CHANGE:
		if (change != 0)
			*at++ = change < 0 ? '-' : '+';
		return px_put_size(at, change < 0 ? -value->number : value->number, units);
	case PX_VALUE_ADDRESS:
		return px_put_hex(at, value->number, 1);
	default:
		*at++ = '?';
		return at;
	}
}

/* How a table for people is laid out. */
struct layout {
	struct px_console *console;
	const struct px_table *table;
	enum px_units units;
	size_t *widths; /* Of columns, in characters. */
	size_t blanks;  /* Not printed yet: none is to be at the end of a line. */
};

static bool is_left(const struct layout *layout, size_t column)
{
	return layout->table->columns[column].type == PX_VALUE_TEXT;
}

/* What is printed for @value, or its text, in @bytes or where it is. */
static struct pmapx_text shown(const struct layout *layout, const struct px_value *value,
	const char *nothing, char bytes[PX_SIZE_MAX + 1])
{
	if (value->type == PX_VALUE_TEXT)
		return value->text;
	if (value->type == PX_VALUE_NOTHING)
		return (struct pmapx_text){ nothing, strlen(nothing) };
	return (struct pmapx_text){ bytes,
		(size_t)(put_value(bytes, value, layout->units) - bytes) };
}

static void widen(const struct layout *layout, const struct px_value *row)
{
	for (size_t i = 0; i < layout->table->column_count; i++) {
		char bytes[PX_SIZE_MAX + 1];
		struct pmapx_text text = shown(layout, &row[i], "?", bytes);
		size_t width = px_text_width(&layout->console->locale, text.bytes, text.length);

		if (layout->widths[i] < width)
			layout->widths[i] = width;
	}
}

/* Text in a column of its width; of the last one, what there is room for. */
static void put_cell(struct layout *layout, size_t column, struct pmapx_text text)
{
	struct px_console *console = layout->console;
	size_t room = layout->widths[column];
	size_t width = px_text_width(&console->locale, text.bytes, text.length);
	bool is_cut = width > room;

	if (is_cut) {
		text.length = px_text_fit(&console->locale, text.bytes, text.length, room - 1);
		width = room;
	}
	if (!is_left(layout, column))
		layout->blanks += room - width;
	if (text.length > 0) {
		px_out_fill(&console->out, ' ', layout->blanks);
		layout->blanks = 0;
		px_out_text(&console->out, &console->locale, text.bytes, text.length);
	}
	if (is_cut)
		px_out_string(&console->out, "+");
	if (is_left(layout, column))
		layout->blanks += room - width;
}

static void put_row(struct layout *layout, const struct px_value *row, const char *nothing)
{
	for (size_t i = 0; i < layout->table->column_count; i++) {
		char bytes[PX_SIZE_MAX + 1];

		put_cell(layout, i, shown(layout, &row[i], nothing, bytes));
		layout->blanks++;
	}
	layout->blanks = 0;
	px_out_string(&layout->console->out, "\n");
}

/* The line between rows and totals. */
static void put_rule(struct layout *layout)
{
	struct px_out *out = &layout->console->out;

	for (size_t i = 0; i < layout->table->column_count; i++) {
		size_t width = layout->widths[i];

		if (layout->table->total[i].type == PX_VALUE_NOTHING) {
			layout->blanks += width + 1;
			continue;
		}
		px_out_fill(out, ' ', layout->blanks);
		px_out_fill(out, '=', width);
		layout->blanks = 1;
	}
	layout->blanks = 0;
	px_out_string(out, "\n");
}

/* A row of the names of columns. */
static struct px_value *make_headings(const struct px_table *table)
{
	struct px_value *row = calloc(table->column_count, sizeof(*row));

	for (size_t i = 0; row != NULL && i < table->column_count; i++) {
		const char *name = table->columns[i].name;

		row[i] = (struct px_value){ .type = PX_VALUE_TEXT, .text = { name, strlen(name) } };
	}
	return row;
}

/* The last column ends where the terminal does, if anything of it can be seen. */
static void fit(const struct layout *layout)
{
	size_t width = px_console_width(layout->console), before = 0;
	size_t last = layout->table->column_count - 1;

	if (width == 0 || !is_left(layout, last))
		return;
	for (size_t i = 0; i < last; i++)
		before += layout->widths[i] + 1;
	if (width > before + 1 && layout->widths[last] > width - before)
		layout->widths[last] = width - before;
}

static int print_text(const struct px_table *table, struct px_console *console,
	const struct px_shape *shape, size_t rows, const struct px_table_frame *frame)
{
	struct layout layout = { .console = console, .table = table, .units = shape->units };
	struct px_value *headings = make_headings(table);

	layout.widths = calloc(table->column_count, sizeof(*layout.widths));
	if (headings == NULL || layout.widths == NULL) {
		free(headings);
		free(layout.widths);
		return -ENOMEM;
	}
	if (!frame->quiet)
		widen(&layout, headings);
	for (size_t i = 0; i < rows; i++)
		widen(&layout, row_at(table, i));
	if (!frame->quiet && table->total != NULL)
		widen(&layout, table->total);
	fit(&layout);
	if (!frame->quiet)
		put_row(&layout, headings, "");
	for (size_t i = 0; i < rows; i++)
		put_row(&layout, row_at(table, i), "?");
	if (!frame->quiet && table->total != NULL) {
		put_rule(&layout);
		put_row(&layout, table->total, "");
	}
	free(headings);
	free(layout.widths);
	return 0;
}

static void put_record(const struct px_table *table, struct px_out *out, enum px_notation notation,
	const struct px_value *row)
{
	struct px_record record = px_record_begin(out, notation);

	for (size_t i = 0; i < table->column_count; i++) {
		const char *key = table->columns[i].name;

		switch (row[i].type) {
		case PX_VALUE_NOTHING:
			px_record_nothing(&record, key);
			break;
		case PX_VALUE_TEXT:
			px_record_text(&record, key, row[i].text.bytes, row[i].text.length);
			break;
		case PX_VALUE_CHANGE:
			px_record_change(&record, key, (int64_t)row[i].number);
			break;
		case PX_VALUE_ADDRESS:
			px_record_address(&record, key, row[i].number);
			break;
		default:
			px_record_number(&record, key, row[i].number);
			break;
		}
	}
	px_record_end(&record);
}

static void put_all_headings(
	const struct px_table *table, struct px_out *out, enum px_notation notation)
{
	struct px_record record = px_record_begin(out, notation);

	for (size_t i = 0; i < table->column_count; i++)
		px_record_heading(&record, table->columns[i].name);
	px_record_end(&record);
}

static void print_lines(
	const struct px_table *table, struct px_out *out, enum px_notation notation, size_t rows)
{
	if (px_notation_has_headings(notation))
		put_all_headings(table, out, notation);
	for (size_t i = 0; i < rows; i++)
		put_record(table, out, notation, row_at(table, i));
}

static void print_document(const struct px_table *table, struct px_out *out, size_t rows,
	const struct px_table_frame *frame)
{
	px_out_string(out, "{\"schema\":");
	px_out_json_string(out, frame->schema, strlen(frame->schema));
	px_out_string(out, ",\"version\":");
	px_out_number(out, frame->version);
	px_out_string(out, ",");
	if (frame->put_facts != NULL)
		frame->put_facts(out, frame->context);
	px_out_string(out, "\"rows\":[");
	for (size_t i = 0; i < rows; i++) {
		px_out_string(out, i > 0 ? ",\n" : "\n");
		put_record(table, out, PX_NOTATION_JSON, row_at(table, i));
	}
	px_out_string(out, rows > 0 ? "\n]" : "]");
	if (table->total != NULL) {
		px_out_string(out, ",\"totals\":");
		put_record(table, out, PX_NOTATION_JSON, table->total);
	}
	px_out_string(out, "}\n");
}

int px_table_print(const struct px_table *table, struct px_console *console,
	const struct px_shape *shape, const struct px_table_frame *frame)
{
	size_t rows = table->row_count;

	if (shape->top > 0 && shape->top < rows)
		rows = shape->top;
	if (shape->notation == PX_NOTATION_TEXT)
		return print_text(table, console, shape, rows, frame);
	if (shape->notation == PX_NOTATION_JSON)
		print_document(table, &console->out, rows, frame);
	else
		print_lines(table, &console->out, shape->notation, rows);
	return 0;
}
