/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report on one backend.
 */
#ifndef PX_BACKEND_H
#define PX_BACKEND_H

#include "choice.h"
#include "reporting.h"

/** A backend that was found; its three queries are at a row, or before the first. */
struct px_backend {
	struct px_console *console;
	const struct px_report_options *options;
	struct px_database *database;
	const struct px_choice *choice;
	sqlite3_stmt *who;  /**< At its row. */
	uint64_t looks;     /**< How many of the captures that were chosen have it. */
	int64_t pid;        /**< The kernel's number of it. */
	sqlite3_stmt *rows; /**< Of another query about it. */
};

/**
 * Print it, as options say.  0 or a negative errno, with a sentence.
 */
int px_backend_print(struct px_database *database, struct px_console *console,
	const struct px_report_options *options, const struct px_choice *choice);

/** The same for people, once it was found. */
int px_backend_put_text(struct px_backend *backend);

/** Begin query @number of the report; 0 or a negative errno, with a sentence. */
int px_backend_begin(struct px_backend *backend, size_t number);

/** The next of its rows that is of the same capture: 1, 0 at the end, which ends it, or an errno. */
int px_backend_next(struct px_backend *backend);

/** The number in the column @name of a row; false if it is not known. */
bool px_backend_number(
	const struct px_backend *backend, sqlite3_stmt *row, const char *name, int64_t *ret);

/** The text in it; NULL if there is none.  Good until the row is left. */
const char *px_backend_text(const struct px_backend *backend, sqlite3_stmt *row, const char *name);

#endif
