/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity in any shape: reading comes to an end, rows are as they say, and read
 * the same when they have been written as CSV; a text that is cut has, where the shape
 * tells, no row that the whole text does not have.
 */
#include "activity.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"

/* A row as CSV: a text that is empty has quotes, NULL has none. */
static void add_row(struct px_bytes *ret, const struct px_activity_row *row)
{
	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++) {
		const struct pmapx_text *text = &row->text[i];

		px_bytes_add(ret, ",", i > 0);
		if (text->bytes == NULL)
			continue;
		px_bytes_add(ret, "\"", 1);
		for (size_t n = 0; n < text->length; n++) {
			px_bytes_add(ret, "\"", text->bytes[n] == '"');
			px_bytes_add(ret, text->bytes + n, 1);
		}
		px_bytes_add(ret, "\"", 1);
	}
	px_bytes_add(ret, "\n", 1);
}

static void add_header(struct px_bytes *ret)
{
	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++) {
		const char *name = px_activity_column_name((enum px_activity_column)i);

		px_bytes_add(ret, ",", i > 0);
		px_bytes_add(ret, name, strlen(name));
	}
	px_bytes_add(ret, "\n", 1);
}

static void must_be_a_row(const struct px_activity_row *row, const struct px_activity_row *before)
{
	px_must(row->pid > 0 && row->pid <= INT32_MAX && row->line > 0);
	px_must(before->line == 0 || row->line >= before->line);
	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++)
		px_must(row->text[i].bytes != NULL || row->text[i].length == 0);
	px_must(row->text[PX_ACTIVITY_PID].length > 0);
}

/*
 * All rows of @size bytes, as CSV, or nothing if they are refused.  Returns the name of the shape,
 * or NULL; @errors becomes how many there were.
 */
static const char *read_all(const char *bytes, size_t size, struct px_bytes *ret, size_t *errors)
{
	char *copy = px_exact_copy(bytes, size);
	enum px_activity_refusal refusal;
	struct px_activity_row row = { 0 }, before = { 0 };
	struct px_activity *activity;
	struct pmapx_error error;
	const char *name = NULL;
	size_t steps = 0;
	int r = px_activity_open(&(struct pmapx_text){ copy, size }, &activity, &refusal);

	*errors = 0;
	px_must(r == 0 || r == -ENOTSUP);
	px_must((r == 0) == (refusal == PX_ACTIVITY_TAKEN));
	if (r == 0) {
		name = px_activity_shape_name(activity);
		add_header(ret);
		while ((r = px_activity_next(activity, &row, &error)) != 0) {
			px_must(steps++ <= size);
			if (r < 0) {
				px_must((r == -EBADMSG || r == -ENODATA) && error.code == -r);
				px_must(error.reason != NULL && error.line > 0);
				++*errors;
				continue;
			}
			must_be_a_row(&row, &before);
			add_row(ret, &row);
			before = row;
		}
		px_must(px_activity_next(activity, &row, &error) == 0);
		px_activity_close(activity);
	}
	free(copy);
	return name;
}

/*
 * The rows of a beginning are a beginning of the rows, if it has the same shape: COPY's
 * is told by the first NULL.
 */
static void must_be_cut(
	const char *bytes, size_t cut, const struct px_bytes *whole, const char *shape)
{
	struct px_bytes part = { 0 };
	const char *name;
	size_t errors;

	name = read_all(bytes, cut, &part, &errors);
	if (name != NULL && strcmp(name, shape) == 0)
		px_must(part.length <= whole->length &&
			memcmp(part.bytes, whole->bytes, part.length) == 0);
	px_bytes_drop(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data, *name;
	struct px_bytes whole = { 0 }, again = { 0 };
	size_t errors, errors_again;

	name = read_all(bytes, size, &whole, &errors);
	if (name != NULL) {
		px_must(strcmp(read_all(whole.bytes, whole.length, &again, &errors_again), "csv") ==
			0);
		px_must(errors_again == 0 && again.length == whole.length);
		px_must(memcmp(again.bytes, whole.bytes, whole.length) == 0);
		/* A row of JSON that cannot be read is gone on behind at another place. */
		if (strcmp(name, "csv") == 0 || strcmp(name, "aligned") == 0 ||
			(errors == 0 && (strcmp(name, "json") == 0 || strcmp(name, "copy") == 0)))
			for (size_t i = 1; i < 4; i++)
				must_be_cut(bytes, size * i / 4, &whole, name);
	}
	px_bytes_drop(&whole);
	px_bytes_drop(&again);
	return 0;
}
