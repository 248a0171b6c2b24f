/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.c: translations may change words, order and widths; one that wants
 * anything else is not used.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"

static void check(const char *original, const char *translated,
	const struct px_format_value *values, size_t count, const char *want)
{
	struct px_out *out = calloc(1, sizeof(*out));
	struct px_locale locale = { 0 };
	char *got;

	assert_non_null(out);
	out->fd = px_memory();
	px_out_format(out, &locale, original, translated, values, count);
	px_out_flush(out);
	got = px_taken(out->fd, NULL);
	px_same(translated, want, got);
	free(got);
	close(out->fd);
	free(out);
	px_locale_end(&locale);
}

PX_TEST(a_sound_translation_is_used)
{
	static const struct px_format_value values[] = { { .number = 7 }, { .text = "%n{}" } };
	static const struct {
		const char *translated, *want;
	} rows[] = {
		{ "line %d of %s", "line 7 of %n{}" },
		{ "%d%s", "7%n{}" },
		{ "Zeile %ld von %s.\n", "Zeile 7 von %n{}.\n" },
		{ "%2$s: %1$d", "%n{}: 7" },
		{ "%2$s: %1$ld", "%n{}: 7" },
		{ "%1$d %2$s", "7 %n{}" },
		{ "%5d|%6s|", "    7|  %n{}|" },
		{ "%2$6s|%1$5d|", "  %n{}|    7|" },
		{ "%1d%1s", "7%n{}" },
		{ "100%% %d %% %s%%", "100% 7 % %n{}%" },
		{ "\xff %d \xe2\x80\xa9 %s", "\xff 7 \xe2\x80\xa9 %n{}" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++)
		check("unused %d %s", rows[i].translated, values, 2, rows[i].want);
}

PX_TEST(a_hostile_translation_is_not_used)
{
	static const struct px_format_value values[] = { { .number = 7 }, { .text = "x" } };
	static const char *const rows[] = {
		"",
		"no values",
		"%d",
		"%s",
		"%s %d",
		"%d %d",
		"%s %s",
		"%d %s %s",
		"%d %s %d",
		"%d %s %n",
		"%n",
		"%d %n",
		"%1$n %2$s",
		"%3$d %2$s",
		"%2$d %1$s",
		"%1$d %1$s",
		"%1$d %1$d",
		"%0$d %s",
		"%1$d %3$s",
		"%d %s %",
		"%d %s %%%",
		"%",
		"%$d %s",
		"%1$",
		"%1",
		"%*d %s",
		"%1$*2$d %s",
		"%.5d %s",
		"%-5d %s",
		"%+d %s",
		"%'d %s",
		"%lld %s",
		"%hd %s",
		"%zu %s",
		"%x %s",
		"%u %s",
		"%c %s",
		"%d %ls",
		"%d %m",
		"%p %s",
		"%100d %s",
		"%999999999d %s",
		"%18446744073709551617$d %s",
		"%4294967297$d %s",
		"%99999999999999999999999999999d %s",
		"%1$99999999999999999999999999999d %s",
		"%5% %d %s",
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++)
		check("the original: %2$s %1$3d%%", rows[i], values, 2, "the original: x   7%");
}

PX_TEST(the_widest_width_is_99)
{
	static const struct px_format_value values[] = { { .number = UINT64_MAX },
		{ .text = "twenty bytes are few" } };
	char want[101];

	memset(want, ' ', sizeof(want));
	strcpy(want + 99 - 20, "18446744073709551615");
	check("", "%99d", &values[0], 1, want);
	memset(want, ' ', sizeof(want));
	strcpy(want + 99 - 20, "twenty bytes are few");
	check("", "%99s", &values[1], 1, want);
	check("%d", "%100d", &values[0], 1, "18446744073709551615");
	check("%s", "%3s", &values[1], 1, "twenty bytes are few");
}

PX_TEST(a_format_without_values_is_copied)
{
	check("original", "translated 100%%", NULL, 0, "translated 100%");
	check("original", "translated %d", NULL, 0, "original");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_translation_is_used),
		cmocka_unit_test(a_hostile_translation_is_not_used),
		cmocka_unit_test(the_widest_width_is_99),
		cmocka_unit_test(a_format_without_values_is_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
