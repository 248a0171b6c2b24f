/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads of which it is not known where they have their stacks, counted.
 */
#ifndef PX_UNTOLD_H
#define PX_UNTOLD_H

#include "console.h"
#include "stacks.h"

/** How many there are; zero to begin with. */
struct px_untold {
	size_t processes;                /**< That have such threads, */
	size_t threads;                  /**< how many threads these have, */
	size_t states[PX_THREAD_STATES]; /**< and how many are in which state. */
	size_t unlisted;                 /**< Processes of which threads could not be listed. */
};

/** Count those of a process; what we were short of is told by whoever was. */
void px_untold_add(struct px_untold *untold, const struct px_stacks *stacks);

/** Add @more to @untold. */
void px_untold_merge(struct px_untold *untold, const struct px_untold *more);

/** Write "no stack pointer of 2 of 5 threads: 2 running", if there are any. */
void px_untold_put(struct px_out *out, const struct px_untold *untold);

/** Say on standard error of how many processes there are some, in a line of each kind. */
void px_untold_tell(struct px_console *console, const struct px_untold *untold);

#endif
