/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dumps that are under way in a log, by who writes them, and those that have
 * ended.
 */
#ifndef PX_OPEN_DUMPS_H
#define PX_OPEN_DUMPS_H

#include "dump_build.h"

/** A process of which a dump is announced, or has begun. */
struct px_open_dump {
	struct px_open_dump *chained;       /**< In the same bucket. */
	struct px_open_dump *newer, *older; /**< In the order in which they were made. */
	enum px_contexts_source source;
	uint32_t pid; /**< By which it is found; 0 is that of all who do not tell it. */
	bool listed;  /**< It can be found. */
	bool started; /**< There are lines of it. */
	struct px_dump_build build;
	char *held; /**< The beginning of a row that may go on in another line; owned. */
	size_t held_length;
	uint64_t sequence, chunk; /**< Which part of which message that is. */
};

/** How many chains there are. */
#define PX_OPEN_DUMPS_BUCKETS (2 * PX_CONTEXTS_MAX_OPEN)

/** All of them; zero to begin with. */
struct px_open_dumps {
	struct px_open_dump *buckets[PX_OPEN_DUMPS_BUCKETS];
	struct px_open_dump *oldest, *newest;
	struct px_open_dump *first_ended, *last_ended; /**< Linked by @newer. */
	size_t count;                                  /**< That can be found. */
	size_t held;                                   /**< What all take, in bytes. */
};

/** Free everything. */
void px_open_dumps_deinit(struct px_open_dumps *dumps);

/** The one of @pid in @source, or NULL. */
struct px_open_dump *px_open_dumps_find(
	const struct px_open_dumps *dumps, enum px_contexts_source source, uint32_t pid);

/**
 * Make one that is not there; it can be found unless it is of a view.  If there are too
 * many, the oldest ends.  Returns NULL without memory.
 */
struct px_open_dump *px_open_dumps_make(
	struct px_open_dumps *dumps, enum px_contexts_source source, uint32_t pid);

/** The dump has ended, with @flaw if it is one; it is handed out, if it had begun. */
void px_open_dumps_end(
	struct px_open_dumps *dumps, struct px_open_dump *dump, enum px_contexts_flaw flaw);

/** The next that has ended, which the caller then frees, or NULL. */
struct px_open_dump *px_open_dumps_take(struct px_open_dumps *dumps);

/** Free @dump, which was taken.  NULL is fine. */
void px_open_dump_free(struct px_open_dump *dump);

#endif
