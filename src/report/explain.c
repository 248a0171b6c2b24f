/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks are called, what their findings mean, and what one does about them.
 */
#include "check.h"

#include <string.h>

#include "text.h"

const struct px_check_info px_checks[PX_CHECKS] = {
	[PX_CHECK_MAP_COUNT] = {
		"map-count",
		"The process has 80 % or more of the mappings that it may have. At the\n"
		"limit mmap, mprotect, thread stacks and malloc fail with ENOMEM, however\n"
		"much memory is free. The kind of which there are most is named.",
		"Find out what maps so much: pmapx --by kind,name PID, and whether it\n"
		"grows. If it is meant to be so, as of search engines and collectors of\n"
		"garbage, raise vm.max_map_count (sysctl, /etc/sysctl.d).",
	},
	[PX_CHECK_WRITABLE] = {
		"writable-executable",
		"Memory that can be written and executed: whoever can make the process\n"
		"write there has it run what was written.",
		"Of a compiler at run time (Java, JavaScript, Lua, .NET, qemu, libffi),\n"
		"see whether it can be told to map code either writable or executable.\n"
		"Of a stack or the data of a file, look for one that was linked to ask\n"
		"for it: readelf -lW FILE, GNU_STACK with RWE. In anything else, find out\n"
		"who mapped it.",
	},
	[PX_CHECK_DELETED] = {
		"deleted-file",
		"A file is mapped that has been deleted. It takes room on the disk until\n"
		"nobody has it mapped or open, and what runs from it is what it once was.",
		"Restart the process, if it is a program or a library that was removed or\n"
		"upgraded. Some delete a file on purpose once they have mapped it: that\n"
		"is memory of theirs.",
	},
	[PX_CHECK_REPLACED] = {
		"replaced-file",
		"A file is mapped whose path names another one now: of programs and\n"
		"libraries that have been upgraded, the old code goes on, with the faults\n"
		"that the new one may have mended. Only of processes that run can that be\n"
		"known; of others, the file is only a deleted one.",
		"Restart the process.",
	},
	[PX_CHECK_STACK] = {
		"unguarded-stack",
		"Below the stack of a thread is no guard, a mapping without permissions:\n"
		"if the stack grows too deep, whatever is mapped below is overwritten in\n"
		"silence. Stacks are known by their names, and of processes that run by\n"
		"where their threads are, of those that wait and may be traced. The main\n"
		"stack has a gap of the kernel's own. A guard that madvise has made within\n"
		"a stack counts where VmFlags of smaps shows it, gu.",
		"Whoever gives threads memory for their stacks (pthread_attr_setstack,\n"
		"coroutines) must protect the lowest page: mprotect, PROT_NONE; or leave\n"
		"it to pthread_attr_setguardsize, with more than 0. Go looks before it\n"
		"grows a stack, and needs none.",
	},
	[PX_CHECK_PAGE_TABLES] = {
		"page-tables",
		"The page tables take more memory than all private memory that they are\n"
		"for, in memory or swapped out, and huge pages. They are in no Rss, cannot\n"
		"be swapped, and each process that maps the same large shared memory has\n"
		"its own.",
		"Use huge pages for the shared memory (huge_pages of PostgreSQL), fewer\n"
		"processes (a pool of connections), or map only what is needed. Sum up\n"
		"the sizes of this check to see what it costs.",
	},
};

/* The check called as the first @length bytes of @word; PX_CHECKS if none is. */
static enum px_check find_check(const char *word, size_t length)
{
	enum px_check check = 0;

	while (check < PX_CHECKS &&
		(strlen(px_checks[check].name) != length ||
			memcmp(px_checks[check].name, word, length) != 0))
		check++;
	return check;
}

bool px_check_read(struct px_console *console, const char *verb, const char *list, unsigned *ret)
{
	const char *at = list;

	for (;;) {
		size_t length = strcspn(at, ",");
		enum px_check check = find_check(at, length);

		if (check == PX_CHECKS)
			break;
		*ret |= 1U << check;
		if (at[length] == '\0')
			return true;
		at += length + 1;
	}
	px_message_begin_verb(console, verb);
	px_out_string(&console->err, "--only=");
	px_message_text(console, list);
	px_out_string(&console->err, ": '");
	px_out_text(&console->err, &console->locale, at, strcspn(at, ","));
	px_out_string(&console->err, "' is no check; there are ");
	for (int i = 0; i < PX_CHECKS; i++) {
		px_out_string(&console->err, i > 0 ? ", " : "");
		px_out_string(&console->err, px_checks[i].name);
	}
	px_message_end(console);
	return false;
}

/* Lines, each behind @indent. */
static void put_lines(struct px_out *out, const char *indent, const char *lines)
{
	while (*lines != '\0') {
		size_t length = strcspn(lines, "\n");

		px_out_string(out, indent);
		px_out_bytes(out, lines, length);
		px_out_string(out, "\n");
		lines += length + (lines[length] == '\n');
	}
}

void px_check_explain(struct px_console *console, unsigned checks)
{
	struct px_out *out = &console->out;
	const char *between = "";

	for (int i = 0; i < PX_CHECKS; i++) {
		if ((checks & 1U << i) == 0)
			continue;
		px_out_string(out, between);
		px_out_string(out, px_checks[i].name);
		px_out_string(out, "\n");
		put_lines(out, "  ", px_checks[i].means);
		px_out_string(out, "  What to do:\n");
		put_lines(out, "    ", px_checks[i].to_do);
		between = "\n";
	}
}
