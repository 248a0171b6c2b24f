/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing what a PostgreSQL server says of itself: texts of queries in pg_stat_activity, paths
 * in settings.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv_cells.h"
#include "redact.h"

static const char column[] = "query";

/* What the server says to those who may not see a query. */
static const char hidden[] = "<insufficient privilege>";

/* Which cell of the header has queries; false if none does, or more than one. */
static bool find_column(struct pmapx_text header, size_t *ret)
{
	struct px_csv_cell cell;
	size_t found = 0;

	for (size_t i = 0; header.bytes != NULL; i++) {
		if (!px_csv_next(&header, &cell))
			return false;
		if (px_csv_equals(&cell, column)) {
			*ret = i;
			found++;
		}
	}
	return found == 1;
}

/* A token for what @cell says. */
static int put_token(
	const struct px_redaction *redaction, const struct px_csv_cell *cell, struct px_bytes *out)
{
	char *text = malloc(cell->text.length + 1);

	if (text == NULL)
		return -ENOMEM;
	px_redact_token(
		redaction, 'q', &(struct pmapx_text){ text, px_csv_decode(cell, text) }, out);
	free(text);
	return 0;
}

/* The record with a token in the cell that is number @which. */
static int put_record(const struct px_redaction *redaction, struct pmapx_text record, size_t which,
	struct px_bytes *out)
{
	const char *end = record.bytes + record.length;
	size_t i;

	for (i = 0; record.bytes != NULL; i++) {
		const char *begin = record.bytes;
		struct px_csv_cell cell;

		if (!px_csv_next(&record, &cell))
			return -EBADMSG;
		if (i > 0)
			px_bytes_put(out, ",", 1);
		if (i == which && cell.text.length > 0 && !px_csv_equals(&cell, hidden)) {
			if (put_token(redaction, &cell, out) < 0)
				return -ENOMEM;
			continue;
		}
		/* As it stands there, up to the comma that was taken off with it. */
		px_bytes_put(out, begin,
			(size_t)((record.bytes != NULL ? record.bytes - 1 : end) - begin));
	}
	return i > which ? 0 : -EBADMSG;
}

int px_redact_activity(const struct px_redaction *redaction, const struct pmapx_text *activity,
	struct px_bytes *out)
{
	struct pmapx_text rest = *activity, record;
	size_t which = 0;
	int r;

	if ((redaction->what & PX_REDACT_QUERIES) == 0) {
		px_bytes_put(out, rest.bytes, rest.length);
		return out->failed ? -ENOMEM : 0;
	}
	r = px_csv_record(&rest, &record) && find_column(record, &which) ? 0 : -EBADMSG;

	if (r == 0) {
		px_bytes_put(out, record.bytes, record.length);
		px_bytes_put(out, "\n", 1);
	}
	while (r == 0 && px_csv_record(&rest, &record)) {
		r = put_record(redaction, record, which, out);
		px_bytes_put(out, "\n", 1);
	}
	return r == 0 && out->failed ? -ENOMEM : r;
}

/* Whether the setting called @name may have a path. */
static bool may_be_path(const struct px_csv_cell *name)
{
	static const char *const names[] = { "data_directory", "local_preload_libraries",
		"session_preload_libraries", "shared_preload_libraries" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (px_csv_equals(name, names[i]))
			return true;
	return false;
}

/* The row of a setting. */
static int put_setting(
	const struct px_redaction *redaction, const struct pmapx_text *record, struct px_bytes *out)
{
	struct pmapx_text rest = *record;
	struct px_csv_cell name, value;
	char *path;

	if (!px_csv_next(&rest, &name) || !px_csv_next(&rest, &value))
		return -EBADMSG;
	/* What has no slash is no path; of what has one, nothing that needs quotes stays. */
	if (!may_be_path(&name) || value.text.length == 0 ||
		memchr(value.text.bytes, '/', value.text.length) == NULL) {
		px_bytes_put(out, record->bytes, record->length);
		return 0;
	}
	path = malloc(value.text.length);
	if (path == NULL)
		return -ENOMEM;
	px_bytes_put(out, name.text.bytes, name.text.length);
	px_bytes_put(out, ",", 1);
	px_redact_path(redaction, &(struct pmapx_text){ path, px_csv_decode(&value, path) }, out);
	free(path);
	return 0;
}

int px_redact_settings(const struct px_redaction *redaction, struct px_bytes *settings)
{
	struct pmapx_text rest = { settings->bytes, settings->length }, record;
	struct px_bytes made = { .bytes = NULL };
	int r = 0;

	if ((redaction->what & PX_REDACT_PATHS) == 0)
		return 0;
	while (r == 0 && px_csv_record(&rest, &record)) {
		r = put_setting(redaction, &record, &made);
		px_bytes_put(&made, "\n", 1);
	}
	if (r == 0 && made.failed)
		r = -ENOMEM;
	free(settings->bytes);
	*settings = made;
	return r;
}
