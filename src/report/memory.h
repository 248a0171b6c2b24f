/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process has in memory, added up over its mappings.
 */
#ifndef PX_MEMORY_H
#define PX_MEMORY_H

#include "walk.h"

/** What is added up, in kB. */
enum px_amount {
	PX_AMOUNT_VSS,      /**< Sizes of mappings. */
	PX_AMOUNT_RSS,      /**< Rss */
	PX_AMOUNT_PSS,      /**< Pss */
	PX_AMOUNT_USS,      /**< Private_Clean + Private_Dirty */
	PX_AMOUNT_SWAP,     /**< Swap */
	PX_AMOUNT_SWAP_PSS, /**< SwapPss */
	PX_AMOUNT_HUGETLB, /**< Shared_Hugetlb + Private_Hugetlb, which are in none of the above. */
	PX_AMOUNT_FOOTPRINT, /**< Pss + SwapPss + Private_Hugetlb */
	PX_AMOUNT_OWN,       /**< Private_* of private mappings: what ends with the process. */
	PX_AMOUNT_OWN_SWAP,  /**< Swap of private mappings. */
	PX_AMOUNTS
};

/** Sums; zero to begin with. */
struct px_memory {
	uint64_t kb[PX_AMOUNTS];
	unsigned known;      /**< Bit (1 << PX_AMOUNT_…) for each that could be read. */
	size_t mappings;     /**< How many there are; smaps_rollup is one. */
	uint64_t start, end; /**< What they span. */
	bool is_torn;        /**< The map was changing while it was read. */
	bool is_from_smaps;  /**< The sums are those of smaps, not of smaps_rollup. */
};

/** Bits (1 << PX_AMOUNT_…) of those that only smaps tells, mapping by mapping. */
#define PX_MEMORY_OF_MAPPINGS (1U << PX_AMOUNT_OWN | 1U << PX_AMOUNT_OWN_SWAP)

/** And of those for which a map is read to its end, which the process must outlive. */
#define PX_MEMORY_OF_MAPS (PX_MEMORY_OF_MAPPINGS | 1U << PX_AMOUNT_VSS)

/**
 * Read what @wanted, bits (1 << PX_AMOUNT_…), asks for: from smaps_rollup, with the
 * sizes from maps; or all from smaps, if something of each mapping is wanted, or if
 * there is no smaps_rollup.  A map that was changing is read again, some times.
 *
 * Returns as a visitor does, with the reason in @visit.
 */
int px_memory_read(struct px_visit *visit, unsigned wanted, struct px_memory *ret);

/** Add @more to @sums, of which only that stays known which is known of both. */
void px_memory_add(struct px_memory *sums, const struct px_memory *more);

#endif
