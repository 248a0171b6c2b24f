/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * header.c: the line above each process.
 */
#include "desk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The line of process 100, to be freed; what px_put_header() returned in *@ret. */
static char *header(struct px_desk *desk, int *ret)
{
	struct pmapx_process *process;

	assert_int_equal(pmapx_process_open(desk->sheet.source, 100, &process, NULL), 0);
	desk->sheet.identity = pmapx_process_identity(process);
	*ret = px_put_header(&desk->sheet, process);
	pmapx_process_close(process);
	return px_desk_output(desk);
}

PX_TEST(arguments_are_separated_by_blanks)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *want;
	} rows[] = {
		{ PX_BYTES("a\0"), "100:   a\n" },
		{ PX_BYTES("a\0b\0"), "100:   a b\n" },
		{ PX_BYTES("a\0\0b\0\0"), "100:   a  b\n" },
		{ PX_BYTES("\0a\0"), "100:    a\n" },
		{ PX_BYTES("a\0 \0"), "100:   a  \n" },
		{ PX_BYTES("b \0"), "100:   b \n" },
		{ PX_BYTES("x\n\0"), "100:   x \n" },
		{ PX_BYTES("foo  "), "100:   foo \n" },
		{ PX_BYTES("foo\n"), "100:   foo\n" },
		{ PX_BYTES("a\nb"), "100:   a b\n" },
		{ PX_BYTES("\0"), "100:   -\n" },
		{ PX_BYTES(" "), "100:   -\n" },
		{ PX_BYTES(""), "100:   [c(o)m?m]\n" },
		{ PX_BYTES("a\033[31m\0"), "100:   a?[31m\n" },
	};
	struct px_desk *desk = px_desk_new(state);

	px_folder_write(state, "100/stat", "100 (c(o)m\nm) S 1\n");
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *got;
		int r;

		px_folder_put(state, "100/cmdline", rows[i].bytes, rows[i].length);
		got = header(desk, &r);
		px_same(rows[i].want, rows[i].want, got);
		assert_int_equal(r, 0);
		free(got);
	}
	px_desk_free(desk);
}

PX_TEST(the_name_stands_in_for_what_is_not_there)
{
	struct px_desk *desk = px_desk_new(state);
	char *got;
	int r;

	px_folder_write(state, "100/stat", "100 (dead) Z 1\n");
	px_folder_write(state, "100/status", "Tgid:\t99\n");
	got = header(desk, &r);
	px_same("zombie", "99:   [dead] <defunct>\n", got);
	assert_int_equal(r, 0);
	free(got);

	px_folder_mkdir(state, "100/cmdline");
	got = header(desk, &r);
	px_same("cannot be read", "99:   [dead] <defunct>\n", got);
	assert_int_equal(r, -EISDIR);
	free(got);
	px_desk_free(desk);
}

PX_TEST(a_line_is_cut_where_pmap_cuts_it)
{
	struct px_desk *desk = px_desk_new(state);
	char *bytes = malloc(PMAPX_CMDLINE_MAX + 10), *got;
	int r;

	assert_non_null(bytes);
	memset(bytes, 'a', PMAPX_CMDLINE_MAX + 10);
	px_folder_write(state, "100/stat", "100 (a) S 1\n");
	px_folder_put(state, "100/cmdline", bytes, PMAPX_CMDLINE_MAX + 10);
	got = header(desk, &r);
	px_same_number("length", strlen("100:   \n") + PMAPX_CMDLINE_MAX - 1, strlen(got));
	free(got);
	/* One byte less is whole. */
	px_folder_put(state, "100/cmdline", bytes, PMAPX_CMDLINE_MAX - 1);
	got = header(desk, &r);
	px_same_number("length", strlen("100:   \n") + PMAPX_CMDLINE_MAX - 1, strlen(got));
	free(got);
	free(bytes);
	px_desk_free(desk);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(arguments_are_separated_by_blanks),
		IN_FOLDER(the_name_stands_in_for_what_is_not_there),
		IN_FOLDER(a_line_is_cut_where_pmap_cuts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
