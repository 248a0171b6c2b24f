/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as somebody has saved it: which shape a text has, and what all
 * shapes have in common.
 */
#include "activity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "activity_impl.h"
#include "scan.h"
#include "timestamp.h"

/* How aligned text begins with linestyle unicode: one of the light lines or corners. */
#define BOX "\xe2\x94"

const char *px_activity_refusal_words(enum px_activity_refusal refusal)
{
	switch (refusal) {
	case PX_ACTIVITY_TAKEN:
		break;
	case PX_ACTIVITY_EMPTY:
		return "it is empty";
	case PX_ACTIVITY_UTF16:
		return "it is UTF-16, which PowerShell makes of what it redirects";
	case PX_ACTIVITY_NO_HEADER:
		return "it does not begin with the names of columns";
	case PX_ACTIVITY_NO_PID:
		return "it has no column pid";
	case PX_ACTIVITY_TWICE:
		return "it has a column twice";
	case PX_ACTIVITY_WRAPPED:
		return "its lines have been wrapped";
	case PX_ACTIVITY_BORDER:
		return "its border is another one than psql has by default";
	case PX_ACTIVITY_UNICODE:
		return "its borders are drawn with Unicode";
	case PX_ACTIVITY_HTML:
		return "it is HTML";
	}
	return "it can";
}

/* Whether the first line, at @line, has columns between @separator, one of them "pid". */
static bool has_pid_between(const struct px_line *line, char separator)
{
	struct pmapx_text rest = line->text, name;
	bool found = false;

	while (!found && rest.length > 0) {
		name = px_take_until(&rest, separator);
		if (separator == ',' && name.length >= 2 && *name.bytes == '"')
			name = (struct pmapx_text){ name.bytes + 1, name.length - 2 };
		found = px_column_find(&name) == PX_ACTIVITY_PID;
	}
	return found;
}

static bool begins(const struct pmapx_text *text, const char *with)
{
	return text->length >= strlen(with) && memcmp(text->bytes, with, strlen(with)) == 0;
}

/* Whether @line is of nothing but dashes and @crossing. */
static bool is_ruler(const struct pmapx_text *line, char crossing)
{
	for (size_t i = 0; i < line->length; i++)
		if (line->bytes[i] != '-' && line->bytes[i] != crossing)
			return false;
	return line->length > 0 && *line->bytes == '-';
}

/* Shapes that tell columns apart by one byte, and name them in the first line. */
static const struct px_activity_shape *recognise_separated(
	struct px_activity *activity, const struct px_line *line)
{
	static const char separators[] = "\t|,";

	for (const char *at = separators; *at != '\0'; at++) {
		activity->separator = *at;
		if (!has_pid_between(line, *at))
			continue;
		if (*at == ',')
			return &px_shape_csv;
		return *at == '\t' && px_copy_has_nulls(activity, line) ? &px_shape_copy
									: &px_shape_separated;
	}
	return NULL;
}

/* Why a text that begins with @line cannot be read, when no shape has been found. */
static enum px_activity_refusal refuse(
	const struct px_activity *activity, const struct px_line *line)
{
	const struct pmapx_text *text = &line->text;
	struct px_line second;

	if (memmem(text->bytes, text->length, BOX, strlen(BOX)) != NULL)
		return PX_ACTIVITY_UNICODE;
	if (begins(text, "<"))
		return PX_ACTIVITY_HTML;
	if (begins(text, "+-") || begins(text, "* "))
		return PX_ACTIVITY_BORDER;
	if (px_line_at(activity, line->next, &second) && is_ruler(&second.text, ' '))
		return PX_ACTIVITY_BORDER;
	for (const char *at = "\t|,"; *at != '\0'; at++) {
		struct pmapx_text rest = *text;

		while (rest.length > 0) {
			struct pmapx_text name = px_take_until(&rest, *at);

			if (px_column_find(&name) != PX_ACTIVITY_UNKNOWN)
				return PX_ACTIVITY_NO_PID;
		}
	}
	return PX_ACTIVITY_NO_HEADER;
}

static const struct px_activity_shape *recognise(
	struct px_activity *activity, enum px_activity_refusal *refusal)
{
	const struct px_activity_shape *shape;
	struct px_line line, second;

	if (begins(&activity->text, "\xff\xfe") || begins(&activity->text, "\xfe\xff")) {
		*refusal = PX_ACTIVITY_UTF16;
		return NULL;
	}
	if (begins(&activity->text, "\xef\xbb\xbf"))
		activity->at += 3;
	while (px_line_at(activity, activity->at, &line) && px_trim(line.text).length == 0)
		px_line_take(activity, &line);
	if (!px_line_at(activity, activity->at, &line)) {
		*refusal = PX_ACTIVITY_EMPTY;
		return NULL;
	}
	if (begins(&line.text, "{"))
		return &px_shape_json;
	if (begins(&line.text, "-[ "))
		return &px_shape_expanded;
	if (px_line_at(activity, line.next, &second) && is_ruler(&second.text, '+'))
		return &px_shape_aligned;
	shape = recognise_separated(activity, &line);
	if (shape == NULL)
		*refusal = refuse(activity, &line);
	return shape;
}

static int begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	activity->room = malloc(activity->text.length + 1);
	if (activity->room == NULL)
		return -ENOMEM;
	activity->shape = recognise(activity, refusal);
	return activity->shape != NULL ? activity->shape->begin(activity, refusal) : -ENOTSUP;
}

int px_activity_open(
	const struct pmapx_text *text, struct px_activity **ret, enum px_activity_refusal *refusal)
{
	struct px_activity *activity;
	int r;

	*refusal = PX_ACTIVITY_TAKEN;
	if (text->length > PX_ACTIVITY_MAX)
		return -EFBIG;
	activity = calloc(1, sizeof(*activity));
	if (activity == NULL)
		return -ENOMEM;
	activity->text = *text;
	activity->line = 1;
	activity->end = text->length;
	while (activity->end > 0 && strchr(" \t\r\n", text->bytes[activity->end - 1]) != NULL &&
		text->bytes[activity->end - 1] != '\0')
		activity->end--;
	r = begin(activity, refusal);
	if (r < 0)
		px_activity_close(activity);
	else
		*ret = activity;
	return r;
}

void px_activity_close(struct px_activity *activity)
{
	if (activity == NULL)
		return;
	free(activity->columns);
	free(activity->room);
	free(activity->widths);
	free(activity->cells);
	free(activity->continued);
	free(activity);
}

const char *px_activity_shape_name(const struct px_activity *activity)
{
	return activity->shape->name;
}

/* What the texts of a row say in numbers. */
static int read_numbers(struct px_activity_row *row, struct pmapx_error *error)
{
	const struct pmapx_text *pid = &row->text[PX_ACTIVITY_PID];
	const struct pmapx_text *start = &row->text[PX_ACTIVITY_BACKEND_START];
	uint64_t number = 0;

	if (pid->length == 0 ||
		px_scan_decimal(pid->bytes, pid->bytes + pid->length, &number) !=
			pid->bytes + pid->length ||
		number < 1 || number > INT32_MAX)
		return px_row_fail(
			error, EBADMSG, row->line, "its pid is not a number of a process");
	row->pid = (uint32_t)number;
	row->has_backend_start = start->length > 0 &&
		px_timestamp_parse(start, &row->backend_start_us);
	return 1;
}

int px_activity_next(
	struct px_activity *activity, struct px_activity_row *ret, struct pmapx_error *error)
{
	struct px_activity_row row = { .line = activity->line };
	struct pmapx_error unread;
	int r;

	activity->used = 0;
	r = activity->shape->next(activity, &row, error != NULL ? error : &unread);
	if (r == 0)
		return 0;
	activity->rows++;
	if (r > 0)
		r = read_numbers(&row, error != NULL ? error : &unread);
	if (r > 0)
		*ret = row;
	return r;
}
