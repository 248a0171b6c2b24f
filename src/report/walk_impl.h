/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of a walk share: its state, and what each of them does.
 */
#ifndef PX_WALK_IMPL_H
#define PX_WALK_IMPL_H

#include <pthread.h>

#include "walk.h"

/** A walk under way. */
struct px_walk {
	const struct px_walk_options *options;
	struct px_console *console; /**< Of the calling thread. */
	px_visitor *visit;
	void *context;
	pthread_mutex_t lock;
	struct px_walk_counts *counts; /**< Under the lock. */

	/** Why it cannot go on, a positive errno; any thread may look. */
	_Atomic int error;

	/** Of a folder laid out like /proc those to visit, of a saved source those that are
	 * named: in order, each once; owned. */
	pid_t *pids;
	size_t count, room;
	/** Of those that are named, whether they have come by; owned. */
	bool *is_there;
};

/** Look up process @pid, or that which a saved source has handed out, and visit it. */
void px_walk_visit(struct px_visit *visit, pid_t pid);

/** List the processes of a folder laid out like /proc; 0, or a negative errno after a message. */
int px_walk_list_folder(struct px_walk *walk, struct pmapx_source *source);

/** List those that are named, to be looked up; as above. */
int px_walk_list_wanted(struct px_walk *walk);

/** Visit those of a saved source; as px_walk(). */
int px_walk_saved(struct px_walk *walk, struct pmapx_source *source);

/** Say "pmapx: rank: WHAT: WHY"; @what may be NULL.  Returns @r. */
int px_walk_say(struct px_walk *walk, const char *what, const char *why, int r);

/** Say that memory is short; returns -ENOMEM. */
int px_walk_no_memory(struct px_walk *walk);

/** Say why the source called @path cannot be gone through, in words if @reason is not "". */
int px_walk_fail(struct px_walk *walk, const char *path, const char *reason, int r);

/** Say what is wrong with a file of process @pid, or with itself. */
void px_walk_say_damaged(const struct px_visit *visit, pid_t pid);

/**
 * Say why process @pid, which is open, has no memory, if it is named, and it is no walk as
 * before.
 */
void px_walk_say_empty(const struct px_visit *visit, pid_t pid);

/** Count one that is named and is not there, and say so, unless it is a walk as before. */
void px_walk_say_missing(struct px_walk *walk, pid_t pid);

#endif
