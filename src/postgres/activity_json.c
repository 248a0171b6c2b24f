/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as objects of JSON, one behind the other: of row_to_json().
 */
#include <errno.h>

#include "activity_impl.h"
#include "json.h"

static int stop(struct px_json *json, const char *reason)
{
	json->reason = reason;
	return -EBADMSG;
}

/* The value of a member that is known. */
static int read_value(struct px_activity *activity, struct px_json *json, struct pmapx_text *ret)
{
	struct px_json_token token;
	int r = px_json_next(json, &token);

	if (r <= 0)
		return r;
	if (token.kind == PX_JSON_OBJECT || token.kind == PX_JSON_ARRAY)
		return stop(json, "a value is an array or an object");
	if (token.kind == PX_JSON_STRING) {
		char *room = activity->room + activity->used;
		ssize_t length = px_json_decode(&token.text, room, token.text.length);

		if (length < 0)
			return stop(json, "a text has half a character in it");
		activity->used += (size_t)length;
		*ret = (struct pmapx_text){ room, (size_t)length };
	} else if (token.kind != PX_JSON_NULL) {
		*ret = token.text;
	}
	return 1;
}

/* A member; 0 at the end of the object. */
static int read_member(struct px_activity *activity, struct px_json *json,
	struct px_activity_row *row, bool seen[PX_ACTIVITY_COLUMN_COUNT])
{
	struct px_json_token token;
	size_t column = 0;
	int r = px_json_next(json, &token);

	if (r <= 0 || token.kind == PX_JSON_OBJECT_END)
		return r < 0 ? r : 0;
	while (column < PX_ACTIVITY_COLUMN_COUNT &&
		!px_json_equals(
			&token.text, px_activity_column_name((enum px_activity_column)column)))
		column++;
	if (column == PX_ACTIVITY_UNKNOWN)
		return px_json_skip(json);
	if (seen[column])
		return stop(json, "a column is there twice");
	seen[column] = true;
	return read_value(activity, json, &row->text[column]);
}

/* The object that is next; 0 if it has been read. */
static int read_object(
	struct px_activity *activity, struct px_json *json, struct px_activity_row *row)
{
	bool seen[PX_ACTIVITY_COLUMN_COUNT] = { false };
	struct px_json_token token;
	int r;

	px_json_init(json,
		&(struct pmapx_text){ activity->text.bytes + activity->at,
			activity->text.length - activity->at });
	r = px_json_next(json, &token);
	if (r > 0 && token.kind != PX_JSON_OBJECT)
		r = stop(json, "expected an object");
	while (r > 0)
		r = read_member(activity, json, row, seen);
	return r;
}

/* Which members an object has is known when it has been read: the first speaks for all. */
static int json_begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	struct px_activity_row row = { .line = 1 };
	struct px_json json;

	if (read_object(activity, &json, &row) < 0 || row.text[PX_ACTIVITY_PID].bytes != NULL)
		return 0;
	*refusal = PX_ACTIVITY_NO_PID;
	return -ENOTSUP;
}

/* Go on at the first line behind the first one that may be of another object. */
static void go_on(struct px_activity *activity, size_t at)
{
	struct px_line line;

	px_line_at(activity, activity->at, &line);
	do
		px_line_take(activity, &line);
	while (px_line_at(activity, activity->at, &line) &&
		(line.next <= at || line.text.length == 0 || *line.text.bytes != '{'));
}

static int json_next(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	struct px_line line;
	struct px_json json;
	int r;

	while (px_line_at(activity, activity->at, &line) && px_trim(line.text).length == 0)
		px_line_take(activity, &line);
	row->line = activity->line;
	if (activity->at == activity->text.length)
		return 0;
	r = read_object(activity, &json, row);
	if (r < 0) {
		go_on(activity, activity->at + (r == -ENODATA ? 0 : json.at));
		return px_row_fail(error, -r, row->line, r == -ENODATA ? PX_SAY_CUT : json.reason);
	}
	px_activity_move(activity, activity->at + json.at);
	return 1;
}

const struct px_activity_shape px_shape_json = { "json", json_begin, json_next };
