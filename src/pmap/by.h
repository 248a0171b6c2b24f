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

/** What the workers of a run have added up; begins as PX_BY_INITIAL. */
struct px_by {
	pthread_mutex_t lock;
	struct px_groups groups;
	struct px_unread unread; /**< Processes that nobody named and that could not be read. */
	bool is_short;           /**< There was no memory for some of it. */
};

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

/** Print what was added up, of all that was asked for if it @is_complete.  Returns its share of the exit status, after a message. */
int px_by_print(struct px_console *console, const struct px_options *options, struct px_by *by,
	bool is_complete);

#endif
