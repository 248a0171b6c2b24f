/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process in a view.
 */
#ifndef PX_PMAP_SHOW_H
#define PX_PMAP_SHOW_H

#include "rows.h"
#include "wanted.h"

/**
 * Show process @pid in @view, or that which the source has handed out if
 * @sheet->member is set, and say what went wrong.  Returns its share of the exit
 * status.
 */
int px_show_process(struct px_sheet *sheet, const struct px_view *view, pid_t pid);

/**
 * Show the processes that a saved source hands out and that are selected, or
 * else all; and say which of those that @wanted names are not among them, and
 * what could not be read.
 *
 * @wanted->is_empty  Set to whether there are selectors and they have found nobody.
 */
int px_show_saved(struct px_sheet *sheet, const struct px_view *view, struct px_wanted *wanted);

#endif
