/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser.c: options, by callers of any age.
 */
#include "transcript.h"

#include <errno.h>
#include <string.h>

#define A_MAPPING "00400000-00401000 r-xp 00000000 fe:00 1      /a/b\n"

PX_TEST(options_may_be_shorter_or_longer_than_the_library_knows)
{
	const size_t full = sizeof(struct pmapx_parser_options);
	const size_t member = offsetof(struct pmapx_parser_options, mappings_only);
	const struct {
		const char *about;
		size_t size;
		unsigned char beyond; /* What a member holds that the library does not know. */
		int want;
		bool mappings_only;
	} rows[] = {
		{ "as it is", full, 0xff, 0, true },
		{ "without its padding", member + 1, 0xff, 0, true },
		{ "without the member", member, 0xff, 0, false },
		{ "size alone", sizeof(size_t), 0xff, 0, false },
		{ "longer, zero", full + 8, 0, 0, true },
		{ "longer by a byte, zero", full + 1, 0, 0, true },
		{ "longer, not zero", full + 8, 1, -E2BIG, false },
		{ "longer by a byte, not zero", full + 1, 1, -E2BIG, false },
		{ "no size", 0, 0, -EINVAL, false },
		{ "less than its own size", sizeof(size_t) - 1, 0, -EINVAL, false },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct {
			struct pmapx_parser_options known;
			unsigned char beyond[8];
		} options = { .known = { .size = rows[i].size, .mappings_only = true } };
		struct pmapx_parser *parser = NULL;
		const struct pmapx_mapping *mapping;
		size_t last = rows[i].size > full ? rows[i].size - full - 1 : 0;

		options.beyond[last] = rows[i].beyond;
		px_same_number(
			rows[i].about, rows[i].want, pmapx_parser_open(&options.known, &parser));
		if (rows[i].want != 0) {
			assert_null(parser);
			continue;
		}
		assert_int_equal(pmapx_parser_feed(parser, PX_BYTES(A_MAPPING)), 0);
		px_same_number(rows[i].about, rows[i].mappings_only ? 1 : -EAGAIN,
			pmapx_parser_next(parser, &mapping, NULL));
		pmapx_parser_close(parser);
	}
}

PX_TEST(fields_are_all_if_the_callers_struct_does_not_reach_them)
{
	const size_t before = offsetof(struct pmapx_parser_options, fields);
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;

	for (int is_whole = 0; is_whole < 2; is_whole++) {
		struct pmapx_parser_options options = {
			.size = is_whole ? sizeof(options) : before,
			.fields = UINT64_C(1) << PMAPX_FIELD_RSS,
		};

		assert_int_equal(pmapx_parser_open(&options, &parser), 0);
		px_parser_feed(parser, PX_BYTES(A_MAPPING "Rss: 4 kB\nPss: 3 kB\n"), false);
		pmapx_parser_finish(parser);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
		assert_int_equal(mapping->smaps->entry_count, is_whole ? 0 : 2);
		assert_true(pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_RSS));
		pmapx_parser_close(parser);
	}
}

PX_TEST(no_options_are_the_default)
{
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;

	assert_int_equal(pmapx_parser_open(NULL, &parser), 0);
	assert_int_equal(pmapx_parser_feed(parser, PX_BYTES(A_MAPPING)), 0);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), -EAGAIN);
	pmapx_parser_close(parser);
}

PX_TEST(the_library_says_its_version)
{
	assert_string_equal(pmapx_version(), PX_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_may_be_shorter_or_longer_than_the_library_knows),
		cmocka_unit_test(fields_are_all_if_the_callers_struct_does_not_reach_them),
		cmocka_unit_test(no_options_are_the_default),
		cmocka_unit_test(the_library_says_its_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
