/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clean.c: text of any bytes as a database takes it, from which all can be found out again.
 */
#include "support.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"

/* The most that a text of these tests becomes. */
#define ROOM 4096

/* Text without escapes: what doc/SCHEMA.md says, byte by byte. */
static size_t undo(const char *bytes, size_t length, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	size_t size = 0;

	for (size_t i = 0; i < length; i++) {
		const char *high = NULL, *low = NULL;

		if (length - i >= 4 && bytes[i] == '\\' && bytes[i + 1] == 'x') {
			high = memchr(digits, bytes[i + 2], 16);
			low = memchr(digits, bytes[i + 3], 16);
		}
		if (high != NULL && low != NULL) {
			ret[size++] = (char)((high - digits) << 4 | (low - digits));
			i += 3;
		} else {
			ret[size++] = bytes[i];
		}
	}
	return size;
}

/* What @bytes becomes, which must lead back to it. */
static struct pmapx_text clean(struct px_clean *room, const char *bytes, size_t length)
{
	char *exact = px_exact(bytes, length), back[ROOM];
	struct pmapx_text text = { .bytes = exact, .length = length }, got;

	assert_int_equal(px_clean_text(room, &text, &got), 0);
	assert_true(got.length <= ROOM);
	px_same_bytes(bytes, bytes, length, back, undo(got.bytes, got.length, back));
	if (got.bytes == exact)
		got.bytes = bytes;
	free(exact);
	return got;
}

static const struct {
	const char *bytes;
	size_t length;
	const char *want; /* NULL: as it is. */
} rows[] = {
	{ PX_BYTES(""), NULL },
	{ PX_BYTES("/usr/bin/it's a \"file\" (deleted)"), NULL },
	{ PX_BYTES("tab\tnewline\nreturn\rescape\033delete\177"), NULL },
	{ PX_BYTES("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\x98 \xc2\x80 \xe2\x80\xae \xef\xbf\xbf"),
		NULL },
	{ PX_BYTES("\\"), NULL },
	{ PX_BYTES("\\N \\. \\\\ \\x \\x4 \\x4g \\X41"), NULL },
	{ PX_BYTES("a\0b"), "a\\x00b" },
	{ PX_BYTES("\\x41"), "\\x5cx41" },
	{ PX_BYTES("\\xAf\\\\xfA"), "\\x5cxAf\\\\x5cxfA" },
	{ PX_BYTES("\xff\xfe"), "\\xff\\xfe" },
	{ PX_BYTES("\xc3"), "\\xc3" },
	{ PX_BYTES("\xe2\x82"), "\\xe2\\x82" },
	{ PX_BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
	{ PX_BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" },
	{ PX_BYTES("\xc0\xaf"), "\\xc0\\xaf" },
	/* An escaped byte, and what becomes like one behind it. */
	{ PX_BYTES("\\\xff"), "\\\\xff" },
	{ PX_BYTES("\\x4\xff"), "\\x4\\xff" },
};

PX_TEST(rows_become_what_they_should)
{
	struct px_clean room = { .bytes = NULL };

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_text got = clean(&room, rows[i].bytes, rows[i].length);
		const char *want = rows[i].want != NULL ? rows[i].want : rows[i].bytes;
		size_t length = rows[i].want != NULL ? strlen(want) : rows[i].length;

		px_same_bytes(rows[i].bytes, want, length, got.bytes, got.length);
		assert_true((got.bytes == rows[i].bytes) == (rows[i].want == NULL));
	}
	free(room.bytes);
}

PX_TEST(every_byte_at_every_place_is_judged_by_itself)
{
	struct px_clean room = { .bytes = NULL };

	for (size_t length = 1; length <= 25; length++) {
		for (size_t at = 0; at < length; at++) {
			for (int byte = 0; byte < 256; byte++) {
				bool is_plain = byte >= 0x20 && byte < 0x80 && byte != '\\';
				bool is_kept = byte > 0 && byte < 0x80;
				char text[25];
				struct pmapx_text got;

				memset(text, 'a', sizeof(text));
				text[at] = (char)byte;
				got = clean(&room, text, length);
				assert_true(px_is_plain(text, length) == is_plain);
				px_same_number("length", length + (is_kept ? 0 : 3), got.length);
			}
		}
	}
	free(room.bytes);
}

/* All texts of a few bytes that matter to each other. */
PX_TEST(mixtures_lead_back)
{
	static const char bytes[] = { '\\', 'x', '4', 'f', '\0', (char)0xc3, (char)0xa4 };
	const size_t count = sizeof(bytes), length = 6;
	struct px_clean room = { .bytes = NULL };
	size_t all = 1;

	for (size_t i = 0; i < length; i++)
		all *= count;
	for (size_t number = 0; number < all; number++) {
		char text[6];
		size_t rest = number;

		for (size_t i = 0; i < length; i++, rest /= count)
			text[i] = bytes[rest % count];
		(void)clean(&room, text, length);
	}
	free(room.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_become_what_they_should),
		cmocka_unit_test(every_byte_at_every_place_is_judged_by_itself),
		cmocka_unit_test(mixtures_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
