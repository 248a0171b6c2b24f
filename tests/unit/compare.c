/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.c: what differs between looks, and in which order.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "looks.h"

/* "state pid name change" for each row. */
static void check_rows(const struct px_differences *differences, const char *want)
{
	char got[600] = "";

	for (size_t i = 0; i < differences->count; i++) {
		const struct px_difference *row = &differences->rows[i];
		const struct pmapx_text *name = px_difference_texts(differences, row);
		char *at = got + strlen(got);

		at += sprintf(at, "%s %d %.*s ", px_difference_state(differences, row),
			(int)px_difference_process(differences, row)->pid, (int)name->length,
			name->bytes);
		if (row->has_growth)
			sprintf(at, "%+d\n", (int)row->growth);
		else
			strcpy(at, "?\n");
	}
	px_same("rows", want, got);
}

static void drop(struct px_differences *differences)
{
	for (size_t i = 0; i < differences->look_count; i++)
		px_look_deinit(&differences->looks[i]);
	px_differences_deinit(differences);
}

static const struct px_comparison by_pss = { .growth = PX_MEASURE_PSS };
static const struct px_comparison by_rss = { .growth = PX_MEASURE_RSS };
static const struct px_comparison by_size = { .growth = PX_MEASURE_SIZE };

PX_TEST(what_differs_is_shown_the_largest_growth_first)
{
	struct px_look looks[2] = { { 0 }, { 0 } };
	struct px_differences differences;

	px_add_looked(&looks[0], 2, 1, "a", "", "x");
	px_add_group(&looks[0], "less", 9, 9, 9);
	px_add_group(&looks[0], "same", 7, 7, 7);
	px_add_group(&looks[0], "more", 1, 1, 1);
	px_add_group(&looks[0], "gone", 4, 4, 4);
	px_add_group(&looks[0], "rss only", 4, 4, 4);
	px_add_looked(&looks[0], 3, 1, "a", "", "x");
	px_add_group(&looks[0], "more", 5, 5, 5);
	px_add_looked(&looks[1], 2, 1, "a", "", "x");
	px_add_group(&looks[1], "more", 3, 2, 2);
	px_add_group(&looks[1], "less", 8, 8, 2);
	px_add_group(&looks[1], "rss only", 4, 3, 4);
	px_add_group(&looks[1], "same", 7, 7, 7);
	px_add_looked(&looks[1], 4, 1, "a", "", "x");
	px_add_group(&looks[1], "more", 1, 1, 1);
	px_same_number("growth", PX_MEASURE_PSS, px_growth_choose(looks, 2));
	px_same_number("done", 0, px_compare(&differences, &by_pss, looks, 2));
	check_rows(&differences,
		"grown 2 more +1\nappeared 4 more +1\nchanged 2 rss only +0\nvanished 2 gone -4\n"
		"vanished 3 more -5\nshrunk 2 less -7\n");
	px_same_number("before", 9 + 7 + 1 + 4 + 4 + 5, differences.totals[0].sums[PX_MEASURE_PSS]);
	px_same_number("after", 2 + 2 + 4 + 7 + 1, differences.totals[1].sums[PX_MEASURE_PSS]);
	drop(&differences);
}

PX_TEST(with_more_looks_it_must_grow_each_time)
{
	static const uint64_t sizes[][4] = { { 1, 5, 1, 0 }, { 2, 5, 3, 7 }, { 4, 6, 2, 8 } };
	static const char *const names[] = { "always", "at last", "at first", "new" };
	struct px_look looks[3] = { { 0 }, { 0 }, { 0 } };
	struct px_differences differences;

	for (int i = 0; i < 3; i++) {
		px_add_looked(&looks[i], 2, 1, "a", "", "x");
		for (int k = 0; k < 4; k++)
			if (sizes[i][k] > 0)
				px_add_group(&looks[i], names[k], sizes[i][k], 1, 1);
	}
	px_same_number("done", 0, px_compare(&differences, &by_size, looks, 3));
	check_rows(&differences, "appeared 2 new +8\ngrown 2 always +3\n");
	drop(&differences);
}

PX_TEST(what_is_not_known_is_not_nothing)
{
	struct px_look looks[2] = { { 0 }, { 0 } };
	struct px_differences differences;
	uint64_t number;
	int64_t change;

	px_add_looked(&looks[0], 2, 1, "a", "", "x");
	px_add_sizes(&looks[0], "both", 4);
	px_add_looked(&looks[0], 5, 1, "a", "", "x");
	px_add_group(&looks[0], "full", 4, 4, 4);
	px_add_looked(&looks[1], 2, 1, "a", "", "x");
	px_add_group(&looks[1], "both", 6, 1, 1);
	px_add_group(&looks[1], "new", 6, 1, 1);
	px_add_looked(&looks[1], 6, 1, "a", "", "x");
	px_add_group(&looks[1], "other", 6, 2, 2);
	px_same_number("done", 0, px_compare(&differences, &by_rss, looks, 2));
	/* Of process 2 nothing tells what was resident; of 6 it was nothing, as others tell. */
	check_rows(&differences,
		"appeared 6 other +2\nvanished 5 full -4\nchanged 2 both ?\nappeared 2 new ?\n");
	assert_true(px_difference_change(
		&differences, &differences.rows[3], 0, 1, PX_MEASURE_SIZE, &change));
	px_same_number("size", 6, change);
	assert_false(
		px_difference_at(&differences, &differences.rows[3], 0, PX_MEASURE_RSS, &number));
	assert_true(
		px_difference_at(&differences, &differences.rows[3], 1, PX_MEASURE_RSS, &number));
	/* So the total is not known either. */
	px_same_number("old", PX_VALUE_NOTHING,
		px_sums_value(&differences.totals[0], PX_MEASURE_RSS).type);
	px_same_number("new", 4, px_sums_value(&differences.totals[1], PX_MEASURE_RSS).number);
	px_same_number("sizes", 8, px_sums_value(&differences.totals[0], PX_MEASURE_SIZE).number);
	drop(&differences);
}

PX_TEST(what_could_not_be_read_is_left_out)
{
	struct px_look looks[2] = { { 0 }, { 0 } };
	struct px_differences differences;

	px_add_looked(&looks[0], 2, 1, "a", "", "x");
	px_add_group(&looks[0], "kept", 4, 4, 4);
	px_add_looked(&looks[0], 3, 1, "a", "", "x");
	px_add_group(&looks[0], "unread", 40, 40, 40);
	px_add_looked(&looks[0], 4, 1, "a", "", "x");
	px_add_group(&looks[0], "gone", 1, 1, 1);
	px_add_looked(&looks[1], 2, 1, "a", "", "x");
	px_add_group(&looks[1], "kept", 6, 6, 6);
	px_add_looked(&looks[1], 3, 0, "", "", "");
	looks[1].processes[1].is_unread = true;
	px_same_number("done", 0, px_compare(&differences, &by_pss, looks, 2));
	check_rows(&differences, "grown 2 kept +2\nvanished 4 gone -1\n");
	px_same_number("left out", 1, differences.left_out);
	px_same_number("before", 5, differences.totals[0].sums[PX_MEASURE_PSS]);
	px_same_number("after", 6, differences.totals[1].sums[PX_MEASURE_PSS]);
	px_differences_deinit(&differences);
	/* Of what is cut short, nothing is known to be missing. */
	looks[1].counts.has_gap = true;
	px_same_number("done", 0, px_compare(&differences, &by_pss, looks, 2));
	check_rows(&differences, "grown 2 kept +2\n");
	px_same_number("left out", 2, differences.left_out);
	px_same_number("before", 4, differences.totals[0].sums[PX_MEASURE_PSS]);
	drop(&differences);
}

PX_TEST(a_change_has_a_limit)
{
	assert_true(px_change(0, UINT64_MAX) == INT64_MAX);
	assert_true(px_change(UINT64_MAX, 0) == -INT64_MAX);
	assert_true(px_change(UINT64_MAX - 1, UINT64_MAX) == 1);
	assert_true(px_change(5, 3) == -2);
}

PX_TEST(growth_is_what_all_looks_tell)
{
	struct px_look looks[2] = { { 0 }, { 0 } };

	px_add_looked(&looks[0], 2, 1, "a", "", "x");
	px_add_sizes(&looks[0], "a", 4);
	px_add_looked(&looks[1], 2, 1, "a", "", "x");
	px_add_group(&looks[1], "a", 6, 1, 1);
	px_same_number("size", PX_MEASURE_SIZE, px_growth_choose(looks, 2));
	looks[0].known |= 1U << PX_MEASURE_RSS;
	px_same_number("rss", PX_MEASURE_RSS, px_growth_choose(looks, 2));
	px_look_deinit(&looks[0]);
	px_look_deinit(&looks[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_differs_is_shown_the_largest_growth_first),
		cmocka_unit_test(with_more_looks_it_must_grow_each_time),
		cmocka_unit_test(what_is_not_known_is_not_nothing),
		cmocka_unit_test(what_could_not_be_read_is_left_out),
		cmocka_unit_test(a_change_has_a_limit),
		cmocka_unit_test(growth_is_what_all_looks_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
