/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * select.c: what the options ask for, and what is matched by it.
 */
#include "support.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "select.h"

static const struct {
	enum px_selector selector;
	const char *value, *reason; /* NULL for none, "?" for the C library's. */
} values[] = {
	{ PX_SELECT_ALL, NULL, NULL },
	{ PX_SELECT_NAME, "a|b{2}", NULL },
	{ PX_SELECT_NAME, "", "nothing to look for" },
	{ PX_SELECT_NAME, "(", "?" },
	{ PX_SELECT_NAME, "[", "?" },
	{ PX_SELECT_NAME, "\\", "?" },
	{ PX_SELECT_USER, "0", NULL },
	{ PX_SELECT_USER, "root", NULL },
	{ PX_SELECT_USER, "4294967294", NULL },
	{ PX_SELECT_USER, "4294967295", "no such user" },
	{ PX_SELECT_USER, "99999999999999999999", "no such user" },
	{ PX_SELECT_USER, "-1", "no such user" },
	{ PX_SELECT_USER, "+0", "no such user" },
	{ PX_SELECT_USER, " 0", "no such user" },
	{ PX_SELECT_USER, "no-such-user-here", "no such user" },
	{ PX_SELECT_USER, "", "nothing to look for" },
	{ PX_SELECT_TREE, "1", NULL },
	{ PX_SELECT_TREE, "2147483647", NULL },
	{ PX_SELECT_TREE, "0", "not a process id: a number from 1 to 2147483647" },
	{ PX_SELECT_TREE, "2147483648", "not a process id: a number from 1 to 2147483647" },
	{ PX_SELECT_TREE, "-1", "not a process id: a number from 1 to 2147483647" },
	{ PX_SELECT_TREE, "1x", "not a process id: a number from 1 to 2147483647" },
	{ PX_SELECT_TREE, "/proc/1", "not a process id: a number from 1 to 2147483647" },
	{ PX_SELECT_CGROUP, "/", NULL },
	{ PX_SELECT_CGROUP, "/a.slice", NULL },
	{ PX_SELECT_CGROUP, "a.slice",
		"not a cgroup: a path as in /proc/PID/cgroup, which begins with a slash" },
};

PX_TEST(what_cannot_be_looked_for_is_refused)
{
	for (size_t i = 0; i < PX_COUNT(values); i++) {
		struct px_select select = { 0 };
		const char *reason = "",
			   *value = values[i].value != NULL ? values[i].value : "--all";
		int r;

		assert_false(px_select_is_given(&select));
		r = px_select_add(&select, values[i].selector, values[i].value, &reason);
		px_same_number(value, values[i].reason != NULL ? -EINVAL : 0, r);
		if (values[i].reason != NULL && strcmp(values[i].reason, "?") == 0)
			assert_true(strlen(reason) > 5);
		else
			px_same(value, values[i].reason != NULL ? values[i].reason : "", reason);
		assert_true(px_select_is_given(&select) == (r == 0));
		px_select_deinit(&select);
	}
}

PX_TEST(a_selector_is_given_once)
{
	static const char *const good[] = { NULL, "a", "0", "1", "/" };
	const char *reason = NULL;

	for (enum px_selector i = PX_SELECT_ALL; i < PX_SELECTORS; i++) {
		struct px_select select = { 0 };

		assert_int_equal(px_select_add(&select, i, good[i], &reason), 0);
		px_same_number(px_selector_names[i], i == PX_SELECT_ALL ? 0 : -EINVAL,
			px_select_add(&select, i, good[i], &reason));
		px_select_deinit(&select);
	}
	px_same("", "given twice; a process is selected if all that is given holds", reason);
}

PX_TEST(a_user_is_found_by_name)
{
	struct px_select select = { 0 };
	const struct passwd *user = getpwuid(getuid());
	const char *reason;

	if (user == NULL)
		skip();
	assert_int_equal(px_select_add(&select, PX_SELECT_USER, user->pw_name, &reason), 0);
	assert_int_equal(select.uid, getuid());
	px_select_deinit(&select);
}

PX_TEST(numbers_are_those_asked_for)
{
	struct px_select select = { 0 };
	const char *reason;

	assert_true(px_select_numbers(&select, &(struct px_who){ .pid = 5, .uid = 7 }));
	assert_false(px_select_numbers(&select, &(struct px_who){ .pid = 5, .is_kernel = true }));
	assert_int_equal(px_select_add(&select, PX_SELECT_USER, "7", &reason), 0);
	assert_true(px_select_numbers(&select, &(struct px_who){ .uid = 7 }));
	assert_false(px_select_numbers(&select, &(struct px_who){ .uid = 0 }));
	assert_false(px_select_numbers(&select, &(struct px_who){ .uid = UINT32_MAX }));
	assert_false(px_select_numbers(&select, &(struct px_who){ .uid = 7, .is_kernel = true }));
	assert_int_equal(px_select_add(&select, PX_SELECT_ALL, NULL, &reason), 0);
	assert_true(px_select_numbers(&select, &(struct px_who){ .uid = 7, .is_kernel = true }));
	assert_false(px_select_numbers(&select, &(struct px_who){ .uid = 8, .is_kernel = true }));
	px_select_deinit(&select);
}

static const struct {
	const char *expression, *comm, *cmdline; /* NULs as '|'. */
	int want;
} names[] = {
	{ "cat", "cat", "", 1 },
	{ "cat", "concatenate", "", 1 },
	{ "^cat$", "concatenate", "", 0 },
	{ "^(cat|dog)$", "dog", "", 1 },
	{ "CAT", "cat", "cat|", 0 },
	{ "^$", "", "", 1 },
	/* More than 15 bytes. */
	{ "^systemd-journald$", "systemd-journal", "/lib/systemd/systemd-journald|-x|", 1 },
	{ "^systemd-journal$", "systemd-journal", "/lib/systemd/systemd-journald|-x|", 1 },
	{ "^systemd-journald$", "x", "systemd-journald", 1 },
	/* The first argument only, and only its base name. */
	{ "lib", "x", "/lib/systemd/systemd-journald|", 0 },
	{ "file", "x", "/bin/cat|file|", 0 },
	{ "^b c$", "x", "/a/b c|", 1 },
	{ "^$", "x", "/a/b/|", 1 },
	{ "^$", "x", "|a|", 0 },
	{ "^$", "x", "", 0 },
	{ "^y", "x", "/", 0 },
	{ "^-bash$", "bash", "-bash|", 1 },
	/* Bytes, whatever the language. */
	{ "^\xc3\xa9$", "\xc3\xa9", "", 1 },
	{ "^..$", "\xc3\xa9", "", 1 },
	{ "^.$", "\xff", "", 1 },
	{ "^a\nb$", "a\nb", "", 1 },
	{ "^a.b$", "a\nb", "", 1 },
	{ "^\\)$", ")", "", 1 },
};

PX_TEST(names_are_matched)
{
	for (size_t i = 0; i < PX_COUNT(names); i++) {
		struct pmapx_text comm = px_text(names[i].comm);
		size_t length = strlen(names[i].cmdline);
		char *cmdline = px_exact(names[i].cmdline, length);
		struct px_select select = { 0 };
		const char *reason;

		for (size_t at = 0; at < length; at++)
			if (cmdline[at] == '|')
				cmdline[at] = '\0';
		assert_int_equal(
			px_select_add(&select, PX_SELECT_NAME, names[i].expression, &reason), 0);
		px_same_number(names[i].expression, (uint64_t)names[i].want,
			(uint64_t)px_select_name(
				&select, &comm, &(struct pmapx_text){ cmdline, length }));
		px_select_deinit(&select);
		free(cmdline);
	}
}

PX_TEST(what_is_longer_than_a_name_is_none)
{
	struct px_select select = { 0 };
	static char bytes[300];
	const char *reason;

	memset(bytes, 'a', sizeof(bytes));
	assert_int_equal(px_select_add(&select, PX_SELECT_NAME, "a", &reason), 0);
	for (size_t length = 254; length < 258; length++) {
		struct pmapx_text text = { bytes, length }, none = { NULL, 0 };

		assert_int_equal(px_select_name(&select, &text, &none), length <= 255);
		assert_int_equal(px_select_name(&select, &none, &text), length <= 255);
	}
	px_select_deinit(&select);
}

static const struct {
	const char *path, *file;
	bool want;
} cgroups[] = {
	{ "/a", "0::/a\n", true },
	{ "/a/", "0::/a\n", true },
	{ "/a", "0::/a", true },
	{ "/a", "0::/a/b/c\n", true },
	{ "/a", "0::/ab\n", false },
	{ "/a/b", "0::/a\n", false },
	{ "/a", "0::/\n", false },
	{ "/a", "0::/b/a\n", false },
	{ "/", "0::/\n", true },
	{ "//", "0::/a\n", true },
	{ "/", "", false },
	{ "/", "\n", false },
	{ "/", "0::\n", false },
	{ "/", "0:\n0\n:\n", false },
	/* Of version 1, any hierarchy. */
	{ "/a", "9:name=systemd:/\n4:cpu,cpuacct:/a\n0::/\n", true },
	{ "/a", "9:name=systemd:/\n4:cpu,cpuacct:/b\n0::/a/b\n", true },
	{ "/a", "9:name=systemd:/\n4:cpu,cpuacct:/b\n0::/\n", false },
	{ "/cpu", "4:cpu:/b\n", false },
	/* Colons, blanks and what is deleted are part of the path. */
	{ "/a:b", "0::/a:b/c\n", true },
	{ "/b", "0::/a:/b\n", false },
	{ "/a b", "0::/a b\n", true },
	{ "/a", "0::/a (deleted)\n", false },
	{ "/a", "/a\n0::\n/a\n", false },
	{ "/../a", "0::/../a\n", true },
};

PX_TEST(a_cgroup_is_the_one_or_below)
{
	for (size_t i = 0; i < PX_COUNT(cgroups); i++) {
		size_t length = strlen(cgroups[i].file);
		char *file = px_exact(cgroups[i].file, length);
		struct px_select select = { 0 };
		const char *reason;

		assert_int_equal(
			px_select_add(&select, PX_SELECT_CGROUP, cgroups[i].path, &reason), 0);
		px_same_number(cgroups[i].file, cgroups[i].want,
			px_select_cgroup(&select, &(struct pmapx_text){ file, length }));
		px_select_deinit(&select);
		free(file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_looked_for_is_refused),
		cmocka_unit_test(a_selector_is_given_once),
		cmocka_unit_test(a_user_is_found_by_name),
		cmocka_unit_test(numbers_are_those_asked_for),
		cmocka_unit_test(names_are_matched),
		cmocka_unit_test(what_is_longer_than_a_name_is_none),
		cmocka_unit_test(a_cgroup_is_the_one_or_below),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
