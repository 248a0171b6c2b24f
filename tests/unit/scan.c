/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scan.h and growable.h: cursors over text, and option structs of other sizes.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "growable.h"
#include "scan.h"

struct row {
	const char *text;
	int taken; /* -1: not there */
	uint64_t want;
};

static void check(const struct row *row, const char *end, const char *got, uint64_t value)
{
	if (row->taken < 0) {
		assert_null(got);
		return;
	}
	assert_true(got != NULL && got <= end);
	px_same_number(row->text, row->taken, got - row->text);
	px_same_number(row->text, row->want, value);
}

PX_TEST(hexadecimal_stops_behind_its_digits_and_fits_64_bits)
{
	static const struct row rows[] = {
		{ "0", 1, 0 },
		{ "ff-", 2, 255 },
		{ "00000000000000000000000000000001 ", 32, 1 },
		{ "ffffffffffffffff", 16, UINT64_MAX },
		{ "0ffffffffffffffff", 17, UINT64_MAX },
		{ "10000000000000000", -1, 0 },
		{ "00000000000000010000000000000000", -1, 0 },
		{ "fffffffffffffffff", -1, 0 },
		{ "FF", -1, 0 },
		{ "", -1, 0 },
		{ "-1", -1, 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		const char *end = rows[i].text + strlen(rows[i].text);
		uint64_t value = 42;

		const char *got = px_scan_hex(rows[i].text, end, &value);

		check(&rows[i], end, got, value);
	}
}

PX_TEST(hexadecimal_has_sixteen_digits_and_any_zeros_in_front)
{
	char digits[64];

	/* A digit at each place of up to 40, zeros before it, digits behind it. */
	for (size_t length = 1; length <= 40; length++) {
		for (size_t place = 0; place < length; place++) {
			const char *end = digits + length;
			uint64_t value = 42, want = 0;
			const char *got;

			memset(digits, '0', length);
			for (size_t i = place; i < length; i++)
				digits[i] = "123456789abcdef0"[(i - place + length) % 16];
			digits[place] = "18f"[length % 3];
			digits[length] = 'g';
			for (size_t i = place; i < length; i++)
				want = want * 16 +
					(unsigned)(digits[i] <= '9' ? digits[i] - '0'
								    : digits[i] - 'a' + 10);
			got = px_scan_hex(digits, end, &value);
			if (length - place > 16) {
				assert_null(got);
				assert_int_equal(value, 42);
				continue;
			}
			assert_ptr_equal(got, end);
			px_same_number(digits, want, value);
			/* It stops at what is no digit, and at the end. */
			assert_ptr_equal(px_scan_hex(digits, end + 1, &value), end);
		}
	}
}

PX_TEST(of_all_bytes_sixteen_are_hexadecimal_digits)
{
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;
		bool is_digit = (i >= '0' && i <= '9') || (i >= 'a' && i <= 'f');
		uint64_t value = 42;

		px_same_number("is one", is_digit, px_is_hex(byte));
		assert_int_equal(px_scan_hex(&byte, &byte + 1, &value) != NULL, is_digit);
		px_same_number("value", !is_digit ? 42 : i <= '9' ? i - '0' : i - 'a' + 10, value);
	}
}

/* The same number, or none, as digit by digit; eight digits are all or nothing. */
static void check_as_one_by_one(const char *text, size_t length, char stop)
{
	char *exact = px_exact(text, length);
	const char *end = exact + length, *want, *got;
	uint64_t want_value = 42, got_value = 42;
	uint32_t eight = 42;

	want = px_scan_hex(exact, end, &want_value);
	got = px_scan_address(exact, end, stop, &got_value);
	if (want != got)
		px_same_number(text, want - exact, got == NULL ? -1 : got - exact);
	px_same_number(text, want_value, got_value);
	if (length >= 8) {
		want_value = 42;
		want = px_scan_hex(exact, exact + 8, &want_value);
		px_same_number(text, want == exact + 8, px_scan_hex8(exact, &eight));
		px_same_number(text, want == exact + 8 ? want_value : 42, eight);
	}
	free(exact);
}

PX_TEST(addresses_are_as_digit_by_digit)
{
	static const char *const texts[] = { "00400000-00401000", "7ffd12345678-7ffd12346000",
		"ffffffffff600000-ffffffffff601000", "1-2", "0", "89abcdef fe", "000000000000 0",
		"0123456789ab", "01234567", "0123456789abcdef0", "00000000000000001-",
		"ffffffffffff-", "ffffffff-", "fffffffffffffffff-", "12345678-abc-", "" };
	static const char stops[] = "- \t";

	for (size_t i = 0; i < PX_COUNT(texts); i++) {
		size_t whole = strlen(texts[i]);

		for (size_t length = 0; length <= whole; length++)
			for (size_t stop = 0; stop < sizeof(stops) - 1; stop++)
				check_as_one_by_one(texts[i], length, stops[stop]);
		/* Every byte at every place where it may be looked at. */
		for (size_t at = 0; at < whole && at < 14; at++) {
			for (int byte = 0; byte < 256; byte++) {
				char text[64];

				strcpy(text, texts[i]);
				text[at] = (char)byte;
				check_as_one_by_one(text, whole, '-');
				check_as_one_by_one(text, whole, ' ');
			}
		}
	}
}

PX_TEST(eight_digits_are_what_they_say)
{
	uint32_t random = 1, value = 0;

	for (int i = 0; i < 100000; i++) {
		char text[16];

		random = random * 1664525u + 1013904223u;
		snprintf(text, sizeof(text), "%08x", (unsigned)random);
		assert_true(px_scan_hex8(text, &value));
		px_same_number(text, random, value);
	}
}

PX_TEST(decimal_stops_behind_its_digits_and_fits_64_bits)
{
	static const struct row rows[] = {
		{ "0", 1, 0 },
		{ "12a", 2, 12 },
		{ "18446744073709551615", 20, UINT64_MAX },
		{ "18446744073709551616", -1, 0 },
		{ "99999999999999999999", -1, 0 },
		{ "000000000000000000000000000007", 30, 7 },
		{ "+1", -1, 0 },
		{ "", -1, 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		const char *end = rows[i].text + strlen(rows[i].text);
		uint64_t value = 42;

		const char *got = px_scan_decimal(rows[i].text, end, &value);

		check(&rows[i], end, got, value);
	}
}

PX_TEST(blanks_are_blanks_and_tabs)
{
	static const char text[] = " \t \nx";

	assert_ptr_equal(px_skip_blanks(text, text + 5), text + 3);
	assert_ptr_equal(px_skip_blanks(text, text + 2), text + 2);
	assert_ptr_equal(px_skip_blanks(text, text), text);
}

/* A struct of options as a library knows it, and as callers of other versions do. */
struct known {
	size_t size;
	int old;
};

struct longer {
	size_t size;
	int old;
	int unheard[8];
};

PX_TEST(options_of_any_age_are_taken_unless_they_ask_for_the_unknown)
{
	struct known known = { sizeof(known), 7 };
	struct longer later = { .size = sizeof(later), .old = 7 };
	size_t shortest = sizeof(size_t);
	const struct known *options = &known;

	assert_int_equal(px_check_options(NULL, sizeof(known)), 0);
	assert_int_equal(px_check_options(&known, sizeof(known)), 0);
	assert_int_equal(px_check_options(&later, sizeof(known)), 0);
	later.unheard[7] = 1;
	assert_int_equal(px_check_options(&later, sizeof(known)), -E2BIG);
	assert_int_equal(px_check_options(&shortest, sizeof(known)), 0);
	shortest--;
	assert_int_equal(px_check_options(&shortest, sizeof(known)), -EINVAL);

	assert_int_equal(PX_OPTION(options, old, 3), 7);
	known.size = sizeof(size_t);
	assert_int_equal(PX_OPTION(options, old, 3), 3);
	options = NULL;
	assert_int_equal(PX_OPTION(options, old, 3), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hexadecimal_stops_behind_its_digits_and_fits_64_bits),
		cmocka_unit_test(hexadecimal_has_sixteen_digits_and_any_zeros_in_front),
		cmocka_unit_test(of_all_bytes_sixteen_are_hexadecimal_digits),
		cmocka_unit_test(addresses_are_as_digit_by_digit),
		cmocka_unit_test(eight_digits_are_what_they_say),
		cmocka_unit_test(decimal_stops_behind_its_digits_and_fits_64_bits),
		cmocka_unit_test(blanks_are_blanks_and_tabs),
		cmocka_unit_test(options_of_any_age_are_taken_unless_they_ask_for_the_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
