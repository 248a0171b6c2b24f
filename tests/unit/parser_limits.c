/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser.c: how long lines and mappings may be, and inputs that cannot be read on.
 */
#include "transcript.h"

#include <errno.h>
#include <string.h>

#define MIB ((size_t)1024 * 1024)
#define LINE "00400000-00401000 r-xp 00000000 fe:00 1      /a/b\n"
#define KEY "Rss: 4 kB\n"

/* Feed in pieces of @chunk, or all at once; counts mappings until the end or the first error. */
static int run(const char *bytes, size_t length, size_t chunk, size_t *ret_count)
{
	struct pmapx_parser *parser = px_parser_new(false, 0);
	const struct pmapx_mapping *mapping;
	struct pmapx_error error;
	size_t at = 0;
	int r;

	*ret_count = 0;
	while ((r = pmapx_parser_next(parser, &mapping, &error)) == 1 || r == -EAGAIN) {
		size_t part = length - at < chunk ? length - at : chunk;

		*ret_count += r == 1;
		if (r == 1)
			continue;
		if (part == 0)
			pmapx_parser_finish(parser);
		assert_int_equal(pmapx_parser_feed(parser, bytes + at, part), 0);
		at += part;
	}
	if (r < 0) {
		px_same("reason", "longer than 16 MiB", error.reason);
		/* It is the end. */
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 0);
	}
	pmapx_parser_close(parser);
	return r;
}

/* A mapping, a line of @length bytes that is one, too, and a mapping; to be freed. */
static char *with_long_line(size_t length, size_t *ret_length)
{
	const size_t line = sizeof(LINE) - 1;
	char *text = test_malloc(length + 2 * line);

	memcpy(text, LINE, line);
	memset(text + line, 'x', length);
	memcpy(text + line, LINE, line - 1);
	text[line + length - 1] = '\n';
	memcpy(text + line + length, LINE, line);
	*ret_length = length + 2 * line;
	return text;
}

PX_TEST(a_line_has_16_MiB_however_it_comes)
{
	static const size_t chunks[] = { 64 * MIB, MIB, 100000 };

	for (size_t i = 0; i < PX_COUNT(chunks); i++) {
		size_t length, count;
		char *text = with_long_line(16 * MIB - 100, &length);

		assert_int_equal(run(text, length, chunks[i], &count), 0);
		assert_int_equal(count, 3);
		test_free(text);
		text = with_long_line(16 * MIB + 100, &length);
		assert_int_equal(run(text, length, chunks[i], &count), -EFBIG);
		assert_int_equal(count, 1);
		test_free(text);
	}
}

PX_TEST(a_mapping_has_16_MiB_with_its_keys)
{
	const size_t line = sizeof(LINE) - 1, key = sizeof(KEY) - 1;
	const size_t keys = 16 * MIB / key + 1, length = line + keys * key;
	char *text = test_malloc(length);
	size_t count;

	memcpy(text, LINE, line);
	for (size_t i = 0; i < keys; i++)
		memcpy(text + line + i * key, KEY, key);
	assert_int_equal(run(text, length, MIB, &count), -EFBIG);
	assert_int_equal(count, 1);
	assert_int_equal(run(text, length, length, &count), -EFBIG);
	assert_int_equal(count, 1);
	test_free(text);
}

PX_TEST(many_lines_may_be_fed_at_once)
{
	const size_t line = sizeof(LINE) - 1, lines = 20 * MIB / line;
	struct pmapx_parser *parser = px_parser_new(true, 0);
	const struct pmapx_mapping *mapping;
	size_t count = 0;

	for (size_t i = 0; i < lines; i++)
		assert_int_equal(pmapx_parser_feed(parser, LINE, line), 0);
	pmapx_parser_finish(parser);
	while (pmapx_parser_next(parser, &mapping, NULL) == 1)
		count++;
	assert_int_equal(count, lines);
	pmapx_parser_close(parser);
}

/* What comes of @text, of which there is no more to be read. */
static void check_abandoned(const char *text, size_t want)
{
	struct pmapx_parser *parser = px_parser_new(true, 0);
	const struct pmapx_mapping *mapping;
	size_t count = 0;
	int r;

	assert_int_equal(pmapx_parser_feed(parser, text, strlen(text)), 0);
	pmapx_parser_abandon(parser);
	while ((r = pmapx_parser_next(parser, &mapping, NULL)) == 1)
		count++;
	px_same_number(text, 0, r);
	px_same_number(text, want, count);
	pmapx_parser_close(parser);
}

PX_TEST(no_part_of_a_line_is_believed)
{
	check_abandoned("", 0);
	check_abandoned("0040", 0);
	check_abandoned(LINE, 1);
	check_abandoned(LINE "00402000-00403000 r-xp 00000000 fe:00 1", 1);
	check_abandoned(LINE LINE "0", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_16_MiB_however_it_comes),
		cmocka_unit_test(a_mapping_has_16_MiB_with_its_keys),
		cmocka_unit_test(many_lines_may_be_fed_at_once),
		cmocka_unit_test(no_part_of_a_line_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
