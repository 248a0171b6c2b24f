/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --sort and --top: a view between the reader and the one that was asked for, which
 * hands mappings on in another order, or only the first of them as rows.
 */
#ifndef PX_PMAP_SORTER_H
#define PX_PMAP_SORTER_H

#include "sheet.h"

/**
 * Set *@ret to a view that hands rows to @view as the options ask for; @view must be
 * the sheet's inner one.
 *
 * With --sort, copies of mappings wait until the last one has come; with --top as
 * well, no more than are shown.  Those are handed on then, all others as they come,
 * each once, but for views that look at all mappings: these get each mapping as a
 * skipped one first, in the order of addresses.
 */
void px_sorter_wrap(const struct px_view *view, struct px_view *ret);

#endif
