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
	const char *database;        /**< A file of SQLite; NULL for a script, or for memory. */
	char *const *sources;        /**< What was saved; */
	size_t source_count;         /**< none is the running system, or another proc root. */
	const char *label;           /**< What the captures are to be called; NULL: as they are. */
	const char *host;            /**< Whose they are; the same. */
	const char *activity;        /**< A file with pg_stat_activity, */
	const char *contexts;        /**< and one with memory contexts; or NULL. */
	bool replace;                /**< Captures of the same label and host make room. */
};

/** How many of @activity and @contexts are standard input. */
size_t px_load_standard_inputs(const struct px_load_options *options);

/**
 * Load it all, or nothing, without a database as a script to standard output.  Returns the exit
 * status of the verb.
 */
int px_load(struct px_console *console, const struct px_load_options *options);

/** What has been loaded into memory. */
struct px_loaded;

/** Load it into memory.  Returns the status; *@ret is NULL if there is nothing to be read. */
int px_load_memory(
	struct px_console *console, const struct px_load_options *options, struct px_loaded **ret);

/** The store that it is in, committed; borrowed. */
struct px_store *px_loaded_store(const struct px_loaded *loaded);

/** Forget it; NULL is fine. */
void px_loaded_free(struct px_loaded *loaded);

#endif
