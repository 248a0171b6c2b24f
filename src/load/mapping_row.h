/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapping as a row of the table mapping.
 */
#ifndef PX_MAPPING_ROW_H
#define PX_MAPPING_ROW_H

#include <pmapx/kind.h>

#include "packed_rows.h"

/** The rows of a process, one after the other; zero to begin with. */
struct px_mapping_row {
	struct px_datum values[PX_MAPPING_COLUMNS];
	int64_t count;            /**< Of mappings so far. */
	struct pmapx_kinds kinds; /**< Of those. */
	uint64_t plain_layout; /**< Of smaps, if there is nothing in it that has no column; or 0. */
	struct px_bytes extra; /**< What has none. */
};

/**
 * Make a row of @mapping, the next one of process @pid, which has been read with look_ahead.
 * It borrows from the mapping.  0 or -ENOMEM.
 */
int px_mapping_row_fill(struct px_mapping_row *row, pid_t pid, const struct pmapx_mapping *mapping);

/** Free it. */
void px_mapping_row_deinit(struct px_mapping_row *row);

#endif
