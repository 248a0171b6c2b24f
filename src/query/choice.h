/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which captures of a database are shown.
 */
#ifndef PX_CHOICE_H
#define PX_CHOICE_H

#include "clean.h"
#include "console.h"
#include "database.h"
#include "table.h"

/** What was asked for; texts are as a database has them. */
struct px_choice {
	bool has_label, has_host;
	struct pmapx_text label, host;
	struct px_clean rooms[2]; /* What had to be changed of them; owned. */
};

/** Choose by @label and @host, which are borrowed; NULL is any.  0 or -ENOMEM. */
int px_choice_init(struct px_choice *choice, const char *label, const char *host);

void px_choice_deinit(struct px_choice *choice);

/** Whether a row is of what was chosen; of two captures, the later one has to be. */
bool px_choice_is_wanted(const struct px_value *row, const struct px_table_column *columns,
	size_t count, const void *choice);

/** The same of the row that a statement has, whose first columns are label and host. */
bool px_choice_has(const struct px_choice *choice, const struct px_sqlite *lib, sqlite3_stmt *row);

/**
 * Count the captures that were chosen; 0 or a negative errno, with a sentence.  NULL chooses all.
 */
int px_choice_count(
	const struct px_choice *choice, struct px_database *database, size_t *ret_count);

/** Print them, a line each; 0 or a negative errno, with a sentence. */
int px_choice_print(
	const struct px_choice *choice, struct px_database *database, struct px_console *console);

#endif
