/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stat and status say about a process.
 *
 * A process chooses its own name, and that stands in both files: in stat raw,
 * between the first '(' and the last ')'; in status behind "Name:", where the
 * kernel escapes newlines, so that only what begins a line is the kernel's.
 */
#include "procinfo.h"

#include <errno.h>
#include <string.h>

#include "scan.h"
#include "totals.h"

/* Fields of stat that are read, by their number in proc(5). */
enum {
	STAT_PPID = 4,
	STAT_FLAGS = 9,
	STAT_STARTTIME = 22,
	STAT_STARTSTACK = 28,
	STAT_EXIT_SIGNAL = 38
};

static pid_t as_pid(uint64_t number)
{
	return number <= INT32_MAX ? (pid_t)number : 0;
}

int px_parse_stat(const struct pmapx_text *stat, struct pmapx_identity *ret)
{
	const char *end = stat->bytes + stat->length, *open, *close, *p;

	open = memchr(stat->bytes, '(', stat->length);
	close = memrchr(stat->bytes, ')', stat->length);
	if (open == NULL || close == NULL || close < open)
		return -EBADMSG;
	ret->comm = (struct pmapx_text){ open + 1, (size_t)(close - open - 1) };
	p = px_skip_blanks(close + 1, end);
	if (p == end)
		return -EBADMSG;
	ret->state = *p++;

	/* Numbers, some negative; those that are wanted are not. */
	for (int field = STAT_PPID; field <= STAT_STARTSTACK; field++) {
		uint64_t number = 0;
		bool is_number;

		p = px_skip_blanks(p, end);
		is_number = px_scan_decimal(p, end, &number) != NULL;
		if (is_number && field == STAT_PPID)
			ret->ppid = as_pid(number);
		else if (is_number && field == STAT_FLAGS)
			ret->is_kernel = (number & PX_KERNEL_THREAD) != 0;
		else if (is_number && field == STAT_STARTTIME)
			ret->start_ticks = number;
		else if (is_number && field == STAT_STARTSTACK)
			ret->start_stack = number;
		while (p < end && !px_is_blank(*p))
			p++;
	}
	/* The kernel writes 0 for those who may not know, and where there is no stack. */
	ret->has_start_stack = ret->start_stack != 0;
	return 0;
}

/*
 * The signal that the parent gets at the end is -1 for all threads but the
 * first (copy_process() in kernel/fork.c), also after another thread's execve(),
 * which makes that one the first (de_thread() in fs/exec.c).  It may be 0, but
 * that is also what those put there who are no Linux and do not know.
 */
int px_parse_leads(const struct pmapx_text *stat)
{
	const char *end = stat->bytes + stat->length, *p;

	p = memrchr(stat->bytes, ')', stat->length);
	if (p == NULL || end[-1] != '\n')
		return -ENODATA;
	for (int field = STAT_PPID - 2; field < STAT_EXIT_SIGNAL; field++) {
		while (p < end && !px_is_blank(*p))
			p++;
		p = px_skip_blanks(p, end);
	}
	if (p == end)
		return -ENODATA;
	return *p >= '1' && *p <= '9';
}

/* The value of the line of @status that begins with @key; false if there is none. */
static bool find_line(const struct pmapx_text *status, const char *key, struct pmapx_text *ret)
{
	const char *p = status->bytes, *end = p + status->length;
	size_t length = strlen(key);

	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;

		if ((size_t)(stop - p) >= length && memcmp(p, key, length) == 0) {
			p = px_skip_blanks(p + length, stop);
			*ret = (struct pmapx_text){ p, (size_t)(stop - p) };
			return true;
		}
		p = newline ? newline + 1 : end;
	}
	return false;
}

static pid_t find_pid(const struct pmapx_text *status, const char *key)
{
	struct pmapx_text value;
	uint64_t number;

	if (!find_line(status, key, &value) ||
		px_scan_decimal(value.bytes, value.bytes + value.length, &number) == NULL)
		return 0;
	return as_pid(number);
}

int px_parse_tgid(const struct pmapx_text *status, pid_t *ret)
{
	pid_t tgid = find_pid(status, "Tgid:");

	if (tgid == 0)
		return -ENODATA;
	*ret = tgid;
	return 0;
}

int px_parse_euid(const struct pmapx_text *status, uint32_t *ret)
{
	struct pmapx_text value;
	const char *p, *end;
	uint64_t number;

	if (!find_line(status, "Uid:", &value))
		return -ENODATA;
	end = value.bytes + value.length;
	/* Real, effective, saved, of file systems. */
	p = px_scan_decimal(value.bytes, end, &number);
	p = p != NULL ? px_scan_decimal(px_skip_blanks(p, end), end, &number) : NULL;
	if (p == NULL || number >= UINT32_MAX)
		return -ENODATA;
	*ret = (uint32_t)number;
	return 0;
}

/* The number of kB behind @key. */
static bool find_kb(const struct pmapx_text *status, const char *key, uint64_t *ret)
{
	struct pmapx_text value;

	return find_line(status, key, &value) && value.length > 0 &&
		px_scan_decimal(value.bytes, value.bytes + value.length, ret) != NULL;
}

int px_parse_number(const struct pmapx_text *status, const char *key, uint64_t *ret)
{
	return find_kb(status, key, ret) ? 0 : -ENODATA;
}

int px_parse_ns_pid(const struct pmapx_text *status, pid_t *ret)
{
	struct pmapx_text value;
	const char *last;
	uint64_t number;

	if (!find_line(status, "NSpid:", &value) || value.length == 0)
		return -ENODATA;
	last = memrchr(value.bytes, '\t', value.length);
	last = last != NULL ? last + 1 : value.bytes;
	if (px_scan_decimal(last, value.bytes + value.length, &number) !=
			value.bytes + value.length ||
		as_pid(number) == 0)
		return -ENODATA;
	*ret = as_pid(number);
	return 0;
}

int px_parse_page_tables(const struct pmapx_text *status, uint64_t *ret)
{
	uint64_t middle = 0;

	if (!find_kb(status, "VmPTE:", ret))
		return -ENODATA;
	if (find_kb(status, "VmPMD:", &middle))
		*ret = px_saturating_add(*ret, middle);
	return 0;
}

/*
 * The kernel puts a backslash before a backslash and, for a newline, before an n
 * (proc_task_name() in fs/proc/array.c).
 */
size_t px_unescape_comm(char *comm, size_t length)
{
	size_t kept = 0;

	for (size_t i = 0; i < length; i++) {
		bool is_escape = comm[i] == '\\' && i + 1 < length;

		if (is_escape && comm[i + 1] == '\\')
			i++;
		else if (is_escape && comm[i + 1] == 'n')
			comm[++i] = '\n';
		comm[kept++] = comm[i];
	}
	return kept;
}

void px_parse_status(const struct pmapx_text *status, struct pmapx_identity *ret)
{
	struct pmapx_text state;

	find_line(status, "Name:", &ret->comm);
	if (find_line(status, "State:", &state) && state.length > 0)
		ret->state = state.bytes[0];
	ret->ppid = find_pid(status, "PPid:");
}
