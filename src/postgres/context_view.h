/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV of the view pg_backend_memory_contexts: rows, and the tree they make.
 */
#ifndef PX_CONTEXT_VIEW_H
#define PX_CONTEXT_VIEW_H

#include "dump_build.h"

/** How many columns a header may have. */
#define PX_CONTEXT_VIEW_COLUMNS 32

/** A view that is read; zero to begin with. */
struct px_context_view {
	/** What each column of the file is, or none of what is known. */
	unsigned char columns[PX_CONTEXT_VIEW_COLUMNS];
	unsigned count;    /**< How many there are. */
	bool has_path;     /**< Of 18 on; else there are names of parents. */
	uint32_t *ids;     /**< For each row, its number in the path; owned. */
	uint32_t *parents; /**< And that of its parent; owned. */
	size_t size;       /**< For how many rows these have room. */
};

/** Whether @record is the header of a view, which is then set up. */
bool px_context_view_header(const struct pmapx_text *record, struct px_context_view *ret);

/** Free what @view holds. */
void px_context_view_deinit(struct px_context_view *view);

/**
 * Read a row into @build.  @room has @record->length bytes.
 *
 * Returns 1; 0 if it is no row of this view, which has ended before; or -ENOMEM.
 */
int px_context_view_row(struct px_context_view *view, const struct pmapx_text *record, char *room,
	struct px_dump_build *build);

/**
 * The view has ended: find parents, and blame @build if there is no tree.  Returns 0 or
 * -ENOMEM.
 */
int px_context_view_end(struct px_context_view *view, struct px_dump_build *build);

#endif
