/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: queries of ours, on a database or on what was loaded into memory.
 */
#include "reporting.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "choice.h"
#include "database.h"
#include "result.h"

/* Which form of JSON documents it is. */
#define JSON_VERSION 1U

/* Say "pmapx: report: WHAT: WHY"; returns 2. */
static int say(struct px_console *console, const char *what, const char *why)
{
	px_message_verb(console, "report", what, why);
	return 2;
}

/* Where there is one capture to be shown, or one pair, it is said once: not in columns. */
static int find_hidden(struct px_database *database, const struct px_report_kind *kind,
	const struct px_choice *choice, size_t *ret)
{
	size_t count;
	int r = px_choice_count(kind->is_of_two ? NULL : choice, database, &count);

	*ret = kind->is_of_two ? 3 * (count == 2) : 2 * (count == 1);
	return r;
}

/* The captures that were chosen, and a pair of them. */
static int put_chosen(struct px_database *database, struct px_console *console, const void *context)
{
	return px_choice_print(context, database, console);
}

static int put_pair(struct px_database *database, struct px_console *console, const void *context)
{
	(void)context;
	return px_choice_print(NULL, database, console);
}

/*
 * The rows of its first query: 0; 1 if there was nothing to show, which has been said; or a
 * negative errno, with a sentence.
 */
static int print_rows(struct px_database *database, struct px_console *console,
	const struct px_report_options *options, const struct px_choice *choice)
{
	const struct px_report_kind *kind = options->kind;
	char schema[64];
	struct px_result_options how = {
		.verb = "report",
		.shape = &options->shape,
		.schema = schema,
		.version = JSON_VERSION,
		.sizes = kind->sizes,
		.changes = kind->changes,
		.can_narrow = true,
		.spare = kind->spare,
		.is_wanted = px_choice_is_wanted,
		.context = choice,
	};
	sqlite3_stmt *statement;
	const char *rest;
	int r;

	(void)snprintf(schema, sizeof(schema), "pmapx.report.%s", kind->name);
	r = find_hidden(database, kind, choice, &how.hidden);
	if (r < 0)
		return r;
	if (how.hidden > 0)
		how.put_above = kind->is_of_two ? put_pair : put_chosen;
	r = px_database_prepare(database, kind->sql[0], &rest, &statement);
	if (r == 0)
		r = px_result_print(database, statement, console, &how);
	px_database_finalize(database, statement);
	if (r == 0)
		(void)say(console, kind->name,
			kind->is_of_two && (choice->has_label || choice->has_host)
				? "there are no two captures of which the later is called that"
				: kind->nothing);
	return r < 0 ? r : r == 0;
}

/* The report: as print_rows(). */
static int print(struct px_database *database, struct px_console *console,
	const struct px_report_options *options, const struct px_choice *choice)
{
	size_t count;
	int r = px_choice_count(choice, database, &count);

	if (r < 0)
		return r;
	if (count == 0)
		return px_store_say(&database->error, -ENOENT,
			choice->has_label || choice->has_host ? "no capture in it is called that"
							      : "there is no capture in it");
	return options->kind->has_pid ? px_backend_print(database, console, options, choice)
				      : print_rows(database, console, options, choice);
}

/* From a database that was opened with @r, or could not be. */
static int report(struct px_database *database, int r, struct px_console *console,
	const struct px_report_options *options, const char *name)
{
	struct px_choice choice = { .has_label = false };

	if (r == 0)
		r = px_choice_init(&choice, options->label, options->host);
	if (r == -ENOMEM && *database->error.text == '\0')
		(void)px_store_say(&database->error, r, "not enough memory");
	if (r == 0)
		r = print(database, console, options, &choice);
	px_choice_deinit(&choice);
	px_database_close(database);
	if (r >= 0)
		return r == 0 ? 0 : 2;
	return *database->error.text != '\0' ? say(console, name, database->error.text) : 2;
}

int px_report_file(
	struct px_console *console, const struct px_report_options *options, const char *path)
{
	struct px_database database = { .connection = NULL };

	return report(&database, px_database_open(&database, path), console, options, path);
}

int px_report_store(struct px_console *console, const struct px_report_options *options,
	struct px_store *store, const char *name)
{
	struct px_database database = { .connection = NULL };

	return report(&database, px_database_attach(&database, store), console, options, name);
}
