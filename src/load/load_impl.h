/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of loading share.
 */
#ifndef PX_LOAD_IMPL_H
#define PX_LOAD_IMPL_H

#include <time.h>

#include "host_file.h"
#include "load.h"
#include "servers.h"
#include "told_input.h"
#include "who.h"

/** What the row of a capture says, as far as others need it; and what it is made of. */
struct px_capture_facts {
	char *label, *host, *kernel, *machine, *boot_id, *tool; /**< Owned; NULL if unknown. */
	int64_t page_size, clock_ticks;                         /**< 0 if unknown. */
	bool has_start, has_end, has_boot;
	int64_t start_us, end_us; /**< When it was begun, and when it ended. */
	bool is_now;           /**< This machine is being looked at; since then, by a clock that */
	struct timespec began; /**< nobody sets. */
	int64_t boot_us;       /**< When the machine was booted. */
};

struct px_name;

/** A source that is being loaded. */
struct px_loading {
	const struct px_load_options *options;
	struct px_console *console;
	struct px_store *store;
	const char *folder; /**< For what waits. */
	const char *from;   /**< The source; NULL for a folder laid out like /proc. */
	struct px_told_input activity, contexts; /**< Those of the options, if there are such. */

	int failed;      /**< What the store said: nothing more is to be loaded. */
	bool is_damaged; /**< Something beside the processes could not be read, which was told. */
	bool may_rename; /**< Captures get other labels where two would be called the same. */
	struct px_name *names; /**< Of the captures so far, see names.h. */
	size_t source;         /**< Which of the sources it is. */

	/* The capture at hand: */
	bool has_begun;
	char *key; /**< The folder of its host in the source; owned. */
	struct px_capture_facts facts;
	struct px_servers servers;
	int64_t told_by; /**< The server that its pg_stat_activity is of, 0 if that is not known. */
	int64_t postmaster; /**< The server that was asked as it was captured; 0 if unknown. */
	int64_t activity_rows;
	void *dumps; /**< How many of each process, as tsearch() has it. */

	struct px_users users;
	size_t captures;    /**< Of this source. */
	size_t last_number; /**< Of the visit that has a row though it failed, plus 1. */

	/* For the progress. */
	bool is_live;           /**< There is a terminal to show it on. */
	bool is_drawn;          /**< It stands there. */
	struct timespec looked; /**< When it was drawn last, or might first have been. */
	size_t processes, mappings;
};

/** Show how far it is from now on, if standard error is a terminal: messages take its place. */
void px_load_progress_begin(struct px_loading *loading);

/** Show it, if it is time. */
void px_load_progress(struct px_loading *loading);

/** Take it off the screen. */
void px_load_progress_end(struct px_loading *loading);

/** Say "pmapx: load: WHAT: WHY"; @what may be NULL. */
void px_load_say(struct px_loading *loading, const char *what, const char *why);

/** Add a row, unless the store has failed before. */
void px_load_add(struct px_loading *loading, enum px_table_id table, const struct px_datum *row);

/** Text as a value; NULL is none. */
struct px_datum px_load_text(const char *text);

/**
 * Begin the capture that the process handed out last is of, if another is at hand; 0 or
 * -ENOMEM.
 */
int px_load_capture(struct px_loading *loading, struct pmapx_source *source);

/** Begin a capture of which no more is known than its label and host; 0 or -ENOMEM. */
int px_load_capture_named(struct px_loading *loading, const char *label, const char *host);

/** All processes of the capture have been visited: add what else there is; 0 or -ENOMEM. */
int px_load_capture_end(struct px_loading *loading, struct pmapx_source *source);

/** Forget the capture at hand. */
void px_load_capture_clear(struct px_loading *loading);

/**
 * Add process @pid, the one at hand, @status being what became of it, with @mappings of
 * them, negative if that is not known; @exe is what its map tells that it runs, or NULL.
 * Called between px_walk_lock() and px_walk_unlock().  0, -ENOMEM, -EMFILE or -ENFILE.
 */
int px_load_process(struct px_loading *loading, const struct px_visit *visit, pid_t pid,
	const char *status, int64_t mappings, const char *exe);

/** Whether a file has INSERTs into a table maps, by what has been read of it. */
bool px_inserts_is(struct px_input *input);

/** Load it; the status of that. */
int px_load_inserts(struct px_loading *loading, struct px_input *input);

/** Add the settings of a server that a capture has; 0 or -ENOMEM. */
int px_load_settings(struct px_loading *loading, struct pmapx_source *source);

/**
 * Open what the options name of what PostgreSQL has said, before anything is loaded: false after a
 * message if something cannot be opened, or is nothing of the kind.
 */
bool px_load_open_told(struct px_loading *loading);

/** Close it. */
void px_load_close_told(struct px_loading *loading);

/** Add what PostgreSQL has said, of the options and of the source, NULL for none; 0 or -ENOMEM. */
int px_load_activity(struct px_loading *loading, struct pmapx_source *source);
int px_load_contexts(struct px_loading *loading, struct pmapx_source *source);

#endif
