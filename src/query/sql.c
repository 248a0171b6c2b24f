/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queries of others: all of them are prepared before the first is run, so that nothing is
 * printed of what is wrong.
 */
#include "sql.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "result.h"
#include "scan.h"

/* Queries are not longer, in bytes. */
#define QUERY_MAX ((size_t)16 << 20)

/* Queries that are being run. */
struct run {
	struct px_console *console;
	const struct px_sql_options *options;
	struct px_database database;
	size_t with_rows; /* How many of them give any. */
};

/* Say "pmapx: sql: WHAT: WHY"; returns 2. */
static int say(struct px_console *console, const char *what, const char *why)
{
	px_message_verb(console, "sql", what, why);
	return 2;
}

/* What a parameter is given for, or NULL. */
static const struct px_parameter *find(const struct px_sql_options *options, const char *name)
{
	for (size_t i = 0; i < options->parameter_count; i++) {
		const struct px_parameter *parameter = &options->parameters[i];

		if (strlen(name) == parameter->length &&
			memcmp(name, parameter->name, parameter->length) == 0)
			return parameter;
	}
	return NULL;
}

/* An integer, with its sign if it is less than 0. */
static bool is_integer(const char *text, int64_t *ret)
{
	bool is_negative = *text == '-';
	uint64_t number;

	if (!px_scan_number(text + is_negative, &number) ||
		number > (uint64_t)INT64_MAX + is_negative)
		return false;
	*ret = (int64_t)(is_negative ? -number : number);
	return true;
}

/* A number with a point or an exponent, as SQL has it; no other notation of strtod(3). */
static bool is_real(const char *text, double *ret)
{
	locale_t plain;
	char *end;

	if (*text == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
		return false;
	plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (plain == (locale_t)0)
		return false;
	*ret = strtod_l(text, &end, plain);
	freelocale(plain);
	return *end == '\0';
}

/* Bind @value to the parameter number @at: as a number, if it is one. */
static int bind_value(
	const struct px_sqlite *lib, sqlite3_stmt *statement, int at, const char *value)
{
	int64_t integer;
	double real;

	if (is_integer(value, &integer))
		return lib->sqlite3_bind_int64(statement, at, integer);
	if (is_real(value, &real))
		return lib->sqlite3_bind_double(statement, at, real);
	return lib->sqlite3_bind_text64(
		statement, at, value, strlen(value), SQLITE_STATIC, SQLITE_UTF8);
}

/* Give the parameters of a statement their values; 0 or a negative errno, with a sentence. */
static int bind(struct run *run, sqlite3_stmt *statement)
{
	const struct px_connection *connection = run->database.connection;
	const struct px_sqlite *lib = &connection->lib;
	int count = lib->sqlite3_bind_parameter_count(statement);

	for (int i = 1; i <= count; i++) {
		const char *name = lib->sqlite3_bind_parameter_name(statement, i);
		const struct px_parameter *parameter = name != NULL && *name == ':'
			? find(run->options, name + 1)
			: NULL;
		int code;

		if (parameter == NULL)
			return px_store_say(&run->database.error, -EINVAL,
				"the parameter %s has no value: --set NAME=VALUE is for those "
				"like :NAME",
				name != NULL ? name : "?");
		code = bind_value(lib, statement, i, parameter->value);
		if (code != SQLITE_OK)
			return px_connection_fail(connection, code);
	}
	return 0;
}

/* Look whether all of it can be run; 0 or a negative errno, with a sentence. */
static int check(struct run *run, const char *sql)
{
	sqlite3_stmt *statement;
	int r;

	for (;;) {
		r = px_database_prepare(&run->database, sql, &sql, &statement);
		if (r < 0 || statement == NULL)
			break;
		run->with_rows += run->database.connection->lib.sqlite3_column_count(statement) > 0;
		r = bind(run, statement);
		px_database_finalize(&run->database, statement);
		if (r < 0)
			break;
	}
	if (r == 0 && run->with_rows > 1 && run->options->shape.notation != PX_NOTATION_TEXT)
		return px_store_say(&run->database.error, -EINVAL,
			"%zu queries give rows: one by one in this format", run->with_rows);
	return r;
}

static int run_statement(struct run *run, sqlite3_stmt *statement)
{
	const struct px_result_options options = {
		.verb = "sql",
		.shape = &run->options->shape,
		.schema = "pmapx.sql",
		.version = 1,
	};
	int r = bind(run, statement);

	if (r == 0 && run->database.connection->lib.sqlite3_column_count(statement) > 0)
		r = px_result_print(&run->database, statement, run->console, &options);
	else if (r == 0)
		r = px_database_step(&run->database, statement);
	return r;
}

/* One after the other, with a blank line between. */
static int run_all(struct run *run, const char *sql)
{
	size_t rows = 0;
	int r;

	do {
		sqlite3_stmt *statement;

		r = px_database_prepare(&run->database, sql, &sql, &statement);
		if (r < 0 || statement == NULL)
			return r;
		if (run->database.connection->lib.sqlite3_column_count(statement) > 0 && rows++ > 0)
			px_out_string(&run->console->out, "\n");
		r = run_statement(run, statement);
		px_database_finalize(&run->database, statement);
	} while (r >= 0 && run->console->out.error == 0);
	return r;
}

/* All that is in a file; NULL after a message. */
static char *read_file(struct px_console *console, const char *path)
{
	const char *what = path != NULL ? path : "standard input";
	int fd = path != NULL ? px_openat(AT_FDCWD, path, O_RDONLY, 0) : STDIN_FILENO;
	char *bytes = fd < 0 ? NULL : malloc(QUERY_MAX + 1), *shorter = NULL;
	ssize_t n = fd < 0 ? fd : bytes != NULL ? px_read_whole(fd, bytes, QUERY_MAX + 1) : -ENOMEM;

	if (path != NULL && fd >= 0)
		close(fd);
	if (n < 0 || bytes == NULL)
		say(console, what, strerror((int)-n));
	else if ((size_t)n > QUERY_MAX)
		say(console, what, "no query is longer than 16 MiB");
	else if (memchr(bytes, '\0', (size_t)n) != NULL)
		say(console, what, "there is a NUL in it: it is no SQL");
	else
		shorter = realloc(bytes, (size_t)n + 1);
	if (shorter == NULL) {
		free(bytes);
		return NULL;
	}
	shorter[n] = '\0';
	return shorter;
}

int px_sql(struct px_console *console, const struct px_sql_options *options)
{
	struct run run = { .console = console, .options = options };
	char *text = NULL;
	const char *sql = options->query;
	int r;

	r = px_database_open(&run.database, options->database);
	if (r == 0 && sql == NULL) {
		sql = text = read_file(console, options->file);
		if (sql == NULL) {
			px_database_close(&run.database);
			return 2;
		}
	}
	if (r == 0)
		r = check(&run, sql);
	if (r == 0)
		r = run_all(&run, sql);
	px_database_close(&run.database);
	free(text);
	if (r >= 0)
		return 0;
	return *run.database.error.text != '\0'
		? say(console, options->database, run.database.error.text)
		: 2;
}
