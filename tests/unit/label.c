/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * label.c: what stands in the name column.
 */
#include "desk.h"

#include <stdlib.h>

struct row {
	const char *line, *plain, *path, *kernel;
};

static void check(struct px_desk *desk, const struct row *row)
{
	const char *const want[] = { row->plain, row->path, row->kernel };

	for (int i = 0; i < 3; i++) {
		struct pmapx_mapping mapping = px_desk_mapping(row->line, NULL);
		char *got;

		desk->options.show_path = i == 1;
		desk->options.kernel_names = i == 2;
		px_put_label(&desk->sheet, &mapping);
		got = px_desk_output(desk);
		px_same(row->line, want[i], got);
		free(got);
	}
}

PX_TEST(names_are_paths_labels_segments_the_stack_or_nothing)
{
	static const struct row rows[] = {
		{ "1000-2000 r--p 0 fe:0 1 /a/b", " b\n", " /a/b\n", " b\n" },
		{ "1000-2000 r--p 0 fe:0 1 /a/b (deleted)", " b (deleted)\n", " /a/b (deleted)\n",
			" b (deleted)\n" },
		{ "1000-2000 r--p 0 fe:0 1 /", " /\n", " /\n", " /\n" },
		{ "1000-2000 r--p 0 fe:0 1 /a/[x]", " [x]\n", " /a/[x]\n", " [x]\n" },
		{ "1000-2000 r--p 0 0:0 0", "   [ anon ]\n", "   [ anon ]\n", "   [ anon ]\n" },
		{ "1000-2000 r--p 0 0:0 0 [heap]", "   [ anon ]\n", "   [ anon ]\n", " [heap]\n" },
		{ "1000-2000 r--p 0 0:0 0 [anon:a/b]", "   [ anon ]\n", "   [ anon ]\n",
			" [anon:a/b]\n" },
		{ "1000-2000 r--p 0 0:0 9 socket:[9]", "   [ anon ]\n", "   [ anon ]\n",
			" socket:[9]\n" },
		{ "1000-2000 r--p 0 0:0 9 anon_inode:bpf-map", "   [ anon ]\n", "   [ anon ]\n",
			" anon_inode:bpf-map\n" },
		{ "1000-2000 r--p 0 0:0 9 inotify", "   [ anon ]\n", "   [ anon ]\n",
			"   [ anon ]\n" },
		{ "7000-8000 rw-p 0 0:0 0 [stack]", "   [ stack ]\n", "   [ stack ]\n",
			" [stack]\n" },
		{ "6000-7000 rw-p 0 0:0 0", "   [ anon ]\n", "   [ anon ]\n", "   [ anon ]\n" },
		{ "1000-2000 rw-s 0 0:5 255 /SYSV00000000 (deleted)", "   [ shmid=0xff ]\n",
			"   [ shmid=0xff ]\n", "   [ shmid=0xff ]\n" },
		{ "1000-2000 rw-s 0 0:6 255 /SYSV00000000 (deleted)", " SYSV00000000 (deleted)\n",
			" /SYSV00000000 (deleted)\n", " SYSV00000000 (deleted)\n" },
		{ "1000-2000 rw-s 0 0:5 255 /memfd:x/SYSV00000000 (deleted)",
			" SYSV00000000 (deleted)\n", " /memfd:x/SYSV00000000 (deleted)\n",
			" SYSV00000000 (deleted)\n" },
		{ "1000-2000 r--p 0 fe:0 1 /a/e\033[1m", " e?[1m\n", " /a/e?[1m\n", " e?[1m\n" },
	};
	struct px_desk *desk;

	px_folder_write(state, "self/maps", "1000-2000 rw-s 0 00:05 1 /dev/zero (deleted)\n");
	desk = px_desk_new(state);
	desk->identity.has_stat = desk->identity.has_start_stack = true;
	desk->identity.start_stack = 0x7000;
	for (size_t i = 0; i < PX_COUNT(rows); i++)
		check(desk, &rows[i]);
	px_desk_free(desk);
}

PX_TEST(an_address_that_is_not_known_is_in_no_mapping)
{
	static const struct row row = { "0-1000 rw-p 0 0:0 0", "   [ anon ]\n", "   [ anon ]\n",
		"   [ anon ]\n" };
	struct px_desk *desk = px_desk_new(state);

	check(desk, &row);
	px_desk_free(desk);
}

PX_TEST(procps_3_2_had_a_blank_more_and_whole_paths_without_options)
{
	static const struct {
		enum px_view_kind view;
		const char *path, *anon;
	} rows[] = {
		{ PX_VIEW_PLAIN, "  /a/b\n", "    [ anon ]\n" },
		{ PX_VIEW_EXTENDED, "  b\n", "    [ anon ]\n" },
		{ PX_VIEW_DEVICE, " b\n", "   [ anon ]\n" },
	};
	struct px_desk *desk = px_desk_new(state);

	desk->options.compat_3_2 = true;
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_mapping path = px_desk_mapping("1-2 r--p 0 0:0 1 /a/b", NULL);
		struct pmapx_mapping anon = px_desk_mapping("1-2 r--p 0 0:0 0", NULL);
		char *got;

		desk->options.view = rows[i].view;
		px_put_label(&desk->sheet, &path);
		got = px_desk_output(desk);
		px_same("path", rows[i].path, got);
		free(got);
		px_put_label(&desk->sheet, &anon);
		got = px_desk_output(desk);
		px_same("anonymous", rows[i].anon, got);
		free(got);
	}
	px_desk_free(desk);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(names_are_paths_labels_segments_the_stack_or_nothing),
		IN_FOLDER(an_address_that_is_not_known_is_in_no_mapping),
		IN_FOLDER(procps_3_2_had_a_blank_more_and_whole_paths_without_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
