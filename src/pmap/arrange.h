/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How rows are arranged: what --sort means in the view that was asked for.
 */
#ifndef PX_PMAP_ARRANGE_H
#define PX_PMAP_ARRANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "shape.h"

struct px_chosen;
struct px_console;
struct px_field;
struct px_options;

/** How rows are arranged; all zero as the view has them. */
struct px_arrange {
	struct px_field *field;   /**< What is sorted by, owned; or NULL. */
	bool descends;            /**< The largest first. */
	struct px_chosen *chosen; /**< The columns of --fields, owned; or NULL. */
	size_t top;               /**< How many rows there are at most; 0 for all. */
};

/**
 * Fill @options->arrange, once the view is known; false if that was refused, which has
 * been said.
 */
bool px_arrange(struct px_console *console, struct px_options *options);

/** Free what @arrange holds. */
void px_arrange_deinit(struct px_arrange *arrange);

/** Whether rows are not simply those of the view. */
static inline bool px_arrange_is_given(const struct px_arrange *arrange)
{
	return arrange->field != NULL || arrange->top != 0;
}

#endif
