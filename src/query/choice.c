/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures, chosen by label and host.
 */
#include "choice.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

int px_choice_init(struct px_choice *choice, const char *label, const char *host)
{
	struct pmapx_text text;
	int r = 0;

	*choice = (struct px_choice){ .has_label = label != NULL, .has_host = host != NULL };
	if (label != NULL) {
		text = (struct pmapx_text){ label, strlen(label) };
		r = px_clean_text(&choice->rooms[0], &text, &choice->label);
	}
	if (r == 0 && host != NULL) {
		text = (struct pmapx_text){ host, strlen(host) };
		r = px_clean_text(&choice->rooms[1], &text, &choice->host);
	}
	return r;
}

void px_choice_deinit(struct px_choice *choice)
{
	free(choice->rooms[0].bytes);
	free(choice->rooms[1].bytes);
}

static bool is_same(const struct pmapx_text *one, const struct pmapx_text *other)
{
	return one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0;
}

/* Whether a column has what was asked for, if it is the one of that name. */
static bool agrees(const struct px_value *value, const char *column, const char *name,
	const struct pmapx_text *wanted)
{
	return strcmp(column, name) != 0 ||
		(value->type == PX_VALUE_TEXT && is_same(&value->text, wanted));
}

bool px_choice_is_wanted(const struct px_value *row, const struct px_table_column *columns,
	size_t count, const void *context)
{
	const struct px_choice *choice = context;

	for (size_t i = 0; i < count; i++) {
		const char *column = columns[i].name;

		if (choice->has_label &&
			(!agrees(&row[i], column, "test_label", &choice->label) ||
				!agrees(&row[i], column, "to_label", &choice->label)))
			return false;
		if (choice->has_host && !agrees(&row[i], column, "hostname", &choice->host))
			return false;
	}
	return true;
}

static bool has_text(
	const struct px_sqlite *lib, sqlite3_stmt *row, int column, const struct pmapx_text *wanted)
{
	const struct pmapx_text text = {
		(const char *)lib->sqlite3_column_text(row, column),
		(size_t)lib->sqlite3_column_bytes(row, column),
	};

	return text.bytes != NULL && is_same(&text, wanted);
}

bool px_choice_has(const struct px_choice *choice, const struct px_sqlite *lib, sqlite3_stmt *row)
{
	return (!choice->has_label || has_text(lib, row, 0, &choice->label)) &&
		(!choice->has_host || has_text(lib, row, 1, &choice->host));
}

/* A capture: "Capture A of vm, 2026-11-21T20:02:21Z". */
static void put_capture(
	struct px_console *console, const struct px_sqlite *lib, sqlite3_stmt *statement)
{
	static const char *const before[] = { "Capture ", " of ", ", " };

	for (int i = 0; i < 3; i++) {
		const char *text = (const char *)lib->sqlite3_column_text(statement, i);

		if (i == 2 && text == NULL)
			break;
		px_out_string(&console->out, before[i]);
		px_out_text(&console->out, &console->locale, text != NULL ? text : "?",
			text != NULL ? strlen(text) : 1);
	}
	px_out_string(&console->out, "\n");
}

/* Look at the captures that were chosen, and print them, if @console is not NULL. */
static int look(const struct px_choice *choice, struct px_database *database,
	struct px_console *console, size_t *ret_count)
{
	sqlite3_stmt *statement;
	const char *rest;
	int r;

	*ret_count = 0;
	r = px_database_prepare(database,
		"SELECT test_label, hostname, taken_at FROM capture ORDER BY capture_id", &rest,
		&statement);
	if (r < 0)
		return r;
	while ((r = px_database_step(database, statement)) == 1) {
		if (choice != NULL && !px_choice_has(choice, &database->connection->lib, statement))
			continue;
		*ret_count += 1;
		if (console != NULL)
			put_capture(console, &database->connection->lib, statement);
	}
	px_database_finalize(database, statement);
	return r;
}

int px_choice_count(const struct px_choice *choice, struct px_database *database, size_t *ret_count)
{
	return look(choice, database, NULL, ret_count);
}

int px_choice_print(
	const struct px_choice *choice, struct px_database *database, struct px_console *console)
{
	size_t count;

	return look(choice, database, console, &count);
}
