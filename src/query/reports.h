/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which reports there are.
 */
#ifndef PX_REPORTS_H
#define PX_REPORTS_H

#include "out.h"

/** The most queries that a report has. */
#define PX_REPORT_QUERIES ((size_t)3)

/** A report. */
struct px_report_kind {
	const char *name;
	const char *about;   /**< What it shows, in a line. */
	const char *nothing; /**< What to say if that is nothing; NULL for what has_pid. */
	const char *
		sql[PX_REPORT_QUERIES]; /**< One for SQLite and PostgreSQL; NULL behind the last. */
	const char
		*sizes; /**< The columns of the first that are sizes in kB, with blanks between, */
	const char *changes; /**< and those that are changes of sizes; or NULL. */
	/** Columns that can be spared on a narrow terminal, in this order; or NULL. */
	const char *spare;
	bool has_pid;   /**< It is of one process: the parameter :pid, */
	bool is_of_two; /**< or of two captures each. */
};

/** Find a report by its name; NULL if there is none. */
const struct px_report_kind *px_report_find(const char *name);

/** Print a report's SQL with a line that says what it shows; of all reports if it is NULL. */
void px_report_put_sql(struct px_out *out, const struct px_report_kind *kind);

#endif
