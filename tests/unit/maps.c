/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * maps.c: mapping lines, good ones and what is wrong with the others.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"

/* Parse a line of exactly @length bytes, with nothing behind it, into words. */
static void read_line(const char *bytes, size_t length, char *got, size_t size)
{
	struct pmapx_mapping mapping = { 0 };
	struct pmapx_error error = { 0 };
	struct pmapx_text line = { bytes, length };
	int r = px_maps_parse(&line, &mapping, &error);

	if (r < 0) {
		assert_int_equal(r, -EBADMSG);
		assert_int_equal(error.code, EBADMSG);
		snprintf(got, size, "%d %s", (int)error.column, error.reason);
		return;
	}
	assert_ptr_equal(mapping.text.bytes, bytes);
	assert_int_equal(mapping.text.length, length);
	snprintf(got, size,
		"%" PRIx64 "-%" PRIx64 " %s %" PRIx64 " %" PRIx64 ":%" PRIx64 " %" PRIu64 " '%.*s'",
		mapping.start, mapping.end, mapping.perms, mapping.offset, mapping.dev_major,
		mapping.dev_minor, mapping.inode, (int)mapping.name.length, mapping.name.bytes);
}

static const struct {
	const char *line, *want;
} lines[] = {
	{ "00400000-00401000 r-xp 00001000 fe:00 17                                 /a/b",
		"400000-401000 r-xp 1000 fe:0 17 '/a/b'" },
	{ "00408000-00410000 rw-p 00000000 00:00 0 ", "408000-410000 rw-p 0 0:0 0 ''" },
	{ "00408000-00410000 rw-p 00000000 00:00 0", "408000-410000 rw-p 0 0:0 0 ''" },
	{ "0-1 ---S 0 0:0 0 x", "0-1 ---S 0 0:0 0 'x'" },
	{ "0-0 ---p 0 0:0 0", "0-0 ---p 0 0:0 0 ''" },
	{ "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
		"ffffffffff600000-ffffffffff601000 --xp 0 0:0 0 '[vsyscall]'" },
	{ "ffffffffffffffff-ffffffffffffffff rwxs ffffffffffffffff fffff:ffffff "
	  "18446744073709551615 n",
		"ffffffffffffffff-ffffffffffffffff rwxs ffffffffffffffff fffff:ffffff "
		"18446744073709551615 'n'" },
	{ "00000000000000000001-2 r--p 0 0:0 0", "1-2 r--p 0 0:0 0 ''" },
	{ "1-2\tr--p\t \t3\t4:5\t6\t/t", "1-2 r--p 3 4:5 6 '/t'" },
	{ "1-2 r--p 0 0:0 0 /a b (deleted)", "1-2 r--p 0 0:0 0 '/a b (deleted)'" },
	{ "1-2 r--p 0 0:0 0 /end ", "1-2 r--p 0 0:0 0 '/end '" },
	{ "1-2 r--p 0 0:0 0 /cr\r", "1-2 r--p 0 0:0 0 '/cr\r'" },

	{ "7ffd00000000-7ffd00010000 rw-p 00000000 00:00 0 ",
		"7ffd00000000-7ffd00010000 rw-p 0 0:0 0 ''" },
	{ "fffff000-100000000 rw-p 123456789abc 0:0 0",
		"fffff000-100000000 rw-p 123456789abc 0:0 0 ''" },
	{ "00400000-00401000 r-xp 00001000 00:00\t17", "400000-401000 r-xp 1000 0:0 17 ''" },
	{ "00400000-00401000 r-xp 00001000 00:001 17", "400000-401000 r-xp 1000 0:1 17 ''" },
	{ "00400000-00401000\tr-xp\t00001000\t00:01\t17", "400000-401000 r-xp 1000 0:1 17 ''" },

	{ "", "1 expected a start address below 2^64" },
	{ "0040000g-00401000 r-xp 00001000 00:00 17", "8 expected '-' after the start address" },
	{ "00000001-0040100: r-xp 00001000 00:00 17", "17 expected a blank after the addresses" },
	{ "7ffd00000000-7ffcffffffff rw-p 0 0:0 0",
		"14 the end address is below the start address" },
	{ "00400000-00401000 r-xp 0000x000 00:00 17", "28 expected a blank after the offset" },
	{ "00400000-00401000 r-xp 00001000 00:00", "38 expected a blank after the device" },
	{ "00400000-00401000 r-xp 00001000 00:00x", "38 expected a blank after the device" },
	{ "00400000-00401000 r-xp 00001000 00:0", "37 expected a blank after the device" },
	{ "-2 r--p 0 0:0 0", "1 expected a start address below 2^64" },
	{ "1", "2 expected '-' after the start address" },
	{ "1 2", "2 expected '-' after the start address" },
	{ "1A-2", "2 expected '-' after the start address" },
	{ "10000000000000000-2 r--p 0 0:0 0", "1 expected a start address below 2^64" },
	{ "1-", "3 expected an end address below 2^64" },
	{ "1-x", "3 expected an end address below 2^64" },
	{ "1-10000000000000000 r--p 0 0:0 0", "3 expected an end address below 2^64" },
	{ "2000-1fff r--p 0 0:0 0", "6 the end address is below the start address" },
	{ "1-2", "4 expected a blank after the addresses" },
	{ "1-2:", "4 expected a blank after the addresses" },
	{ "1-2 ", "5 expected permissions such as rw-p" },
	{ "1-2 r--", "5 expected permissions such as rw-p" },
	{ "1-2 r-- 0 0:0 0", "5 expected permissions such as rw-p" },
	{ "1-2 wr-p 0 0:0 0", "5 expected permissions such as rw-p" },
	{ "1-2 r--- 0 0:0 0", "5 expected permissions such as rw-p" },
	{ "1-2 r--P 0 0:0 0", "5 expected permissions such as rw-p" },
	{ "1-2 r--p", "9 expected a blank after the permissions" },
	{ "1-2 r--px 0", "9 expected a blank after the permissions" },
	{ "1-2 r--p ", "10 expected an offset below 2^64" },
	{ "1-2 r--p x", "10 expected an offset below 2^64" },
	{ "1-2 r--p 10000000000000000 0:0 0", "10 expected an offset below 2^64" },
	{ "1-2 r--p 0", "11 expected a blank after the offset" },
	{ "1-2 r--p 0x 0:0 0", "11 expected a blank after the offset" },
	{ "1-2 r--p 0 ", "12 expected the major number of a device" },
	{ "1-2 r--p 0 :0 0", "12 expected the major number of a device" },
	{ "1-2 r--p 0 0", "13 expected ':' between the numbers of a device" },
	{ "1-2 r--p 0 0 0 0", "13 expected ':' between the numbers of a device" },
	{ "1-2 r--p 0 0:", "14 expected the minor number of a device" },
	{ "1-2 r--p 0 0:0", "15 expected a blank after the device" },
	{ "1-2 r--p 0 0:0 ", "16 expected an inode below 2^64" },
	{ "1-2 r--p 0 0:0 -1", "16 expected an inode below 2^64" },
	{ "1-2 r--p 0 0:0 18446744073709551616", "16 expected an inode below 2^64" },
	{ "1-2 r--p 0 0:0 99999999999999999999999 x", "16 expected an inode below 2^64" },
	{ "1-2 r--p 0 0:0 5/a", "17 expected a blank after the inode" },
};

PX_TEST(every_line_is_read_or_blamed_where_it_is_wrong)
{
	for (size_t i = 0; i < PX_COUNT(lines); i++) {
		size_t length = strlen(lines[i].line);
		char got[256], *exact = px_exact(lines[i].line, length);

		read_line(exact, length, got, sizeof(got));
		px_same(lines[i].line, lines[i].want, got);
		free(exact);
	}
}

PX_TEST(a_good_line_cut_anywhere_is_read_or_blamed_at_its_end)
{
	static const char line[] = "00400000-00401000 r-xp 00001000 fe:00 17      /a/b";
	const char *inode = strstr(line, "17");

	for (size_t length = 0; length < sizeof(line) - 1; length++) {
		struct pmapx_mapping mapping = { 0 };
		struct pmapx_error error = { 0 };
		int r = px_maps_parse(&(struct pmapx_text){ line, length }, &mapping, &error);

		px_same_number(line + length, line + length > inode, r == 0);
		if (r < 0)
			assert_in_range(error.column, 1, length + 1);
	}
}

PX_TEST(permissions_are_of_all_bytes_only_those_of_the_kernel)
{
	static const char *const allowed[] = { "r-", "w-", "x-", "psS" };

	for (int i = 0; i < 4 * 256; i++) {
		char text[] = "1-2 rwxp 0 0:0 0", byte = (char)(i % 256);
		struct pmapx_mapping mapping = { 0 };
		struct pmapx_error error = { 0 };
		bool is_allowed = byte != '\0' && strchr(allowed[i / 256], byte) != NULL;

		text[4 + i / 256] = byte;
		px_same_number("taken", is_allowed,
			px_maps_parse(&(struct pmapx_text){ text, sizeof(text) - 1 }, &mapping,
				&error) == 0);
		if (is_allowed)
			px_same_bytes(text, text + 4, 4, mapping.perms, strlen(mapping.perms));
		else /* A blank there is one of those before. */
			assert_int_equal(error.column, i == ' ' || i == '\t' ? 6 : 5);
	}
}

PX_TEST(a_nul_ends_no_line)
{
	static const char bytes[] = "1-2 r--p 0 0:0 0 /a\0b", perms[] = "1-2 r-\0p 0 0:0 0";
	struct pmapx_mapping mapping = { 0 };
	struct pmapx_error error = { 0 };

	assert_int_equal(
		px_maps_parse(&(struct pmapx_text){ PX_BYTES(bytes) }, &mapping, &error), 0);
	px_same_bytes("name", "/a\0b", 4, mapping.name.bytes, mapping.name.length);
	assert_int_equal(
		px_maps_parse(&(struct pmapx_text){ PX_BYTES(perms) }, &mapping, &error), -EBADMSG);
	assert_int_equal(error.column, 5);
}

PX_TEST(the_first_word_says_what_a_line_is_meant_as)
{
	static const struct {
		const char *line;
		enum px_line_kind want;
	} rows[] = {
		{ "00400000-00401000 r-xp", PX_LINE_MAPPING },
		{ "0-", PX_LINE_MAPPING },
		{ "0-x", PX_LINE_MAPPING },
		{ "abc-def r-xp 0 0:0 0", PX_LINE_MAPPING },
		{ "7ffd00000000-7ffd00010000:", PX_LINE_MAPPING },
		{ "Rss: 4 kB", PX_LINE_KEY },
		{ "Rss:", PX_LINE_KEY },
		{ "face: 4 kB", PX_LINE_KEY },
		{ "f-oo: 1 kB", PX_LINE_KEY },
		{ "face-less: 1 kB", PX_LINE_KEY },
		{ "00400000", PX_LINE_DAMAGED },
		{ "0", PX_LINE_DAMAGED },
		{ "0 -", PX_LINE_DAMAGED },
		{ "00400000 00401000 r-xp", PX_LINE_DAMAGED },
		{ "0040?000-00401000 r-xp", PX_LINE_DAMAGED },
		{ "F-1", PX_LINE_DAMAGED },
		{ "", PX_LINE_OTHER },
		{ "-", PX_LINE_OTHER },
		{ ":", PX_LINE_OTHER },
		{ " Rss: 4 kB", PX_LINE_OTHER },
		{ "Rss 4 kB", PX_LINE_OTHER },
		{ "~", PX_LINE_OTHER },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *exact = px_exact(rows[i].line, strlen(rows[i].line));

		px_same_number(rows[i].line, rows[i].want,
			px_line_kind(&(struct pmapx_text){ exact, strlen(rows[i].line) }));
		free(exact);
	}
}

PX_TEST(words_are_as_the_kernel_spelled_them)
{
	static const struct {
		const char *line, *want[PX_WORD_COUNT];
	} rows[] = {
		{ "00400000-00401000 r-xp 00001000 fe:00 0017     /a/b",
			{ "00400000", "r-xp", "00001000", "fe:00", "0017" } },
		{ "1-2\t---s 0  0:00001 5", { "1", "---s", "0", "0:00001", "5" } },
		{ "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 ",
			{ "ffffffffff600000", "--xp", "00000000", "00:00", "0" } },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_mapping mapping = { .text = px_text(rows[i].line) };
		struct pmapx_text words[PX_WORD_COUNT];

		px_maps_words(&mapping, words);
		for (size_t word = 0; word < PX_WORD_COUNT; word++)
			px_same_bytes(rows[i].line, rows[i].want[word], strlen(rows[i].want[word]),
				words[word].bytes, words[word].length);
	}
}

PX_TEST(addresses_of_any_length_leave_the_other_words_alone)
{
	static const char *const rests[] = { " r--p 00000abc 0:1 7", " rw-p 0 0:0 0 /a b",
		"\t---S  0 \tfe:00 12 x", " r-xp 00001000 08:02 17 " };
	static const char zeros[] = "00000000000000000000";

	for (int i = 0; i < 20 * 20 * (int)PX_COUNT(rests); i++) {
		const char *rest = rests[i % (int)PX_COUNT(rests)];
		int start = i / (int)PX_COUNT(rests) % 20, end = i / (int)PX_COUNT(rests) / 20;
		struct pmapx_text words[PX_WORD_COUNT], line = { NULL, 0 };
		struct pmapx_mapping mapping = { 0 };
		struct pmapx_error error;
		char text[128], copy[128], *words_of_rest = copy, *exact;

		/* Zeros in front make them as long as one likes. */
		line.length = (size_t)snprintf(
			text, sizeof(text), "%.*s1-%.*s2%s", start, zeros, end, zeros, rest);
		line.bytes = exact = px_exact(text, line.length);
		assert_int_equal(px_maps_parse(&line, &mapping, &error), 0);
		px_maps_words(&mapping, words);
		px_same_bytes(text, text, (size_t)start + 1, words[0].bytes, words[0].length);
		strcpy(copy, rest);
		for (int word = PX_WORD_PERMS; word < PX_WORD_COUNT; word++) {
			const char *want;

			do
				want = strsep(&words_of_rest, " \t");
			while (*want == '\0');
			px_same_bytes(
				text, want, strlen(want), words[word].bytes, words[word].length);
		}
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line_is_read_or_blamed_where_it_is_wrong),
		cmocka_unit_test(a_good_line_cut_anywhere_is_read_or_blamed_at_its_end),
		cmocka_unit_test(a_nul_ends_no_line),
		cmocka_unit_test(the_first_word_says_what_a_line_is_meant_as),
		cmocka_unit_test(words_are_as_the_kernel_spelled_them),
		cmocka_unit_test(addresses_of_any_length_leave_the_other_words_alone),
		cmocka_unit_test(permissions_are_of_all_bytes_only_those_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
