/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * name.c: what the name of a mapping is.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "name.h"

static const struct {
	const char *name;
	bool is_label, is_sysv;
	const char *last;
} rows[] = {
	{ "", false, false, "" },
	{ "[", false, false, "[" },
	{ "]", false, false, "]" },
	{ "[]", true, false, "[]" },
	{ "[heap]", true, false, "[heap]" },
	{ "[anon:a/b]", true, false, "b]" },
	{ "[heap] ", false, false, "[heap] " },
	{ "[heap", false, false, "[heap" },
	{ "anon_inode:[perf_event]", false, false, "anon_inode:[perf_event]" },
	{ "/", false, false, "" },
	{ "/a/b", false, false, "b" },
	{ "/a/b/", false, false, "" },
	{ "/a/b c (deleted)", false, false, "b c (deleted)" },
	{ "/SYSV00000000", false, true, "SYSV00000000" },
	{ "/SYSV0123cdef (deleted)", false, true, "SYSV0123cdef (deleted)" },
	{ "/SYSV0123CDEF (deleted)", false, false, "SYSV0123CDEF (deleted)" },
	{ "/SYSV0000000", false, false, "SYSV0000000" },
	{ "/SYSV000000000", false, false, "SYSV000000000" },
	{ "/SYSV0000000g", false, false, "SYSV0000000g" },
	{ "/SYSV00000000 (deleted", false, false, "SYSV00000000 (deleted" },
	{ "/SYSV00000000 (deleted) ", false, false, "SYSV00000000 (deleted) " },
	{ "/SYSV00000000/x", false, false, "x" },
	{ "/SYSV", false, false, "SYSV" },
	{ "SYSV00000000", false, false, "SYSV00000000" },
	{ "/tmp/SYSV00000000", false, false, "SYSV00000000" },
};

PX_TEST(every_name_is_what_it_looks_like)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].name);
		char *exact = px_exact(rows[i].name, length);
		struct pmapx_text name = { exact, length }, last;

		px_same_number(rows[i].name, rows[i].is_label, px_name_is_label(&name));
		px_same_number(rows[i].name, rows[i].is_sysv, px_name_is_sysv(&name));
		last = px_name_last_component(&name);
		px_same_bytes(
			rows[i].name, rows[i].last, strlen(rows[i].last), last.bytes, last.length);
		free(exact);
	}
}

PX_TEST(no_name_at_all_is_nothing)
{
	const struct pmapx_text none = { NULL, 0 };

	assert_false(px_name_is_label(&none));
	assert_false(px_name_is_sysv(&none));
	assert_int_equal(px_name_last_component(&none).length, 0);
}

PX_TEST(a_prefix_is_compared_whole)
{
	const struct pmapx_text name = px_text("/memfd:x");

	assert_true(px_name_begins(&name, ""));
	assert_true(px_name_begins(&name, "/memfd:"));
	assert_true(px_name_begins(&name, "/memfd:x"));
	assert_false(px_name_begins(&name, "/memfd:xy"));
	assert_false(px_name_begins(&name, "memfd:"));
}

PX_TEST(what_is_deleted_had_a_name)
{
	static const struct {
		const char *name, *want;
	} names[] = {
		{ "/a (deleted)", "/a" },
		{ "/a (deleted) (deleted)", "/a (deleted)" },
		{ " (deleted)", " (deleted)" },
		{ "/a(deleted)", "/a(deleted)" },
		{ "/a (deleted).so", "/a (deleted).so" },
		{ "/a", "/a" },
		{ "", "" },
	};

	for (size_t i = 0; i < PX_COUNT(names); i++) {
		const struct pmapx_text name = px_text(names[i].name);
		struct pmapx_text living = px_name_living(&name);

		px_same_bytes(names[i].name, names[i].want, strlen(names[i].want), living.bytes,
			living.length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_is_what_it_looks_like),
		cmocka_unit_test(no_name_at_all_is_nothing),
		cmocka_unit_test(a_prefix_is_compared_whole),
		cmocka_unit_test(what_is_deleted_had_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
