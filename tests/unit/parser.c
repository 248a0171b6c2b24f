/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parser.c: bytes become mappings, in whatever pieces they come.
 *
 * What a parser says of an input is written down as a transcript: a line for
 * each mapping, one for each of its entries, one for each error.  Samples have
 * the transcript that they must give; and every sample must give the same one
 * fed whole, cut in two at every byte, and in chunks of several sizes.
 */
#include "transcript.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Begins a file that is all there is. */
#define A_MAPPING "00400000-00401000 r-xp 00000000 fe:00 1      /a/b\n"
#define A_MAPPING_IS "400000-401000 r-xp 0 fe:0 1 '/a/b'\n"
#define ANON "00500000-00501000 rw-p 00000000 00:00 0 \n"
#define ANON_IS "500000-501000 rw-p 0 0:0 0 ''\n"

static const struct {
	const char *about, *bytes;
	size_t length;
	const char *want;
} samples[] = {
	{ "nothing", PX_BYTES(""), "" },
	{ "an empty line", PX_BYTES("\n"), "bad 1:1 empty line\n" },
	{ "empty lines between", PX_BYTES("\n" A_MAPPING "\nRss: 4 kB\n\n"),
		"bad 1:1 empty line\nbad 3:1 empty line\nbad 5:1 empty line\n"
		"2: " A_MAPPING_IS " Rss #4 '4 kB'\n" },
	{ "mappings only", PX_BYTES(A_MAPPING ANON A_MAPPING),
		"1: " A_MAPPING_IS "2: " ANON_IS "3: " A_MAPPING_IS },
	{ "section 3.1",
		PX_BYTES(
			"00400000-00401000 r-xp 00000000 fe:00 1                          /a/b\n"
			"Size:                  4 kB\nRss:                   4 kB\n"
			"Private_Dirty:         1 kB\nVmFlags: rd ex \n"
			"00402000-00404000 rw-p 00000000 fe:00 1                          /a/b\n"
			"Size:                  8 kB\nRss:                   8 kB\n"
			"Private_Dirty:         2 kB\nVmFlags: rd wr \n"
			"00404000-00408000 rw-s 00000000 00:01 5               /dev/zero (deleted)\n"
			"Size:                 16 kB\nRss:                  16 kB\n"
			"Private_Dirty:         4 kB\nVmFlags: rd wr sh \n"
			"00408000-00410000 rw-p 00000000 00:00 0 \n"
			"Size:                 32 kB\nRss:                  32 kB\n"
			"Private_Dirty:         8 kB\nVmFlags: \n"
			"7ffd00000000-7ffd00010000 rw-p 00000000 00:00 0                [stack]\n"
			"Size:                 64 kB\nRss:                  64 kB\n"
			"Private_Dirty:        16 kB\nTHPeligible:           0\nVmFlags: rd gd \n"),
		"1: 400000-401000 r-xp 0 fe:0 1 '/a/b'\n Size #4 '4 kB'\n Rss #4 '4 kB'\n"
		" Private_Dirty #1 '1 kB'\n VmFlags ? 'rd ex'\n"
		"6: 402000-404000 rw-p 0 fe:0 1 '/a/b'\n Size #8 '8 kB'\n Rss #8 '8 kB'\n"
		" Private_Dirty #2 '2 kB'\n VmFlags ? 'rd wr'\n"
		"11: 404000-408000 rw-s 0 0:1 5 '/dev/zero (deleted)'\n Size #16 '16 kB'\n"
		" Rss #16 '16 kB'\n Private_Dirty #4 '4 kB'\n VmFlags ? 'rd wr sh'\n"
		"16: 408000-410000 rw-p 0 0:0 0 ''\n Size #32 '32 kB'\n Rss #32 '32 kB'\n"
		" Private_Dirty #8 '8 kB'\n VmFlags ? ''\n"
		"21: 7ffd00000000-7ffd00010000 rw-p 0 0:0 0 '[stack]'\n Size #64 '64 kB'\n"
		" Rss #64 '64 kB'\n Private_Dirty #16 '16 kB'\n THPeligible #0 '0'\n"
		" VmFlags ? 'rd gd'\n" },
	{ "keys as the kernel aligns them, as expected and not",
		PX_BYTES(A_MAPPING "Size:                  4 kB\nNew:                  17 kB\n"
				   "THPeligible:           0\nVmFlags: rd ex \n" ANON
				   "Size:           12345678 kB\nNew:                0017 kB\n"
				   "THPeligible:           1\nVmFlags: rd \n" A_MAPPING
				   "Size:          123456789 kB\nNew:              \n"
				   "       8 kB\nTHPeligible:           1\nVmFlags:\n"),
		"1: " A_MAPPING_IS " Size #4 '4 kB'\n New #17 '17 kB'\n THPeligible #0 '0'\n"
		" VmFlags ? 'rd ex'\n6: " ANON_IS " Size #12345678 '12345678 kB'\n"
		" New #0017 '0017 kB'\n THPeligible #1 '1'\n VmFlags ? 'rd'\n"
		"bad 14:1 expected a mapping or a key\n"
		"11: " A_MAPPING_IS " Size #123456789 '123456789 kB'\n New ? ''\n"
		" THPeligible #1 '1'\n VmFlags ? ''\n" },
	{ "keys missing, more, shuffled and repeated",
		PX_BYTES(A_MAPPING "Size: 4 kB\nRss: 1 kB\nPss: 2 kB\n" ANON
				   "Pss: 3 kB\nNever_Heard: 5 kB\nSize: 6 kB\nPss: 7 kB\n" A_MAPPING
				   "Rss: 8 kB\n"),
		"1: " A_MAPPING_IS " Size #4 '4 kB'\n Rss #1 '1 kB'\n Pss #2 '2 kB'\n"
		"5: " ANON_IS " Pss #3 '3 kB'\n Never_Heard #5 '5 kB'\n Size #6 '6 kB'\n"
		" Pss #7 '7 kB'\n10: " A_MAPPING_IS " Rss #8 '8 kB'\n" },
	{ "odd values",
		PX_BYTES(A_MAPPING "Rss:\nPss: -1 kB\nSwap:\t7\nLocked: 0 MB\n"
				   "Size: 18446744073709551616 kB\nKSM: 18446744073709551615 kB\n"
				   "VmFlags:\n"),
		"1: " A_MAPPING_IS " Rss ? ''\n Pss ? '-1 kB'\n Swap #7 '7'\n Locked #0 '0 MB'\n"
		" Size ? '18446744073709551616 kB'\n"
		" KSM #18446744073709551615 '18446744073709551615 kB'\n VmFlags ? ''\n" },
	{ "a number and then none", PX_BYTES(A_MAPPING "Rss: 4 kB\nRss: many\n"),
		"1: " A_MAPPING_IS " Rss #4 '4 kB'\n Rss ? 'many'\n" },
	{ "Android names those that have no name",
		PX_BYTES(ANON "Name:           [anon:a/b c]\nSize: 4 kB\n" A_MAPPING
			      "Name: x\n" ANON "Name:\n"),
		"1: 500000-501000 rw-p 0 0:0 0 '[anon:a/b c]'\n Name ? '[anon:a/b c]'\n"
		" Size #4 '4 kB'\n4: " A_MAPPING_IS " Name ? 'x'\n6: " ANON_IS " Name ? ''\n" },
	{ "keys that belong to nothing", PX_BYTES("Rss: 4 kB\nbad\n" A_MAPPING),
		"bad 2:4 expected a mapping, or ':' after a key\n3: " A_MAPPING_IS },
	{ "a bad key line is blamed, and its mapping goes on",
		PX_BYTES(A_MAPPING "Rss: 4 kB\n  oops\nR s: 1\nPss: 2 kB\n" ANON),
		"bad 3:1 expected a mapping or a key\n"
		"bad 4:2 expected a mapping, or ':' after a key\n"
		"1: " A_MAPPING_IS " Rss #4 '4 kB'\n Pss #2 '2 kB'\n6: " ANON_IS },
	{ "keys below a bad mapping are nobody's",
		PX_BYTES(
			A_MAPPING "Rss: 4 kB\n2000-1000 rw-p 0 0:0 0\nRss: 9 kB\n" ANON "Rss: 5\n"),
		"1: " A_MAPPING_IS " Rss #4 '4 kB'\n"
		"bad 3:6 the end address is below the start address\n5: " ANON_IS " Rss #5 '5'\n" },
	{ "a bad mapping at the beginning and at the end",
		PX_BYTES("1-2\n" A_MAPPING "1-2 rw-p 0 0:0 x\n"),
		"bad 1:4 expected a blank after the addresses\n2: " A_MAPPING_IS
		"bad 3:16 expected an inode below 2^64\n" },
	{ "a key of hexadecimal letters", PX_BYTES(A_MAPPING "face: 1\nface-less: 1\nface-less\n"),
		"1: " A_MAPPING_IS " face #1 '1'\n face-less #1 '1'\n"
		"bad 4:6 expected an end address below 2^64\n" },
	{ "keys below a damaged mapping are nobody's",
		PX_BYTES(A_MAPPING "Rss: 4 kB\n0050~000-00501000 rw-p 0 0:0 0\nRss: 9 kB\n" ANON
				   "Rss: 5\n00500000\nRss: 6\n"),
		"1: " A_MAPPING_IS " Rss #4 '4 kB'\n"
		"bad 3:18 expected a mapping, or ':' after a key\n5: " ANON_IS " Rss #5 '5'\n"
		"bad 7:9 expected a mapping, or ':' after a key\n" },
	{ "NULs", PX_BYTES("\0\n1-2 r--p 0 0:0 0 a\0b\nRss: 1\0 kB\nR\0: 1\nVmFlags: r\0 \n"),
		NULL },
	{ "carriage returns", PX_BYTES("1-2 r--p 0 0:0 0 a\r\nRss: 1 kB\r\n\r\n"),
		"bad 3:1 expected a mapping or a key\n"
		"1: 1-2 r--p 0 0:0 0 'a\r'\n Rss #1 '1 kB\r'\n" },
	{ "a mapping without newline", PX_BYTES(ANON "1-2 r--p 0 0:0 0 /a"),
		"1: " ANON_IS "2: 1-2 r--p 0 0:0 0 '/a'\ncut 2:0 the input ends in the middle of "
		"a line\n" },
	{ "a cut mapping", PX_BYTES(ANON "Rss: 1\n1-2 r--p 0 0"),
		"1: " ANON_IS " Rss #1 '1'\ncut 3:0 the input ends in the middle of a line\n" },
	{ "a cut key is not believed", PX_BYTES(ANON "Rss: 1 kB\nPss: 12"),
		"1: " ANON_IS " Rss #1 '1 kB'\ncut 3:0 the input ends in the middle of a line\n" },
	{ "a cut key that looks whole", PX_BYTES(ANON "Pss: 12 kB"),
		"1: " ANON_IS "cut 2:0 the input ends in the middle of a line\n" },
	{ "only a piece of something", PX_BYTES("~"),
		"cut 1:0 the input ends in the middle of a line\n" },
	{ "a piece behind an error", PX_BYTES("~\n~"),
		"bad 1:2 expected a mapping, or ':' after a key\n"
		"cut 2:0 the input ends in the middle of a line\n" },
	{ "a blank at the very end", PX_BYTES(ANON " "),
		"1: " ANON_IS "cut 2:0 the input ends in the middle of a line\n" },
};

PX_TEST(every_sample_gives_its_transcript)
{
	for (size_t i = 0; i < PX_COUNT(samples); i++) {
		struct px_feeding whole = { .first = samples[i].length };
		struct pmapx_parser *parser = px_parser_new(false, 0);
		size_t length;
		char *exact = px_exact(samples[i].bytes, samples[i].length), *got;

		got = px_transcript(
			parser, exact, samples[i].length, &whole, px_write_entries, NULL, &length);
		if (samples[i].want != NULL)
			px_same_bytes(samples[i].about, samples[i].want, strlen(samples[i].want),
				got, length);
		free(got);
		free(exact);
		pmapx_parser_close(parser);
	}
}

PX_TEST(a_nul_is_a_byte_of_names_and_values_and_of_nothing_else)
{
	static const char input[] =
		"\0\n1-2 r--p 0 0:0 0 a\0b\nRss: 1\0 kB\nR\0: 1\nVmFlags: r\0 \n";
	static const char want[] = "bad 1:1 expected a mapping or a key\n"
				   "bad 4:2 expected a mapping, or ':' after a key\n"
				   "2: 1-2 r--p 0 0:0 0 'a\0b'\n"
				   " Rss #1 '1\0 kB'\n VmFlags ? 'r\0'\n";
	struct px_feeding whole = { .first = sizeof(input) - 1 };
	struct pmapx_parser *parser = px_parser_new(false, 0);
	size_t length;
	char *got = px_transcript(parser, PX_BYTES(input), &whole, px_write_entries, NULL, &length);

	px_same_bytes("NULs", want, sizeof(want) - 1, got, length);
	free(got);
	pmapx_parser_close(parser);
}

/*
 * Feed in pieces, on one parser that is reset in between, and compare with what
 * a new parser says of the whole.  @every: how far the cuts are apart.
 */
static void check_pieces(const char *about, const char *bytes, size_t length, size_t every)
{
	static const size_t chunks[] = { 1, 7, 4096, 65535, 65536, 65537 };

	for (int mappings_only = 0; mappings_only < 2; mappings_only++) {
		struct pmapx_parser *fresh = px_parser_new(mappings_only != 0, 0);
		struct pmapx_parser *used = px_parser_new(mappings_only != 0, 0);
		struct px_feeding whole = { .first = length, .chunk = length };
		size_t want_length, got_length;
		char *want, *got;

		want = px_transcript(
			fresh, bytes, length, &whole, px_write_text, NULL, &want_length);
		for (size_t i = 0; i < 2 * PX_COUNT(chunks); i++) {
			struct px_feeding feeding = {
				.first = chunks[i / 2],
				.chunk = chunks[i / 2],
				.by_space = i % 2 != 0,
			};

			pmapx_parser_reset(used);
			got = px_transcript(
				used, bytes, length, &feeding, px_write_text, NULL, &got_length);
			px_same_bytes(about, want, want_length, got, got_length);
			free(got);
		}
		for (size_t cut = 0; cut <= length; cut += every) {
			struct px_feeding feeding = { .first = cut, .chunk = length };

			pmapx_parser_reset(used);
			got = px_transcript(
				used, bytes, length, &feeding, px_write_text, NULL, &got_length);
			px_same_bytes(about, want, want_length, got, got_length);
			free(got);
		}
		free(want);
		pmapx_parser_close(fresh);
		pmapx_parser_close(used);
	}
}

PX_TEST(no_sample_depends_on_the_pieces_it_comes_in)
{
	for (size_t i = 0; i < PX_COUNT(samples); i++)
		check_pieces(samples[i].about, samples[i].bytes, samples[i].length, 1);
}

/* A mapping and a name of @length bytes, keys, and one more mapping. */
static char *make_long_name(size_t length, size_t *ret_length)
{
	static const char before[] = "1000-2000 rw-p 0 0:0 0 /";
	static const char after[] = "\nName: n\nRss: 4 kB\nVmFlags: rd \n" A_MAPPING "Rss: 5 kB\n";
	char *bytes = malloc(sizeof(before) + length + sizeof(after)), *at;

	assert_non_null(bytes);
	at = stpcpy(bytes, before);
	for (size_t i = 1; i < length; i++)
		*at++ = (char)('a' + i % 26);
	*ret_length = (size_t)(stpcpy(at, after) - bytes);
	return bytes;
}

PX_TEST(names_of_any_length_come_whole)
{
	static const size_t lengths[] = { 1, 4096, 65536 - 24, 65536, 1024 * 1024 };

	for (size_t i = 0; i < PX_COUNT(lengths); i++) {
		struct pmapx_parser *parser = px_parser_new(false, 0);
		const struct pmapx_mapping *mapping;
		size_t length;
		char *bytes = make_long_name(lengths[i], &length);

		assert_int_equal(pmapx_parser_feed(parser, bytes, length), 0);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
		px_same_bytes("name", strchr(bytes, '/'), lengths[i], mapping->name.bytes,
			mapping->name.length);
		assert_int_equal(mapping->smaps->rss_kb, 4);
		pmapx_parser_close(parser);
		check_pieces("long name", bytes, length, lengths[i] <= 4096 ? 1 : 65536 * 3 - 1);
		free(bytes);
	}
}

PX_TEST(a_mapping_with_more_keys_than_the_buffer_holds_comes_whole)
{
	size_t length;
	char *bytes;
	FILE *to = open_memstream(&bytes, &length);

	for (int i = 0; i < 2; i++) {
		fputs(i == 0 ? ANON : A_MAPPING, to);
		fputs("Name: [anon:first]\nVmFlags: rd wr \nRss: 77 kB\n", to);
		for (int key = 0; key < 6000; key++)
			fprintf(to, "Key%d: %d kB\n", key, key * (i + 1));
	}
	fclose(to);
	check_pieces("many keys", bytes, length, 40009);
	free(bytes);
}

PX_TEST(texts_survive_that_the_buffer_moves)
{
	struct pmapx_parser *parser = px_parser_new(false, 0);
	const struct pmapx_mapping *mapping;
	char key[64];

	/* Of many mappings, each ends in another place of the buffer. */
	for (int i = 0; i < 3000; i++) {
		int length = snprintf(
			key, sizeof(key), "%x-%x rw-p 0 0:0 %d /file/%d\n", i, i + 1, i, i);

		assert_int_equal(pmapx_parser_feed(parser, key, (size_t)length), 0);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), i == 0 ? -EAGAIN : 1);
		if (i > 0) {
			assert_int_equal(mapping->start, i - 1);
			assert_int_equal(mapping->smaps->rss_kb, i - 1);
			snprintf(key, sizeof(key), "f%d", i - 1);
			px_same_bytes("flags", key, strlen(key), mapping->smaps->vm_flags.bytes,
				mapping->smaps->vm_flags.length);
			assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), -EAGAIN);
		}
		length = snprintf(key, sizeof(key), "VmFlags: f%d\nRss: %d kB\n", i, i);
		assert_int_equal(pmapx_parser_feed(parser, key, (size_t)length), 0);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), -EAGAIN);
	}
	pmapx_parser_finish(parser);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
	px_same_bytes("name", "/file/2999", 10, mapping->name.bytes, mapping->name.length);
	px_same_bytes("flags", "f2999", 5, mapping->smaps->vm_flags.bytes,
		mapping->smaps->vm_flags.length);
	assert_int_equal(mapping->smaps->rss_kb, 2999);
	pmapx_parser_close(parser);
}

PX_TEST(mappings_only_hands_out_a_mapping_at_its_own_line)
{
	struct pmapx_parser *eager = px_parser_new(true, 0), *patient = px_parser_new(false, 0);
	const struct pmapx_mapping *mapping;

	assert_int_equal(pmapx_parser_feed(eager, PX_BYTES(A_MAPPING)), 0);
	assert_int_equal(pmapx_parser_next(eager, &mapping, NULL), 1);
	assert_int_equal(mapping->start, 0x400000);
	assert_int_equal(pmapx_parser_next(eager, &mapping, NULL), -EAGAIN);
	assert_int_equal(pmapx_parser_feed(eager, PX_BYTES("Rss: 4 kB\nName: n\n" ANON)), 0);
	assert_int_equal(pmapx_parser_next(eager, &mapping, NULL), 1);
	assert_int_equal(mapping->line, 4);
	assert_int_equal(mapping->smaps->have, 0);
	assert_int_equal(mapping->smaps->entry_count, 0);
	assert_int_equal(mapping->name.length, 0);
	pmapx_parser_close(eager);

	assert_int_equal(pmapx_parser_feed(patient, PX_BYTES(A_MAPPING "Rss: 4 kB\n")), 0);
	assert_int_equal(pmapx_parser_next(patient, &mapping, NULL), -EAGAIN);
	assert_int_equal(pmapx_parser_feed(patient, PX_BYTES("Pss: 3 kB\n" ANON)), 0);
	assert_int_equal(pmapx_parser_next(patient, &mapping, NULL), 1);
	assert_int_equal(mapping->smaps->entry_count, 2);
	pmapx_parser_close(patient);
}

PX_TEST(a_reset_forgets_what_was_begun_and_what_was_not_yet_said)
{
	static const char *const before[] = { "", A_MAPPING, A_MAPPING "Rss: 4 kB\nPss: 1", "1-",
		"~\n~", A_MAPPING ANON "VmFlags: rd\n", "1-2 r--p 0 0:0 0 /cut" };
	static const char after[] = ANON "Pss: 4 kB\nRss: 3 kB\n";
	struct px_feeding whole = { .first = sizeof(after) - 1 };

	for (size_t i = 0; i < 3 * PX_COUNT(before); i++) {
		struct pmapx_parser *parser = px_parser_new(false, 0);
		const struct pmapx_mapping *mapping;
		const char *bytes = before[i / 3];
		size_t length;
		char *got;

		/* Unfinished; finished and asked once; finished and asked to the end. */
		assert_int_equal(pmapx_parser_feed(parser, bytes, strlen(bytes)), 0);
		if (i % 3 > 0)
			pmapx_parser_finish(parser);
		while (pmapx_parser_next(parser, &mapping, NULL) != 0)
			if (i % 3 < 2)
				break;
		pmapx_parser_reset(parser);
		got = px_transcript(
			parser, PX_BYTES(after), &whole, px_write_entries, NULL, &length);
		px_same(bytes, "1: " ANON_IS " Pss #4 '4 kB'\n Rss #3 '3 kB'\n", got);
		free(got);
		pmapx_parser_close(parser);
	}
}

PX_TEST(nothing_is_kept_that_was_handed_out)
{
	static const char keys[] = "Rss: 4 kB\nPss: 4 kB\n";
	struct pmapx_parser *parser = px_parser_new(true, 0);
	const struct pmapx_mapping *mapping;
	size_t room;
	char *bytes;

	assert_int_equal(pmapx_parser_feed(parser, PX_BYTES(A_MAPPING)), 0);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
	for (int i = 0; i < 80000; i++) {
		assert_int_equal(pmapx_parser_feed(parser, PX_BYTES(keys)), 0);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), -EAGAIN);
	}
	assert_int_equal(pmapx_parser_space(parser, 1, &bytes, &room), 0);
	assert_true(room <= 256 * 1024);
	pmapx_parser_close(parser);
}

PX_TEST(nothing_fed_is_nothing_done)
{
	struct pmapx_parser *parser = px_parser_new(false, 0);
	const struct pmapx_mapping *mapping;

	assert_int_equal(pmapx_parser_feed(parser, NULL, 0), 0);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), -EAGAIN);
	pmapx_parser_finish(parser);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 0);
	pmapx_parser_close(parser);
	pmapx_parser_close(NULL);
}

PX_TEST(room_is_given_as_asked_for_or_refused)
{
	struct pmapx_parser *parser = px_parser_new(false, 0);
	const struct pmapx_mapping *mapping;
	char *bytes;
	size_t room;

	for (size_t want = 0; want < 200000; want = want * 2 + 1) {
		assert_int_equal(pmapx_parser_space(parser, want, &bytes, &room), 0);
		assert_true(room >= want && room > 0);
		memset(bytes, 'x', room);
	}
	/* What was written there but not said to be is not input. */
	assert_int_equal(pmapx_parser_feed(parser, PX_BYTES(A_MAPPING)), 0);
	assert_int_equal(pmapx_parser_space(parser, SIZE_MAX, &bytes, &room), -ENOMEM);
	assert_int_equal(pmapx_parser_space(parser, SIZE_MAX - 64, &bytes, &room), -ENOMEM);
	pmapx_parser_finish(parser);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
	assert_int_equal(mapping->line, 1);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 0);
	pmapx_parser_close(parser);
}

/* The mapping without what its keys may say, and without what depends on where it is. */
static void write_range(FILE *to, const struct pmapx_mapping *mapping, const uint64_t *fields)
{
	(void)fields;
	fprintf(to, "%.*s %d\n", (int)mapping->text.length, mapping->text.bytes,
		mapping->perms[0] + mapping->perms[3] + (int)mapping->inode);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines of @text in an order of their own. */
static void sort_lines(char *text)
{
	char *lines[64], *copy = strdup(text), *rest = copy;
	size_t count = 0;

	assert_non_null(copy);
	while ((lines[count] = strsep(&rest, "\n")) != NULL)
		assert_true(++count < PX_COUNT(lines));
	qsort(lines, count, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < count; i++)
		text = stpcpy(stpcpy(text, lines[i]), i + 1 < count ? "\n" : "");
	free(copy);
}

PX_TEST(mappings_only_finds_the_same_mappings_and_mistakes)
{
	for (size_t i = 0; i < PX_COUNT(samples); i++) {
		struct px_feeding whole = { .first = samples[i].length };
		char *said[2];
		size_t length;

		for (int mappings_only = 0; mappings_only < 2; mappings_only++) {
			struct pmapx_parser *parser = px_parser_new(mappings_only != 0, 0);

			said[mappings_only] = px_transcript(parser, samples[i].bytes,
				samples[i].length, &whole, write_range, NULL, &length);
			/* A mapping is said before the mistakes below it. */
			sort_lines(said[mappings_only]);
			pmapx_parser_close(parser);
		}
		px_same(samples[i].about, said[0], said[1]);
		free(said[0]);
		free(said[1]);
	}
}

/* Check the files that @pattern matches; returns how many. */
static size_t check_files(const char *pattern)
{
	size_t checked = 0;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		return 0;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		size_t length, every;
		char *bytes = px_whole_file(found.gl_pathv[i], &length);

		if (bytes == NULL)
			continue;
		/* At every byte of the small ones, at some of the larger. */
		every = length <= 2000 ? 1 : length <= 40000 ? length / 150 : length + 1;
		check_pieces(found.gl_pathv[i], bytes, length, every);
		free(bytes);
		checked++;
	}
	globfree(&found);
	return checked;
}

PX_TEST(no_recorded_root_depends_on_the_pieces_it_comes_in)
{
	if (check_files(PX_ROOTS "/*/proc/*/*maps") == 0) {
		print_message("skipped: no files in " PX_ROOTS "\n");
		skip();
	}
}

PX_TEST(no_golden_file_depends_on_the_pieces_it_comes_in)
{
	const char *shared = getenv("PMAPX_SHARED");
	char pattern[4096];
	size_t checked = 0;

	if (shared != NULL) {
		snprintf(pattern, sizeof(pattern), "%s/golden/*/proc/*/*maps", shared);
		checked = check_files(pattern);
	}
	if (checked == 0) {
		print_message("skipped: no golden files, as PMAPX_SHARED is %s\n",
			shared == NULL ? "not set" : shared);
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sample_gives_its_transcript),
		cmocka_unit_test(a_nul_is_a_byte_of_names_and_values_and_of_nothing_else),
		cmocka_unit_test(no_sample_depends_on_the_pieces_it_comes_in),
		cmocka_unit_test(names_of_any_length_come_whole),
		cmocka_unit_test(a_mapping_with_more_keys_than_the_buffer_holds_comes_whole),
		cmocka_unit_test(texts_survive_that_the_buffer_moves),
		cmocka_unit_test(mappings_only_hands_out_a_mapping_at_its_own_line),
		cmocka_unit_test(a_reset_forgets_what_was_begun_and_what_was_not_yet_said),
		cmocka_unit_test(nothing_is_kept_that_was_handed_out),
		cmocka_unit_test(nothing_fed_is_nothing_done),
		cmocka_unit_test(room_is_given_as_asked_for_or_refused),
		cmocka_unit_test(mappings_only_finds_the_same_mappings_and_mistakes),
		cmocka_unit_test(no_recorded_root_depends_on_the_pieces_it_comes_in),
		cmocka_unit_test(no_golden_file_depends_on_the_pieces_it_comes_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
