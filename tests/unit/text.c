/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c: what of a text from outside may reach a terminal.
 */
#include "support.h"

#include <langinfo.h>
#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

static void check(enum px_charset charset, const char *row, size_t length, const char *want,
	size_t want_length)
{
	struct px_locale locale = { .has_charset = true, .charset = charset };
	struct px_out *out = calloc(1, sizeof(*out));
	char *exact = px_exact(row, length), *got;
	size_t got_length;

	assert_non_null(out);
	out->fd = px_memory();
	px_out_text(out, &locale, exact, length);
	px_out_flush(out);
	got = px_taken(out->fd, &got_length);
	px_same_bytes(row, want, want_length, got, got_length);
	free(got);
	free(exact);
	close(out->fd);
	free(out);
}

static const struct {
	const char *bytes;
	size_t length;
	const char *utf8, *c; /* NULL: as it is. */
} rows[] = {
	{ PX_BYTES(""), NULL, NULL },
	{ PX_BYTES("plain ~text~ with \\012 and %n"), NULL, NULL },
	{ PX_BYTES("a\033[31m\001\177\t\r\n"), "a?[31m?????", "a?[31m?????" },
	{ PX_BYTES("a\0b\0"), "a?b?", "a?b?" },
	{ PX_BYTES("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"), NULL, "?? ??? ????" },
	{ PX_BYTES("\xc3\xa9\xff\xc3\xa9\001\177"), "\xc3\xa9?\xc3\xa9??", "???????" },
	/* A lead byte hides nothing behind it. */
	{ PX_BYTES("a\xc3\033[31m"), "a??[31m", "a??[31m" },
	{ PX_BYTES("a\xe2(\xa1"), "a?(?", "a?(?" },
	{ PX_BYTES("\xf0\x9f\033\x80"), "????", "????" },
	{ PX_BYTES("\xe2\xe2\x82\xac"), "?\xe2\x82\xac", "????" },
	/* Cut at the end. */
	{ PX_BYTES("a\xc3"), "a?", "a?" },
	{ PX_BYTES("a\xe2\x82"), "a??", "a??" },
	{ PX_BYTES("a\xf0\x9f\x98"), "a???", "a???" },
	/* No characters: C1 in two bytes, overlong, surrogates, beyond the last. */
	{ PX_BYTES("a\xc2\x9b"
		   "b\xc2\x80\xc2\x9f\xc2\xa0"),
		"a??b????\xc2\xa0", "a??b??????" },
	{ PX_BYTES("\x80\x9b\xbf\xc0\xaf\xc1\xbf\xf5\x80\x80\x80\xfe\xff"), "?????????????",
		"?????????????" },
	{ PX_BYTES("\xe0\x80\xaf\xe0\x9f\xbf\xe0\xa0\x80"), "??????\xe0\xa0\x80", "?????????" },
	{ PX_BYTES("\xed\x9f\xbf\xed\xa0\x80\xed\xbf\xbf"), "\xed\x9f\xbf??????", "?????????" },
	{ PX_BYTES("\xf0\x80\x80\xaf\xf0\x8f\xbf\xbf\xf0\x90\x80\x80"), "????????\xf0\x90\x80\x80",
		"????????????" },
	{ PX_BYTES("\xf4\x8f\xbf\xbf\xf4\x90\x80\x80"), "\xf4\x8f\xbf\xbf????", "????????" },
	/* What breaks or turns a line: U+2028, U+2029, U+202A…202E, U+2066…2069. */
	{ PX_BYTES("\xe2\x80\xa7|\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xaa|\xe2\x80\xae|\xe2\x80\xaf"),
		"\xe2\x80\xa7|???|???|???|???|\xe2\x80\xaf", "???|???|???|???|???|???" },
	{ PX_BYTES("\xe2\x81\xa5|\xe2\x81\xa6|\xe2\x81\xa9|\xe2\x81\xaa"),
		"\xe2\x81\xa5|???|???|\xe2\x81\xaa", "???|???|???|???" },
	/* Private use, zero width, non-characters. */
	{ PX_BYTES("\xee\x80\x80\xef\xa3\xbf\xf3\xb0\x80\x80\xf4\x8f\xbf\xbd"), NULL,
		"??????????????" },
	{ PX_BYTES("\xe2\x80\x8b\xef\xbb\xbf\xef\xbf\xbf"), NULL, "?????????" },
};

PX_TEST(every_byte_passes_or_becomes_a_question_mark)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		const char *bytes = rows[i].bytes, *utf8 = rows[i].utf8, *c = rows[i].c;
		size_t length = rows[i].length;

		check(PX_CHARSET_UTF8, bytes, length, utf8 ? utf8 : bytes,
			utf8 ? strlen(utf8) : length);
		check(PX_CHARSET_OTHER, bytes, length, c ? c : bytes, c ? strlen(c) : length);
	}
}

PX_TEST(text_longer_than_the_buffer_arrives)
{
	enum { COPIES = 30000 };
	static const char piece[] = "a\xe2\x82\xac\033\xff", wanted[] = "a\xe2\x82\xac??";
	char *text = malloc(COPIES * 6), *want = malloc(COPIES * 6);

	assert_true(text != NULL && want != NULL);
	for (size_t i = 0; i < COPIES; i++) {
		memcpy(text + 6 * i, piece, 6);
		memcpy(want + 6 * i, wanted, 6);
	}
	check(PX_CHARSET_UTF8, text, COPIES * 6, want, COPIES * 6);
	free(text);
	free(want);
}

/* Write a code point as UTF-8 would, surrogates too; returns its length. */
static size_t encode(uint32_t c, unsigned char *at)
{
	size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = length; i-- > 1; c >>= 6)
		at[i] = (unsigned char)(0x80 | (c & 0x3f));
	at[0] = (unsigned char)(leads[length] | c);
	return length;
}

static bool may_pass(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029)
		return false;
	if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
		return false;
	return c < 0xd800 || c > 0xdfff;
}

PX_TEST(every_code_point_passes_whole_or_not_at_all)
{
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		unsigned char bytes[4];
		size_t length = encode(c, bytes), got = px_utf8_length(bytes, bytes + length);

		if (got != (may_pass(c) ? length : 0))
			fail_msg("U+%04X: %zu of %zu bytes", (unsigned)c, got, length);
		for (size_t cut = 1; cut < length; cut++)
			if (px_utf8_length(bytes, bytes + cut) != 0)
				fail_msg("U+%04X passes cut to %zu bytes", (unsigned)c, cut);
	}
}

/* The length of the character at @bytes, found by trying: decode, encode, compare. */
static size_t reference_length(const unsigned char bytes[4])
{
	for (size_t length = 1; length <= 4; length++) {
		static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
		uint32_t c = bytes[0] & masks[length];
		unsigned char again[4];

		for (size_t i = 1; i < length; i++)
			c = c << 6 | (bytes[i] & 0x3f);
		if (c <= 0x10ffff && may_pass(c) && encode(c, again) == length &&
			memcmp(bytes, again, length) == 0)
			return length;
	}
	return 0;
}

PX_TEST(no_other_sequence_of_bytes_passes)
{
	static const unsigned char later[] = { 0x00, 0x1b, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0xa6, 0xa8,
		0xbf, 0xc0, 0xc3, 0xe2, 0xff };

	for (unsigned i = 0; i < 256 * 256 * PX_COUNT(later) * PX_COUNT(later); i++) {
		unsigned rest = i / (256 * 256);
		unsigned char bytes[4] = { (unsigned char)(i & 255), (unsigned char)(i >> 8 & 255),
			later[rest % PX_COUNT(later)], later[rest / PX_COUNT(later)] };
		size_t want = reference_length(bytes), got = px_utf8_length(bytes, bytes + 4);

		if (got != want)
			fail_msg("%02x %02x %02x %02x: %zu, not %zu", bytes[0], bytes[1], bytes[2],
				bytes[3], got, want);
	}
}

/* What should become of a text, found byte by byte. */
static size_t model(enum px_charset charset, const char *bytes, size_t length, char *ret)
{
	size_t at = 0;

	while (at < length) {
		unsigned char next[4] = { 0 };
		size_t left = length - at, passes;

		memcpy(next, bytes + at, left < 4 ? left : 4);
		passes = reference_length(next);
		/* The zeros behind the end are no character's. */
		if (passes > 1 && (passes > left || charset != PX_CHARSET_UTF8))
			passes = 0;
		memcpy(ret + at, passes > 0 ? bytes + at : "?", passes > 0 ? passes : 1);
		at += passes > 0 ? passes : 1;
	}
	return at;
}

/* As check(), but many times: nothing is written. */
static void check_fast(
	struct px_out *out, enum px_charset charset, const char *bytes, size_t length)
{
	struct px_locale locale = { .has_charset = true, .charset = charset };
	char want[64];
	size_t want_length = model(charset, bytes, length, want);

	out->length = 0;
	px_out_text(out, &locale, bytes, length);
	if (out->length != want_length || memcmp(out->bytes, want, want_length) != 0)
		px_same_bytes(bytes, want, want_length, out->bytes, out->length);
}

PX_TEST(every_byte_at_every_place_is_judged_by_itself)
{
	struct px_out *out = calloc(1, sizeof(*out));

	assert_non_null(out);
	for (size_t length = 0; length <= 24; length++) {
		for (size_t alignment = 0; alignment < 8; alignment++) {
			/* No byte more than there may be read. */
			char *bytes = malloc(alignment + length);
			char *text = bytes + alignment;

			assert_true(bytes != NULL || alignment + length == 0);
			for (size_t i = 0; i < length; i++)
				text[i] = (char)(' ' + (alignment + i * 5) % 95);
			for (size_t i = 0; i < 256 * length; i++) {
				char before = text[i / 256];

				text[i / 256] = (char)i;
				check_fast(out, PX_CHARSET_UTF8, text, length);
				check_fast(out, PX_CHARSET_OTHER, text, length);
				text[i / 256] = before;
			}
			free(bytes);
		}
	}
	free(out);
}

PX_TEST(mixtures_of_bytes_are_as_byte_by_byte)
{
	static const char *const pieces[] = { "a", "~", " ", "plain te", "\x1f", "\x7f", "\x80",
		"\xff", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xc2\x9b", "\xe2\x80\xa8",
		"\xe2" };
	struct px_out *out = calloc(1, sizeof(*out));
	uint32_t random = 1;

	assert_non_null(out);
	for (int i = 0; i < 200000; i++) {
		char text[64] = "";
		size_t length = 0, wanted;

		random = random * 1664525u + 1013904223u;
		wanted = (random >> 8) % 25;
		while (length < wanted) {
			random = random * 1664525u + 1013904223u;
			strcpy(text + length, pieces[(random >> 8) % PX_COUNT(pieces)]);
			length += strlen(text + length);
		}
		/* Some end in mid-character. */
		check_fast(out, i % 2 != 0 ? PX_CHARSET_UTF8 : PX_CHARSET_OTHER, text, wanted);
	}
	free(out);
}

PX_TEST(a_locale_of_single_bytes_passes_what_it_calls_printable)
{
	static const char *const names[] = { "fr_FR.ISO-8859-1", "fr_FR.iso88591",
		"de_DE.ISO-8859-1", "en_US.ISO-8859-1", "fr_FR" };
	static const char text[] = "\xe9\xa0\xff \x80\x9b\x9f\033\177\t";
	struct px_locale locale = { 0 };
	struct px_out *out;
	size_t i = 0, length;
	char *got;

	/* Some C libraries give all names the same locale. */
	while (i < PX_COUNT(names) &&
		(setlocale(LC_ALL, names[i]) == NULL ||
			strcmp(nl_langinfo(CODESET), "ISO-8859-1") != 0))
		i++;
	if (i == PX_COUNT(names)) {
		print_message("skipped: no locale with ISO-8859-1\n");
		skip();
	}
	/* The locale object that is asked comes from the environment. */
	setlocale(LC_ALL, "C");
	setenv("LC_ALL", names[i], 1);
	out = calloc(1, sizeof(*out));
	assert_non_null(out);
	out->fd = px_memory();
	px_out_text(out, &locale, text, sizeof(text) - 1);
	px_out_flush(out);
	got = px_taken(out->fd, &length);
	px_same_bytes("ISO-8859-1", "\xe9\xa0\xff ??????", 10, got, length);
	unsetenv("LC_ALL");
	px_locale_end(&locale);
	close(out->fd);
	free(out);
	free(got);
}

PX_TEST(widths_are_those_of_a_terminal)
{
	static const struct {
		const char *bytes;
		size_t length, width;
		/* How many bytes are within 3 columns. */
		size_t fit;
	} widths[] = {
		{ PX_BYTES(""), 0, 0 },
		{ PX_BYTES("abc"), 3, 3 },
		{ PX_BYTES("abcd"), 4, 3 },
		/* Two of Chinese, one of them behind a letter, an emoji. */
		{ PX_BYTES("\xe6\xbc\xa2\xe5\xad\x97"), 4, 3 },
		{ PX_BYTES("a\xe6\xbc\xa2\xe5\xad\x97"), 5, 4 },
		{ PX_BYTES("\xf0\x9f\x98\x80"), 2, 4 },
		/* An accent that combines, behind the last, and alone. */
		{ PX_BYTES("abe\xcc\x81"), 3, 5 },
		{ PX_BYTES("\xcc\x81"), 0, 2 },
		/* Private use, what is in no Unicode, what is replaced byte by byte. */
		{ PX_BYTES("\xee\x80\x80\xf4\x8f\xbf\xbf"), 2, 7 },
		{ PX_BYTES("\xff\xe6\xbc\x1b\xc2\x9b"), 6, 3 },
		{ PX_BYTES("a\0b\0"), 4, 3 },
	};
	struct px_locale locale = { 0 };

	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	if (px_locale_charset(&locale) != PX_CHARSET_UTF8) {
		px_locale_end(&locale);
		skip();
	}
	for (size_t i = 0; i < PX_COUNT(widths); i++) {
		char *exact = px_exact(widths[i].bytes, widths[i].length);

		px_same_number(widths[i].bytes, widths[i].width,
			px_text_width(&locale, exact, widths[i].length));
		px_same_number(widths[i].bytes, widths[i].fit,
			px_text_fit(&locale, exact, widths[i].length, 3));
		free(exact);
	}
	/* It was for that moment only. */
	assert_ptr_equal(uselocale((locale_t)0), LC_GLOBAL_LOCALE);
	px_locale_end(&locale);
	/* Without a locale, each character is one, and each byte that is none. */
	locale = (struct px_locale){ .has_charset = true, .charset = PX_CHARSET_UTF8 };
	assert_int_equal(px_text_width(&locale, "\xe6\xbc\xa2\xff", 4), 2);
	locale.charset = PX_CHARSET_OTHER;
	assert_int_equal(px_text_width(&locale, "\xe6\xbc\xa2\xff", 4), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_passes_or_becomes_a_question_mark),
		cmocka_unit_test(text_longer_than_the_buffer_arrives),
		cmocka_unit_test(every_code_point_passes_whole_or_not_at_all),
		cmocka_unit_test(no_other_sequence_of_bytes_passes),
		cmocka_unit_test(every_byte_at_every_place_is_judged_by_itself),
		cmocka_unit_test(mixtures_of_bytes_are_as_byte_by_byte),
		cmocka_unit_test(a_locale_of_single_bytes_passes_what_it_calls_printable),
		cmocka_unit_test(widths_are_those_of_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
