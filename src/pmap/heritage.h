/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process has from those before it in a run of -X: columns keep their
 * order, and never become narrower, as in pmap 4.0.7.
 */
#ifndef PX_PMAP_HERITAGE_H
#define PX_PMAP_HERITAGE_H

#include "columns.h"

/** A column that a process had. */
struct px_heir {
	struct pmapx_text key; /**< Points to @storage. */
	char *storage;         /**< Owned. */
	bool is_unknown;       /**< Its key is in no kernel we know. */
	size_t width;          /**< The widest it has been, in bytes. */
};

/** The columns of a run, in the order in which they were first met; zero to begin with. */
struct px_heritage {
	struct px_heir *list; /**< Owned. */
	size_t count, size;   /**< How many there are, and there is room for. */
};

/** Free what @heritage holds. */
void px_heritage_deinit(struct px_heritage *heritage);

/**
 * Bring the columns of a process into those of the run: each becomes as wide as
 * it has ever been.  Keys that no kernel prints are forgotten first if they are
 * many: those are one file's own.
 *
 * @order  Filled with the numbers of all @columns in the order of the run.
 *
 * Returns 0, or -ENOMEM, with the columns in their own order and width.
 */
int px_heritage_take(struct px_heritage *heritage, struct px_columns *columns, size_t *order);

#endif
