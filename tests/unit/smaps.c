/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smaps.c: the table of keys, and "Key: value" lines.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"
#include "smaps.h"

PX_TEST(every_key_is_in_the_table_once_with_its_unit)
{
	for (size_t i = 0; i < PMAPX_FIELD_COUNT; i++) {
		const struct pmapx_field_info *info = pmapx_field_lookup(px_keys[i].field);

		px_same_number(px_keys[i].key, i, px_keys[i].field);
		assert_non_null(info);
		px_same(px_keys[i].key, px_keys[i].key, info->key);
		px_same_number(px_keys[i].key, px_keys[i].unit, info->unit);
		assert_true(info->since != NULL && *info->since != '\0');
	}
	assert_null(pmapx_field_lookup(PMAPX_FIELD_UNKNOWN));
	assert_null(pmapx_field_lookup(PMAPX_FIELD_COUNT));
}

PX_TEST(every_key_sets_its_own_member_and_bit_and_no_other)
{
	for (size_t i = 0; i < PMAPX_FIELD_COUNT; i++) {
		const struct px_known_key *key = &px_keys[i];
		struct pmapx_smaps smaps, untouched;
		struct pmapx_entry entry = { 0 };
		struct pmapx_error error;
		struct pmapx_text line;
		size_t size = key->unit == PMAPX_UNIT_TEXT ? sizeof(struct pmapx_text)
							   : sizeof(uint64_t);
		char text[64];
		uint64_t number;

		snprintf(text, sizeof(text), "%s: %s", key->key,
			key->unit == PMAPX_UNIT_KB ? "7777777 kB" : "7777777");
		line = px_text(text);
		memset(&smaps, 0x5a, sizeof(smaps));
		smaps.have = 0;
		untouched = smaps;
		assert_int_equal(px_smaps_parse(&line, PMAPX_FIELD_UNKNOWN, &entry, &error), 0);
		px_same_number(text, key->field, entry.field);
		px_smaps_set(&smaps, &entry);
		px_same_number(text, UINT64_C(1) << key->field, smaps.have);
		assert_true(pmapx_smaps_has(&smaps, key->field));
		if (key->unit == PMAPX_UNIT_TEXT) {
			struct pmapx_text value;

			memcpy(&value, (char *)&smaps + key->offset, sizeof(value));
			px_same_bytes(text, "7777777", 7, value.bytes, value.length);
			assert_false(pmapx_smaps_number(&smaps, key->field, &number));
		} else {
			number = 0;
			assert_true(pmapx_smaps_number(&smaps, key->field, &number));
			px_same_number(text, 7777777, number);
			memcpy(&number, (char *)&smaps + key->offset, sizeof(number));
			px_same_number(text, 7777777, number);
		}
		/* Put back what may change: all else must be as it was. */
		memset((char *)&smaps + key->offset, 0x5a, size);
		smaps.have = 0;
		assert_memory_equal(&smaps, &untouched, sizeof(smaps));
	}
}

/* "key field digits number value", with digits as - if there are none. */
static void write_entry(const struct pmapx_entry *entry, char *got, size_t size)
{
	snprintf(got, size, "%.*s %d %.*s %" PRIu64 " '%.*s'", (int)entry->key.length,
		entry->key.bytes, (int)entry->field,
		entry->digits.length > 0 ? (int)entry->digits.length : 1,
		entry->digits.length > 0 ? entry->digits.bytes : "-", entry->number,
		(int)entry->value.length, entry->value.bytes);
}

/* What a line gives, or the column and reason it is refused with. */
static void read_line(
	const struct pmapx_text *line, enum pmapx_field expected, char *got, size_t size)
{
	struct pmapx_entry entry;
	struct pmapx_error error = { 0 };
	int r;

	memset(&entry, 0x5a, sizeof(entry));
	r = px_smaps_parse(line, expected, &entry, &error);
	if (r < 0) {
		assert_int_equal(r, -EBADMSG);
		assert_int_equal(error.code, EBADMSG);
		snprintf(got, size, "%d %s", (int)error.column, error.reason);
		return;
	}
	write_entry(&entry, got, size);
}

static const struct {
	const char *line, *want;
} lines[] = {
	{ "Rss:                   4 kB", "Rss 3 4 4 '4 kB'" },
	{ "Rss:\t4\tkB", "Rss 3 4 4 '4\tkB'" },
	{ "Rss:4", "Rss 3 4 4 '4'" },
	{ "Rss: 4 kB \t ", "Rss 3 4 4 '4 kB'" },
	{ "Rss: 4 MB", "Rss 3 4 4 '4 MB'" },
	{ "Rss: 0004 kB", "Rss 3 0004 4 '0004 kB'" },
	{ "Rss: -1 kB", "Rss 3 - 0 '-1 kB'" },
	{ "Rss: +1 kB", "Rss 3 - 0 '+1 kB'" },
	{ "Rss: kB", "Rss 3 - 0 'kB'" },
	{ "Rss:", "Rss 3 - 0 ''" },
	{ "Rss: \t", "Rss 3 - 0 ''" },
	{ "Rss: ffff", "Rss 3 - 0 'ffff'" },
	{ "Rss: 18446744073709551615 kB",
		"Rss 3 18446744073709551615 18446744073709551615 '18446744073709551615 kB'" },
	{ "Rss: 18446744073709551616 kB", "Rss 3 - 0 '18446744073709551616 kB'" },
	{ "Rss: 99999999999999999999 kB", "Rss 3 - 0 '99999999999999999999 kB'" },
	{ "Rss: 00000000000000000007 kB",
		"Rss 3 00000000000000000007 7 '00000000000000000007 kB'" },
	/* A number has at most 20 digits: no number, so no digits, so 0. */
	{ "Rss: 000000000000000000007 kB", "Rss 3 - 0 '000000000000000000007 kB'" },
	{ "rss: 4 kB", "rss -1 4 4 '4 kB'" },
	{ "Rss_: 4 kB", "Rss_ -1 4 4 '4 kB'" },
	{ "Rs: 4 kB", "Rs -1 4 4 '4 kB'" },
	{ "A: 1: 2", "A -1 1 1 '1: 2'" },
	{ "New-Key(x)%: 4 kB", "New-Key(x)% -1 4 4 '4 kB'" },
	{ "_x: 4", "_x -1 4 4 '4'" },
	{ "4: Rss", "4 -1 - 0 'Rss'" },
	{ "THPeligible:           1", "THPeligible 28 1 1 '1'" },
	{ "VmFlags: rd wr mr mw me ac sd ", "VmFlags 31 - 0 'rd wr mr mw me ac sd'" },
	{ "VmFlags:", "VmFlags 31 - 0 ''" },
	{ "Name:           [anon:a b/c]", "Name 30 - 0 '[anon:a b/c]'" },

	{ "", "1 empty line" },
	{ ":", "1 expected a mapping or a key" },
	{ " Rss: 4 kB", "1 expected a mapping or a key" },
	{ "Rss", "4 expected a mapping, or ':' after a key" },
	{ "Rss 4 kB", "4 expected a mapping, or ':' after a key" },
	{ "Rss : 4 kB", "4 expected a mapping, or ':' after a key" },
	{ "R\xc3\xa9: 4", "2 expected a mapping, or ':' after a key" },
	{ "R\033[m: 4", "2 expected a mapping, or ':' after a key" },
	{ "R\x7f: 4", "2 expected a mapping, or ':' after a key" },
};

PX_TEST(every_line_is_read_or_blamed_whatever_was_expected)
{
	static const enum pmapx_field expected[] = { PMAPX_FIELD_UNKNOWN, PMAPX_FIELD_RSS,
		PMAPX_FIELD_VM_FLAGS, PMAPX_FIELD_SHARED_CLEAN };

	for (size_t i = 0; i < PX_COUNT(lines) * PX_COUNT(expected); i++) {
		const char *line = lines[i / PX_COUNT(expected)].line;
		char got[256], *exact = px_exact(line, strlen(line));

		read_line(&(struct pmapx_text){ exact, strlen(line) },
			expected[i % PX_COUNT(expected)], got, sizeof(got));
		px_same(line, lines[i / PX_COUNT(expected)].want, got);
		free(exact);
	}
}

PX_TEST(a_key_may_have_255_bytes)
{
	char line[300], got[600], want[64];

	for (size_t length = 254; length <= 257; length++) {
		memset(line, 'K', length);
		memcpy(line + length, ": 1", 4);
		read_line(&(struct pmapx_text){ line, length + 3 }, PMAPX_FIELD_UNKNOWN, got,
			sizeof(got));
		if (length <= 255) {
			px_same_bytes(
				"value", " -1 1 1 '1'", 11, got + length, strlen(got) - length);
			continue;
		}
		snprintf(want, sizeof(want), "%zu the key is longer than 255 bytes", length + 1);
		px_same("reason", want, got);
	}
}

PX_TEST(of_a_repeated_key_the_last_counts_even_if_it_is_no_number)
{
	static const struct {
		const char *lines[4];
		bool has;
		uint64_t rss;
	} rows[] = {
		{ { "Rss: 1 kB", "Rss: 2 kB" }, true, 2 },
		{ { "Rss: 1 kB", "Rss: -1 kB" }, false, 0 },
		{ { "Rss: x", "Rss: 3 kB" }, true, 3 },
		{ { "Rss: 0 kB" }, true, 0 },
		{ { "Pss: 1 kB", "Unheard: 3" }, false, 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_smaps smaps = { 0 };

		for (size_t j = 0; rows[i].lines[j] != NULL; j++) {
			struct pmapx_text line = px_text(rows[i].lines[j]);
			struct pmapx_entry entry;
			struct pmapx_error error;

			assert_int_equal(
				px_smaps_parse(&line, PMAPX_FIELD_UNKNOWN, &entry, &error), 0);
			px_smaps_set(&smaps, &entry);
		}
		px_same_number(
			rows[i].lines[0], rows[i].has, pmapx_smaps_has(&smaps, PMAPX_FIELD_RSS));
		if (rows[i].has)
			px_same_number(rows[i].lines[0], rows[i].rss, smaps.rss_kb);
	}
}

PX_TEST(nothing_is_had_of_an_unknown_key)
{
	static const enum pmapx_field unknown[] = { PMAPX_FIELD_UNKNOWN, PMAPX_FIELD_COUNT, 63, 64,
		INT32_MAX };
	const struct pmapx_smaps all = { .have = UINT64_MAX }, none = { .have = 0 };
	uint64_t number = 5;

	assert_false(pmapx_smaps_has(&all, PMAPX_FIELD_UNKNOWN));
	assert_false(pmapx_smaps_has(&all, 64));
	for (size_t i = 0; i < PX_COUNT(unknown); i++)
		assert_false(pmapx_smaps_number(&all, unknown[i], &number));
	assert_false(pmapx_smaps_number(&none, PMAPX_FIELD_RSS, &number));
	px_same_number("what it was set to", 5, number);
}

PX_TEST(a_value_is_plain_if_it_is_a_number_as_anybody_writes_it)
{
	static const struct {
		const char *line;
		bool want;
	} rows[] = {
		{ "Rss: 0 kB", true },
		{ "Rss: 7", true },
		{ "Rss: 10 MB", true },
		{ "Unheard: 100 kB", true },
		{ "Rss: 18446744073709551615 kB", true },
		{ "Rss: 00 kB", false },
		{ "Rss: 07", false },
		{ "Unheard: 0017 kB", false },
		{ "Rss: -1 kB", false },
		{ "Rss: kB", false },
		{ "Unheard:", false },
		{ "Rss: 18446744073709551616 kB", false },
		/* Texts, whatever they are. */
		{ "VmFlags: rd wr", true },
		{ "VmFlags:", true },
		{ "Name: 007", true },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_text line = px_text(rows[i].line);
		struct pmapx_entry entry;
		struct pmapx_error error;

		assert_int_equal(px_smaps_parse(&line, PMAPX_FIELD_UNKNOWN, &entry, &error), 0);
		px_same_number(rows[i].line, rows[i].want, px_smaps_is_plain(&entry));
	}
}

PX_TEST(numbers_and_texts_are_set_by_their_field_alone)
{
	struct pmapx_smaps smaps = { .have = 0 };

	for (size_t i = 0; i < PMAPX_FIELD_COUNT; i++) {
		const char *member = (const char *)&smaps + px_keys[i].offset;
		struct pmapx_text text;
		uint64_t number;

		if (px_keys[i].unit == PMAPX_UNIT_TEXT) {
			const char line[] = " \t a text\t ";
			uint64_t have = smaps.have;

			px_smaps_set_text(&smaps, px_keys[i].field, line, line + sizeof(line) - 1);
			memcpy(&text, member, sizeof(text));
			px_same_bytes(px_keys[i].key, "a text", 6, text.bytes, text.length);
			px_same_number(
				px_keys[i].key, have | UINT64_C(1) << px_keys[i].field, smaps.have);
			continue;
		}
		px_smaps_set_number(&smaps, px_keys[i].field, UINT64_MAX - i);
		memcpy(&number, member, sizeof(number));
		px_same_number(px_keys[i].key, UINT64_MAX - i, number);
		assert_false(pmapx_smaps_has(&smaps, px_keys[i].field));
	}
}

PX_TEST(lines_are_looked_at_in_any_order_as_often_as_one_likes)
{
	static const char text[] = "0-1 r--p\nRss: 4 kB\nNew:\n  not one\nVmFlags: rd wr \n";
	size_t offsets[] = { 9, 19, 34 };
	const struct pmapx_lines where = { text, strlen(text), offsets };
	const struct pmapx_smaps smaps = { .entry_count = 3, .lines = &where };
	static const char *const want[] = { "Rss 3 4 4 '4 kB'", "New -1 - 0 ''",
		"VmFlags 31 - 0 'rd wr'" };
	struct pmapx_entry entry;

	for (size_t i = 0; i < 9; i++) {
		size_t index = i * 2 % 3;
		char got[64];

		memset(&entry, 0x5a, sizeof(entry));
		assert_true(pmapx_smaps_entry(&smaps, index, &entry));
		write_entry(&entry, got, sizeof(got));
		px_same("line", want[index], got);
		assert_ptr_equal(entry.key.bytes, text + offsets[index]);
	}
	entry.number = 42;
	assert_false(pmapx_smaps_entry(&smaps, 3, &entry));
	assert_false(pmapx_smaps_entry(&smaps, SIZE_MAX, &entry));
	assert_false(pmapx_smaps_entry(&(struct pmapx_smaps){ 0 }, 0, &entry));
	assert_int_equal(entry.number, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_in_the_table_once_with_its_unit),
		cmocka_unit_test(every_key_sets_its_own_member_and_bit_and_no_other),
		cmocka_unit_test(every_line_is_read_or_blamed_whatever_was_expected),
		cmocka_unit_test(a_key_may_have_255_bytes),
		cmocka_unit_test(of_a_repeated_key_the_last_counts_even_if_it_is_no_number),
		cmocka_unit_test(nothing_is_had_of_an_unknown_key),
		cmocka_unit_test(a_value_is_plain_if_it_is_a_number_as_anybody_writes_it),
		cmocka_unit_test(numbers_and_texts_are_set_by_their_field_alone),
		cmocka_unit_test(lines_are_looked_at_in_any_order_as_often_as_one_likes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
