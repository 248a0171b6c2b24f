/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Databases that would be read, where SQLite was left out.
 */
#include "reporting.h"
#include "sql.h"
#include "with_libsqlite3.h"

/* Say what is missing; the exit status. */
static int refuse(struct px_console *console, const char *verb, const char *what)
{
	px_message_verb(console, verb, what, PX_SQLITE_MISSING);
	return 2;
}

int px_sql(struct px_console *console, const struct px_sql_options *options)
{
	return refuse(console, "sql", options->database);
}

int px_report_file(
	struct px_console *console, const struct px_report_options *options, const char *path)
{
	(void)options;
	return refuse(console, "report", path);
}

int px_report_store(struct px_console *console, const struct px_report_options *options,
	struct px_store *store, const char *name)
{
	(void)options, (void)store;
	return refuse(console, "report", name);
}
