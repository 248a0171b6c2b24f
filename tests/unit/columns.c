/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns.c: the columns that keys of smaps make.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "smaps.h"

/* Show the keys that have no 'u' in them: one test of what is shown. */
static bool has_no_u(const void *context, const struct pmapx_entry *entry)
{
	(void)context;
	return memchr(entry->key.bytes, 'u', entry->key.length) == NULL;
}

/* Fill in a mapping whose key lines are "Key: value|Key: value". */
static int fill(struct px_columns *columns, const char *lines)
{
	size_t count = 0, size = 1;
	struct pmapx_entry *entries;
	int r;

	for (const char *p = lines; *p != '\0'; p++)
		size += *p == '|';
	entries = calloc(size, sizeof(*entries));
	assert_non_null(entries);
	while (*lines != '\0') {
		const char *end = strchrnul(lines, '|');
		struct pmapx_text line = { lines, (size_t)(end - lines) };
		struct pmapx_error error;

		assert_int_equal(
			px_smaps_parse(&line, PMAPX_FIELD_UNKNOWN, &entries[count++], &error), 0);
		lines = *end == '|' ? end + 1 : end;
	}
	r = px_columns_fill(columns,
		&(struct pmapx_smaps){ .entries = entries, .entry_count = count }, has_no_u, NULL);
	/* Values are looked at before the mapping goes: here, copied into widths and sums. */
	for (size_t i = 0; i < columns->count; i++)
		px_column_count(&columns->list[i]);
	for (size_t i = 0; i < columns->count; i++) {
		struct pmapx_text value = px_column_value(&columns->list[i]);

		assert_true(value.length > 0);
	}
	free(entries);
	return r;
}

/* "key:total/width" of all columns, a '-' before those not shown. */
static void check(const char *row, const struct px_columns *columns, const char *want)
{
	char got[512], *at = got;

	*at = '\0';
	for (size_t i = 0; i < columns->count; i++) {
		const struct px_column *column = &columns->list[i];

		at += snprintf(at, sizeof(got) - (size_t)(at - got), "%s%s%.*s:%" PRIu64 "/%zu",
			i > 0 ? " " : "", column->shown ? "" : "-", (int)column->key.length,
			column->key.bytes, column->total, column->width);
	}
	px_same(row, want, got);
}

static void widen(struct px_columns *columns, bool with_heading)
{
	for (size_t i = 0; i < columns->count; i++)
		px_column_widen(&columns->list[i], with_heading);
}

PX_TEST(columns_come_in_the_order_in_which_keys_were_first_met)
{
	struct px_columns columns = { 0 };

	assert_int_equal(fill(&columns, "B: 1|A: 20|C: 3"), 0);
	check("first", &columns, "B:1/0 A:20/0 C:3/0");
	assert_int_equal(fill(&columns, "C: 1|D: 5|A: 1|B: 1"), 0);
	check("shuffled, with a new one", &columns, "B:2/0 A:21/0 C:4/0 D:5/0");
	assert_int_equal(fill(&columns, "A: 1"), 0);
	check("some missing", &columns, "B:2/0 A:22/0 C:4/0 D:5/0");
	assert_int_equal(fill(&columns, ""), 0);
	check("all missing", &columns, "B:2/0 A:22/0 C:4/0 D:5/0");
	assert_int_equal(fill(&columns, "B: 1|A: 1|C: 1|D: 1"), 0);
	check("as at first", &columns, "B:3/0 A:23/0 C:5/0 D:6/0");
	px_columns_deinit(&columns);
}

PX_TEST(of_a_repeated_key_the_last_counts)
{
	struct px_columns columns = { 0 };

	for (int i = 0; i < 3; i++)
		assert_int_equal(fill(&columns, "A: 1|B: 7|A: 100|A: 10"), 0);
	check("repeated", &columns, "A:30/0 B:21/0");
	px_columns_deinit(&columns);
}

PX_TEST(texts_make_no_columns)
{
	struct px_columns columns = { 0 };

	assert_int_equal(fill(&columns, "Name: 4|A: 1|VmFlags: 5|B: 2"), 0);
	assert_int_equal(fill(&columns, "VmFlags: 5|A: 1|Name: 7|B: 2"), 0);
	check("texts", &columns, "A:2/0 B:4/0");
	px_columns_deinit(&columns);
}

PX_TEST(a_column_is_shown_if_the_test_says_so_once)
{
	struct px_columns columns = { 0 };

	assert_int_equal(fill(&columns, "Unusual: 1|Rss: 2"), 0);
	check("shown", &columns, "-Unusual:1/0 Rss:2/0");
	px_columns_deinit(&columns);
}

PX_TEST(a_value_is_digits_or_says_why_not)
{
	static const struct {
		const char *lines, *want;
	} rows[] = {
		{ "A: 17 kB", "17" },
		{ "A: 0017 kB", "0017" },
		{ "A: -1 kB", "?" },
		{ "A:", "?" },
		{ "A: 18446744073709551616", "?" },
		{ "B: 1", "-" },
		{ "", "-" },
		{ "A: 1|A: x", "?" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_columns columns = { 0 };
		struct pmapx_entry entries[2];
		struct pmapx_error error;
		struct pmapx_text value;
		char lines[64], *rest = lines, *line;
		size_t count = 0;

		assert_int_equal(fill(&columns, "A: 1"), 0);
		strcpy(lines, rows[i].lines);
		while ((line = strsep(&rest, "|")) != NULL && *line != '\0') {
			struct pmapx_text text = px_text(line);

			assert_int_equal(px_smaps_parse(&text, PMAPX_FIELD_UNKNOWN,
						 &entries[count++], &error),
				0);
		}
		assert_int_equal(
			px_columns_fill(&columns,
				&(struct pmapx_smaps){ .entries = entries, .entry_count = count },
				has_no_u, NULL),
			0);
		value = px_column_value(&columns.list[0]);
		px_same_bytes(rows[i].lines, rows[i].want, strlen(rows[i].want), value.bytes,
			value.length);
		px_columns_deinit(&columns);
	}
}

PX_TEST(widths_are_what_was_needed_and_never_shrink)
{
	struct px_columns columns = { 0 };

	assert_int_equal(fill(&columns, "A: 1234|Longer: 1"), 0);
	widen(&columns, false);
	check("values alone", &columns, "A:1234/4 Longer:1/1");
	widen(&columns, true);
	check("headings too", &columns, "A:1234/4 Longer:1/6");
	assert_int_equal(fill(&columns, "A: 9999|Longer: 1"), 0);
	widen(&columns, false);
	check("a sum is no value", &columns, "A:11233/4 Longer:2/6");
	widen(&columns, true);
	check("but stands below the heading", &columns, "A:11233/5 Longer:2/6");

	px_columns_begin(&columns);
	check("another process", &columns, "A:0/5 Longer:0/6");
	assert_int_equal(fill(&columns, "A: 7|Longer: 12345678"), 0);
	widen(&columns, true);
	check("wider, not narrower", &columns, "A:7/5 Longer:12345678/8");

	assert_int_equal(fill(&columns, "A: 123456789"), 0);
	px_columns_begin(&columns);
	assert_int_equal(fill(&columns, "A: 1"), 0);
	widen(&columns, true);
	check("what was begun anew is forgotten", &columns, "A:1/5 Longer:0/8");
	px_columns_deinit(&columns);
}

PX_TEST(sums_leave_out_what_is_no_number_and_stop_at_the_largest)
{
	struct px_columns columns = { 0 };

	assert_int_equal(fill(&columns, "A: x|B: 18446744073709551615"), 0);
	assert_int_equal(fill(&columns, "A: 5|B: 1"), 0);
	assert_int_equal(fill(&columns, "A: -3|B: 18446744073709551615"), 0);
	check("sums", &columns, "A:5/0 B:18446744073709551615/0");
	px_columns_deinit(&columns);
}

/* Key lines of the keys K@from … K@(to-1), as fill() takes them, to be freed. */
static char *make_keys(unsigned from, unsigned to)
{
	size_t length;
	char *lines;
	FILE *file = open_memstream(&lines, &length);

	for (unsigned i = from; i < to; i++)
		fprintf(file, "%sK%u: 1", i > from ? "|" : "", i);
	fclose(file);
	return lines;
}

PX_TEST(unknown_keys_beyond_the_most_are_left_out_and_said_to_be)
{
	struct px_columns columns = { 0 };
	char *most = make_keys(0, PX_COLUMNS_UNKNOWN_MAX),
	     *more = make_keys(0, PX_COLUMNS_UNKNOWN_MAX + 500);
	char *others = make_keys(5000, 5000 + 2 * PX_COLUMNS_UNKNOWN_MAX);

	assert_int_equal(fill(&columns, most), 0);
	assert_int_equal(columns.count, PX_COLUMNS_UNKNOWN_MAX);
	assert_int_equal(fill(&columns, more), -E2BIG);
	assert_int_equal(fill(&columns, others), -E2BIG);
	assert_int_equal(fill(&columns, most), 0);
	assert_int_equal(columns.count, PX_COLUMNS_UNKNOWN_MAX);
	for (size_t i = 0; i < columns.count; i++)
		px_same_number("total", 3, columns.list[i].total);
	/* The keys of kernels always have their columns. */
	assert_int_equal(fill(&columns, "Rss: 1|Z: 1|Pss: 2"), -E2BIG);
	assert_int_equal(columns.count, PX_COLUMNS_UNKNOWN_MAX + 2);
	px_columns_deinit(&columns);

	/* A key that was met before is found behind any number of new ones. */
	assert_int_equal(fill(&columns, "A: 1"), 0);
	free(more);
	assert_true(asprintf(&more, "%s|A: 41", others) > 0);
	assert_int_equal(fill(&columns, more), -E2BIG);
	assert_int_equal(columns.list[0].total, 42);
	px_columns_deinit(&columns);
	free(most);
	free(more);
	free(others);
}

PX_TEST(a_process_does_not_inherit_many_unknown_keys)
{
	struct px_columns columns = { 0 };
	char *few = make_keys(0, PX_COLUMNS_UNKNOWN_MAX / 4), *more = make_keys(300, 301);

	assert_int_equal(fill(&columns, "Rss: 1"), 0);
	assert_int_equal(fill(&columns, few), 0);
	assert_int_equal(fill(&columns, "Pss: 1"), 0);
	px_columns_begin(&columns);
	assert_int_equal(columns.count, PX_COLUMNS_UNKNOWN_MAX / 4 + 2);
	assert_int_equal(fill(&columns, more), 0);
	widen(&columns, true);
	px_columns_begin(&columns);
	check("one too many", &columns, "Rss:0/3 Pss:0/3");
	assert_int_equal(fill(&columns, "Pss: 1|K7: 1|Rss: 2"), 0);
	check("places are learnt anew", &columns, "Rss:2/3 Pss:1/3 K7:1/0");
	px_columns_deinit(&columns);
	free(few);
	free(more);
}

PX_TEST(a_column_is_visible_where_it_was_asked_for_and_seen)
{
	struct px_columns columns = { 0 };

	assert_int_equal(fill(&columns, "Rss: 1|Pss: x|Unusual: 1"), 0);
	assert_true(px_column_is_visible(&columns.list[0]));
	assert_true(px_column_is_visible(&columns.list[1]));
	assert_false(px_column_is_visible(&columns.list[2]));
	px_columns_begin(&columns);
	assert_int_equal(fill(&columns, "Pss: 1"), 0);
	assert_int_equal(fill(&columns, ""), 0);
	assert_false(px_column_is_visible(&columns.list[0]));
	assert_true(px_column_is_visible(&columns.list[1]));
	px_columns_deinit(&columns);
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
		{ "A: 18446744073709551615", "A: 1", "18446744073709551615" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_columns columns = { 0 };
		char digits[PX_PUT_MAX];
		struct pmapx_text total;

		assert_int_equal(fill(&columns, rows[i].first), 0);
		assert_int_equal(fill(&columns, rows[i].second), 0);
		total = px_column_total(&columns.list[0], digits);
		px_same_bytes(rows[i].second, rows[i].want, strlen(rows[i].want), total.bytes,
			total.length);
		/* Of nothing the sum is 0. */
		px_columns_begin(&columns);
		total = px_column_total(&columns.list[0], digits);
		px_same_bytes(rows[i].second, "0", 1, total.bytes, total.length);
		px_columns_deinit(&columns);
	}
}

PX_TEST(any_number_of_repetitions_is_no_error)
{
	struct px_columns columns = { 0 };
	size_t length;
	char *lines;
	FILE *file = open_memstream(&lines, &length);

	for (int i = 0; i < 3000; i++)
		fprintf(file, "%s: %d|", i % 2 != 0 ? "A" : "B", i);
	fputs("C: 1", file);
	fclose(file);
	for (int i = 0; i < 2; i++)
		assert_int_equal(fill(&columns, lines), 0);
	check("repeated", &columns, "B:5996/0 A:5998/0 C:2/0");
	px_columns_deinit(&columns);
	free(lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_come_in_the_order_in_which_keys_were_first_met),
		cmocka_unit_test(of_a_repeated_key_the_last_counts),
		cmocka_unit_test(texts_make_no_columns),
		cmocka_unit_test(a_column_is_shown_if_the_test_says_so_once),
		cmocka_unit_test(a_value_is_digits_or_says_why_not),
		cmocka_unit_test(widths_are_what_was_needed_and_never_shrink),
		cmocka_unit_test(sums_leave_out_what_is_no_number_and_stop_at_the_largest),
		cmocka_unit_test(unknown_keys_beyond_the_most_are_left_out_and_said_to_be),
		cmocka_unit_test(a_process_does_not_inherit_many_unknown_keys),
		cmocka_unit_test(a_column_is_visible_where_it_was_asked_for_and_seen),
		cmocka_unit_test(a_total_is_a_number_or_says_that_none_was_met),
		cmocka_unit_test(any_number_of_repetitions_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
