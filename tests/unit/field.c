/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * field.c: columns by name, and what a mapping has in them.
 */
#include "field.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "transcript.h"

static const char text[] = "00400000-00403000 r-xs 00001000 103:1a 7    /a/b\n"
			   "Size:                 12 kB\n"
			   "Rss:                   8 kB\n"
			   "New:                   x kB\n"
			   "New:                  13 kB\n"
			   "Old:                   x kB\n"
			   "Shared_Dirty:          1 kB\n"
			   "Private_Dirty:         2 kB\n"
			   "Pss:                   - kB\n"
			   "VmFlags: rd ex \n";

PX_TEST(names_are_found_in_any_case_and_best_as_they_are_spelled)
{
	static const struct {
		const char *name, *want;
		bool found;
	} rows[] = {
		{ "RSS", "RSS", true },
		{ "Rss", "Rss", true },
		{ "rss", "RSS", true },
		{ "ADDRESS", "Address", true },
		{ "private_dirty", "Private_Dirty", true },
		{ "Name", "Name", true },
		{ "VmFlags", "VmFlags", true },
		{ "pgsz", "PgSz", true },
		{ "N0", "N0", true },
		{ "N1023", "N1023", true },
		{ "n12", "n12", true },
		{ "N1024", NULL, false },
		{ "N00", NULL, false },
		{ "N01", NULL, false },
		{ "N1x", NULL, false },
		{ "N", NULL, false },
		{ "N-1", NULL, false },
		{ "N0:", "N0", true },
		{ "New:", "New", true },
		{ "Rss:", "Rss", true },
		{ "rss:", "rss", true },
		{ "New", NULL, false },
		{ "", NULL, false },
		{ ":", NULL, false },
		{ "Rs", NULL, false },
		{ "Rss ", NULL, false },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_text name = px_text(rows[i].name);
		struct px_field field;
		int r = px_field_find(&px_field_set_all, &name, &field);

		px_same_number(rows[i].name, rows[i].found ? 0 : (uint64_t)-ENOENT, (uint64_t)r);
		if (rows[i].found)
			px_same_bytes(rows[i].name, rows[i].want, strlen(rows[i].want),
				field.name.bytes, field.name.length);
	}
}

static void views_have_their_columns(void **state)
{
	static const struct {
		enum px_view_kind view;
		const char *name;
		bool found;
	} rows[] = {
		{ PX_VIEW_PLAIN, "Kbytes", true },
		{ PX_VIEW_PLAIN, "RSS", false },
		{ PX_VIEW_PLAIN, "Offset", false },
		{ PX_VIEW_PLAIN, "Rss:", false },
		{ PX_VIEW_EXTENDED, "Dirty", true },
		{ PX_VIEW_EXTENDED, "Pss", false },
		{ PX_VIEW_DEVICE, "Device", true },
		{ PX_VIEW_DEVICE, "Inode", false },
		{ PX_VIEW_FIELDS, "Perm", true },
		{ PX_VIEW_FIELDS, "Mode", false },
		{ PX_VIEW_FIELDS, "Pss", true },
		{ PX_VIEW_FIELDS, "Name", false },
		{ PX_VIEW_FIELDS, "PgSz", false },
		{ PX_VIEW_PLAIN, "N0", false },
	};

	(void)state;
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_field_set set = px_field_set_of(rows[i].view);
		struct pmapx_text name = px_text(rows[i].name);
		struct px_field field;

		px_same_number(
			rows[i].name, rows[i].found, px_field_find(&set, &name, &field) == 0);
	}
}

/* A value in words, to be freed. */
static char *told(const struct px_field *field, const struct px_field_value *value)
{
	char *ret;
	int r;

	if (!value->is_known)
		r = asprintf(&ret, "?");
	else if (field->kind == PX_FIELD_TEXT || field->kind == PX_FIELD_DEVICE)
		r = asprintf(&ret, "%.*s", (int)value->text.length, value->text.bytes);
	else
		r = asprintf(&ret, "%ju", (uintmax_t)value->number);
	assert_true(r >= 0);
	return ret;
}

static void values_are_those_of_the_mapping(void **state)
{
	static const struct {
		const char *name, *want;
	} rows[] = {
		{ "Address", "4194304" },
		{ "Kbytes", "12" },
		{ "RSS", "8" },
		{ "Dirty", "3" },
		{ "Mode", "r-xs-" },
		{ "Perm", "r-xs" },
		{ "Offset", "4096" },
		{ "Device", "103:1a" },
		{ "Inode", "7" },
		{ "Mapping", "b" },
		{ "Name", "/a/b" },
		{ "Size", "12" },
		{ "Pss", "?" },
		{ "Swap", "?" },
		{ "VmFlags", "rd ex" },
		{ "New:", "13" },
		{ "Old:", "?" },
		{ "None:", "?" },
	};
	struct px_desk *desk = px_desk_new(state);
	struct pmapx_parser *parser = px_parser_new(false, 0);
	const struct pmapx_mapping *mapping;

	px_parser_feed(parser, text, strlen(text), false);
	pmapx_parser_finish(parser);
	assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_text name = px_text(rows[i].name);
		struct px_field_value value;
		struct px_field field;
		char *got;

		assert_int_equal(px_field_find(&px_field_set_all, &name, &field), 0);
		px_field_read(&desk->sheet, &field, mapping, &value);
		got = told(&field, &value);
		px_same(rows[i].name, rows[i].want, got);
		free(got);
	}
	pmapx_parser_close(parser);
	px_desk_free(desk);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_in_any_case_and_best_as_they_are_spelled),
		cmocka_unit_test(views_have_their_columns),
		IN_FOLDER(values_are_those_of_the_mapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
