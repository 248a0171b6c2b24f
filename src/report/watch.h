/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "watch": what has grown and shrunk in processes since a moment ago.
 */
#ifndef PX_WATCH_H
#define PX_WATCH_H

#include "diff.h"

/** When there are colours. */
enum px_colours {
	PX_COLOURS_AUTO, /**< On a terminal that has such, unless the environment is against it. */
	PX_COLOURS_ALWAYS,
	PX_COLOURS_NEVER
};

/** What to watch, and how. */
struct px_watch_options {
	struct px_diff_options
		diff;         /**< How it is compared and shown; @inputs are not looked at. */
	uint64_t interval_ms; /**< From one look to the next. */
	uint64_t count;       /**< How many times; 0 for as long as there are processes. */
	enum px_colours colours;
};

/**
 * Look at the processes diff.walk.pids, and those that are then selected, again and again,
 * and print what differs each time.  Returns an exit status: 0 when that was done as often
 * as asked for, or when the processes have ended; 2 after a message.
 */
int px_watch(struct px_console *console, const struct px_watch_options *options);

#endif
