/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that selectors find, beside those that operands name.
 */
#ifndef PX_PMAP_WANTED_H
#define PX_PMAP_WANTED_H

#include <pmapx/source.h>

#include "console.h"
#include "select.h"

/** Processes to be shown, in this order. */
struct px_wanted {
	pid_t *pids; /**< Owned. */
	size_t count;
	size_t named;  /**< The first of them, those that operands name. */
	bool is_alone; /**< Those are one, however often, and there is no selector. */
	bool is_empty; /**< The selectors have found nobody. */
};

/**
 * Put behind what is in @wanted the processes of @source that @select wants, in
 * the order of their numbers, without those that are there already.
 *
 * Returns 0, or a negative errno, which has been told.
 */
int px_wanted_add(struct px_console *console, struct px_wanted *wanted, struct pmapx_source *source,
	const struct px_select *select);

/**
 * Leave each process in @wanted once, where it comes first, by whatever numbers it is named:
 * in @source a thread's stands for its process.  With NULL only numbers tell.
 *
 * Returns 0, or a shortage: then @wanted is as it was.
 */
int px_wanted_once(struct px_wanted *wanted, struct pmapx_source *source);

/** Say that nobody is what @select asks for. */
void px_wanted_nobody(struct px_console *console, const struct px_select *select);

#endif
