/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of memory contexts while it is read: its rows, where they hang, and
 * what they add up to.
 */
#ifndef PX_DUMP_BUILD_H
#define PX_DUMP_BUILD_H

#include "contexts.h"
#include "log_time.h"

/** Bytes that never move. */
struct px_dump_texts;

/** A dump. */
struct px_dump_build {
	struct px_context_dump dump; /**< @contexts is set when it has ended. */
	struct px_context *rows;     /**< Owned. */
	size_t size;                 /**< For how many rows there is room. */
	struct px_dump_texts *texts; /**< Owned; the newest first. */
	size_t bytes;                /**< What rows and texts take. */
	size_t *held;                /**< What all dumps take together; borrowed. */
	char time[64];               /**< What dump.time points to. */
	struct px_context_sum sum;   /**< Of all rows. */
	bool overflow;               /**< It had no room. */
};

/** Begin a dump; its memory is counted in *@held. */
void px_dump_build_init(struct px_dump_build *build, size_t *held);

/** Free what @build holds. */
void px_dump_build_deinit(struct px_dump_build *build);

/** Keep @time as that of the first line. */
void px_dump_build_time(struct px_dump_build *build, const struct px_log_time *time);

/**
 * Append a copy of @row, which has its depth and parent.  A dump that has lost its
 * beginning, or is too large, keeps none.
 *
 * Returns 0 or -ENOMEM.
 */
int px_dump_build_append(struct px_dump_build *build, const struct px_context *row);

/** The same, with the parent that its depth says: rows come as a tree is walked. */
int px_dump_build_add(struct px_dump_build *build, struct px_context *row);

/** The dump has ended with its Grand total: compare. */
void px_dump_build_grand(struct px_dump_build *build, const struct px_context_sum *grand);

/** It has @flaw, unless it had another before. */
void px_dump_build_blame(struct px_dump_build *build, enum px_contexts_flaw flaw);

/** Make @build->dump what is handed out; it lives as long as @build does. */
const struct px_context_dump *px_dump_build_end(struct px_dump_build *build);

#endif
