/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "diff": what has grown and shrunk between looks at processes.
 */
#ifndef PX_DIFF_H
#define PX_DIFF_H

#include "same.h"

/** What mappings are compared by where nothing else is asked for. */
#define PX_DIFF_KEYS                                                             \
	{                                                                        \
		.keys = { PX_KEY_NAME, PX_KEY_KIND, PX_KEY_PERM }, .count = 3,   \
		.set = 1U << PX_KEY_NAME | 1U << PX_KEY_KIND | 1U << PX_KEY_PERM \
	}

/** What is looked at. */
struct px_diff_input {
	const char *name; /**< As it was given: if nothing else is set, what was saved. */
	pid_t pid;        /**< A process as it runs now, if not 0. */
	bool is_running;  /**< All processes as they run now. */
};

/** What to compare, and what to show of it. */
struct px_diff_options {
	struct px_walk_options walk;        /**< What all looks have in common. */
	const struct px_diff_input *inputs; /**< In the order of time. */
	size_t input_count;                 /**< At least two. */
	struct px_sift sift;                /**< Which mappings. */
	struct px_key_list keys;            /**< By what they are added up. */
	enum px_match match;
	const char *fields; /**< Columns, with commas between; or NULL for those that suit. */
	struct px_shape shape;
	bool quiet; /**< Of text rows only, of a document no totals. */
};

/**
 * Print what differs between the first and the last input: of more than two, what has
 * grown from each to the next.
 *
 * Returns an exit status: 1 if something differs; 2 after a message, or if not all that
 * was saved could be read.
 */
int px_diff(struct px_console *console, const struct px_diff_options *options);

#endif
