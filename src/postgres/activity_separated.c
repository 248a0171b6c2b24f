/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity with a byte between columns, and nothing that would tell it, or a
 * newline, from one in a text: psql -A, with '|' or a tab, and what other tools save
 * with tabs.
 *
 * So rows are told by what they look like.  One begins in a line whose first columns
 * are as they must be, up to the query; the query is what is left when those behind it
 * have been taken off the end.  A row goes on until it has come to an end and
 * another begins.
 */
#include <errno.h>
#include <string.h>

#include "activity_impl.h"

/* More separators than this are in no name. */
#define EXTRA_MAX 256

static int separated_begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	struct px_line line;
	bool has_pid = false;

	if (!px_line_at(activity, activity->at, &line))
		return -ENOTSUP;
	if (px_columns_read(activity, &line.text, activity->separator) < 0)
		return -ENOMEM;
	px_line_take(activity, &line);
	/* A row that begins with its query would not tell where. */
	for (activity->query = 0; activity->query < activity->count; activity->query++) {
		if (activity->columns[activity->query] == PX_ACTIVITY_QUERY && has_pid)
			break;
		has_pid = has_pid || activity->columns[activity->query] == PX_ACTIVITY_PID;
	}
	return px_columns_check(activity, refusal);
}

/* What is left of a text, and whether there was no separator at its end: then nothing is. */
struct cursor {
	struct pmapx_text rest;
	bool is_ended;
};

static bool take_part(
	const struct px_activity *activity, struct cursor *cursor, struct pmapx_text *ret)
{
	const char *end = cursor->rest.bytes + cursor->rest.length;

	if (cursor->is_ended)
		return false;
	*ret = px_take_until(&cursor->rest, activity->separator);
	cursor->is_ended = ret->bytes + ret->length == end;
	return true;
}

static void put(const struct px_activity *activity, struct px_activity_row *row, size_t index,
	struct pmapx_text text)
{
	unsigned char column = activity->columns[index];

	if (column != PX_ACTIVITY_UNKNOWN)
		row->text[column] = text.length > 0 ? text : (struct pmapx_text){ NULL, 0 };
}

/*
 * The columns from *@index to the next one that can be anything, or to the query: there
 * must be something behind these then, and behind the last column nothing.
 */
static bool take_typed(const struct px_activity *activity, size_t *index, struct cursor *cursor,
	struct px_activity_row *row)
{
	struct pmapx_text part;

	for (; *index < activity->query; ++*index) {
		unsigned char column = activity->columns[*index];

		if (px_column_kind(column) == PX_KIND_FREE)
			return true;
		if (!take_part(activity, cursor, &part) || !px_column_fits(column, &part))
			return false;
		put(activity, row, *index, part);
	}
	return cursor->is_ended == (activity->query == activity->count);
}

/*
 * The columns before the query, at the beginning of @line.  One that can be anything has
 * as few separators in it as those behind it permit.  @ret becomes what is left.
 */
static bool take_columns(const struct px_activity *activity, const struct pmapx_text *line,
	struct px_activity_row *row, struct pmapx_text *ret)
{
	struct cursor cursor = { .rest = *line }, behind;
	size_t index = 0, after, parts = 0;

	if (!take_typed(activity, &index, &cursor, row))
		return false;
	while (index < activity->query) {
		struct pmapx_text text = cursor.rest, part;

		do {
			if (parts++ > activity->count + EXTRA_MAX ||
				!take_part(activity, &cursor, &part))
				return false;
			behind = cursor;
			after = index + 1;
		} while (!take_typed(activity, &after, &behind, row));
		text.length = (size_t)(part.bytes + part.length - text.bytes);
		put(activity, row, index, text);
		cursor = behind;
		index = after;
	}
	*ret = cursor.rest;
	return true;
}

/*
 * The columns behind the query, at the end of @line, from which they are taken: one
 * part each.
 */
static bool take_last_columns(
	const struct px_activity *activity, struct pmapx_text *line, struct px_activity_row *row)
{
	for (size_t i = activity->count; i > activity->query + 1; i--) {
		const char *separator = line->length > 0
			? memrchr(line->bytes, activity->separator, line->length)
			: NULL;
		struct pmapx_text part;

		if (separator == NULL)
			return false;
		part.bytes = separator + 1;
		part.length = (size_t)(line->bytes + line->length - part.bytes);
		if (!px_column_fits(activity->columns[i - 1], &part))
			return false;
		put(activity, row, i - 1, part);
		line->length = (size_t)(separator - line->bytes);
	}
	return true;
}

/* Whether the row that ends in @line, which has @tail of it behind other columns, ends there. */
static bool is_end(const struct px_activity *activity, const struct px_line *line,
	const struct pmapx_text *tail)
{
	struct px_activity_row unused;
	struct pmapx_text rest = *tail;

	return !line->is_cut && take_last_columns(activity, &rest, &unused);
}

/* Whether @line is of what is behind all rows. */
static bool is_behind(const struct px_activity *activity, const struct px_line *line)
{
	uint64_t rows;

	return (line->text.length == 0 || px_is_footer(&line->text, &rows)) &&
		px_is_blank_from(activity, line->next);
}

/*
 * Take the lines of a row, of which @line is the first, and @tail what is behind its first
 * columns, up to its last, which @line becomes, and @tail what is in that of the query and
 * behind it.  Returns 0, or an error that is then behind the row.
 */
static int take_lines(struct px_activity *activity, struct px_line *line, struct pmapx_text *tail,
	uint64_t number, struct pmapx_error *error)
{
	struct px_activity_row unused;
	struct pmapx_text rest;
	struct px_line next;

	px_line_take(activity, line);
	while (activity->query < activity->count && px_line_at(activity, line->next, &next)) {
		if (is_behind(activity, &next) ||
			take_columns(activity, &next.text, &unused, &rest))
			break;
		*line = next;
		*tail = next.text;
		px_line_take(activity, line);
	}
	if (is_end(activity, line, tail))
		return 0;
	if (line->is_cut || activity->at == activity->text.length)
		return px_row_fail(error, ENODATA, number, PX_SAY_CUT);
	return px_row_fail(error, EBADMSG, number, PX_SAY_FEW);
}

static int separated_next(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	struct pmapx_text query, tail;
	struct px_line line;
	int r;

	r = px_row_begin(activity, row, &line, error);
	if (r <= 0)
		return r;
	if (!take_columns(activity, &line.text, row, &query)) {
		px_line_take(activity, &line);
		return px_row_fail(error, line.is_cut ? ENODATA : EBADMSG, row->line,
			line.is_cut ? PX_SAY_CUT : "it does not look like its columns");
	}
	tail = query;
	r = take_lines(activity, &line, &tail, row->line, error);
	if (r < 0 || activity->query == activity->count)
		return r < 0 ? r : 1;
	take_last_columns(activity, &tail, row);
	query.length = (size_t)(tail.bytes + tail.length - query.bytes);
	put(activity, row, activity->query, query);
	return 1;
}

const struct px_activity_shape px_shape_separated = { "separated", separated_begin,
	separated_next };
