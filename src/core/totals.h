/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sums over the mappings of a process.
 */
#ifndef PX_TOTALS_H
#define PX_TOTALS_H

#include <pmapx/mapping.h>

/** Sums so far, zero to begin with. */
struct px_totals {
	uint64_t mapped_bytes;           /**< All address ranges. */
	uint64_t writable_private_bytes; /**< Those that are private and writable. */
	uint64_t shared_bytes;           /**< Those that are shared, whatever the permissions. */
	size_t count;                    /**< How many mappings there are. */
	size_t rss_count, dirty_count;   /**< In how many of them these two were read. */
	uint64_t rss_kb;                 /**< Resident, where it was read. */
	uint64_t dirty_kb;               /**< Dirty, where it was read. */
};

/** @a plus @b, or the largest number there is. */
static inline uint64_t px_saturating_add(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/**
 * The resident size of a mapping in *@ret.
 *
 * Returns false, and leaves *@ret alone, if it was not read.
 */
bool px_rss_kb(const struct pmapx_smaps *smaps, uint64_t *ret);

/**
 * The dirty pages of a mapping, shared and private, in *@ret; of a kernel or a
 * file that tells only one of them, that one.
 *
 * Returns false, and leaves *@ret alone, if neither was read.
 */
bool px_dirty_kb(const struct pmapx_smaps *smaps, uint64_t *ret);

/** Add @mapping to @totals. */
void px_totals_add(struct px_totals *totals, const struct pmapx_mapping *mapping);

#endif
