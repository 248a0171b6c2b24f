/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes are wanted: reading what was asked for, and matching.
 */
#include "select.h"

#include <errno.h>
#include <string.h>

#include "plain_error.h"
#include "scan.h"
#include "who.h"

const char *const px_selector_names[PX_SELECTORS] = {
	[PX_SELECT_ALL] = "all",
	[PX_SELECT_NAME] = "name",
	[PX_SELECT_USER] = "user",
	[PX_SELECT_TREE] = "tree",
	[PX_SELECT_CGROUP] = "cgroup",
};

static const char *add_name(struct px_select *select, const char *value)
{
	return px_pattern_compile(&select->name, value);
}

static const char *add_user(struct px_select *select, const char *value)
{
	uint64_t number;
	int r;

	if (px_scan_number(value, &number)) {
		/* The highest is what system calls have for none. */
		if (number >= UINT32_MAX)
			return "no such user";
		select->uid = (uint32_t)number;
		return NULL;
	}
	r = px_user_number(value, &select->uid);
	if (r == -ENOENT)
		return "no such user";
	return r == 0 ? NULL : px_plain_error(-r);
}

static const char *add_tree(struct px_select *select, const char *value)
{
	uint64_t number;

	if (!px_scan_number(value, &number) || number < 1 || number > INT32_MAX)
		return "not a process id: a number from 1 to 2147483647";
	select->root = (pid_t)number;
	return NULL;
}

static const char *add_cgroup(struct px_select *select, const char *value)
{
	size_t length = strlen(value);

	if (*value != '/')
		return "not a cgroup: a path as in /proc/PID/cgroup, which begins with a slash";
	while (length > 0 && value[length - 1] == '/')
		length--;
	select->cgroup_length = length;
	return NULL;
}

int px_select_add(struct px_select *select, enum px_selector selector, const char *value,
	const char **ret_reason)
{
	static const char *(*const adders[PX_SELECTORS])(struct px_select *, const char *) = {
		[PX_SELECT_NAME] = add_name,
		[PX_SELECT_USER] = add_user,
		[PX_SELECT_TREE] = add_tree,
		[PX_SELECT_CGROUP] = add_cgroup,
	};
	const char *reason = NULL;

	if (selector == PX_SELECT_ALL) {
		select->values[selector] = "";
		return 0;
	}
	if (*value == '\0')
		reason = "nothing to look for";
	else if (select->values[selector] != NULL)
		reason = "given twice; a process is selected if all that is given holds";
	else
		reason = adders[selector](select, value);
	if (reason != NULL) {
		*ret_reason = reason;
		return -EINVAL;
	}
	select->values[selector] = value;
	return 0;
}

void px_select_deinit(struct px_select *select)
{
	if (select->values[PX_SELECT_NAME] != NULL)
		px_pattern_free(&select->name);
	*select = (struct px_select){ 0 };
}

bool px_select_is_given(const struct px_select *select)
{
	for (size_t i = 0; i < PX_SELECTORS; i++)
		if (select->values[i] != NULL)
			return true;
	return false;
}

bool px_select_is_all(const struct px_select *select)
{
	for (size_t i = 0; i < PX_SELECTORS; i++)
		if (i != PX_SELECT_ALL && select->values[i] != NULL)
			return false;
	return select->values[PX_SELECT_ALL] != NULL;
}

bool px_select_wants_texts(const struct px_select *select)
{
	return select->values[PX_SELECT_NAME] != NULL || select->values[PX_SELECT_CGROUP] != NULL;
}

bool px_select_numbers(const struct px_select *select, const struct px_who *who)
{
	if (who->is_kernel && select->values[PX_SELECT_ALL] == NULL)
		return false;
	return select->values[PX_SELECT_USER] == NULL || who->uid == select->uid;
}

static int matches_name(const struct px_select *select, const char *name, size_t length)
{
	const struct pmapx_text text = { name, length };

	return length <= PX_SELECT_NAME_MAX ? px_pattern_matches(&select->name, &text) : 0;
}

int px_select_name(const struct px_select *select, const struct pmapx_text *comm,
	const struct pmapx_text *cmdline)
{
	size_t length = cmdline->length > 0 ? strnlen(cmdline->bytes, cmdline->length) : 0;
	const char *slash = length > 0 ? memrchr(cmdline->bytes, '/', length) : NULL;
	const char *base = slash != NULL ? slash + 1 : cmdline->bytes;
	int r = matches_name(select, comm->bytes, comm->length);

	if (r != 0 || length == 0)
		return r;
	return matches_name(select, base, length - (size_t)(base - cmdline->bytes));
}

/*
 * Lines are HIERARCHY:CONTROLLERS:PATH, where only the path may have colons in
 * it, and nothing has a newline (cgroup_mkdir() in kernel/cgroup/cgroup.c).
 */
bool px_select_cgroup(const struct px_select *select, const struct pmapx_text *file)
{
	const char *wanted = select->values[PX_SELECT_CGROUP];
	const char *p = file->bytes, *end = p + file->length;
	size_t length = select->cgroup_length;

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline != NULL ? newline : end;

		for (int colons = 0; colons < 2 && p != NULL; colons++) {
			p = memchr(p, ':', (size_t)(stop - p));
			p = p != NULL ? p + 1 : NULL;
		}
		if (p != NULL && (size_t)(stop - p) >= length && memcmp(p, wanted, length) == 0 &&
			(p + length == stop ? length > 0 : p[length] == '/'))
			return true;
		p = newline != NULL ? newline + 1 : end;
	}
	return false;
}
