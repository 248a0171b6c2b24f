/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking a capture: the processes of the running system, saved to one file or
 * folder.  doc/CAPTURE.md says what is in it.
 */
#ifndef PX_CAPTURE_H
#define PX_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "console.h"
#include "select.h"

/** What is replaced before it is written; any of them. */
enum { PX_REDACT_ARGS = 1, PX_REDACT_PATHS = 2, PX_REDACT_ADDRESSES = 4, PX_REDACT_QUERIES = 8 };

/** What is to be captured, and how. */
struct px_capture_options {
	const char *output;  /**< Path as given, "-" for standard output, NULL for the default. */
	const char *label;   /**< Or NULL. */
	bool force;          /**< Replace what is there. */
	bool strict;         /**< What could not be read is worth a status. */
	bool numa;           /**< numa_maps as well. */
	bool cost;           /**< Say how long reading each process took. */
	bool has_max_rss;    /**< Whether there is a @max_rss_kb. */
	uint64_t max_rss_kb; /**< Resident memory beyond which smaps is not read. */
	unsigned redact;     /**< What to replace. */
	unsigned jobs;       /**< Processes to read at a time at most; 0 for one a processor. */
	pid_t *pids;         /**< Which processes, in any order. */
	size_t pid_count;    /**< How many; 0 and no @select for all. */
	struct px_select select; /**< And those that are selected. */
	bool postgres;           /**< Have a PostgreSQL server tell of itself. */
	const char *conninfo;    /**< Which, as psql has it; NULL for the one that psql finds. */
	unsigned wait_ms;        /**< How long it may take to answer. */
};

/**
 * Take a capture, and say what has been captured, or why not.
 *
 * Returns 0; 1 if there is a capture, but a crash may lose it, or something could
 * not be read and options->strict; -1 if there is none.
 */
int px_capture(struct px_console *console, const struct px_capture_options *options);

/** The redaction of that name, 0 if there is none. */
unsigned px_redaction_find(const char *name, size_t length);

/** And its name; NULL if there is none of that number. */
const char *px_redaction_name(unsigned what);

#endif
