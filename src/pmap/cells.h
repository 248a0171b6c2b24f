/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store for the rows of a table whose widths are known only at the end:
 * written once, read back once, as small as its text allows.
 */
#ifndef PX_PMAP_CELLS_H
#define PX_PMAP_CELLS_H

#include <pmapx/base.h>

struct px_cells;

/** Make an empty store, or return NULL. */
struct px_cells *px_cells_new(void);

/** Free it; NULL is fine. */
void px_cells_free(struct px_cells *cells);

/** Forget all cells. */
void px_cells_clear(struct px_cells *cells);

/** Append a cell with text that is rarely repeated, such as a number.  0 or -ENOMEM. */
int px_cells_add(struct px_cells *cells, const struct pmapx_text *text);

/** Append a cell whose text recurs, such as a name: it is kept once.  0 or -ENOMEM. */
int px_cells_add_shared(struct px_cells *cells, const struct pmapx_text *text);

/** Append a count, to be read back with px_cells_next_count().  0 or -ENOMEM. */
int px_cells_add_count(struct px_cells *cells, size_t count);

/**
 * Say that a row is whole: what was added is read back only up to the last of
 * these, so that a row that ran out of memory is not there.
 */
void px_cells_end_row(struct px_cells *cells);

/** Read from the first cell on. */
void px_cells_rewind(struct px_cells *cells);

/** Whether there is a row to read. */
bool px_cells_more(const struct px_cells *cells);

/** The next cell; valid until px_cells_clear(). */
struct pmapx_text px_cells_next(struct px_cells *cells);

/** The next cell, which is a count. */
size_t px_cells_next_count(struct px_cells *cells);

#endif
