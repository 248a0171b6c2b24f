/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as CSV (RFC 4180): of COPY, of \copy, of psql --csv.
 *
 * COPY puts quotes around a text that is empty and none around NULL; psql --csv
 * puts them around neither.
 */
#include <errno.h>
#include <string.h>

#include "activity_impl.h"

/* What ends a field. */
enum ending { AT_SEPARATOR, AT_NEWLINE, AT_END };

/* A field that is read at @at. */
struct field {
	struct pmapx_text text;
	size_t next;
	enum ending ending;
};

#define SAY_BEHIND_QUOTE "expected ',' behind a quote that ends a text"

/* Whether the line ends at @at, and where the next one begins. */
static bool is_line_end(const struct px_activity *activity, size_t at, size_t *ret_next)
{
	const char *bytes = activity->text.bytes;
	size_t length = activity->text.length;

	if (at < length && bytes[at] == '\r' && (at + 1 == length || bytes[at + 1] == '\n'))
		at++;
	*ret_next = at < length ? at + 1 : at;
	return at == length || bytes[at] == '\n';
}

/* What ends the field before @at; false if nothing does. */
static bool end_field(const struct px_activity *activity, size_t at, struct field *field)
{
	if (at < activity->text.length && activity->text.bytes[at] == ',') {
		field->next = at + 1;
		field->ending = AT_SEPARATOR;
		return true;
	}
	if (!is_line_end(activity, at, &field->next))
		return false;
	field->ending = activity->text.bytes[field->next - 1] == '\n' && field->next > at
		? AT_NEWLINE
		: AT_END;
	return true;
}

/* A text in quotes, of which the first is at @at; it may be empty, and is never NULL. */
static int read_quoted(struct px_activity *activity, size_t at, struct field *field)
{
	const char *bytes = activity->text.bytes;
	char *room = activity->room + activity->used;
	size_t length = activity->text.length;

	field->text = (struct pmapx_text){ room, 0 };
	for (at++;; at++) {
		const char *quote = at < length ? memchr(bytes + at, '"', length - at) : NULL;

		if (quote == NULL)
			return -ENODATA;
		memcpy(room + field->text.length, bytes + at, (size_t)(quote - bytes) - at);
		field->text.length += (size_t)(quote - bytes) - at;
		at = (size_t)(quote - bytes) + 1;
		if (at == length || bytes[at] != '"')
			break;
		room[field->text.length++] = '"';
	}
	activity->used += field->text.length;
	return end_field(activity, at, field) ? 0 : -EBADMSG;
}

static int read_field(struct px_activity *activity, size_t at, struct field *field)
{
	const char *bytes = activity->text.bytes;
	size_t begin = at;

	if (at < activity->text.length && bytes[at] == '"')
		return read_quoted(activity, at, field);
	while (!end_field(activity, at, field))
		at++;
	field->text = (struct pmapx_text){ at > begin ? bytes + begin : NULL, at - begin };
	return 0;
}

static int csv_begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	size_t at = activity->at;
	struct field field;
	int r;

	do {
		activity->used = 0;
		r = read_field(activity, at, &field);
		if (r == 0)
			r = px_columns_add(activity, &field.text);
		at = field.next;
	} while (r == 0 && field.ending == AT_SEPARATOR);
	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		*refusal = PX_ACTIVITY_NO_HEADER;
		return -ENOTSUP;
	}
	px_activity_move(activity, at);
	return px_columns_check(activity, refusal);
}

/* What is wrong with quotes leaves unknown what is inside of them from there on. */
static int give_up(struct px_activity *activity, uint64_t line, int code, struct pmapx_error *error)
{
	activity->at = activity->text.length;
	return px_row_fail(error, code, line, code == ENODATA ? PX_SAY_CUT : SAY_BEHIND_QUOTE);
}

static int csv_next(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	size_t at, count = 0;
	struct field field;

	/* Lines that are empty are no rows. */
	while (activity->at < activity->text.length && is_line_end(activity, activity->at, &at))
		px_activity_move(activity, at);
	if (activity->at == activity->text.length)
		return 0;
	row->line = activity->line;
	at = activity->at;
	do {
		int r = read_field(activity, at, &field);

		if (r < 0)
			return give_up(activity, row->line, -r, error);
		if (count < activity->count && activity->columns[count] != PX_ACTIVITY_UNKNOWN)
			row->text[activity->columns[count]] = field.text;
		count++;
		at = field.next;
	} while (field.ending == AT_SEPARATOR);
	px_activity_move(activity, at);
	if (field.ending == AT_END)
		return px_row_fail(error, ENODATA, row->line, PX_SAY_CUT);
	if (count != activity->count)
		return px_row_fail(error, EBADMSG, row->line,
			count < activity->count ? PX_SAY_FEW : PX_SAY_MANY);
	return 1;
}

const struct px_activity_shape px_shape_csv = { "csv", csv_begin, csv_next };
