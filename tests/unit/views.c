/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sheet.c and the views: each layout on two mappings, with frame and without.
 */
#include "desk.h"
#include "transcript.h"

#include <stdlib.h>
#include <string.h>

/* A mapping with all that views look at, one with nothing. */
static const char two_mappings[] = "00400000-00403000 r-xp 00001000 fe:00 7    /a/b\n"
				   "Rss:                   8 kB\n"
				   "New:                  12 kB\n"
				   "Shared_Dirty:          1 kB\n"
				   "Private_Dirty:         2 kB\n"
				   "VmFlags: rd ex \n"
				   "7ffd00000000-7ffd00002000 rw-s 00000000 00:01 12 \n";

/* Show the mappings of a process, the last one selected or not; the view is open. */
static void show_process(
	struct px_desk *desk, const struct px_view *view, const char *text, bool last)
{
	struct pmapx_parser *parser = px_parser_new(view->mappings_only, view->fields);
	const struct pmapx_mapping *mapping;
	const char *last_line = text;

	for (const char *p = text; *p != '\0'; p = strchr(p, '\n') + 1)
		if (*p >= '0' && *p <= '9')
			last_line = p;
	px_parser_feed(parser, text, strlen(text), false);
	pmapx_parser_finish(parser);
	desk->sheet.totals = (struct px_totals){ 0 };
	view->begin(&desk->sheet);
	while (pmapx_parser_next(parser, &mapping, NULL) == 1) {
		bool is_last = strncmp(mapping->text.bytes, last_line, mapping->text.length) == 0;

		assert_int_equal(
			view->row(&desk->sheet, mapping, last || !is_last ? PX_SHOWN : PX_SKIPPED),
			0);
	}
	view->end(&desk->sheet);
	pmapx_parser_close(parser);
}

/* A run that shows a process: return what was printed. */
static char *show(struct px_desk *desk, const struct px_view *view, const char *text, bool last)
{
	px_heritage_deinit(&desk->heritage);
	if (view->open != NULL)
		assert_int_equal(view->open(&desk->sheet), 0);
	show_process(desk, view, text, last);
	if (view->close != NULL)
		view->close(&desk->sheet);
	return px_desk_output(desk);
}

PX_TEST(every_view_has_its_layout)
{
	static const struct {
		const char *about;
		const struct px_view *view;
		bool quiet, every, second;
		const char *want;
	} rows[] = {
		{ "plain", &px_view_plain, false, false, true,
			"0000000000400000     12K r-x-- b\n"
			"00007ffd00000000      8K rw-s-   [ anon ]\n"
			" total               20K\n" },
		{ "plain, quiet, one", &px_view_plain, true, false, false,
			"0000000000400000     12K r-x-- b\n" },
		{ "-x", &px_view_extended, false, false, true,
			"Address           Kbytes     RSS   Dirty Mode  Mapping\n"
			"0000000000400000      12       8       3 r-x-- b\n"
			"00007ffd00000000       8       ?       ? rw-s-   [ anon ]\n"
			"---------------- ------- ------- ------- \n"
			"total kB              20       8       3\n" },
		{ "-d", &px_view_device, false, false, true,
			"Address           Kbytes Mode  Offset           Device    Mapping\n"
			"0000000000400000      12 r-x-- 0000000000001000 0fe:00000 b\n"
			"00007ffd00000000       8 rw-s- 0000000000000000 000:00001   [ anon ]\n"
			"mapped: 20K    writeable/private: 0K    shared: 8K\n" },
		{ "-X", &px_view_fields, false, false, true,
			"     Address Perm   Offset Device Inode Rss New Mapping\n"
			"    00400000 r-xp 00001000  fe:00     7   8  12 b\n"
			"7ffd00000000 rw-s 00000000  00:01    12   -   - \n"
			"                                        === === \n"
			"                                          8  12 KB \n" },
		{ "-XX, one: widths are of all", &px_view_fields, true, true, false,
			"    00400000 r-xp 00001000 fe:00  7 8 12 1 2 rd ex b\n" },
	};
	struct px_desk *desk = px_desk_new(state);

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *got;

		desk->options.quiet = rows[i].quiet;
		desk->options.every_field = rows[i].every;
		got = show(desk, rows[i].view, two_mappings, rows[i].second);
		px_same(rows[i].about, rows[i].want, got);
		free(got);
	}
	px_desk_free(desk);
}

PX_TEST(columns_of_smaps_show_what_was_written_whatever_was_above)
{
	static const char text[] = "1000-2000 r--p 0 0:0 0 /a\n"
				   "Rss:                   4 kB\n"
				   "New:                   1 kB\n"
				   "2000-3000 r--p 0 0:0 0 /a\n"
				   "Rss:                  16 kB\n"
				   "New:                 256 kB\n"
				   "3000-4000 r--p 0 0:0 0 /a\n"
				   "Rss:                0017 kB\n"
				   "New:                0018 kB\n"
				   "4000-5000 r--p 0 0:0 0 /a\n"
				   "Rss:                   ? kB\n"
				   "New:                none kB\n"
				   "5000-6000 r--p 0 0:0 0 /a\n"
				   "Rss:                   0 kB\n"
				   "New:                   0 kB\n"
				   "6000-7000 r--p 0 0:0 0 /a\n"
				   "New:                   3 kB\n"
				   "7000-8000 r--p 0 0:0 0 /a\n"
				   "Rss:                   5 kB\n"
				   "New:                   6 kB\n"
				   "Two:                   7 kB\n";
	struct px_desk *desk = px_desk_new(state);
	char *got = show(desk, &px_view_fields, text, true);

	px_same("-X",
		"Address Perm Offset Device Inode  Rss  New Two Mapping\n"
		"   1000 r--p      0    0:0     0    4    1   - a\n"
		"   2000 r--p      0    0:0     0   16  256   - a\n"
		"   3000 r--p      0    0:0     0 0017 0018   - a\n"
		"   4000 r--p      0    0:0     0    ?    ?   - a\n"
		"   5000 r--p      0    0:0     0    0    0   - a\n"
		"   6000 r--p      0    0:0     0    -    3   - a\n"
		"   7000 r--p      0    0:0     0    5    6   7 a\n"
		"                                 ==== ==== === \n"
		"                                   42  284   7 KB \n",
		got);
	free(got);
	px_desk_free(desk);
}

PX_TEST(a_process_shows_only_columns_of_its_own)
{
	static const char first[] =
		"1000-2000 r--p 0 0:0 0 /a\nRss: 4 kB\nNew: 12345 kB\nPss: 3 kB\n";
	static const char second[] = "1000-2000 r--p 0 0:0 0 /b\nRss: 5 kB\nPss: 6 kB\n"
				     "2000-3000 r--p 0 0:0 0 /b\nPss: 8 kB\nOwn: 07 kB\n";
	struct px_desk *desk = px_desk_new(state);
	char *got;

	desk->options.quiet = true;
	assert_int_equal(px_view_fields.open(&desk->sheet), 0);
	show_process(desk, &px_view_fields, first, true);
	show_process(desk, &px_view_fields, second, true);
	show_process(desk, &px_view_fields, first, true);
	px_view_fields.close(&desk->sheet);
	got = px_desk_output(desk);
	px_same("-X",
		"1000 r--p 0 0:0 0 4 12345 3 a\n"
		"1000 r--p 0 0:0 0 5 6  - b\n"
		"2000 r--p 0 0:0 0 - 8 07 b\n"
		"1000 r--p 0 0:0 0 4 12345 3 a\n",
		got);
	free(got);
	px_desk_free(desk);
}

enum { WIDE_COLUMNS = 256, WIDE = 255 };

/* Many keys, as long as they may be; the values of the second mapping have zeros in front. */
static char *make_wide_text(void)
{
	char *text, key[WIDE];
	size_t length;
	FILE *to = open_memstream(&text, &length);

	memset(key, 'K', sizeof(key));
	for (int row = 1; row < 4; row++) {
		fprintf(to, "%d000-%d000 r--p 0 0:0 0 /a\n", row, row + 1);
		for (int i = 0; i < WIDE_COLUMNS; i++)
			fprintf(to, "%.*s%03d: %s%d kB\n", WIDE - 3, key, i, row == 2 ? "00" : "",
				i * row);
	}
	fclose(to);
	return text;
}

static char *make_wide_view(void)
{
	char *want, fill[WIDE], value[16];
	size_t length;
	FILE *to = open_memstream(&want, &length);

	memset(fill, 'K', sizeof(fill));
	fputs("Address Perm Offset Device Inode ", to);
	for (int i = 0; i < WIDE_COLUMNS; i++)
		fprintf(to, "%.*s%03d ", WIDE - 3, fill, i);
	fputs("Mapping\n", to);
	for (int row = 1; row < 4; row++) {
		fprintf(to, "%7d r--p %6d %6s %5d", row * 1000, 0, "0:0", 0);
		for (int i = 0; i < WIDE_COLUMNS; i++) {
			snprintf(value, sizeof(value), "%s%d", row == 2 ? "00" : "", i * row);
			fprintf(to, " %*s", WIDE, value);
		}
		fputs(" a\n", to);
	}
	memset(fill, '=', sizeof(fill));
	fprintf(to, "%33s", "");
	for (int i = 0; i < WIDE_COLUMNS; i++)
		fprintf(to, "%.*s ", WIDE, fill);
	fprintf(to, "\n%33s", "");
	for (int i = 0; i < WIDE_COLUMNS; i++)
		fprintf(to, "%*d ", WIDE, i * 6);
	fputs("KB \n", to);
	fclose(to);
	return want;
}

PX_TEST(rows_may_be_wider_than_the_buffer_of_the_output)
{
	struct px_desk *desk = px_desk_new(state);
	char *text = make_wide_text(), *want = make_wide_view(), *got;

	assert_true(WIDE_COLUMNS * (WIDE + 1) >= PX_OUT_SIZE);
	got = show(desk, &px_view_fields, text, true);
	px_same("rows", want, got);
	free(got);
	free(want);
	free(text);
	px_desk_free(desk);
}

PX_TEST(a_process_without_mappings_has_a_frame_but_in_the_columns_of_smaps)
{
	static const struct {
		const struct px_view *view;
		const char *want;
	} rows[] = {
		{ &px_view_plain, " total                0K\n" },
		{ &px_view_extended,
			"Address           Kbytes     RSS   Dirty Mode  Mapping\n"
			"---------------- ------- ------- ------- \n"
			"total kB               0       0       0\n" },
		{ &px_view_fields, "" },
	};
	struct px_desk *desk = px_desk_new(state);

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *got;

		desk->sheet.totals = (struct px_totals){ 0 };
		if (rows[i].view->open != NULL)
			assert_int_equal(rows[i].view->open(&desk->sheet), 0);
		rows[i].view->begin(&desk->sheet);
		rows[i].view->end(&desk->sheet);
		if (rows[i].view->close != NULL)
			rows[i].view->close(&desk->sheet);
		got = px_desk_output(desk);
		px_same("empty", rows[i].want, got);
		free(got);
	}
	px_desk_free(desk);
}

PX_TEST(addresses_of_eight_digits_are_a_32_bit_systems)
{
	/* 32-bit builds of procps 3.2 never showed these sums. */
	static const char compat_sums[] = "total kB      20       -       -       -\n";
	struct px_desk *desk = px_desk_new(state);
	char *got;

	px_widths_init(&desk->sheet, 8);
	desk->options.quiet = false;
	got = show(desk, &px_view_plain, two_mappings, true);
	px_same("plain",
		"00400000     12K r-x-- b\n"
		"7ffd00000000      8K rw-s-   [ anon ]\n"
		" total       20K\n",
		got);
	free(got);
	desk->options.compat_3_2 = true;
	px_widths_init(&desk->sheet, 8);
	got = show(desk, &px_view_extended, two_mappings, true);
	px_same("-x as in procps 3.2", compat_sums, strstr(got, "total"));
	free(got);
	px_desk_free(desk);
}

static bool refuse_turn(struct px_sink *sink)
{
	(void)sink;
	return false;
}

PX_TEST(columns_of_a_process_that_is_given_up_are_not_laid_out)
{
	struct px_desk *desk = px_desk_new(state);
	struct px_sink sink = { .await_turn = refuse_turn };
	const struct px_view *view = &px_view_fields;
	char *got;

	assert_int_equal(view->open(&desk->sheet), 0);
	desk->console.out.sink = &sink;
	show_process(desk, view, two_mappings, true);
	desk->console.out.sink = NULL;
	got = px_desk_output(desk);
	px_same("given up", "", got);
	free(got);
	assert_int_equal(desk->heritage.count, 0);
	view->close(&desk->sheet);
	px_desk_free(desk);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_view_has_its_layout),
		IN_FOLDER(columns_of_smaps_show_what_was_written_whatever_was_above),
		IN_FOLDER(a_process_shows_only_columns_of_its_own),
		IN_FOLDER(rows_may_be_wider_than_the_buffer_of_the_output),
		IN_FOLDER(a_process_without_mappings_has_a_frame_but_in_the_columns_of_smaps),
		IN_FOLDER(addresses_of_eight_digits_are_a_32_bit_systems),
		IN_FOLDER(columns_of_a_process_that_is_given_up_are_not_laid_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
