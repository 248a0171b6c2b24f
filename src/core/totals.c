/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sums over the mappings of a process.
 */
#include "totals.h"

bool px_rss_kb(const struct pmapx_smaps *smaps, uint64_t *ret)
{
	if (!pmapx_smaps_has(smaps, PMAPX_FIELD_RSS))
		return false;
	*ret = smaps->rss_kb;
	return true;
}

bool px_dirty_kb(const struct pmapx_smaps *smaps, uint64_t *ret)
{
	bool shared = pmapx_smaps_has(smaps, PMAPX_FIELD_SHARED_DIRTY);
	bool private = pmapx_smaps_has(smaps, PMAPX_FIELD_PRIVATE_DIRTY);

	if (!shared && !private)
		return false;
	*ret = px_saturating_add(
		shared ? smaps->shared_dirty_kb : 0, private ? smaps->private_dirty_kb : 0);
	return true;
}

void px_totals_add(struct px_totals *totals, const struct pmapx_mapping *mapping)
{
	uint64_t size = pmapx_mapping_size_bytes(mapping), kb;

	totals->mapped_bytes = px_saturating_add(totals->mapped_bytes, size);
	if (pmapx_mapping_is_shared(mapping))
		totals->shared_bytes = px_saturating_add(totals->shared_bytes, size);
	else if (mapping->perms[1] == 'w')
		totals->writable_private_bytes = px_saturating_add(
			totals->writable_private_bytes, size);
	totals->count++;
	/* Mappings of maps have no numbers. */
	if (mapping->smaps->have == 0)
		return;
	if (px_rss_kb(mapping->smaps, &kb)) {
		totals->rss_count++;
		totals->rss_kb = px_saturating_add(totals->rss_kb, kb);
	}
	if (px_dirty_kb(mapping->smaps, &kb)) {
		totals->dirty_count++;
		totals->dirty_kb = px_saturating_add(totals->dirty_kb, kb);
	}
}
