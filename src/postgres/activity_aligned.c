/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as psql aligns it: cells between borders, with a margin on either
 * side; '+' in the right margin says that the cell goes on in the next line.
 *
 * psql has made blanks of tabs, and filled cells up with blanks; those at the end of a
 * line are lost.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "activity_impl.h"
#include "display.h"

#define SAY_BORDERS "its borders are not where those of the header are"
#define SAY_NEW "another row begins before its last line"

/*
 * What is behind the characters from @at on that take @width columns, or @end if there are
 * no more; NULL if one is across.
 */
static const char *skip_columns(
	const char *at, const char *end, size_t width, bool has_wide_symbols)
{
	unsigned columns;

	while (at < end) {
		size_t length = px_display_character(at, end, has_wide_symbols, &columns);

		/* Marks without a width are of the character before them. */
		if (columns > width)
			return width == 0 ? at : NULL;
		width -= columns;
		at += length;
	}
	return at;
}

/*
 * The cell at @at, of @width columns with its margins; at the end of a line, psql leaves
 * out what is blank.  Returns what is behind it, or NULL if it is no cell.
 */
static const char *cut_cell(
	const char *at, const char *end, size_t width, bool has_wide_symbols, struct px_cell *cell)
{
	const char *margin;

	*cell = (struct px_cell){ .text.bytes = at, .left = ' ', .right = ' ' };
	if (at == end)
		return end;
	cell->left = *at++;
	margin = skip_columns(at, end, width - 2, has_wide_symbols);
	if (margin == NULL || (cell->left != ' ' && cell->left != '.'))
		return NULL;
	cell->text = (struct pmapx_text){ at, (size_t)(margin - at) };
	if (margin == end)
		return end;
	cell->right = *margin;
	return strchr(" +.", *margin) != NULL && *margin != '\0' ? margin + 1 : NULL;
}

static bool cut_line(
	struct px_activity *activity, const struct pmapx_text *line, bool has_wide_symbols)
{
	const char *at = line->bytes, *end = at + line->length;

	for (size_t i = 0; i < activity->count; i++) {
		bool is_last = i + 1 == activity->count;

		at = cut_cell(at, end, activity->widths[i], has_wide_symbols, &activity->cells[i]);
		if (at == NULL || (is_last ? at != end : at == end || *at != '|'))
			return false;
		at += !is_last;
	}
	return true;
}

/* Cut @line into the cells; false if its borders are elsewhere. */
static bool cut(struct px_activity *activity, const struct pmapx_text *line)
{
	return cut_line(activity, line, true) || cut_line(activity, line, false);
}

/* How wide columns are, from the line of dashes below the header; -ENOTSUP if it is none. */
static int read_widths(struct px_activity *activity, const struct pmapx_text *ruler)
{
	struct pmapx_text rest = *ruler;
	size_t count = 1;

	for (size_t i = 0; i < ruler->length; i++)
		count += ruler->bytes[i] == '+';
	activity->widths = calloc(count, sizeof(*activity->widths));
	activity->cells = calloc(count, sizeof(*activity->cells));
	activity->continued = calloc(count, sizeof(*activity->continued));
	if (activity->widths == NULL || activity->cells == NULL || activity->continued == NULL)
		return -ENOMEM;
	for (activity->count = 0; activity->count < count; activity->count++) {
		activity->widths[activity->count] = px_take_until(&rest, '+').length;
		if (activity->widths[activity->count] < 2)
			return -ENOTSUP;
	}
	return 0;
}

static int read_names(struct px_activity *activity)
{
	size_t count = activity->count;
	int r = 0;

	activity->count = 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct pmapx_text name = px_trim(activity->cells[i].text);

		r = px_columns_add(activity, &name);
	}
	return r;
}

/* Whether any line has been wrapped, which its margins say. */
static bool is_wrapped(struct px_activity *activity)
{
	size_t at = activity->at;
	struct px_line line;

	for (; px_line_at(activity, at, &line); at = line.next) {
		if (!cut(activity, &line.text))
			continue;
		for (size_t i = 0; i < activity->count; i++)
			if (activity->cells[i].left == '.' || activity->cells[i].right == '.')
				return true;
	}
	return false;
}

static int aligned_begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	struct px_line header, ruler;
	int r;

	if (!px_line_at(activity, activity->at, &header) ||
		!px_line_at(activity, header.next, &ruler))
		return -ENOTSUP;
	*refusal = PX_ACTIVITY_NO_HEADER;
	r = read_widths(activity, &ruler.text);
	if (r == 0)
		r = cut(activity, &header.text) ? read_names(activity) : -ENOTSUP;
	if (r < 0)
		return r;
	*refusal = PX_ACTIVITY_TAKEN;
	px_line_take(activity, &header);
	px_line_take(activity, &ruler);
	r = px_columns_check(activity, refusal);
	if (r == 0 && is_wrapped(activity)) {
		*refusal = PX_ACTIVITY_WRAPPED;
		r = -ENOTSUP;
	}
	return r;
}

/* What a cell of the column at @index says: texts are at its left, numbers at its right. */
static struct pmapx_text cell_text(const struct px_activity *activity, size_t index)
{
	struct pmapx_text text = activity->cells[index].text;

	return px_column_kind(activity->columns[index]) == PX_KIND_FREE ? px_trim_end(text)
									: px_trim(text);
}

/* The text of the cell at @index, which goes on below the line @at, put together. */
static struct pmapx_text join(struct px_activity *activity, size_t at, size_t index)
{
	char *begin = activity->room + activity->used, *to = begin;
	struct px_line line;
	bool goes_on = true;

	while (goes_on && px_line_at(activity, at, &line) && cut(activity, &line.text)) {
		struct pmapx_text part = cell_text(activity, index);

		goes_on = activity->cells[index].right == '+';
		memcpy(to, part.bytes, part.length);
		to += part.length;
		if (goes_on)
			*to++ = '\n';
		at = line.next;
	}
	activity->used += (size_t)(to - begin);
	return (struct pmapx_text){ begin, (size_t)(to - begin) };
}

/*
 * The next line of a row, of which cells that are @continued may say something.  Returns 1
 * if any goes on below it, 0 if none does, or an error.
 */
static int take_line(struct px_activity *activity, uint64_t number, struct pmapx_error *error)
{
	struct px_line line;
	int goes_on = 0;

	if (!px_line_at(activity, activity->at, &line) || line.is_cut) {
		activity->at = activity->text.length;
		return px_row_fail(error, ENODATA, number, PX_SAY_CUT);
	}
	if (!cut(activity, &line.text)) {
		/* It may be a row that begins behind one that has been cut. */
		if (activity->line == number)
			px_line_take(activity, &line);
		return px_row_fail(error, EBADMSG, number, SAY_BORDERS);
	}
	for (size_t i = 0; i < activity->count; i++) {
		if (!activity->continued[i] && px_trim(activity->cells[i].text).length > 0)
			return px_row_fail(error, EBADMSG, number, SAY_NEW);
		activity->continued[i] = activity->continued[i] && activity->cells[i].right == '+';
		goes_on |= activity->continued[i];
	}
	px_line_take(activity, &line);
	return goes_on;
}

static int aligned_next(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	struct px_line line;
	size_t begin;
	int r;

	r = px_row_begin(activity, row, &line, error);
	if (r <= 0)
		return r;
	begin = activity->at;
	memset(activity->continued, true, activity->count * sizeof(*activity->continued));
	do
		r = take_line(activity, row->line, error);
	while (r > 0);
	if (r < 0)
		return r;
	/* Texts that are of several lines are put together one after the other. */
	cut(activity, &line.text);
	for (size_t i = 0; i < activity->count; i++) {
		activity->continued[i] = activity->cells[i].right == '+';
		if (!activity->continued[i])
			px_row_put(activity, row, i, cell_text(activity, i));
	}
	for (size_t i = 0; i < activity->count; i++)
		if (activity->continued[i] && activity->columns[i] != PX_ACTIVITY_UNKNOWN)
			px_row_put(activity, row, i, join(activity, begin, i));
	return 1;
}

const struct px_activity_shape px_shape_aligned = { "aligned", aligned_begin, aligned_next };
