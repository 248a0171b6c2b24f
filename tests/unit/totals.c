/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * totals.c: sums over mappings, which never wrap around.
 */
#include "support.h"

#include <string.h>

#include "totals.h"

static struct pmapx_mapping mapping(uint64_t start, uint64_t end, const char perms[5])
{
	static const struct pmapx_smaps nothing;
	struct pmapx_mapping made = { .start = start, .end = end, .smaps = &nothing };

	memcpy(made.perms, perms, sizeof(made.perms));
	return made;
}

PX_TEST(a_mapping_counts_by_its_permissions)
{
	static const struct {
		const char *perms;
		unsigned writable_private, shared;
	} rows[] = {
		{ "rw-p", 1, 0 },
		{ "-w-p", 1, 0 },
		{ "rwxp", 1, 0 },
		{ "r-xp", 0, 0 },
		{ "---p", 0, 0 },
		{ "rw-s", 0, 1 },
		{ "r--s", 0, 1 },
		{ "---s", 0, 1 },
		{ "rw-S", 0, 1 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_totals totals = { 0 };
		struct pmapx_mapping one = mapping(0x1000, 0x4000, rows[i].perms);

		px_totals_add(&totals, &one);
		px_totals_add(&totals, &one);
		px_same_number(rows[i].perms, 0x6000, totals.mapped_bytes);
		px_same_number(rows[i].perms, 0x6000 * rows[i].writable_private,
			totals.writable_private_bytes);
		px_same_number(rows[i].perms, 0x6000 * rows[i].shared, totals.shared_bytes);
		px_same_number(rows[i].perms, 0, totals.rss_kb + totals.dirty_kb);
	}
}

PX_TEST(only_what_was_read_is_resident_or_dirty)
{
	enum { RSS = 1, SHARED = 2, PRIVATE = 4 };
	static const struct {
		int have;
		bool has_rss, has_dirty;
		uint64_t rss, dirty;
	} rows[] = {
		{ 0, false, false, 0, 0 },
		{ RSS, true, false, 100, 0 },
		{ SHARED, false, true, 0, 20 },
		{ PRIVATE, false, true, 0, 3 },
		{ RSS | SHARED | PRIVATE, true, true, 100, 23 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_smaps smaps = {
			.rss_kb = 100,
			.shared_dirty_kb = 20,
			.private_dirty_kb = 3,
		};
		struct pmapx_mapping one = mapping(0, 4096, "rw-p");
		struct px_totals totals = { 0 };
		uint64_t kb = 42;

		one.smaps = &smaps;
		smaps.have = ((rows[i].have & RSS) != 0 ? UINT64_C(1) << PMAPX_FIELD_RSS : 0) |
			((rows[i].have & SHARED) != 0 ? UINT64_C(1) << PMAPX_FIELD_SHARED_DIRTY
						      : 0) |
			((rows[i].have & PRIVATE) != 0 ? UINT64_C(1) << PMAPX_FIELD_PRIVATE_DIRTY
						       : 0);
		assert_int_equal(px_rss_kb(&smaps, &kb), rows[i].has_rss);
		assert_int_equal(kb, rows[i].has_rss ? 100 : 42);
		kb = 42;
		assert_int_equal(px_dirty_kb(&smaps, &kb), rows[i].has_dirty);
		assert_int_equal(kb, rows[i].has_dirty ? rows[i].dirty : 42);
		px_totals_add(&totals, &one);
		assert_int_equal(totals.rss_kb, rows[i].rss);
		assert_int_equal(totals.dirty_kb, rows[i].dirty);
	}
}

PX_TEST(sums_stop_at_the_largest_number)
{
	const struct pmapx_mapping huge_private = mapping(0, UINT64_MAX, "rw-p");
	const struct pmapx_mapping huge_shared = mapping(1, UINT64_MAX, "rw-s");
	const struct pmapx_smaps smaps = {
		.have = UINT64_C(1) << PMAPX_FIELD_RSS | UINT64_C(1) << PMAPX_FIELD_SHARED_DIRTY |
			UINT64_C(1) << PMAPX_FIELD_PRIVATE_DIRTY,
		.rss_kb = UINT64_MAX - 1,
		.shared_dirty_kb = UINT64_MAX - 1,
		.private_dirty_kb = 2,
	};
	struct pmapx_mapping dirty = mapping(0, 1, "---p");
	struct px_totals totals = { 0 };

	dirty.smaps = &smaps;
	for (int i = 0; i < 3; i++) {
		px_totals_add(&totals, &huge_private);
		px_totals_add(&totals, &huge_shared);
		px_totals_add(&totals, &dirty);
	}
	assert_int_equal(totals.mapped_bytes, UINT64_MAX);
	assert_int_equal(totals.writable_private_bytes, UINT64_MAX);
	assert_int_equal(totals.shared_bytes, UINT64_MAX);
	assert_int_equal(totals.rss_kb, UINT64_MAX);
	assert_int_equal(totals.dirty_kb, UINT64_MAX);
}

PX_TEST(a_saturating_sum_is_exact_below_the_largest_number)
{
	assert_int_equal(px_saturating_add(0, 0), 0);
	assert_int_equal(px_saturating_add(UINT64_MAX - 5, 4), UINT64_MAX - 1);
	assert_int_equal(px_saturating_add(UINT64_MAX - 5, 5), UINT64_MAX);
	assert_int_equal(px_saturating_add(UINT64_MAX - 5, 6), UINT64_MAX);
	assert_int_equal(px_saturating_add(UINT64_MAX, UINT64_MAX), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_counts_by_its_permissions),
		cmocka_unit_test(only_what_was_read_is_resident_or_dirty),
		cmocka_unit_test(sums_stop_at_the_largest_number),
		cmocka_unit_test(a_saturating_sum_is_exact_below_the_largest_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
