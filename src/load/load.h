/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading processes into a database.
 */
#ifndef PX_LOAD_H
#define PX_LOAD_H

#include "walk.h"

/** What to load, and where to. */
struct px_load_options {
	struct px_walk_options walk; /**< All but @from. */
	const char *database;        /**< A file of SQLite; NULL for a script to standard output. */
	char *const *sources;        /**< What was saved; */
	size_t source_count;         /**< none is the running system, or another proc root. */
	const char *label;           /**< What the captures are to be called; NULL: as they are. */
	const char *host;            /**< Whose they are; the same. */
	const char *activity;        /**< A file with pg_stat_activity, */
	const char *contexts;        /**< and one with memory contexts; or NULL. */
	bool replace;                /**< Captures of the same label and host make room. */
};

/** Load it all, or nothing.  Returns the exit status of the verb. */
int px_load(struct px_console *console, const struct px_load_options *options);

#endif
