/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * group.c, measure.c: mappings are added up by what they have in common, and by nothing else.
 */
#include "support.h"

#include <pmapx/parser.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "group.h"

static const char two_mappings[] = "1000-3000 rw-p 00000000 00:00 0 \n"
				   "Size:                  8 kB\n"
				   "Rss:                   7 kB\n"
				   "Pss:                   6 kB\n"
				   "Shared_Clean:          1 kB\n"
				   "Shared_Dirty:          2 kB\n"
				   "Private_Clean:         3 kB\n"
				   "Private_Dirty:         4 kB\n"
				   "Anonymous:             5 kB\n"
				   "Shared_Hugetlb:     2048 kB\n"
				   "Private_Hugetlb:    4096 kB\n"
				   "Swap:                 10 kB\n"
				   "3000-4000 r--p 00000000 00:00 0 \n"
				   "Size:                  4 kB\n"
				   "Rss:                 100 kB\n"
				   "Private_Dirty:       200 kB\n";

/* The sums of what @text holds. */
static struct px_sums sums_of(const char *text)
{
	struct px_sums sums = { 0 };
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;
	struct pmapx_error error;

	px_same_number("parser", 0, pmapx_parser_open(NULL, &parser));
	px_same_number("feed", 0, pmapx_parser_feed(parser, text, strlen(text)));
	pmapx_parser_finish(parser);
	while (pmapx_parser_next(parser, &mapping, &error) == 1)
		px_sums_add(&sums, mapping);
	pmapx_parser_close(parser);
	return sums;
}

static void check_sums(const struct px_sums *sums, const char *const wants[PX_MEASURES])
{
	for (int i = 0; i < PX_MEASURES; i++) {
		struct px_value value = px_sums_value(sums, (enum px_measure)i);
		char got[32] = "?";

		if (value.type != PX_VALUE_NOTHING)
			snprintf(got, sizeof(got), "%llu", (unsigned long long)value.number);
		px_same(px_measure_columns[i].name, wants[i], got);
	}
}

PX_TEST(sums_are_those_of_the_keys)
{
	static const char *const smaps[PX_MEASURES] = { "2", "12", "107", "?", "207", "206", "?",
		"?", "?" };
	static const char *const maps[PX_MEASURES] = { "1", "8", "?", "?", "?", "?", "?", "?",
		"?" };
	static const char *const both[PX_MEASURES] = { "3", "20", "?", "?", "?", "?", "?", "?",
		"?" };
	struct px_sums sums = sums_of(two_mappings);
	struct px_sums more = sums_of("1000-3000 rw-p 00000000 00:00 0 \n");

	check_sums(&sums, smaps);
	check_sums(&more, maps);
	px_sums_merge(&sums, &more);
	check_sums(&sums, both);
}

PX_TEST(sums_end_at_the_largest_number)
{
	static const char *const wants[PX_MEASURES] = { "2", "16", "18446744073709551615", "?", "?",
		"?", "?", "?", "?" };
	struct px_sums sums = sums_of("1000-3000 rw-p 00000000 00:00 0 \n"
				      "Rss: 18446744073709551615 kB\n"
				      "3000-5000 rw-p 00000000 00:00 0 \n"
				      "Rss: 7 kB\n");

	check_sums(&sums, wants);
}

static void count_one(struct px_groups *groups, const char *one, const char *other)
{
	const struct pmapx_text texts[] = { px_text(one), px_text(other) };
	struct px_group *group = px_groups_find(groups, texts, 2);

	assert_non_null(group);
	group->sums.sums[PX_MEASURE_COUNT]++;
}

PX_TEST(texts_are_compared_one_by_one)
{
	static const struct {
		const char *one, *other;
		uint64_t count;
	} wants[] = { { "", "", 1 }, { "", "ab", 1 }, { "a", "b", 2 }, { "ab", "", 1 } };
	struct px_groups groups = { 0 }, more = { 0 };
	struct px_group **sorted;

	count_one(&groups, "ab", "");
	count_one(&groups, "a", "b");
	count_one(&groups, "", "");
	count_one(&more, "", "ab");
	count_one(&more, "a", "b");
	px_same_number("merge", 0, px_groups_merge(&groups, &more));
	px_groups_clear(&more);
	px_same_number("none", 0, more.count);
	sorted = px_groups_sorted(&groups);
	assert_non_null(sorted);
	px_same_number("groups", PX_COUNT(wants), groups.count);
	for (size_t i = 0; i < groups.count; i++) {
		const struct px_group *group = sorted[i];

		px_same_bytes("one", wants[i].one, strlen(wants[i].one), group->texts[0].bytes,
			group->texts[0].length);
		px_same_bytes("other", wants[i].other, strlen(wants[i].other),
			group->texts[1].bytes, group->texts[1].length);
		px_same_number("count", wants[i].count, group->sums.sums[PX_MEASURE_COUNT]);
	}
	free(sorted);
	px_groups_clear(&groups);
}

PX_TEST(what_is_nowhere_is_not_empty)
{
	static const struct pmapx_text nowhere = { NULL, 0 }, empty = { "", 0 };
	struct px_groups groups = { 0 }, more = { 0 };
	struct px_group *one = px_groups_find(&more, &nowhere, 1), *found;
	struct px_group **sorted;

	assert_non_null(one);
	one->sums.sums[PX_MEASURE_COUNT] = 7;
	px_same_number("take", 0, px_groups_take(&groups, &more));
	px_same_number("none left", 0, more.count);
	found = px_groups_find(&groups, &empty, 1);
	assert_non_null(found);
	px_same_number("empty", 0, found->sums.sums[PX_MEASURE_COUNT]);
	found = px_groups_find(&more, &nowhere, 1);
	assert_non_null(found);
	found->sums.sums[PX_MEASURE_COUNT] = 2;
	px_same_number("take", 0, px_groups_take(&groups, &more));
	sorted = px_groups_sorted(&groups);
	assert_non_null(sorted);
	px_same_number("groups", 2, groups.count);
	assert_null(sorted[0]->texts[0].bytes);
	px_same_number("nowhere", 9, sorted[0]->sums.sums[PX_MEASURE_COUNT]);
	free(sorted);
	px_groups_clear(&groups);
}

PX_TEST(many_groups_are_each_found_again)
{
	const unsigned many = 20000;
	struct px_groups groups = { 0 };

	for (unsigned i = 0; i < 3 * many; i++) {
		char name[32];
		struct pmapx_text text = { name, 0 };
		struct px_group *group;

		text.length = (size_t)snprintf(name, sizeof(name), "/lib/%u.so", i % many);
		group = px_groups_find(&groups, &text, 1);
		assert_non_null(group);
		px_same_number(name, i / many, group->sums.sums[PX_MEASURE_COUNT]++);
	}
	px_same_number("groups", many, groups.count);
	px_groups_clear(&groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_are_those_of_the_keys),
		cmocka_unit_test(sums_end_at_the_largest_number),
		cmocka_unit_test(texts_are_compared_one_by_one),
		cmocka_unit_test(what_is_nowhere_is_not_empty),
		cmocka_unit_test(many_groups_are_each_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
