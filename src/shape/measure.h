/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mappings are added up by: each is the exact sum of columns of -XX.
 */
#ifndef PX_MEASURE_H
#define PX_MEASURE_H

#include <pmapx/mapping.h>

#include "table.h"

/** What is added up. */
enum px_measure {
	PX_MEASURE_COUNT,     /**< How many mappings. */
	PX_MEASURE_SIZE,      /**< Size */
	PX_MEASURE_RSS,       /**< Rss */
	PX_MEASURE_PSS,       /**< Pss */
	PX_MEASURE_PRIVATE,   /**< Private_Clean + Private_Dirty */
	PX_MEASURE_DIRTY,     /**< Shared_Dirty + Private_Dirty */
	PX_MEASURE_ANONYMOUS, /**< Anonymous */
	PX_MEASURE_SWAP,      /**< Swap */
	PX_MEASURE_HUGETLB,   /**< Shared_Hugetlb + Private_Hugetlb */
	PX_MEASURES
};

/** The columns that they are in a table. */
extern const struct px_table_column px_measure_columns[PX_MEASURES];

/** The fields that are read for them: bits as in struct pmapx_reader_options. */
#define PX_MEASURE_FIELDS                                                                         \
	(UINT64_C(1) << PMAPX_FIELD_SIZE | UINT64_C(1) << PMAPX_FIELD_RSS |                       \
		UINT64_C(1) << PMAPX_FIELD_PSS | UINT64_C(1) << PMAPX_FIELD_SHARED_DIRTY |        \
		UINT64_C(1) << PMAPX_FIELD_PRIVATE_CLEAN |                                        \
		UINT64_C(1) << PMAPX_FIELD_PRIVATE_DIRTY | UINT64_C(1) << PMAPX_FIELD_ANONYMOUS | \
		UINT64_C(1) << PMAPX_FIELD_SWAP | UINT64_C(1) << PMAPX_FIELD_SHARED_HUGETLB |     \
		UINT64_C(1) << PMAPX_FIELD_PRIVATE_HUGETLB)

/** Sums so far; zero to begin with. */
struct px_sums {
	uint64_t sums[PX_MEASURES]; /**< kB, but for the count. */
	unsigned known;   /**< Bit (1 << PX_MEASURE_…) for each that any mapping tells, */
	unsigned unknown; /**< and for each that some mapping does not. */
};

/**
 * Add @mapping to @sums.  Of the size, what smaps does not tell the addresses do.  What
 * has two keys, of which a kernel or a file tells only one, is that one.
 */
void px_sums_add(struct px_sums *sums, const struct pmapx_mapping *mapping);

/** Add @more to @sums. */
void px_sums_merge(struct px_sums *sums, const struct px_sums *more);

/** Whether one of them is known: a sum that lacks a part is not. */
bool px_sums_tell(const struct px_sums *sums, enum px_measure measure);

/** One of them for a table: nothing if it is not known. */
struct px_value px_sums_value(const struct px_sums *sums, enum px_measure measure);

#endif
