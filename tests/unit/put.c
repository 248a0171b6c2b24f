/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * put.h: number cursors write what they say and not a byte more.
 */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"

static const uint64_t numbers[] = { 0, 1, 9, 10, 15, 16, 99, 100, 255, 256, 999999, 1000000,
	UINT32_MAX, UINT64_C(1) << 32, UINT64_C(9999999999999999999),
	UINT64_C(10000000000000000000), UINT64_MAX - 1, UINT64_MAX };

/* What was written must end where the cursor says, with nothing touched behind. */
static void check(const char *want, const char *buffer, const char *end, size_t size)
{
	px_same_bytes(want, want, strlen(want), buffer, (size_t)(end - buffer));
	for (const char *p = end; p < buffer + size; p++)
		px_same_number(want, '#', (unsigned char)*p);
}

PX_TEST(numbers_are_as_printf_writes_them)
{
	static const size_t widths[] = { 0, 1, 2, 6, 16, 20, 40 };

	for (size_t i = 0; i < PX_COUNT(numbers) * PX_COUNT(widths); i++) {
		uint64_t number = numbers[i / PX_COUNT(widths)];
		size_t width = widths[i % PX_COUNT(widths)];
		char want[64], got[64];

		snprintf(want, sizeof(want), "%*" PRIu64, (int)width, number);
		memset(got, '#', sizeof(got));
		check(want, got, px_put_decimal(got, number, width), sizeof(got));
		snprintf(want, sizeof(want), "%0*" PRIx64, (int)width, number);
		memset(got, '#', sizeof(got));
		check(want, got, px_put_hex(got, number, width), sizeof(got));
	}
}

PX_TEST(digits_are_counted_and_none_needs_more_than_the_most)
{
	for (size_t i = 0; i < PX_COUNT(numbers); i++) {
		char want[64];
		int length = snprintf(want, sizeof(want), "%" PRIu64, numbers[i]);

		px_same_number(want, (unsigned)length, px_decimal_digits(numbers[i]));
		assert_in_range(length, 1, PX_PUT_MAX);
	}
}

PX_TEST(digits_are_counted_around_every_power_of_ten)
{
	uint64_t power = 1;

	for (unsigned digits = 1; digits <= 20; digits++, power *= 10) {
		px_same_number("power", digits, px_decimal_digits(power));
		px_same_number("above", digits, px_decimal_digits(power + 1));
		if (digits > 1)
			px_same_number("below", digits - 1, px_decimal_digits(power - 1));
		px_same_number("between", digits, px_decimal_digits(power + power / 2));
	}
	px_same_number("none", 1, px_decimal_digits(0));
	px_same_number("all", 20, px_decimal_digits(UINT64_MAX));
}

/* @value as eight digits, and in each half of sixteen. */
static void check_hex(uint32_t value)
{
	char want[64], got[64];

	snprintf(want, sizeof(want), "%08" PRIx32, value);
	memset(got, '#', sizeof(got));
	check(want, got, px_put_hex8(got, value), sizeof(got));
	snprintf(want, sizeof(want), "%08" PRIx32 "%08" PRIx32, value, ~value);
	memset(got, '#', sizeof(got));
	check(want, got, px_put_hex(got, (uint64_t)value << 32 | (uint32_t)~value, 16),
		sizeof(got));
}

PX_TEST(eight_digits_are_as_printf_writes_them)
{
	uint32_t random = 1;

	/* Each digit at each place, among zeros and among others. */
	for (uint32_t digit = 0; digit < 16; digit++) {
		for (unsigned place = 0; place < 32; place += 4) {
			check_hex(digit << place);
			check_hex(~(digit << place));
		}
		check_hex(digit * UINT32_C(0x11111111));
	}
	for (int i = 0; i < 100000; i++) {
		random = random * 1664525u + 1013904223u;
		check_hex(random);
	}
}

PX_TEST(bytes_are_copied_and_none_around_them)
{
	static const char from[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t length = 0; length <= 40; length++) {
		for (size_t i = 0; i < 64; i++) {
			char want[64], got[64], *exact = px_exact(from + i / 8, length);

			memset(want, '#', sizeof(want));
			memset(got, '#', sizeof(got));
			memcpy(want + i % 8 + 1, exact, length);
			px_put_bytes(got + i % 8 + 1, exact, length);
			px_same_bytes("copy", want, sizeof(want), got, sizeof(got));
			free(exact);
		}
	}
	px_put_bytes(NULL, NULL, 0);
}

PX_TEST(a_fill_fills)
{
	char got[8];

	memset(got, '#', sizeof(got));
	check("xxx", got, px_put_fill(got, 'x', 3), sizeof(got));
	memset(got, '#', sizeof(got));
	check("", got, px_put_fill(got, 'x', 0), sizeof(got));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(digits_are_counted_and_none_needs_more_than_the_most),
		cmocka_unit_test(digits_are_counted_around_every_power_of_ten),
		cmocka_unit_test(eight_digits_are_as_printf_writes_them),
		cmocka_unit_test(bytes_are_copied_and_none_around_them),
		cmocka_unit_test(a_fill_fills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
