/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of workers: jobs are done side by side, and what they print comes out
 * as if they had been done one after the other.
 */
#ifndef PX_JOBS_H
#define PX_JOBS_H

#include "console.h"

/** What to say of what is no number of jobs. */
#define PX_JOBS_WANTED "not a number of processes from 1 on"

/** What is to be done. */
struct px_jobs {
	size_t count;     /**< How many jobs, numbered from 0. */
	unsigned workers; /**< How many at a time at most; 0 for one a processor. */
	void *context;    /**< For @begin. */

	/**
	 * A worker begins; it prints to @console.  What it returns is passed to
	 * the others; NULL if memory or descriptors are short.
	 */
	void *(*begin)(void *context, struct px_console *console);
	/** Do a job; returns its share of the exit status, if it was not given up. */
	int (*run)(void *worker, size_t job);
	/** The worker ends. */
	void (*end)(void *worker);
};

/**
 * Do all jobs, each in one worker from its beginning to its end, with no more
 * workers than jobs or processors.  A single worker is the calling thread.
 *
 * Jobs that are done early are kept in memory until those before them have
 * been printed, some megabytes at most; then workers wait.  A job that finds
 * too little memory or too few descriptors may ask to be done again when it is
 * the only one: px_out_give_up().  Once output fails no more jobs are begun, and
 * @console has the error.
 *
 * Returns the statuses or-ed together in *@ret_status and 0, or -ENOMEM if not
 * even the calling thread could begin.
 */
int px_jobs_run(struct px_console *console, const struct px_jobs *jobs, int *ret_status);

/** The same one after the other, in the calling thread. */
int px_jobs_run_alone(struct px_console *console, const struct px_jobs *jobs, int *ret_status);

#endif
