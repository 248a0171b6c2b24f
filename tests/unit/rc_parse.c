/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rc_parse.c: the grammar of rc files, and pmap's warnings about them.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rc_parse.h"

#define FIELDS "[Fields Display]\n"

static const struct {
	const char *bytes;
	size_t length;
	const char *names;    /* Columns, each with a comma behind it. */
	bool path;            /* Whether paths are to be shown. */
	const char *warnings; /* L, U or S with the line: too long, unsupported, syntax. */
} rows[] = {
	{ PX_BYTES(""), "", false, "" },
	{ PX_BYTES("\n\n# comment\n \t\n \t# comment\n"), "", false, "" },
	{ PX_BYTES(FIELDS "Rss\nPss\n"), "Rss,Pss,", false, "" },
	{ PX_BYTES(FIELDS "Rss"), "Rss,", false, "" },
	{ PX_BYTES(" \t[Fields Display] \t\n\t Rss \t\n"), "Rss,", false, "" },
	{ PX_BYTES("[Fields Display]# comment\nRss # comment\nPss #\n"), "Rss,Pss,", false, "" },
	{ PX_BYTES(FIELDS "#Rss\n # Pss\nRss\nRss\nNo_Such\n"), "Rss,Rss,No_Such,", false, "" },
	{ PX_BYTES(FIELDS "Rss#x\n"), "Rss#x,", false, "" },
	{ PX_BYTES(FIELDS "Rss Pss\nSwap x # y\n"), "Rss,Swap,", false, "S2 S3 " },
	{ PX_BYTES(FIELDS "abcdefghijklmnopqrstuvwxyz01234\nabcdefghijklmnopqrstuvwxyz012345\n"),
		"abcdefghijklmnopqrstuvwxyz01234,abcdefghijklmnopqrstuvwxyz01234,", false, "" },
	{ PX_BYTES(FIELDS "R\0s\n"), "R\\0s,", false, "" },
	{ PX_BYTES(FIELDS "R\xc3\xa9\n"), "R\xc3\xa9,", false, "" },

	{ PX_BYTES("[Mapping]\nShowPath\n"), "", true, "" },
	{ PX_BYTES("[Mapping]\nShowPath # yes\n"), "", true, "" },
	{ PX_BYTES("[Mapping]\nShowPath yes\n"), "", true, "S2 " },
	{ PX_BYTES("[Mapping]\nShowPaths\nshowpath\nShowPat\nRss\n"), "", false, "" },
	{ PX_BYTES("[Mapping]\nRss Pss\n"), "", false, "S2 " },
	{ PX_BYTES("[Mapping]\n#ShowPath\n"), "", false, "" },
	{ PX_BYTES(FIELDS "ShowPath\n[Mapping]\nRss\n" FIELDS "Pss\n"), "ShowPath,Pss,", false,
		"" },

	{ PX_BYTES("Rss\n" FIELDS "Pss\nSwap\n"), "Pss,Swap,", false, "S1 " },
	{ PX_BYTES("Rss x\n\nPss\n"), "", false, "S1 S3 " },
	{ PX_BYTES("[Other]\nRss x\nShowPath\n"), "", false, "U1 " },
	{ PX_BYTES(FIELDS "[Other] \nRss\n" FIELDS "Pss\n"), "Pss,", false, "U2 " },
	{ PX_BYTES("[]\n"), "", false, "U1 " },
	{ PX_BYTES("[fields display]\nRss\n"), "", false, "U1 " },
	{ PX_BYTES("[ Mapping]\n[Mapping ]\n[Fields  Display]\n"), "", false, "U1 U2 U3 " },
	{ PX_BYTES(FIELDS "[Mapping\nRss\n"), "Rss,", false, "S2 " },
	{ PX_BYTES("[\nRss\n"), "", false, "S1 S2 " },
	{ PX_BYTES("[Fields Display] Rss\n"), "Rss,", false, "S1 " },
	{ PX_BYTES("[Fields Display]Rss\n"), "Rss,", false, "S1 " },
	{ PX_BYTES("[Mapping] ShowPath\n"), "", true, "S1 " },
	{ PX_BYTES("[Other] Rss\n"), "", false, "U1 S1 " },
	{ PX_BYTES("[Mapping]]\nShowPath\n"), "", true, "S1 " },
	/* A carriage return is a character like others. */
	{ PX_BYTES("[Fields Display]\r\nRss\r\n\r\n#\r\n"), "\r,Rss\r,\r,", false, "S1 " },
};

/* The warnings of pmap that @codes stand for, to be freed. */
static char *warnings(const char *codes)
{
	char *ret, code;
	size_t length;
	FILE *to = open_memstream(&ret, &length);
	int line, used;

	while (sscanf(codes, "%c%d %n", &code, &line, &used) == 2) {
		fprintf(to, "pmap: %s - line %d\n",
			code == 'L'           ? "config line too long"
				: code == 'U' ? "unsupported section found in the config"
					      : "syntax error found in the config",
			line);
		codes += used;
	}
	fclose(to);
	return ret;
}

static void check(const char *row, const char *bytes, size_t length, const char *names, bool path,
	const char *codes)
{
	struct px_console *console = malloc(sizeof(*console));
	struct px_rc rc = { 0 };
	char *exact = px_exact(bytes, length), *want = warnings(codes), *got;
	size_t names_length;
	FILE *to;

	assert_non_null(console);
	px_console_init(console, "/usr/bin/pmap");
	console->err.fd = px_memory();
	assert_true(px_rc_parse(console, exact, length, &rc));
	got = px_taken(console->err.fd, NULL);
	px_same(row, want, got);
	free(got);

	to = open_memstream(&got, &names_length);
	for (size_t i = 0; i < rc.count; i++) {
		const struct px_rc_name *name = &rc.names[i];
		const struct pmapx_text text = { name->bytes, name->length };

		assert_true(px_rc_wants(&rc, &text));
		for (size_t j = 0; j < name->length; j++)
			fputs(name->bytes[j] ? (char[]){ name->bytes[j], '\0' } : "\\0", to);
		fputc(',', to);
	}
	fclose(to);
	px_same(row, names, got);
	px_same_number(row, path, rc.show_path);
	free(got);
	free(want);
	free(exact);
	px_rc_deinit(&rc);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

PX_TEST(every_file_gives_its_names_and_warnings)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++)
		check(rows[i].bytes, rows[i].bytes, rows[i].length, rows[i].names, rows[i].path,
			rows[i].warnings);
}

PX_TEST(a_line_counts_up_to_1024_bytes)
{
	for (size_t length = 1021; length <= 1030; length++) {
		char bytes[2048], row[32];
		size_t used;

		/* "Rss", blanks, and a word that is seen if it begins within the first 1024. */
		memset(bytes, ' ', sizeof(bytes));
		memcpy(bytes, FIELDS "Rss", 20);
		used = sizeof(FIELDS) - 1 + length;
		bytes[used - 1] = 'x';
		memcpy(bytes + used, "\nPss\n", 5);
		snprintf(row, sizeof(row), "%zu bytes", length);
		check(row, bytes, used + 5, "Rss,Pss,", false,
			length < 1024            ? "S2 "
				: length == 1024 ? "L2 S2 "
						 : "L2 ");
	}
}

PX_TEST(warnings_on_a_line_come_too_long_unsupported_syntax)
{
	char bytes[3000];

	memset(bytes, 'x', sizeof(bytes));
	memcpy(bytes, "[Other] Rss", 11);
	check("one line", bytes, sizeof(bytes), "", false, "L1 U1 S1 ");
}

PX_TEST(a_name_is_compared_whole)
{
	struct px_console *console = malloc(sizeof(*console));
	static const char bytes[] = FIELDS "Rss\nOffset\n";
	static const struct {
		const char *name;
		bool want;
	} names[] = { { "Rss", true }, { "Rs", false }, { "RssX", false }, { "rss", false },
		{ "", false } };
	struct px_rc rc = { 0 };

	assert_non_null(console);
	px_console_init(console, "pmap");
	assert_true(px_rc_parse(console, PX_BYTES(bytes), &rc));
	for (size_t i = 0; i < PX_COUNT(names); i++) {
		struct pmapx_text name = px_text(names[i].name);

		px_same_number(names[i].name, names[i].want, px_rc_wants(&rc, &name));
	}
	assert_true(px_rc_wants_heading(&rc, console, "Offset"));
	assert_false(px_rc_wants_heading(&rc, console, "Inode"));
	px_rc_deinit(&rc);
	px_console_deinit(console);
	free(console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_gives_its_names_and_warnings),
		cmocka_unit_test(a_line_counts_up_to_1024_bytes),
		cmocka_unit_test(warnings_on_a_line_come_too_long_unsupported_syntax),
		cmocka_unit_test(a_name_is_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
