/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mappings are added up by.
 */
#include "measure.h"

#include "totals.h"

const struct px_table_column px_measure_columns[PX_MEASURES] = {
	[PX_MEASURE_COUNT] = { "count", PX_VALUE_NUMBER },
	[PX_MEASURE_SIZE] = { "size", PX_VALUE_SIZE },
	[PX_MEASURE_RSS] = { "rss", PX_VALUE_SIZE },
	[PX_MEASURE_PSS] = { "pss", PX_VALUE_SIZE },
	[PX_MEASURE_PRIVATE] = { "private", PX_VALUE_SIZE },
	[PX_MEASURE_DIRTY] = { "dirty", PX_VALUE_SIZE },
	[PX_MEASURE_ANONYMOUS] = { "anonymous", PX_VALUE_SIZE },
	[PX_MEASURE_SWAP] = { "swap", PX_VALUE_SIZE },
	[PX_MEASURE_HUGETLB] = { "hugetlb", PX_VALUE_SIZE },
};

#define BIT(field) (UINT64_C(1) << (field))

/* What smaps tells a measure by: any of it will do. */
static const uint64_t told_by[PX_MEASURES] = {
	[PX_MEASURE_RSS] = BIT(PMAPX_FIELD_RSS),
	[PX_MEASURE_PSS] = BIT(PMAPX_FIELD_PSS),
	[PX_MEASURE_PRIVATE] = BIT(PMAPX_FIELD_PRIVATE_CLEAN) | BIT(PMAPX_FIELD_PRIVATE_DIRTY),
	[PX_MEASURE_DIRTY] = BIT(PMAPX_FIELD_SHARED_DIRTY) | BIT(PMAPX_FIELD_PRIVATE_DIRTY),
	[PX_MEASURE_ANONYMOUS] = BIT(PMAPX_FIELD_ANONYMOUS),
	[PX_MEASURE_SWAP] = BIT(PMAPX_FIELD_SWAP),
	[PX_MEASURE_HUGETLB] = BIT(PMAPX_FIELD_SHARED_HUGETLB) | BIT(PMAPX_FIELD_PRIVATE_HUGETLB),
};

/* The measures that are known of a mapping whose smaps has those fields. */
static unsigned measures_of(uint64_t have)
{
	unsigned known = 1U << PX_MEASURE_COUNT | 1U << PX_MEASURE_SIZE;

	for (int i = 0; i < PX_MEASURES; i++)
		if ((told_by[i] & have) != 0)
			known |= 1U << i;
	return known;
}

static void add(struct px_sums *sums, enum px_measure measure, uint64_t number)
{
	sums->sums[measure] = px_saturating_add(sums->sums[measure], number);
}

/* What one key says, if it is there. */
static void add_field(struct px_sums *sums, enum px_measure measure,
	const struct pmapx_smaps *smaps, enum pmapx_field field, uint64_t kb)
{
	if (pmapx_smaps_has(smaps, field))
		add(sums, measure, kb);
}

void px_sums_add(struct px_sums *sums, const struct pmapx_mapping *mapping)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	unsigned known = measures_of(smaps->have);

	sums->known |= known;
	sums->unknown |= ~known;
	add(sums, PX_MEASURE_COUNT, 1);
	add(sums, PX_MEASURE_SIZE,
		pmapx_smaps_has(smaps, PMAPX_FIELD_SIZE)
			? smaps->size_kb
			: pmapx_mapping_size_bytes(mapping) / 1024);
	/* Mappings of maps have no numbers. */
	if (smaps->have == 0)
		return;
	add_field(sums, PX_MEASURE_RSS, smaps, PMAPX_FIELD_RSS, smaps->rss_kb);
	add_field(sums, PX_MEASURE_PSS, smaps, PMAPX_FIELD_PSS, smaps->pss_kb);
	add_field(sums, PX_MEASURE_PRIVATE, smaps, PMAPX_FIELD_PRIVATE_CLEAN,
		smaps->private_clean_kb);
	add_field(sums, PX_MEASURE_PRIVATE, smaps, PMAPX_FIELD_PRIVATE_DIRTY,
		smaps->private_dirty_kb);
	add_field(sums, PX_MEASURE_DIRTY, smaps, PMAPX_FIELD_SHARED_DIRTY, smaps->shared_dirty_kb);
	add_field(
		sums, PX_MEASURE_DIRTY, smaps, PMAPX_FIELD_PRIVATE_DIRTY, smaps->private_dirty_kb);
	add_field(sums, PX_MEASURE_ANONYMOUS, smaps, PMAPX_FIELD_ANONYMOUS, smaps->anonymous_kb);
	add_field(sums, PX_MEASURE_SWAP, smaps, PMAPX_FIELD_SWAP, smaps->swap_kb);
	add_field(sums, PX_MEASURE_HUGETLB, smaps, PMAPX_FIELD_SHARED_HUGETLB,
		smaps->shared_hugetlb_kb);
	add_field(sums, PX_MEASURE_HUGETLB, smaps, PMAPX_FIELD_PRIVATE_HUGETLB,
		smaps->private_hugetlb_kb);
}

void px_sums_merge(struct px_sums *sums, const struct px_sums *more)
{
	for (int i = 0; i < PX_MEASURES; i++)
		sums->sums[i] = px_saturating_add(sums->sums[i], more->sums[i]);
	sums->known |= more->known;
	sums->unknown |= more->unknown;
}

bool px_sums_tell(const struct px_sums *sums, enum px_measure measure)
{
	return (sums->known & ~sums->unknown & 1U << measure) != 0;
}

struct px_value px_sums_value(const struct px_sums *sums, enum px_measure measure)
{
	if (!px_sums_tell(sums, measure))
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	return (struct px_value){ .type = px_measure_columns[measure].type,
		.number = sums->sums[measure] };
}
