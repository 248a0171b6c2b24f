/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes by what they really cost.
 */
#ifndef PX_RANK_H
#define PX_RANK_H

#include "key.h"
#include "ranking.h"
#include "shape.h"

/** What a column may show: words, numbers, and sizes. */
enum px_rank_field {
	PX_RANK_TEXT, /**< And those behind it, as of enum px_rank_text. */
	PX_RANK_PID = PX_RANK_TEXT + PX_RANK_TEXTS,
	PX_RANK_PROCESSES,
	PX_RANK_MEMORY_OF,
	PX_RANK_AMOUNT, /**< And those behind it, as of enum px_amount. */
	PX_RANK_FIELDS = PX_RANK_AMOUNT + PX_AMOUNTS
};

/** What is to be ranked, and how.  Begins as all zero. */
struct px_rank_options {
	struct px_walk_options walk;
	struct px_shape shape;
	size_t fields[PX_RANK_FIELDS]; /**< What columns show, each a px_rank_field; */
	size_t field_count;            /**< 0 for the usual ones. */
	struct px_key_list by;         /**< What the processes of a row have in common, if any. */
};

/** Take a comma list of fields; false after a message. */
bool px_rank_add_fields(
	struct px_console *console, struct px_rank_options *options, const char *list);

/** Take a comma list of what to group by; false after a message. */
bool px_rank_add_keys(
	struct px_console *console, struct px_rank_options *options, const char *list);

/**
 * Rank processes.
 *
 * Returns 0, 1 or 2 as px_walk_status() says; 2, after a message, if nothing was ranked.
 */
int px_rank(struct px_console *console, const struct px_rank_options *options);

#endif
