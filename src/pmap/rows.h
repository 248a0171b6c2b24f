/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of one process in a view.
 */
#ifndef PX_PMAP_ROWS_H
#define PX_PMAP_ROWS_H

#include "sheet.h"

/** Shares of the exit status, or-ed over all processes. */
enum { PX_STATUS_UNREADABLE = 1, PX_STATUS_MISSING = 42 };

/** Of a reading that is to be begun again: no share of a status, which are not negative. */
#define PX_STATUS_AGAIN (-1)

/** Whether maps are as a kernel has handed them out, now or when it was captured. */
bool px_rows_are_ordered(const struct px_sheet *sheet);

/**
 * Whether mappings are selected of more than one process: then those that have none of
 * them are left out.  With what was saved, what is before each is to be settled.
 */
bool px_rows_leave_out(const struct px_sheet *sheet);

/**
 * Whether @error, a positive errno, is a shortage and the process will be shown again,
 * when other workers have made room.
 */
bool px_rows_give_up(struct px_sheet *sheet, int error);

/**
 * Show all rows of the map that @reader reads, and say what went wrong.
 *
 * @is_last  There will be no other reading of it, whatever has become of the process.
 *
 * Returns a share of the exit status, or PX_STATUS_AGAIN.
 */
int px_rows_show(struct px_sheet *sheet, const struct px_view *view, struct pmapx_reader *reader,
	bool is_last);

#endif
