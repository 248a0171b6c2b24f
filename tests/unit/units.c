/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * units.c: sizes in units are the nearest there is.
 */
#include "support.h"

#include <string.h>

#include "units.h"

static const struct {
	uint64_t kb;
	enum px_units units;
	const char *want;
} rows[] = {
	{ 0, PX_UNITS_K, "0" },
	{ UINT64_MAX, PX_UNITS_K, "18446744073709551615" },
	{ 0, PX_UNITS_M, "0.0" },
	{ 51, PX_UNITS_M, "0.0" },
	{ 52, PX_UNITS_M, "0.1" },
	{ 1023, PX_UNITS_M, "1.0" },
	{ 1536, PX_UNITS_M, "1.5" },
	{ UINT64_MAX, PX_UNITS_M, "18014398509481984.0" },
	{ 1024 * 1024, PX_UNITS_G, "1.0" },
	{ 1024 * 1024 * 3 / 2, PX_UNITS_G, "1.5" },
	{ 52428, PX_UNITS_G, "0.0" },
	{ 52429, PX_UNITS_G, "0.1" },
	{ 0, PX_UNITS_BEST, "0K" },
	{ 1023, PX_UNITS_BEST, "1023K" },
	{ 1024, PX_UNITS_BEST, "1.0M" },
	{ 10188, PX_UNITS_BEST, "9.9M" },
	{ 10189, PX_UNITS_BEST, "10M" },
	{ 10240, PX_UNITS_BEST, "10M" },
	{ 1023 * 1024 + 511, PX_UNITS_BEST, "1023M" },
	{ 1023 * 1024 + 512, PX_UNITS_BEST, "1.0G" },
	{ UINT64_MAX, PX_UNITS_BEST, "16Z" },
};

PX_TEST(sizes_are_the_nearest)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char got[PX_SIZE_MAX + 1];

		memset(got, '#', sizeof(got));
		*px_put_size(got, rows[i].kb, rows[i].units) = '\0';
		px_same(rows[i].want, rows[i].want, got);
	}
}

PX_TEST(units_are_single_letters)
{
	enum px_units units = PX_UNITS_G;

	assert_true(px_units_find("h", &units));
	px_same_number("h", PX_UNITS_BEST, units);
	assert_false(px_units_find("", &units));
	assert_false(px_units_find("kb", &units));
	assert_false(px_units_find("K", &units));
	px_same_number("as it was", PX_UNITS_BEST, units);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_the_nearest),
		cmocka_unit_test(units_are_single_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
