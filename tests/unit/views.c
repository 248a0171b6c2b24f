/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sheet.c and the views: each layout on two mappings, with frame and without.
 */
#include "desk.h"

#include <stdlib.h>

#define HAS(field) (UINT64_C(1) << PMAPX_FIELD_##field)

/* Show two mappings, the second selected or not, and return what was printed. */
static char *show(struct px_desk *desk, const struct px_view *view, bool second)
{
	const struct pmapx_entry entries[] = {
		{ px_text("Rss"), px_text("8 kB"), px_text("8"), 8, PMAPX_FIELD_RSS },
		{ px_text("New"), px_text("12 kB"), px_text("12"), 12, PMAPX_FIELD_UNKNOWN },
	};
	const struct pmapx_smaps smaps = {
		.have = HAS(RSS) | HAS(SHARED_DIRTY) | HAS(PRIVATE_DIRTY) | HAS(VM_FLAGS),
		.rss_kb = 8,
		.shared_dirty_kb = 1,
		.private_dirty_kb = 2,
		.vm_flags = px_text("rd ex"),
		.entries = entries,
		.entry_count = PX_COUNT(entries),
	};
	struct pmapx_mapping first = px_desk_mapping(
		"00400000-00403000 r-xp 00001000 fe:00 7    /a/b", &smaps);
	struct pmapx_mapping other = px_desk_mapping(
		"7ffd00000000-7ffd00002000 rw-s 00000000 00:01 12", NULL);

	desk->sheet.totals = (struct px_totals){ 0 };
	if (view->open != NULL)
		assert_int_equal(view->open(&desk->sheet), 0);
	view->begin(&desk->sheet);
	assert_int_equal(view->row(&desk->sheet, &first, true), 0);
	assert_int_equal(view->row(&desk->sheet, &other, second), 0);
	view->end(&desk->sheet);
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
			"    00400000 r-xp 00001000 fe:00  7 8 12 rd ex b\n" },
	};
	struct px_desk *desk = px_desk_new(state);

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *got;

		desk->options.quiet = rows[i].quiet;
		desk->options.every_field = rows[i].every;
		got = show(desk, rows[i].view, rows[i].second);
		px_same(rows[i].about, rows[i].want, got);
		free(got);
	}
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
	struct px_desk *desk = px_desk_new(state);
	char *got;

	px_widths_init(&desk->sheet, 8);
	desk->options.quiet = false;
	got = show(desk, &px_view_plain, true);
	px_same("plain",
		"00400000     12K r-x-- b\n"
		"7ffd00000000      8K rw-s-   [ anon ]\n"
		" total       20K\n",
		got);
	free(got);
	px_desk_free(desk);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_view_has_its_layout),
		IN_FOLDER(a_process_without_mappings_has_a_frame_but_in_the_columns_of_smaps),
		IN_FOLDER(addresses_of_eight_digits_are_a_32_bit_systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
