/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap.c, usage.c and rc.c: whole runs on a folder, with what they print, what
 * they say and what they return.
 */
#include "desk.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pmap.h"

#define STAT(pid) #pid " (c) S 1 0 0 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 0 0\n"
#define MAPPING "00400000-00401000 r-xp 00000000 fe:00 1 /a/b\n"

/* Run "pmapx|word|word" on the folder, where %s is its path; "status|out|err", to be freed. */
static char *run(void **state, const char *line, bool as_pmap)
{
	struct px_desk *desk = px_desk_new(state);
	char *argv[16], words[4096], *rest = words, *out, *err, *ret;
	int argc = 0, status;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(words, sizeof(words), line, (char *)*state, (char *)*state);
#pragma GCC diagnostic pop
	while (argc < 15 && (argv[argc] = strsep(&rest, "|")) != NULL)
		argc++;
	argv[argc] = NULL;
	optind = 0;
	desk->console.terse = as_pmap;
	desk->console.name = as_pmap ? "pmap" : "pmapx";
	status = px_console_finish(&desk->console, px_pmap(&desk->console, as_pmap, argc, argv));
	out = px_desk_output(desk);
	err = px_desk_errors(desk);
	assert_true(asprintf(&ret, "%d|%s|%s", status, out, err) > 0);
	free(out);
	free(err);
	px_desk_free(desk);
	return ret;
}

PX_TEST(statuses_are_ored_and_each_trouble_is_one_line)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "pmapx|--root|%s|-q|100", "0|100:   [c]\n0000000000400000      4K r-x-- b\n|" },
		{ "pmapx|--root|%s|-q|0x64|/proc/self|/proc/100",
			"0|100:   [c]\n0000000000400000      4K r-x-- b\n"
			"100:   [c]\n0000000000400000      4K r-x-- b\n|" },
		{ "pmapx|--root|%s|-q|9", "42||pmapx: 9: %s/9: No such process\n" },
		{ "pmapx|--root|%s|-q|9|100",
			"42|100:   [c]\n0000000000400000      4K r-x-- b\n|"
			"pmapx: 9: %s/9: No such process\n" },
		{ "pmapx|--root|%s|-q|101",
			"1|101:   [c]\n|pmapx: 101: %s/101/maps: No such file or directory\n" },
		{ "pmapx|--root|%s|-q|102",
			"1|102:   [c]\n0000000000400000      4K r-x-- b\n|pmapx: 102: "
			"%s/102/maps: line 2, column 1: empty line (and 1 more)\n" },
		{ "pmapx|--root|%s/nowhere|1",
			"1||pmapx: %s/nowhere: No such file or directory\n" },
		{ "pmapx|100|x",
			"1||pmapx: 'x': not a process id: a number from 1 to 2147483647 "
			"(octal behind a leading 0), or /proc/NUMBER\n" },
		{ "pmapx|/proc/self",
			"1||pmapx: no process: /proc/ and no number behind it is passed over\n" },
		{ "pmapx|-V", "0|pmapx " PX_VERSION " (pmap of procps-ng " PX_PMAP_VERSION ")\n|" },
	};

	px_folder_write(state, "100/stat", STAT(100));
	px_folder_write(state, "100/maps", MAPPING);
	px_folder_write(state, "101/stat", STAT(101));
	px_folder_write(state, "102/stat", STAT(102));
	px_folder_write(state, "102/maps", MAPPING "\nnothing\n");
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *got = run(state, rows[i].line, false), *want;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		assert_true(asprintf(&want, rows[i].want, (char *)*state) > 0);
#pragma GCC diagnostic pop
		px_same(rows[i].line, want, got);
		free(got);
		free(want);
	}
}

PX_TEST(as_pmap_it_knows_nothing_else)
{
	char *got = run(state, "pmap|-V", true);

	px_same("version", "0|pmap from procps-ng " PX_PMAP_VERSION " (pmapx " PX_VERSION ")\n|",
		got);
	free(got);
	got = run(state, "pmap|/proc/self", true);
	px_same("skipped", "1||pmap: library failed pids statistics\n", got);
	free(got);
	got = run(state, "pmap|-h", true);
	assert_null(strstr(got, "--root"));
	assert_non_null(strstr(got, "For more details see pmap(1).\n|"));
	free(got);
	got = run(state, "pmapx|-h", false);
	assert_non_null(strstr(got, " --root <dir>"));
	assert_non_null(strstr(got, "For more details see pmapx(1).\n|"));
	free(got);
}

PX_TEST(an_rc_file_is_made_once_and_read_back)
{
	char *got, *text, path[4096];
	size_t length;

	got = run(state, "pmapx|-N|%s/rc", false);
	px_same("made", "0||pmapx: rc file successfully created, feel free to edit the content\n",
		got);
	free(got);
	snprintf(path, sizeof(path), "%s/rc", (char *)*state);
	text = px_whole_file(path, &length);
	px_same_number("size of the template", 448, length);
	free(text);
	got = run(state, "pmapx|-N|%s/rc", false);
	assert_non_null(strstr(got, "1||pmapx: the file already exists"));
	free(got);

	/* Columns by name; what is no line of the grammar is warned about. */
	px_folder_write(state, "100/stat", STAT(100));
	px_folder_write(state, "100/smaps", MAPPING "Size: 4 kB\nRss: 3 kB\n");
	px_folder_write(state, "rc2", "stray\n[Fields Display]\nRss\n[Mapping]\nShowPath\n");
	got = run(state, "pmapx|-q|-C|%s/rc2|--root|%s|100", false);
	px_same("read",
		"0|100:   [c]\n00400000 3\n|pmapx: syntax error found in the config - line 1\n",
		got);
	free(got);
	got = run(state, "pmapx|-q|-C|%s/rc3|100", false);
	snprintf(path, sizeof(path),
		"1||pmapx: couldn't read the rc file: %s/rc3: No such file or directory\n",
		(char *)*state);
	px_same("not there", path, got);
	free(got);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(statuses_are_ored_and_each_trouble_is_one_line),
		IN_FOLDER(as_pmap_it_knows_nothing_else),
		IN_FOLDER(an_rc_file_is_made_once_and_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
