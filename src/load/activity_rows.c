/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity beside the processes, and whether the files of options can be read at all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "activity.h"
#include "beside.h"
#include "descriptor.h"
#include "scan.h"

#define PIECE ((size_t)128 * 1024)

/* The column of the table that has a column of pg_stat_activity. */
static const enum px_PG_ACTIVITY_column activity_columns[PX_ACTIVITY_COLUMN_COUNT] = {
#define X(name, column, kind) [PX_ACTIVITY_##name] = PX_PG_ACTIVITY_##name,
	PX_ACTIVITY_COLUMNS(X)
#undef X
};

static void add_activity(struct px_loading *loading, const struct px_activity_row *activity)
{
	struct px_datum row[PX_PG_ACTIVITY_COLUMNS];
	const struct pmapx_text *leader = &activity->text[PX_ACTIVITY_LEADER_PID];
	const int64_t *start = activity->has_backend_start ? &activity->backend_start_us : NULL;
	uint64_t number = 0;

	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++)
		row[activity_columns[i]] = px_beside_text(&activity->text[i]);
	row[PX_PG_ACTIVITY_PID] = px_datum_number(activity->pid);
	row[PX_PG_ACTIVITY_SEQ] = px_datum_number(++loading->activity_rows);
	row[PX_PG_ACTIVITY_PG_INSTANCE] = px_beside_instance(loading->told_by);
	/* The one column that is a number. */
	row[PX_PG_ACTIVITY_LEADER_PID] = px_datum_null();
	if (leader->length > 0 &&
		px_scan_decimal(leader->bytes, leader->bytes + leader->length, &number) ==
			leader->bytes + leader->length &&
		number <= INT32_MAX)
		row[PX_PG_ACTIVITY_LEADER_PID] = px_datum_number((int64_t)number);
	row[PX_PG_ACTIVITY_BACKEND_START_US] = start != NULL ? px_datum_number(*start)
							     : px_datum_null();
	px_load_add(loading, PX_TABLE_PG_ACTIVITY, row);
}

/* Whose the rows are: all are of one server.  0 or -ENOMEM. */
static int find_teller(struct px_loading *loading, const struct px_told_input *input,
	const struct pmapx_text *text)
{
	enum px_activity_refusal refusal = PX_ACTIVITY_TAKEN;
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	size_t count = 0, known = 0, bad = 0;
	int r = px_activity_open(text, &activity, &refusal);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	while ((r = px_activity_next(activity, &row, &error)) != 0) {
		if (r < 0) {
			bad++;
			continue;
		}
		count++;
		known += px_servers_has(&loading->servers, row.pid);
		px_servers_hear(&loading->servers, row.pid,
			row.has_backend_start ? &row.backend_start_us : NULL);
	}
	px_activity_close(activity);
	loading->told_by = px_servers_judge(&loading->servers);
	if (loading->told_by == 0 && loading->servers.instances > 1 && count > 0)
		px_beside_say_unknown(loading, input);
	else if (count > 0 && known == 0)
		px_beside_say_strange(loading, input, "row", count);
	else if (count + bad == 0)
		px_load_say(loading, input->name, "there is no row in it");
	return 0;
}

/* Its shape cannot be read. */
static void say_refused(struct px_loading *loading, const struct px_told_input *input, int r,
	enum px_activity_refusal refusal)
{
	char why[512];

	(void)snprintf(why, sizeof(why), "cannot be read: %s; this can: %s",
		r == -EFBIG ? "it is too long" : px_activity_refusal_words(refusal),
		PX_ACTIVITY_COMMAND);
	px_load_say(loading, input->name, why);
}

/* All rows of a text. */
static int add_activities(struct px_loading *loading, const struct px_told_input *input,
	const struct pmapx_text *text)
{
	enum px_activity_refusal refusal = PX_ACTIVITY_TAKEN;
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	struct px_trouble trouble = { .count = 0 };
	int r = px_activity_open(text, &activity, &refusal);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		say_refused(loading, input, r, refusal);
		loading->is_damaged = true;
		return 0;
	}
	r = find_teller(loading, input, text);
	if (r < 0) {
		px_activity_close(activity);
		return r;
	}
	while ((r = px_activity_next(activity, &row, &error)) != 0) {
		if (r == 1)
			add_activity(loading, &row);
		else
			px_trouble_note(&trouble, error.line, error.reason);
	}
	px_trouble_tell(loading, input, &trouble, "");
	loading->is_damaged |= trouble.count > 0;
	px_activity_close(activity);
	return 0;
}

static const char *text_of(const struct px_bytes *bytes)
{
	return bytes->bytes != NULL ? bytes->bytes : "";
}

/* All of it; one byte more than is read shows that it is too long. */
static int read_whole(struct px_told_input *input, struct px_bytes *ret)
{
	char *piece = malloc(PIECE);
	ssize_t n = piece != NULL ? 1 : -ENOMEM;

	while (n > 0 && ret->length <= PX_ACTIVITY_MAX) {
		n = px_told_input_read(input, piece, PIECE);
		if (n > 0 && px_bytes_append(ret, piece, (size_t)n) < 0)
			n = -ENOMEM;
	}
	free(piece);
	return n < 0 ? (int)n : 0;
}

int px_load_activity(struct px_loading *loading, struct pmapx_source *source)
{
	struct px_bytes bytes = { .bytes = NULL };
	struct px_told_input found,
		*input = px_beside_find(loading, source, loading->options->activity,
			&loading->activity, PX_HOST_ACTIVITY, &found);
	int r;

	if (input == NULL)
		return 0;
	r = read_whole(input, &bytes);
	if (r == 0) {
		r = add_activities(
			loading, input, &(struct pmapx_text){ text_of(&bytes), bytes.length });
	} else if (r != -ENOMEM) {
		px_load_say(loading, input->name, px_describe_error(-r));
		loading->is_damaged = true;
		r = 0;
	}
	free(bytes.bytes);
	return r;
}

/* Open the file of an option; false after a message. */
static bool open_option(
	struct px_loading *loading, const char *path, uint64_t max, struct px_told_input *ret)
{
	char why[PX_TROUBLE_MAX];
	int r;

	if (path == NULL)
		return true;
	r = px_told_input_open(ret, path, loading->folder, max, why);
	if (*why != '\0')
		px_load_say(loading, path, why);
	/* What came before the damage counts. */
	loading->is_damaged |= *why != '\0';
	return r == 0;
}

/* Whether pg_stat_activity of the option is of a shape that can be read; false after a message. */
static bool check_activity(struct px_loading *loading)
{
	enum px_activity_refusal refusal = PX_ACTIVITY_TAKEN;
	struct px_told_input *input = &loading->activity;
	struct px_bytes bytes = { .bytes = NULL };
	struct px_activity *activity = NULL;
	int r = read_whole(input, &bytes);

	if (r < 0) {
		px_load_say(loading, input->name, px_describe_error(-r));
	} else {
		r = px_activity_open(
			&(struct pmapx_text){ text_of(&bytes), bytes.length }, &activity, &refusal);
		if (r == -ENOMEM)
			px_load_say(loading, input->name, px_describe_error(-r));
		else if (r < 0)
			say_refused(loading, input, r, refusal);
	}
	px_activity_close(activity);
	free(bytes.bytes);
	return r == 0;
}

bool px_load_open_told(struct px_loading *loading)
{
	const struct px_load_options *options = loading->options;
	bool has_activity, has_contexts;

	/* Both are looked at, so that one who has mistyped both knows. */
	has_activity = open_option(
		loading, options->activity, PX_ACTIVITY_MAX + 1, &loading->activity);
	has_contexts = open_option(loading, options->contexts, UINT64_MAX, &loading->contexts);
	return has_activity && (options->activity == NULL || check_activity(loading)) &&
		has_contexts;
}

void px_load_close_told(struct px_loading *loading)
{
	px_told_input_close(&loading->activity);
	px_told_input_close(&loading->contexts);
}
