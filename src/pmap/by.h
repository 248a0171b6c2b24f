/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --by: the mappings of all processes added up by what they have in common.
 */
#ifndef PX_PMAP_BY_H
#define PX_PMAP_BY_H

#include <pthread.h>

#include "key.h"
#include "options.h"
#include "unread.h"
#include "untold.h"

struct px_sheet;

/** What the workers of a run have added up; begins as PX_BY_INITIAL. */
struct px_by {
	pthread_mutex_t lock;
	struct px_groups groups;
	struct px_unread unread; /**< Processes that nobody named and that could not be read. */
	struct px_untold untold; /**< Threads of others that nobody named. */
	bool is_short;           /**< There was no memory for some of it. */
};

/** What a process is counted as, rather than told of. */
enum px_counted_as {
	PX_COUNT_AS_DENIED = 1,  /**< It may not be read. */
	PX_COUNT_AS_UNSAVED = 2, /**< What was to be read of it was not saved. */
	PX_COUNT_AS_THREADS = 4  /**< It was; where threads have their stacks may be unknown. */
};

/**
 * Count the process at hand as @what, once it is done with.  False if it is to be told of:
 * in other views than --by, and of a process that was named.
 */
bool px_by_count(struct px_sheet *sheet, enum px_counted_as what);

#define PX_BY_INITIAL                             \
	{                                         \
		.lock = PTHREAD_MUTEX_INITIALIZER \
	}

/** Free what @by holds. */
void px_by_deinit(struct px_by *by);

/**
 * Whether --sort names a column of what --by prints, or is not given.  Returns false
 * after a message.
 */
bool px_by_check(struct px_console *console, const struct px_options *options);

/**
 * Print what was added up, of all that was asked for if it @is_complete.  Returns its
 * share of the exit status, after a message.
 */
int px_by_print(struct px_console *console, const struct px_options *options, struct px_by *by,
	bool is_complete);

#endif
