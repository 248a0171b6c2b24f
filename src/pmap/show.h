/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process in a view.
 */
#ifndef PX_PMAP_SHOW_H
#define PX_PMAP_SHOW_H

#include "sheet.h"

/** Shares of the exit status, or-ed over all processes. */
enum { PX_STATUS_UNREADABLE = 1, PX_STATUS_MISSING = 42 };

/** Show process @pid in @view, and say what went wrong.  Returns its share of the exit status. */
int px_show_process(struct px_sheet *sheet, const struct px_view *view, pid_t pid);

#endif
