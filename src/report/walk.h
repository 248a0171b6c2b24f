/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going through processes for a verb: those of the running system or of another
 * proc root side by side, those of what was saved one after the other; and what
 * could not be read of them, counted by reason.
 */
#ifndef PX_WALK_H
#define PX_WALK_H

#include <pmapx/process.h>

#include "console.h"
#include "select.h"
#include "unread.h"

struct px_visit;
struct px_input;

/**
 * Be told of process @pid, 0 if nothing tells its number, that is there, as far as can be
 * told, but could not be read.  If it could be opened, @visit has it open, else NULL.
 * Called between px_walk_lock() and px_walk_unlock().  0; -ENOMEM ends the walk.
 */
typedef int px_unread_visitor(void *context, const struct px_visit *visit, pid_t pid);

/** Look at the source itself.  0, or a negative errno after a message: the walk ends. */
typedef int px_source_visitor(void *context, struct pmapx_source *source);

/** Which processes, and how to go through them.  Begins as all zero. */
struct px_walk_options {
	const char *verb;        /**< What messages begin with, behind the program's name. */
	const char *root;        /**< Another proc root, */
	const char *from;        /**< or what was saved; NULL for the running system. */
	struct px_input *input;  /**< That, begun already, which is taken; NULL to open it. */
	struct px_select select; /**< The processes that are selected, */
	/** beside those that are named; with neither, all.  Of what was saved, 0 names a
	 * map of which nothing tells the number: it may be any of the others. */
	const pid_t *pids;
	size_t pid_count; /**< How many @pids. */
	unsigned jobs;    /**< Processes to read at a time at most; 0 for one a processor. */
	bool strict;      /**< What could not be read is worth a status. */
	/**
	 * Nobody will read maps or smaps of the running system: what would tell whether
	 * the process is the same at their end is not opened.
	 */
	bool looks_only;
	/**
	 * It is a walk as the one before: nothing is said of single processes, nor is it a
	 * failure that there are none.  Whoever walks says what has changed.
	 */
	bool is_again;
	px_unread_visitor *unread; /**< With the visitor's context; NULL if nobody asks. */
	/** Kernel threads and zombies are visited, too, and @unread is told of those, too, that
	 * have gone. */
	bool is_complete;
	/** With the same context: the source has been opened, and no process handed out yet. */
	px_source_visitor *opened;
	px_source_visitor *ending; /**< All have been visited, and it is closed next. */
};

/** A process that is being visited. */
struct px_visit {
	struct px_walk *walk; /**< For px_walk_lock(). */
	/** Of this thread: what is printed to it comes out in the order of processes. */
	struct px_console *console;
	struct pmapx_source *source;       /**< Of this thread. */
	struct pmapx_process *process;     /**< Open; closed behind the visit. */
	const struct pmapx_member *member; /**< Of a saved source; NULL of any other. */
	size_t number;                     /**< Where it is in the order of processes, from 0. */

	/**
	 * For whoever visits, to be told if the visit fails: the file that is to
	 * blame, and what is wrong with it, if the code does not say all.
	 */
	const char *file;
	struct pmapx_error error;

	int result; /**< For a px_unread_visitor: what the visit ended with, a negative errno. */
};

/**
 * Look at one process.  Called by several threads at once, unless the source is
 * saved; kernel threads and zombies, which have no memory, are passed over, and those that
 * are named are told of.  If the
 * first thread has exited and others go on, @process was opened by one of those: the
 * number of the process is that of its group.  What was saved of one like that is
 * what those told, under the first thread's name.
 *
 * A visit that fails may be repeated: what it finds is to be put where it stays
 * only when all has been read.
 *
 * Returns 0, 1 if it turns out to have no memory, or a negative errno if the process
 * could not be read: -ESRCH or -ESTALE if it has gone, -EACCES or -EPERM if it may not
 * be; -ENOENT if it was not saved; -ENOMEM ends the walk.
 */
typedef int px_visitor(void *context, struct px_visit *visit);

/** What became of the processes of a walk. */
struct px_walk_counts {
	size_t read;             /**< Visited without failure. */
	struct px_unread unread; /**< Could not be. */
	size_t empty; /**< Have no memory: kernel threads, which are no processes, and zombies. */
	bool has_gap; /**< Part of a saved source could not be read, which was told. */
};

/**
 * Visit the processes that @options ask for, each once, in the order of their
 * numbers, but as far as a saved source hands them out in another.  Of the
 * running system the calling process is left out, unless it is named.
 *
 * Returns 0, or a negative errno after a message if there is nothing to be
 * visited, or if not all could be.
 */
int px_walk(struct px_console *console, const struct px_walk_options *options, px_visitor *visit,
	void *context, struct px_walk_counts *ret);

/** From here to px_walk_unlock() no other visit of the walk is. */
void px_walk_lock(struct px_visit *visit);
void px_walk_unlock(struct px_visit *visit);

/**
 * Whether the process is read from a copy, saved or laid out like /proc, which may lack
 * files: of what a kernel shows, what is not there any more has gone.
 */
bool px_visit_is_copy(const struct px_visit *visit);

/** Whether nothing of what was asked for could be read; threads of the kernel have nothing. */
bool px_walk_is_vain(const struct px_walk_counts *counts);

/** Say "pmapx: rank: 3 WHAT" if there are any: @one is what to say of one, @many of more. */
void px_walk_say_count(struct px_console *console, const char *verb, size_t count, const char *one,
	const char *many);

/** Write a number into a JSON document: @key as it stands, and the number. */
void px_put_fact(struct px_out *out, const char *key, size_t number);

/** Begin the member "processes" of a JSON document: how many there were, of each kind. */
void px_walk_put_facts(struct px_out *out, const struct px_walk_counts *counts);

/**
 * The exit status of a verb that has walked: 0; 1 if it @has_findings, or if
 * something could not be read and that is worth a status; 2, whatever the rest says,
 * if a file or part of the source is damaged, or if nothing could be read.  Those who
 * have gone, may not be read or were not saved are no trouble as long as there are others.
 */
int px_walk_status(const struct px_walk_options *options, const struct px_walk_counts *counts,
	bool has_findings);

#endif
