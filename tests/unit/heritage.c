/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heritage.c: what the columns of a process have from those before it.
 */
#include "run_columns.h"

#include <stdio.h>
#include <stdlib.h>

#include "heritage.h"

/* Take a process that has one mapping with these lines; its columns as "key/width" in order. */
static void check(struct px_heritage *heritage, struct px_run_columns *table, const char *lines,
	bool with_heading, const char *want)
{
	size_t order[PX_COLUMNS_MAX];
	char got[256], *at = got;

	px_run_columns_begin(table);
	assert_int_equal(px_run_columns_fill(table, lines, true), 0);
	px_columns_end(&table->columns, with_heading);
	assert_int_equal(px_heritage_take(heritage, &table->columns, order), 0);
	*at = '\0';
	for (size_t i = 0; i < table->columns.count; i++) {
		const struct px_column *column = &table->columns.list[order[i]];

		at += snprintf(at, sizeof(got) - (size_t)(at - got), "%s%.*s/%zu", i > 0 ? " " : "",
			(int)column->key.length, column->key.bytes, column->width);
	}
	px_same(lines, want, got);
}

PX_TEST(columns_keep_the_order_in_which_they_were_first_met)
{
	struct px_heritage heritage = { 0 };
	struct px_run_columns table = px_run_columns_new(state);

	check(&heritage, &table, "B: 1|A: 1|C: 1", false, "B/1 A/1 C/1");
	check(&heritage, &table, "A: 1|B: 1|C: 1", false, "B/1 A/1 C/1");
	check(&heritage, &table, "D: 1|C: 1|B: 1", false, "B/1 C/1 D/1");
	check(&heritage, &table, "", false, "");
	check(&heritage, &table, "E: 1|D: 1|C: 1|B: 1|A: 1", false, "B/1 A/1 C/1 D/1 E/1");
	px_run_columns_drop(&table);
	px_heritage_deinit(&heritage);
}

PX_TEST(columns_never_become_narrower)
{
	struct px_heritage heritage = { 0 };
	struct px_run_columns table = px_run_columns_new(state);

	check(&heritage, &table, "A: 123|Longer: 1", false, "A/3 Longer/1");
	check(&heritage, &table, "A: 1|Longer: 1", true, "A/3 Longer/6");
	check(&heritage, &table, "A: 1", false, "A/3");
	check(&heritage, &table, "A: 12345|Longer: 1", false, "A/5 Longer/6");
	px_heritage_deinit(&heritage);
	check(&heritage, &table, "A: 1|Longer: 1", false, "A/1 Longer/1");
	px_run_columns_drop(&table);
	px_heritage_deinit(&heritage);
}

PX_TEST(many_keys_that_no_kernel_prints_are_forgotten)
{
	struct px_heritage heritage = { 0 };
	struct px_run_columns table = px_run_columns_new(state);
	char *few = px_make_keys(0, PX_COLUMNS_UNKNOWN_MAX / 4);
	size_t order[PX_COLUMNS_MAX];

	check(&heritage, &table, "Rss: 1|Pss: 12345", false, "Rss/1 Pss/5");
	px_run_columns_begin(&table);
	assert_int_equal(px_run_columns_fill(&table, few, true), 0);
	assert_int_equal(px_heritage_take(&heritage, &table.columns, order), 0);
	/* Not too many so far: they still come first. */
	check(&heritage, &table, "New: 1|K7: 1", false, "K7/1 New/1");
	/* One too many: but those of kernels are remembered. */
	check(&heritage, &table, "New: 1|K7: 1|Pss: 1|Rss: 1", false, "Rss/1 Pss/5 New/1 K7/1");
	px_run_columns_drop(&table);
	px_heritage_deinit(&heritage);
	free(few);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_IN_STYLE(columns_keep_the_order_in_which_they_were_first_met, PX_KERNEL),
		PX_IN_STYLE(columns_never_become_narrower, PX_KERNEL),
		PX_IN_STYLE(many_keys_that_no_kernel_prints_are_forgotten, PX_KERNEL),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
