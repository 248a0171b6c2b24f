/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx report": queries of ours.
 */
#ifndef PX_REPORTING_H
#define PX_REPORTING_H

#include "console.h"
#include "reports.h"
#include "shape.h"

struct px_store;

/** What to report. */
struct px_report_options {
	const struct px_report_kind *kind;
	struct px_shape shape;
	const char *label, *host; /**< The captures to show; NULL is any. */
	int64_t pid;              /**< Of a report that is of one process. */
};

/** Whether the file at @path is a database, by how it begins. */
bool px_report_is_database(const char *path);

/** Report from the database at @path.  Returns the exit status of the verb. */
int px_report_file(
	struct px_console *console, const struct px_report_options *options, const char *path);

/** The same from a store in memory, called @name in messages; it is only good to be closed then. */
int px_report_store(struct px_console *console, const struct px_report_options *options,
	struct px_store *store, const char *name);

#endif
