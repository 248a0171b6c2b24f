/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process has in memory, added up over its mappings.
 */
#include "memory.h"

#include <errno.h>

#include <pmapx/reader.h>

#include "reading.h"
#include "totals.h"

#define BIT(field) (UINT64_C(1) << (field))

/* What is looked at of a mapping. */
#define PRIVATE (BIT(PMAPX_FIELD_PRIVATE_CLEAN) | BIT(PMAPX_FIELD_PRIVATE_DIRTY))
#define HUGETLB (BIT(PMAPX_FIELD_SHARED_HUGETLB) | BIT(PMAPX_FIELD_PRIVATE_HUGETLB))
#define SWAP (BIT(PMAPX_FIELD_SWAP) | BIT(PMAPX_FIELD_SWAP_PSS))
#define FIELDS (BIT(PMAPX_FIELD_RSS) | BIT(PMAPX_FIELD_PSS) | PRIVATE | HUGETLB | SWAP)

/* What an amount is made of: it is known if all mappings have that. */
static const uint64_t made_of[PX_AMOUNTS] = {
	[PX_AMOUNT_RSS] = BIT(PMAPX_FIELD_RSS),
	[PX_AMOUNT_PSS] = BIT(PMAPX_FIELD_PSS),
	[PX_AMOUNT_USS] = PRIVATE,
	[PX_AMOUNT_SWAP] = BIT(PMAPX_FIELD_SWAP),
	[PX_AMOUNT_SWAP_PSS] = BIT(PMAPX_FIELD_SWAP_PSS),
	[PX_AMOUNT_HUGETLB] = HUGETLB,
	[PX_AMOUNT_FOOTPRINT] = BIT(PMAPX_FIELD_PSS) | BIT(PMAPX_FIELD_SWAP_PSS) |
		BIT(PMAPX_FIELD_PRIVATE_HUGETLB),
	[PX_AMOUNT_OWN] = PRIVATE | BIT(PMAPX_FIELD_PRIVATE_HUGETLB),
	[PX_AMOUNT_OWN_SWAP] = BIT(PMAPX_FIELD_SWAP),
};

static void add(struct px_memory *memory, enum px_amount amount, uint64_t kb)
{
	memory->kb[amount] = px_saturating_add(memory->kb[amount], kb);
}

static void add_mapping(struct px_memory *memory, const struct pmapx_mapping *mapping)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	uint64_t uss = px_saturating_add(smaps->private_clean_kb, smaps->private_dirty_kb);

	add(memory, PX_AMOUNT_RSS, smaps->rss_kb);
	add(memory, PX_AMOUNT_PSS, smaps->pss_kb);
	add(memory, PX_AMOUNT_USS, uss);
	add(memory, PX_AMOUNT_SWAP, smaps->swap_kb);
	add(memory, PX_AMOUNT_SWAP_PSS, smaps->swap_pss_kb);
	add(memory, PX_AMOUNT_HUGETLB, smaps->shared_hugetlb_kb);
	add(memory, PX_AMOUNT_HUGETLB, smaps->private_hugetlb_kb);
	add(memory, PX_AMOUNT_FOOTPRINT, smaps->pss_kb);
	add(memory, PX_AMOUNT_FOOTPRINT, smaps->swap_pss_kb);
	add(memory, PX_AMOUNT_FOOTPRINT, smaps->private_hugetlb_kb);
	if (pmapx_mapping_is_shared(mapping))
		return;
	add(memory, PX_AMOUNT_OWN, uss);
	add(memory, PX_AMOUNT_OWN, smaps->private_hugetlb_kb);
	add(memory, PX_AMOUNT_OWN_SWAP, smaps->swap_kb);
}

/*
 * Add up all mappings of @file; what none or not all of them tell is not known.  Returns
 * as a visitor does.
 */
static int read_once(struct px_visit *visit, enum pmapx_map_file file, struct px_memory *ret)
{
	const struct pmapx_reader_options options = {
		.size = sizeof(options),
		.mappings_only = file == PMAPX_FILE_MAPS,
		.fields = FIELDS,
	};
	bool is_ordered = px_reading_is_ordered(visit);
	const struct pmapx_mapping *mapping;
	struct pmapx_reader *reader;
	uint64_t have = FIELDS;
	int r = px_reading_open(visit, file, &options, &reader);

	if (r < 0)
		return r;
	*ret = (struct px_memory){ .is_from_smaps = file == PMAPX_FILE_SMAPS };
	while ((r = pmapx_reader_next(reader, &mapping, &visit->error)) == 1) {
		have &= mapping->smaps->have;
		add_mapping(ret, mapping);
		add(ret, PX_AMOUNT_VSS, pmapx_mapping_size_bytes(mapping) / 1024);
		if (ret->mappings++ == 0)
			ret->start = mapping->start;
		ret->is_torn |= is_ordered && mapping->start < ret->end;
		ret->end = mapping->end;
	}
	pmapx_reader_close(reader);
	for (size_t i = 0; i < PX_AMOUNTS; i++)
		if (made_of[i] != 0 && (made_of[i] & ~have) == 0)
			ret->known |= 1U << i;
	ret->known |= 1U << PX_AMOUNT_VSS;
	return r;
}

/* The same until it fits together. */
static int read_file(struct px_visit *visit, enum pmapx_map_file file, struct px_memory *ret)
{
	int r, readings = 0;

	do
		r = read_once(visit, file, ret);
	while (r == 0 && px_reading_again(visit, ret->is_torn, &readings));
	return r;
}

/* The same for smaps_rollup, in which there is one mapping that stands for all. */
static int read_rollup(struct px_visit *visit, unsigned wanted, struct px_memory *ret)
{
	struct px_memory sizes;
	int r = read_file(visit, PMAPX_FILE_SMAPS_ROLLUP, ret);

	if (r < 0)
		return r;
	ret->known &= ~(PX_MEMORY_OF_MAPPINGS | 1U << PX_AMOUNT_VSS);
	if ((wanted & 1U << PX_AMOUNT_VSS) == 0)
		return 0;
	r = read_file(visit, PMAPX_FILE_MAPS, &sizes);
	/* Of what was saved there may be no more: then the sizes are what is not known. */
	if (r == -ENOENT && px_visit_is_copy(visit))
		return 0;
	if (r < 0)
		return r;
	ret->kb[PX_AMOUNT_VSS] = sizes.kb[PX_AMOUNT_VSS];
	ret->known |= 1U << PX_AMOUNT_VSS;
	ret->is_torn = sizes.is_torn;
	return 0;
}

int px_memory_read(struct px_visit *visit, unsigned wanted, struct px_memory *ret)
{
	const unsigned sizes = 1U << PX_AMOUNT_VSS;
	int r = -ENOENT;

	if (wanted == sizes)
		r = read_file(visit, PMAPX_FILE_MAPS, ret);
	else if ((wanted & PX_MEMORY_OF_MAPPINGS) == 0)
		r = read_rollup(visit, wanted, ret);
	/* Kernels before 4.14 have none, and of what was saved it may be missing, or empty. */
	if (r == -ENOENT || (r == -ENODATA && px_visit_is_copy(visit))) {
		visit->error = (struct pmapx_error){ .reason = "" };
		r = read_file(visit, PMAPX_FILE_SMAPS, ret);
	}
	/* Of some there is no more than maps: what that tells is known, and the rest is not. */
	if (r == -ENOENT && px_visit_is_copy(visit) && (wanted & sizes) != 0)
		r = read_file(visit, PMAPX_FILE_MAPS, ret);
	if (r < 0)
		return r;
	return ret->mappings > 0 ? 0 : 1;
}

void px_memory_add(struct px_memory *sums, const struct px_memory *more)
{
	for (enum px_amount i = 0; i < PX_AMOUNTS; i++)
		add(sums, i, more->kb[i]);
	sums->known &= more->known;
}
