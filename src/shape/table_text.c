/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for people.
 */
#include "table_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "put.h"
#include "text.h"

/* A value for people, of what is no text. */
static char *put_value(char *at, const struct px_value *value, enum px_units units)
{
	bool has_plus = value->type == PX_VALUE_CHANGE || value->type == PX_VALUE_BALANCE;
	uint64_t number = value->number;

	/* As two's complement, above the largest that has no minus. */
	if (px_value_may_have_sign(value->type) && number > INT64_MAX) {
		*at++ = '-';
		number = -number;
	} else if (has_plus && number > 0) {
		*at++ = '+';
	}
	switch (value->type) {
	case PX_VALUE_NUMBER:
	case PX_VALUE_BALANCE:
	case PX_VALUE_INTEGER:
		return px_put_decimal(at, number, 0);
	case PX_VALUE_SIZE:
	case PX_VALUE_CHANGE:
	case PX_VALUE_REST:
		return px_put_size(at, number, units);
	case PX_VALUE_ADDRESS:
		return px_put_hex(at, value->number, 1);
	default:
		*at++ = '?';
		return at;
	}
}

/* How much is left of texts that are cut, as a terminal shows them. */
#define TEXT_MIN ((size_t)8)

/* And how much of those that could be left out altogether, while there is room for it. */
#define SPARE_MAX ((size_t)24)

/* How a table for people is laid out. */
struct layout {
	struct px_console *console;
	const struct px_table *table;
	enum px_units units;
	size_t *widths; /* Of columns, as a terminal shows them; 0 if it is left out. */
	size_t blanks;  /* Not printed yet: none is to be at the end of a line. */
	bool is_below;  /* What the totals are of has a line of its own. */
};

static bool is_left(const struct layout *layout, size_t column)
{
	return layout->table->columns[column].type == PX_VALUE_TEXT;
}

/* What is printed for @value, or its text, in @bytes or where it is. */
static struct pmapx_text shown(const struct layout *layout, const struct px_value *value,
	const char *nothing, char bytes[PX_SIZE_MAX + 1])
{
	if (value->type == PX_VALUE_TEXT || value->type == PX_VALUE_REAL)
		return value->text;
	if (value->type == PX_VALUE_NOTHING)
		return (struct pmapx_text){ nothing, strlen(nothing) };
	return (struct pmapx_text){ bytes,
		(size_t)(put_value(bytes, value, layout->units) - bytes) };
}

static void widen(const struct layout *layout, const struct px_value *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char bytes[PX_SIZE_MAX + 1];
		struct pmapx_text text = shown(layout, &row[i], "?", bytes);
		size_t width = px_text_width(&layout->console->locale, text.bytes, text.length);

		if (layout->widths[i] < width)
			layout->widths[i] = width;
	}
}

/* Text in a column: of a longer one, what there is room for. */
static void put_cell(struct layout *layout, size_t column, struct pmapx_text text)
{
	struct px_console *console = layout->console;
	size_t room = layout->widths[column];
	size_t width = px_text_width(&console->locale, text.bytes, text.length);
	bool is_cut = width > room;

	if (is_cut) {
		text.length = px_text_fit(&console->locale, text.bytes, text.length, room - 1);
		/* Before a wide character there may be less. */
		width = px_text_width(&console->locale, text.bytes, text.length) + 1;
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

/* A row, in a colour that begins so, if not NULL. */
static void put_coloured(
	struct layout *layout, const struct px_value *row, const char *nothing, const char *colour)
{
	if (colour != NULL)
		px_out_string(&layout->console->out, colour);

	for (size_t i = 0; i < layout->table->column_count; i++) {
		char bytes[PX_SIZE_MAX + 1];

		if (layout->widths[i] == 0)
			continue;
		put_cell(layout, i, shown(layout, &row[i], nothing, bytes));
		layout->blanks++;
	}
	layout->blanks = 0;
	px_out_string(&layout->console->out, colour != NULL ? "\033[m\n" : "\n");
}

static void put_row(struct layout *layout, const struct px_value *row, const char *nothing)
{
	put_coloured(layout, row, nothing, NULL);
}

/* The line between rows and totals; words, which are no sum, have none. */
static void put_rule(struct layout *layout)
{
	struct px_out *out = &layout->console->out;

	for (size_t i = 0; i < layout->table->column_count; i++) {
		enum px_value_type type = layout->table->total[i].type;
		size_t width = layout->widths[i];

		if (width == 0)
			continue;
		if (type == PX_VALUE_NOTHING || type == PX_VALUE_TEXT) {
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

/* How long lines are. */
static size_t line_width(const struct layout *layout)
{
	size_t width = 0;

	for (size_t i = 0; i < layout->table->column_count; i++)
		width += layout->widths[i] + (layout->widths[i] > 0);
	return width - (width > 0);
}

/* The widest column of text; the number of columns if there is none. */
static size_t widest_text(const struct layout *layout)
{
	size_t count = layout->table->column_count, widest = count;

	for (size_t i = 0; i < count; i++)
		if (is_left(layout, i) &&
			(widest == count || layout->widths[i] > layout->widths[widest]))
			widest = i;
	return widest;
}

/* Whether a column of sizes has none in any of the rows. */
static bool is_void(const struct layout *layout, size_t column)
{
	const struct px_table *table = layout->table;
	enum px_value_type type = table->columns[column].type;

	if (type != PX_VALUE_SIZE && type != PX_VALUE_CHANGE && type != PX_VALUE_REST)
		return false;
	/* Where there are no rows, there is not even that. */
	if (table->row_count == 0)
		return false;
	/* What could not be read is not nothing. */
	for (size_t i = 0; i < table->row_count; i++)
		if (px_table_row(table, i)[column].type != type ||
			px_table_row(table, i)[column].number != 0)
			return false;
	return table->total == NULL || table->total[column].type != type ||
		table->total[column].number == 0;
}

/* The column that a list of names, with blanks between, begins with; their number if there is none. */
static size_t find_first(const struct layout *layout, const char *names)
{
	size_t length = strcspn(names, " "), count = layout->table->column_count, column = 0;

	while (column < count &&
		(strlen(layout->table->columns[column].name) != length ||
			memcmp(layout->table->columns[column].name, names, length) != 0))
		column++;
	return column;
}

/* Leave out columns that can be spared, until lines fit; first, less is seen of long texts in them. */
static void spare_columns(const struct layout *layout, const char *spare, size_t room)
{
	for (int pass = 0; pass < 2; pass++)
		for (const char *at = spare; at != NULL && line_width(layout) > room;
			at = strchr(at, ' ') != NULL ? strchr(at, ' ') + 1 : NULL) {
			size_t column = find_first(layout, at);

			if (column == layout->table->column_count)
				continue;
			if (pass == 1)
				layout->widths[column] = 0;
			else if (is_left(layout, column) && layout->widths[column] > SPARE_MAX)
				layout->widths[column] = SPARE_MAX;
		}
}

/*
 * Lines end where the terminal does, if that leaves something to be seen of texts.  To see
 * more of them, columns that have nothing to say are left out, unless @all are to stay, and those
 * that can be spared.
 */
static void fit(const struct layout *layout, bool all, const char *spare)
{
	size_t room = px_console_width(layout->console), count = layout->table->column_count;

	if (room == 0)
		return;
	for (size_t i = 0; !all && i < count && line_width(layout) > room; i++)
		if (is_void(layout, i))
			layout->widths[i] = 0;
	spare_columns(layout, spare, room);
	while (line_width(layout) > room) {
		size_t widest = widest_text(layout), excess = line_width(layout) - room;

		if (widest == count || layout->widths[widest] <= TEXT_MIN)
			return;
		layout->widths[widest] -= excess < layout->widths[widest] - TEXT_MIN
			? excess
			: layout->widths[widest] - TEXT_MIN;
	}
}

/*
 * What the totals are of, or NULL: text in the last column.  That they may not be complete
 * must not be cut away, so that it has no part in how wide columns are.
 */
static const struct pmapx_text *label_of(const struct px_table *table)
{
	const struct px_value *value = &table->total[table->column_count - 1];

	return value->type == PX_VALUE_TEXT ? &value->text : NULL;
}

/* The label is behind the totals if the line has room for all of it, or else below them. */
static void place_label(struct layout *layout)
{
	const struct pmapx_text *label = label_of(layout->table);
	size_t last = layout->table->column_count - 1, *width = &layout->widths[last];
	size_t before = *width, room = px_console_width(layout->console);
	size_t wanted = label == NULL
		? 0
		: px_text_width(&layout->console->locale, label->bytes, label->length);

	if (wanted <= before)
		return;
	*width = wanted;
	layout->is_below = room > 0 && line_width(layout) > room;
	if (layout->is_below)
		*width = before;
}

/* Totals, below a line between them and the rows. */
static void put_total(struct layout *layout)
{
	struct px_console *console = layout->console;
	const struct pmapx_text *label = label_of(layout->table);
	size_t *width = &layout->widths[layout->table->column_count - 1], before = *width;

	put_rule(layout);
	if (layout->is_below)
		*width = 0;
	put_row(layout, layout->table->total, "");
	*width = before;
	if (!layout->is_below)
		return;
	px_out_string(&console->out, "(totals: ");
	px_out_text(&console->out, &console->locale, label->bytes, label->length);
	px_out_string(&console->out, ")\n");
}

/* Say which columns were left out: those that have nothing to say, or the others. */
static void put_left_out(const struct layout *layout, bool are_void)
{
	struct px_out *out = &layout->console->out;
	const char *before = are_void ? "(left out, as all are 0: "
				      : "(left out on this terminal: ";

	for (size_t i = 0; i < layout->table->column_count; i++) {
		if (layout->widths[i] > 0 || *layout->table->columns[i].name == '\0' ||
			is_void(layout, i) != are_void)
			continue;
		px_out_string(out, before);
		px_out_string(out, layout->table->columns[i].name);
		before = ", ";
	}
	if (*before == ',')
		px_out_string(out, ")\n");
}

/* Whether anything adds up. */
static bool has_total(const struct px_table *table)
{
	bool any = false;

	for (size_t i = 0; table->total != NULL && i < table->column_count; i++)
		any |= table->total[i].type != PX_VALUE_NOTHING;
	return any;
}

int px_table_print_text(const struct px_table *table, struct px_console *console,
	const struct px_shape *shape, size_t rows, const struct px_table_frame *frame)
{
	struct layout layout = { .console = console, .table = table, .units = shape->units };
	struct px_value *headings = make_headings(table);
	bool has_totals = !frame->quiet && has_total(table);

	layout.widths = calloc(table->column_count, sizeof(*layout.widths));
	if (headings == NULL || layout.widths == NULL) {
		free(headings);
		free(layout.widths);
		return -ENOMEM;
	}
	/* A column that is there has room for something; one without a name may be for a label. */
	for (size_t i = 0; i < table->column_count; i++)
		layout.widths[i] = *table->columns[i].name != '\0';
	if (!frame->quiet)
		widen(&layout, headings, table->column_count);
	for (size_t i = 0; i < rows; i++)
		widen(&layout, px_table_row(table, i), table->column_count);
	if (has_totals)
		widen(&layout, table->total, table->column_count - (label_of(table) != NULL));
	fit(&layout, frame->quiet || frame->all_columns, frame->spare);
	if (has_totals)
		place_label(&layout);
	if (!frame->quiet)
		put_row(&layout, headings, "");
	for (size_t i = 0; i < rows; i++) {
		const struct px_value *row = px_table_row(table, i);

		put_coloured(&layout, row, "?", frame->colour != NULL ? frame->colour(row) : NULL);
	}
	if (has_totals)
		put_total(&layout);
	if (!frame->quiet) {
		put_left_out(&layout, true);
		put_left_out(&layout, false);
	}
	free(headings);
	free(layout.widths);
	return 0;
}
