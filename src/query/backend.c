/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One backend: which one is meant, and all of it for programs.
 */
#include "backend.h"

#include <errno.h>
#include <string.h>

#include "record.h"
#include "result.h"

static const struct px_sqlite *lib_of(const struct px_backend *backend)
{
	return &backend->database->connection->lib;
}

/* The column of that name; queries have those that are asked for. */
static int find(const struct px_backend *backend, sqlite3_stmt *row, const char *name)
{
	int count = lib_of(backend)->sqlite3_column_count(row), column = 0;

	while (column < count &&
		strcmp(lib_of(backend)->sqlite3_column_name(row, column), name) != 0)
		column++;
	return column;
}

bool px_backend_number(
	const struct px_backend *backend, sqlite3_stmt *row, const char *name, int64_t *ret)
{
	int column = find(backend, row, name);

	*ret = lib_of(backend)->sqlite3_column_int64(row, column);
	return lib_of(backend)->sqlite3_column_type(row, column) == SQLITE_INTEGER;
}

const char *px_backend_text(const struct px_backend *backend, sqlite3_stmt *row, const char *name)
{
	return (const char *)lib_of(backend)->sqlite3_column_text(row, find(backend, row, name));
}

/* Begin a query of the report for a process. */
static int begin(const struct px_backend *backend, size_t number, int64_t pid, sqlite3_stmt **ret)
{
	const char *rest;
	int code, r;

	r = px_database_prepare(backend->database, backend->options->kind->sql[number], &rest, ret);
	if (r < 0)
		return r;
	/* :pid is all there is. */
	code = lib_of(backend)->sqlite3_bind_int64(*ret, 1, pid);
	return code == SQLITE_OK ? 0 : px_connection_fail(backend->database->connection, code);
}

int px_backend_begin(struct px_backend *backend, size_t number)
{
	return begin(backend, number, backend->pid, &backend->rows);
}

/* Whether the first two columns are those of the backend: its capture. */
static bool is_of_it(const struct px_backend *backend, sqlite3_stmt *row)
{
	for (int i = 0; i < 2; i++) {
		const void *one = lib_of(backend)->sqlite3_column_text(row, i);
		const void *other = lib_of(backend)->sqlite3_column_text(backend->who, i);

		if (one == NULL || other == NULL || strcmp(one, other) != 0)
			return false;
	}
	return true;
}

int px_backend_next(struct px_backend *backend)
{
	int r;

	do {
		r = px_database_step(backend->database, backend->rows);
	} while (r == 1 && !is_of_it(backend, backend->rows));
	if (r != 1) {
		px_database_finalize(backend->database, backend->rows);
		backend->rows = NULL;
	}
	return r;
}

/* The next row about it in a capture that was chosen. */
static int step_chosen(struct px_backend *backend)
{
	int r;

	do {
		r = px_database_step(backend->database, backend->who);
	} while (r == 1 && !px_choice_has(backend->choice, lib_of(backend), backend->who));
	return r;
}

/* Count the looks, then go to the last: the query has that first. */
static int find_backend(struct px_backend *backend)
{
	int64_t namesakes;
	int r = begin(backend, 0, backend->options->pid, &backend->who);

	if (r < 0)
		return r;
	while ((r = step_chosen(backend)) == 1)
		backend->looks++;
	if (r < 0)
		return r;
	if (backend->looks == 0)
		return px_store_say(&backend->database->error, -ESRCH,
			"no process of a PostgreSQL server has the number %lld",
			(long long)backend->options->pid);
	r = step_chosen(backend);
	if (r < 0)
		return r;
	(void)px_backend_number(backend, backend->who, "pid", &backend->pid);
	if (backend->pid != backend->options->pid &&
		px_backend_number(backend, backend->who, "namesakes", &namesakes) && namesakes > 1)
		return px_store_say(&backend->database->error, -ENOTUNIQ,
			"%lld processes have the number %lld in namespaces of their own: --pid "
			"takes that outside, too",
			(long long)namesakes, (long long)backend->options->pid);
	return 0;
}

/* All of a row as an object. */
static void put_object(const struct px_backend *backend, sqlite3_stmt *row, int first)
{
	const struct px_sqlite *lib = lib_of(backend);
	struct px_record record = px_record_begin(&backend->console->out, PX_NOTATION_JSON);

	for (int i = first; i < lib->sqlite3_column_count(row); i++) {
		const char *key = lib->sqlite3_column_name(row, i);
		int type = lib->sqlite3_column_type(row, i);

		if (type == SQLITE_NULL)
			px_record_nothing(&record, key);
		else if (type == SQLITE_INTEGER)
			px_record_change(&record, key, lib->sqlite3_column_int64(row, i));
		else
			px_record_text(&record, key, (const char *)lib->sqlite3_column_text(row, i),
				(size_t)lib->sqlite3_column_bytes(row, i));
	}
	px_record_end(&record);
}

/* The rows of another query, without the columns that say which process they are of. */
static int put_list(struct px_backend *backend, size_t number, const char *key)
{
	struct px_out *out = &backend->console->out;
	const char *between = "\n";
	int r = px_backend_begin(backend, number);

	if (r < 0)
		return r;
	px_out_string(out, ",\n\"");
	px_out_string(out, key);
	px_out_string(out, "\":[");
	while ((r = px_backend_next(backend)) == 1) {
		px_out_string(out, between);
		put_object(backend, backend->rows, 3);
		between = ",\n";
	}
	px_out_string(out, "]");
	return r;
}

static int put_json(struct px_backend *backend)
{
	struct px_out *out = &backend->console->out;
	int r;

	px_out_string(out, "{\"schema\":\"pmapx.report.backend\",\"version\":1,\"looks\":");
	px_out_number(out, backend->looks);
	px_out_string(out,
		backend->pid == backend->options->pid ? ",\"known_by\":\"pid\",\n\"backend\":"
						      : ",\"known_by\":\"ns_pid\",\n\"backend\":");
	put_object(backend, backend->who, 0);
	r = put_list(backend, 1, "kernel");
	if (r == 0)
		r = put_list(backend, 2, "contexts");
	px_out_string(out, "}\n");
	return r;
}

/* For programs that take one table: who it is, and what is added up. */
static int put_row(struct px_backend *backend)
{
	const struct px_report_options *options = backend->options;
	struct px_shape shape = options->shape;
	const struct px_result_options how = {
		.verb = "report",
		.shape = &shape,
		.schema = "pmapx.report.backend",
		.version = 1,
		.sizes = options->kind->sizes,
		.is_wanted = px_choice_is_wanted,
		.context = backend->choice,
	};
	int r;

	/* The last look is first. */
	shape.top = 1;
	px_database_finalize(backend->database, backend->who);
	backend->who = NULL;
	r = begin(backend, 0, options->pid, &backend->who);
	if (r == 0)
		r = px_result_print(backend->database, backend->who, backend->console, &how);
	return r < 0 ? r : 0;
}

int px_backend_print(struct px_database *database, struct px_console *console,
	const struct px_report_options *options, const struct px_choice *choice)
{
	struct px_backend backend = {
		.console = console,
		.options = options,
		.database = database,
		.choice = choice,
	};
	int r = find_backend(&backend);

	if (r == 0 && options->shape.notation == PX_NOTATION_TEXT)
		r = px_backend_put_text(&backend);
	else if (r == 0 && options->shape.notation == PX_NOTATION_JSON)
		r = put_json(&backend);
	else if (r == 0)
		r = put_row(&backend);
	px_database_finalize(database, backend.rows);
	px_database_finalize(database, backend.who);
	return r;
}
