/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns.c: the columns that keys of smaps make.
 */
#include "run_columns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fill(struct px_run_columns *table, const char *lines)
{
	return px_run_columns_fill(table, lines, true);
}

/* "key:total" or "key:total/width" of all columns, of those not shown "-key". */
static void check(const char *row, const struct px_columns *columns, bool widths, const char *want)
{
	char got[512], *at = got;

	*at = '\0';
	for (size_t i = 0; i < columns->count; i++) {
		const struct px_column *column = &columns->list[i];
		size_t room = sizeof(got) - (size_t)(at - got);

		at += snprintf(at, room, "%s%s%.*s", i > 0 ? " " : "", column->shown ? "" : "-",
			(int)column->key.length, column->key.bytes);
		room = sizeof(got) - (size_t)(at - got);
		if (!column->shown)
			continue;
		at += snprintf(at, room, ":%" PRIu64, column->total);
		room = sizeof(got) - (size_t)(at - got);
		if (widths)
			at += snprintf(at, room, "/%zu", column->width);
	}
	px_same(row, want, got);
}

/* Complete the sums and check them; the process has ended. */
static void check_end(const char *row, struct px_run_columns *table, const char *want)
{
	px_columns_end(&table->columns, false);
	check(row, &table->columns, false, want);
}

/* The same with widths. */
static void check_widths(
	const char *row, struct px_run_columns *table, bool with_heading, const char *want)
{
	px_columns_end(&table->columns, with_heading);
	check(row, &table->columns, true, want);
}

PX_TEST(columns_come_in_the_order_in_which_keys_were_first_met)
{
	static const struct {
		const char *about, *lines, *want; /* What is wanted after all down to here. */
	} rows[] = {
		{ "first", "B: 1|A: 20|C: 3", "B:1 A:20 C:3" },
		{ "again", "B: 1|A: 20|C: 3", "B:2 A:40 C:6" },
		{ "shuffled, with a new one", "C: 1|D: 5|A: 1|B: 1", "B:3 A:41 C:7 D:5" },
		{ "some missing", "A: 1", "B:3 A:42 C:7 D:5" },
		{ "all missing", "", "B:3 A:42 C:7 D:5" },
		{ "all there", "B: 1|A: 1|C: 1|D: 1", "B:4 A:43 C:8 D:6" },
		{ "and again", "B: 1|A: 1|C: 1|D: 1", "B:5 A:44 C:9 D:7" },
		{ "and again", "B: 1|A: 1|C: 1|D: 9", "B:6 A:45 C:10 D:16" },
	};

	for (size_t last = 0; last < PX_COUNT(rows); last++) {
		struct px_run_columns table = px_run_columns_new(state);

		for (size_t i = 0; i <= last; i++)
			assert_int_equal(fill(&table, rows[i].lines), 0);
		check_end(rows[last].about, &table, rows[last].want);
		px_run_columns_drop(&table);
	}
}

PX_TEST(of_a_repeated_key_the_last_counts)
{
	struct px_run_columns table = px_run_columns_new(state);

	for (int i = 0; i < 3; i++)
		assert_int_equal(fill(&table, "A: 1|Rss: 3|B: 7|A: 100|Rss: 5|A: 10"), 0);
	check_end("repeated", &table, "A:30 Rss:15 B:21");
	px_run_columns_drop(&table);
}

PX_TEST(texts_make_no_columns)
{
	struct px_run_columns table = px_run_columns_new(state);

	assert_int_equal(fill(&table, "Name: 4|A: 1|VmFlags: 5|B: 2"), 0);
	assert_int_equal(fill(&table, "VmFlags: 5|A: 1|Name: 7|B: 2"), 0);
	assert_int_equal(fill(&table, "VmFlags: 5|A: 1|Name: 7|B: 2"), 0);
	check_end("texts", &table, "A:3 B:6");
	px_run_columns_drop(&table);
}

PX_TEST(a_column_is_shown_if_the_test_says_so_once)
{
	struct px_run_columns table = px_run_columns_new(state);

	for (int i = 0; i < 3; i++)
		assert_int_equal(fill(&table, "Unusual: 1|Rss: 2"), 0);
	check_end("shown", &table, "-Unusual Rss:6");
	px_run_columns_drop(&table);
}

PX_TEST(a_value_is_digits_or_says_why_not)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "A: 17", "17" },
		{ "A: 0017", "0017" },
		{ "A: 0", "0" },
		{ "A: 00", "00" },
		{ "A: 12345678", "12345678" },
		{ "A: 123456789", "123456789" },
		{ "A: -1", "?" },
		{ "A:", "?" },
		{ "A: 18446744073709551615", "18446744073709551615" },
		{ "A: 18446744073709551616", "?" },
		{ "B: 1", "-" },
		{ "", "-" },
		{ "A: 1|A: x", "?" },
		{ "A: x|A: 2", "2" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_run_columns table = px_run_columns_new(state);
		struct px_cell cell;
		char got[32];

		/* The second may be a quick one; the row in question; one that may be again. */
		assert_int_equal(fill(&table, "A: 1"), 0);
		assert_int_equal(fill(&table, "A: 2"), 0);
		assert_int_equal(fill(&table, rows[i].lines), 0);
		assert_int_equal(fill(&table, "A: 3"), 0);
		px_cells_rewind(table.cells);
		for (uint64_t row = 1; row < 5; row++) {
			px_same_number("shown", row > 2 && *rows[i].lines == 'B' ? 2 : 1,
				px_cells_next(table.cells).number);
			cell = px_cells_next(table.cells);
			px_write_cell(&cell, got, sizeof(got));
			if (row == 3)
				px_same(rows[i].lines, rows[i].want, got);
			else
				px_same_number(rows[i].lines, row == 4 ? 3 : row, cell.number);
			if (row > 2 && *rows[i].lines == 'B')
				px_cells_next(table.cells);
		}
		assert_false(px_cells_more(table.cells));
		px_run_columns_drop(&table);
	}
}

PX_TEST(widths_are_what_is_needed)
{
	struct px_run_columns table = px_run_columns_new(state);

	assert_int_equal(fill(&table, "A: 1234|Longer: 1"), 0);
	check_widths("values alone", &table, false, "A:1234/4 Longer:1/1");
	check_widths("headings too", &table, true, "A:1234/4 Longer:1/6");

	px_run_columns_begin(&table);
	assert_int_equal(fill(&table, "A: 1234|Longer: 1"), 0);
	assert_int_equal(fill(&table, "A: 9999|Longer: 1"), 0);
	check_widths("a sum is no value", &table, false, "A:11233/4 Longer:2/1");
	check_widths("but stands below the heading", &table, true, "A:11233/5 Longer:2/6");

	px_run_columns_begin(&table);
	assert_int_equal(fill(&table, "A: 7|Longer: 12345678"), 0);
	check_widths("another process", &table, true, "A:7/1 Longer:12345678/8");

	px_run_columns_begin(&table);
	assert_int_equal(fill(&table, "A: 1|Longer: 1"), 0);
	assert_int_equal(fill(&table, "A: 123456|Longer: 1"), 0);
	assert_int_equal(fill(&table, "A: 1|Longer: 000000001"), 0);
	check_widths("in the middle, and zeros in front", &table, false, "A:123458/6 Longer:3/9");

	px_run_columns_begin(&table);
	assert_int_equal(fill(&table, "A: x|Longer: 1"), 0);
	assert_int_equal(fill(&table, "Longer: 1"), 0);
	check_widths("nothing but marks", &table, false, "A:0/1 Longer:2/1");
	px_run_columns_drop(&table);
}

PX_TEST(what_was_not_selected_does_not_count)
{
	struct px_run_columns table = px_run_columns_new(state);

	assert_int_equal(px_run_columns_fill(&table, "A: 123456789|B: 1", false), 0);
	assert_int_equal(px_run_columns_fill(&table, "A: 1|B: 1", true), 0);
	assert_int_equal(px_run_columns_fill(&table, "A: 123456789|B: x", false), 0);
	assert_int_equal(px_run_columns_fill(&table, "A: 123456789|B: 1", false), 0);
	assert_int_equal(px_run_columns_fill(&table, "A: 2|B: 1", true), 0);
	assert_int_equal(px_run_columns_fill(&table, "A: 1|B: 1|C: 1", false), 0);
	/* But the last column is there. */
	check_widths("not selected", &table, false, "A:3/1 B:2/1 C:0/1");
	assert_int_equal(table.columns.row_count, 2);
	assert_int_equal(table.columns.list[1].number_count, 2);
	px_run_columns_drop(&table);
}

PX_TEST(sums_leave_out_what_is_no_number_and_stop_at_the_largest)
{
	static const char *const rows[] = { "A: x|B: 18446744073709551615", "A: 5|B: 1",
		"A: 5|B: 1", "A: -3|B: 18446744073709551615", "A: 1|B: 18446744073709551615",
		"A: 1|B: 18446744073709551615", "A: 1|B: 0" };

	for (size_t first = 0; first < PX_COUNT(rows); first++) {
		struct px_run_columns table = px_run_columns_new(state);

		for (size_t i = 0; i < PX_COUNT(rows); i++)
			assert_int_equal(fill(&table, rows[(first + i) % PX_COUNT(rows)]), 0);
		check_end("sums", &table, "A:13 B:18446744073709551615");
		px_run_columns_drop(&table);
	}
}

PX_TEST(unknown_keys_beyond_the_most_are_left_out_and_said_to_be)
{
	struct px_run_columns table = px_run_columns_new(state);
	struct px_columns *columns = &table.columns;
	char *most = px_make_keys(0, PX_COLUMNS_UNKNOWN_MAX),
	     *more = px_make_keys(0, PX_COLUMNS_UNKNOWN_MAX + 500);
	char *others = px_make_keys(5000, 5000 + 2 * PX_COLUMNS_UNKNOWN_MAX);

	assert_int_equal(fill(&table, most), 0);
	assert_int_equal(columns->count, PX_COLUMNS_UNKNOWN_MAX);
	/* Each time. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(fill(&table, more), -E2BIG);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fill(&table, others), -E2BIG);
	assert_int_equal(fill(&table, most), 0);
	assert_int_equal(fill(&table, most), 0);
	assert_int_equal(columns->count, PX_COLUMNS_UNKNOWN_MAX);
	/* The keys of kernels always have their columns. */
	assert_int_equal(fill(&table, "Rss: 1|Z: 1|Pss: 2"), -E2BIG);
	assert_int_equal(columns->count, PX_COLUMNS_UNKNOWN_MAX + 2);
	px_columns_end(columns, false);
	for (size_t i = 0; i < columns->count; i++)
		px_same_number("total",
			i < PX_COLUMNS_UNKNOWN_MAX                          ? 5
				: columns->list[i].field == PMAPX_FIELD_RSS ? 1
									    : 2,
			columns->list[i].total);
	px_run_columns_drop(&table);

	/* A key that was met before is found behind any number of new ones. */
	table = px_run_columns_new(state);
	assert_int_equal(fill(&table, "A: 1"), 0);
	free(more);
	assert_true(asprintf(&more, "%s|A: 41", others) > 0);
	assert_int_equal(fill(&table, more), -E2BIG);
	px_columns_end(&table.columns, false);
	assert_int_equal(table.columns.list[0].total, 42);
	px_run_columns_drop(&table);
	free(most);
	free(more);
	free(others);
}

PX_TEST(a_process_has_the_columns_of_its_own_keys)
{
	struct px_run_columns table = px_run_columns_new(state);
	char *few = px_make_keys(0, PX_COLUMNS_UNKNOWN_MAX - 1);

	assert_int_equal(fill(&table, "Rss: 1"), 0);
	assert_int_equal(fill(&table, few), 0);
	assert_int_equal(fill(&table, "Pss: 1"), 0);
	px_run_columns_begin(&table);
	assert_int_equal(table.columns.count, 0);
	assert_int_equal(fill(&table, few), 0);
	px_run_columns_begin(&table);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fill(&table, "Pss: 1|K7: 1|Rss: 2"), 0);
	check_end("places are learnt anew", &table, "Pss:2 K7:2 Rss:4");
	px_run_columns_drop(&table);
	free(few);
}

PX_TEST(a_total_is_a_number_or_says_that_none_was_met)
{
	static const struct {
		const char *first, *second, *want;
	} rows[] = {
		{ "A: 1", "A: 41", "42" },
		{ "A: 0", "A: 0", "0" },
		{ "A: x", "A: 0", "0" },
		{ "A: x", "A: 5", "5" },
		{ "A: x", "A: -1", "?" },
		{ "A: x", "", "?" },
		{ "A: x", "B: 1", "?" },
		{ "A: 5", "A: x", "5" },
		{ "A: 18446744073709551615", "A: 18446744073709551615", "18446744073709551615" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_run_columns table = px_run_columns_new(state);
		char digits[PX_PUT_MAX];
		struct pmapx_text total;

		assert_int_equal(fill(&table, rows[i].first), 0);
		assert_int_equal(fill(&table, rows[i].second), 0);
		px_columns_end(&table.columns, false);
		total = px_columns_total(&table.columns, &table.columns.list[0], digits);
		px_same_bytes(rows[i].second, rows[i].want, strlen(rows[i].want), total.bytes,
			total.length);
		/* Of nothing the sum is 0. */
		px_run_columns_begin(&table);
		px_run_columns_fill(&table, "A: x", false);
		px_columns_end(&table.columns, false);
		total = px_columns_total(&table.columns, &table.columns.list[0], digits);
		px_same_bytes(rows[i].second, "0", 1, total.bytes, total.length);
		px_run_columns_drop(&table);
	}
}

PX_TEST(any_number_of_repetitions_is_no_error)
{
	struct px_run_columns table = px_run_columns_new(state);
	size_t length;
	char *lines;
	FILE *file = open_memstream(&lines, &length);

	for (int i = 0; i < 3000; i++)
		fprintf(file, "%s: %d|", i % 2 != 0 ? "A" : "B", i);
	fputs("C: 1", file);
	fclose(file);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fill(&table, lines), 0);
	check_end("repeated", &table, "B:8994 A:8997 C:3");
	px_run_columns_drop(&table);
	free(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_IN_EACH_STYLE(columns_come_in_the_order_in_which_keys_were_first_met),
		PX_IN_EACH_STYLE(of_a_repeated_key_the_last_counts),
		PX_IN_EACH_STYLE(texts_make_no_columns),
		PX_IN_EACH_STYLE(a_column_is_shown_if_the_test_says_so_once),
		PX_IN_EACH_STYLE(a_value_is_digits_or_says_why_not),
		PX_IN_EACH_STYLE(widths_are_what_is_needed),
		PX_IN_EACH_STYLE(what_was_not_selected_does_not_count),
		PX_IN_EACH_STYLE(sums_leave_out_what_is_no_number_and_stop_at_the_largest),
		PX_IN_EACH_STYLE(unknown_keys_beyond_the_most_are_left_out_and_said_to_be),
		PX_IN_EACH_STYLE(a_process_has_the_columns_of_its_own_keys),
		PX_IN_EACH_STYLE(a_total_is_a_number_or_says_that_none_was_met),
		PX_IN_EACH_STYLE(any_number_of_repetitions_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
