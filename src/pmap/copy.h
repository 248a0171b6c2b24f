/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapping that is kept for later: readers hand out one at a time.
 */
#ifndef PX_PMAP_COPY_H
#define PX_PMAP_COPY_H

#include <pmapx/mapping.h>

#include "layout.h"
#include "numa.h"

/** A copy of a mapping with all that is known of it, but for what follows it. */
struct px_copy;

/**
 * Make a copy of @mapping, with @numa and @note beside it, which may be empty; NULL if
 * memory is short.  Free it with free().
 */
struct px_copy *px_copy_new(const struct pmapx_mapping *mapping, const struct px_numa_line *numa,
	const struct pmapx_text *note, size_t *ret_size);

/** What was noted. */
struct pmapx_text px_copy_note(const struct px_copy *copy);

/** What numa_maps says of it. */
struct px_numa_line px_copy_numa(const struct px_copy *copy);

/** A copy being looked at. */
struct px_copied {
	struct pmapx_mapping mapping;
	struct pmapx_smaps smaps;
	struct pmapx_lines lines;
};

/** Fill *@ret, which is valid as long as @copy; returns its mapping. */
const struct pmapx_mapping *px_copy_open(struct px_copy *copy, struct px_copied *ret);

#endif
