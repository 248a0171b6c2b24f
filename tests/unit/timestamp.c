/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timestamp.c: every form of a point in time that is known, and those that are not.
 */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "timestamp.h"

static const char *tell(const char *text, char room[30])
{
	char *exact = px_exact(text, strlen(text));
	int64_t us = 77;
	bool r = px_timestamp_parse(&(struct pmapx_text){ exact, strlen(text) }, &us);

	free(exact);
	snprintf(room, 30, "%s", "?");
	if (r)
		snprintf(room, 30, "%" PRId64, us);
	else
		assert_int_equal(us, 77);
	return room;
}

static const struct {
	const char *text, *want;
} rows[] = {
	{ "1970-01-01 00:00:00+00", "0" },
	{ "2026-11-21 19:49:41.255113+00", "1795290581255113" },
	{ "2026-11-21T19:49:41.255113+00:00", "1795290581255113" },
	{ "2026-11-21T19:49:41.255113Z", "1795290581255113" },
	{ "2026-11-21 19:49:41.255113 +0000 UTC", "1795290581255113" },
	{ "2026-11-22 01:19:41.255113+05:30", "1795290581255113" },
	{ "2026-11-22 01:19:41.255113 +0530 IST", "1795290581255113" },
	{ "2026-11-21 16:19:41.255113 -0330 -0330", "1795290581255113" },
	{ "2026-11-21 16:19:41.2551139-03:30", "1795290581255113" },
	{ "2026-11-21 19:49:41.2+00", "1795290581200000" },
	{ "1895-01-01 00:00:00+00:53:28", "-2366758408000000" },
	{ "1969-12-31 23:59:59.999999+00", "-1" },
	{ "2024-02-29 00:00:00+00", "1709164800000000" },
	{ "0001-01-01 00:00:00+00", "-62135596800000000" },
	{ "9999-12-31 23:59:59+00", "253402300799000000" },
	{ "2023-02-29 00:00:00+00", "?" },
	{ "1900-02-29 00:00:00+00", "?" },
	{ "2026-13-01 00:00:00+00", "?" },
	{ "2026-00-01 00:00:00+00", "?" },
	{ "2026-01-00 00:00:00+00", "?" },
	{ "2026-01-32 00:00:00+00", "?" },
	{ "0000-01-01 00:00:00+00", "?" },
	{ "2026-01-01 24:00:00+00", "?" },
	{ "2026-01-01 00:60:00+00", "?" },
	{ "2026-01-01 00:00:60+00", "?" },
	{ "2026-01-01 00:00:00.+00", "?" },
	{ "2026-01-01 00:00:00+16", "?" },
	{ "2026-01-01 00:00:00+5", "?" },
	{ "2026-01-01 00:00:00+05:3", "?" },
	{ "2026-01-01 00:00:00+05:60", "?" },
	{ "2026-01-01 00:00:00+00 BC", "?" },
	{ "2026-01-01 00:00:00 +0000 ", "?" },
	{ "2026-01-01 00:00:00 +0000 UTC m=+0.1", "?" },
	{ "2026-01-01 00:00:00 +0000", "?" },
	{ "2026-01-01 00:00:00", "?" },
	{ "2026-01-01 00:00:00 UTC", "?" },
	{ "2026-01-01", "?" },
	{ "12026-01-01 00:00:00+00", "?" },
	{ "01/02/2026 00:00:00 UTC", "?" },
	{ "Thu Jan 01 00:00:00 2026 UTC", "?" },
	{ "infinity", "?" },
	{ "", "?" },
};

PX_TEST(forms_are_known)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char room[30];

		px_same(rows[i].text, rows[i].want, tell(rows[i].text, room));
	}
}

/* Every day of 400 years, as the C library counts. */
PX_TEST(days_are_those_of_the_calendar)
{
	for (int64_t day = -100000; day < 50000; day++) {
		time_t when = (time_t)(day * 86400);
		struct tm parts;
		char text[40], room[30], want[30];

		assert_non_null(gmtime_r(&when, &parts));
		strftime(text, sizeof(text), "%Y-%m-%d 00:00:00+00", &parts);
		snprintf(want, sizeof(want), "%" PRId64, day * 86400 * 1000000);
		px_same(text, want, tell(text, room));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_are_known),
		cmocka_unit_test(days_are_those_of_the_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
