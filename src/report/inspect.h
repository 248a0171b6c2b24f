/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process, looked at for what checks find.
 */
#ifndef PX_INSPECT_H
#define PX_INSPECT_H

#include "finding.h"
#include "walk.h"

/** What was seen of a process; zero to begin with. */
struct px_inspection {
	struct px_findings findings;
	bool is_torn;    /**< Its map was changing while it was read. */
	bool has_tables; /**< Its page tables could be compared, if that was asked for. */
};

/**
 * Look at the process at hand for what @checks, bits (1 << PX_CHECK_…), find.  Some
 * findings may be there that were not asked for.
 *
 * Returns as a visitor does, with the reason in @visit; px_inspection_deinit() in any case.
 */
int px_inspect(struct px_visit *visit, unsigned checks, struct px_inspection *ret);

/** Free what @inspection holds. */
void px_inspection_deinit(struct px_inspection *inspection);

#endif
