/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as psql -x shows it: a line for each column, below a line for each
 * record; texts of several lines go on behind a key that is blank, and say so with a '+'
 * at their right.
 *
 * psql has made blanks of tabs, and filled lines up with blanks before a '+'; those at
 * the end of such a line are lost.
 */
#include <errno.h>
#include <string.h>

#include "activity_impl.h"

#define SAY_COLUMNS "it has other columns than the first row"
#define SAY_LINE "it has a line without a '|' and a blank"
#define SAY_PLUS "a text goes on without a '+' above"

/* "-[ RECORD 1 ]---+---", in some language. */
static bool is_record(const struct pmapx_text *line)
{
	size_t i = line->length;

	if (line->length < 5 || memcmp(line->bytes, "-[ ", 3) != 0)
		return false;
	while (i > 0 && (line->bytes[i - 1] == '-' || line->bytes[i - 1] == '+'))
		i--;
	return i > 4 && memcmp(line->bytes + i - 2, " ]", 2) == 0;
}

/* What is on both sides of the border of @line; false if it has none. */
static bool split(
	const struct px_line *line, struct pmapx_text *ret_key, struct pmapx_text *ret_text)
{
	struct pmapx_text rest = line->text;

	*ret_key = px_take_until(&rest, '|');
	if (ret_key->length == line->text.length ||
		(rest.length > 0 && *rest.bytes != ' ' && *rest.bytes != '.'))
		return false;
	*ret_key = px_trim(*ret_key);
	*ret_text = rest;
	if (rest.length > 0)
		*ret_text = (struct pmapx_text){ rest.bytes + 1, rest.length - 1 };
	return true;
}

/* Whether any line has been wrapped: the margin at its left says so. */
static bool is_wrapped(const struct px_activity *activity)
{
	size_t at = activity->at;
	struct pmapx_text key, text;
	struct px_line line;

	for (; px_line_at(activity, at, &line); at = line.next)
		if (split(&line, &key, &text) && key.length == 0 && text.bytes[-1] == '.')
			return true;
	return false;
}

/* The columns are those of the first record. */
static int expanded_begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	struct pmapx_text key, text;
	struct px_line line;
	int r = 0;

	if (!px_line_at(activity, activity->at, &line) || !is_record(&line.text)) {
		*refusal = PX_ACTIVITY_NO_HEADER;
		return -ENOTSUP;
	}
	while (r == 0 && px_line_at(activity, line.next, &line) && split(&line, &key, &text))
		if (key.length > 0)
			r = px_columns_add(activity, &key);
	if (r == 0)
		r = px_columns_check(activity, refusal);
	if (r == 0 && is_wrapped(activity)) {
		*refusal = PX_ACTIVITY_WRAPPED;
		r = -ENOTSUP;
	}
	return r;
}

/* Append @part to @text, which is at the end of the room. */
static void append(struct px_activity *activity, struct pmapx_text *text, struct pmapx_text part)
{
	memcpy(activity->room + activity->used, part.bytes, part.length);
	activity->used += part.length;
	text->length += part.length;
}

/*
 * The text of a column, of which @part is in the line that has been read, and what
 * follows is in those behind it.  Returns 0 or an error.
 */
static int read_text(struct px_activity *activity, struct pmapx_text part, uint64_t number,
	struct pmapx_text *ret, struct pmapx_error *error)
{
	struct pmapx_text key, more;
	struct px_line line;

	*ret = (struct pmapx_text){ activity->room + activity->used, 0 };
	while (px_line_at(activity, activity->at, &line) && split(&line, &key, &more) &&
		key.length == 0) {
		struct pmapx_text trimmed = px_trim_end(part);

		if (trimmed.length == 0 || trimmed.bytes[trimmed.length - 1] != '+')
			return px_row_fail(error, EBADMSG, number, SAY_PLUS);
		trimmed.length--;
		append(activity, ret, px_trim_end(trimmed));
		append(activity, ret, (struct pmapx_text){ "\n", 1 });
		part = more;
		px_line_take(activity, &line);
		if (line.is_cut)
			return px_row_fail(error, ENODATA, number, PX_SAY_CUT);
	}
	append(activity, ret, part);
	return 0;
}

/*
 * A record has all its columns, if @count are all of them: nobody knows how many the first
 * one has, nor whether @last goes on, if the text ends here without an empty line.
 */
static int end_record(const struct px_activity *activity, const struct px_activity_row *row,
	size_t count, struct pmapx_text last, struct pmapx_error *error)
{
	bool is_at_end = activity->at == activity->text.length;

	last = px_trim_end(last);
	if (count == activity->count &&
		!(is_at_end &&
			(activity->rows == 0 ||
				(last.length > 0 && last.bytes[last.length - 1] == '+'))))
		return 1;
	return px_row_fail(error, is_at_end ? ENODATA : EBADMSG, row->line,
		is_at_end ? PX_SAY_CUT : PX_SAY_FEW);
}

/* The lines of a record, up to what is behind it. */
static int read_record(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	struct pmapx_text key, text = { NULL, 0 };
	struct px_line line;
	size_t index = 0;

	while (px_line_at(activity, activity->at, &line) && line.text.length > 0 &&
		!is_record(&line.text) && *line.text.bytes != '(') {
		if (line.is_cut)
			return px_row_fail(error, ENODATA, row->line, PX_SAY_CUT);
		if (!split(&line, &key, &text))
			return px_row_fail(error, EBADMSG, row->line, SAY_LINE);
		if (index == activity->count)
			return px_row_fail(error, EBADMSG, row->line, PX_SAY_MANY);
		if (activity->columns[index] != px_column_find(&key))
			return px_row_fail(error, EBADMSG, row->line, SAY_COLUMNS);
		px_line_take(activity, &line);
		if (read_text(activity, text, row->line, &text, error) < 0)
			return -error->code;
		px_row_put(activity, row, index++, text);
	}
	return end_record(activity, row, index, text, error);
}

static int expanded_next(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	struct px_line line;
	int r;

	r = px_row_begin(activity, row, &line, error);
	if (r <= 0)
		return r;
	px_line_take(activity, &line);
	if (is_record(&line.text))
		r = read_record(activity, row, error);
	else
		r = px_row_fail(error, EBADMSG, row->line, "expected the first line of a record");
	/* What is left of a record that is wrong says nothing. */
	if (r < 0)
		while (px_line_at(activity, activity->at, &line) && !is_record(&line.text))
			px_line_take(activity, &line);
	return r;
}

const struct px_activity_shape px_shape_expanded = { "expanded", expanded_begin, expanded_next };
