/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The line "PID:   command" above each process, and in front of it, of what was
 * saved of several hosts, one that names its host.
 *
 * Arguments are separated by NULs in the file and by blanks in the line; empty
 * arguments at the end do not show.  A process without arguments, such as a
 * kernel thread, is shown by its name in brackets.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "put.h"
#include "sheet.h"
#include "text.h"

static void put_comm(struct px_sheet *sheet)
{
	struct px_console *console = sheet->console;
	const struct pmapx_identity *identity = sheet->identity;

	px_out_string(&console->out, "[");
	px_out_text(&console->out, &console->locale, identity->comm.bytes, identity->comm.length);
	px_out_string(&console->out, identity->state == 'Z' ? "] <defunct>" : "]");
}

/* How much of a command line is shown. */
static size_t shown_length(const struct pmapx_text *cmdline)
{
	size_t kept = cmdline->length, length;
	char last;

	/* pmap's buffer has room for one byte less than it reads. */
	if (kept == PMAPX_CMDLINE_MAX)
		kept--;
	length = kept;
	while (length > 0 && cmdline->bytes[length - 1] == '\0')
		length--;
	last = cmdline->bytes[kept - 1];
	/* Titles that are set without a final NUL may end in a separator. */
	if (length == kept && (last == ' ' || last == '\n'))
		length--;
	return length;
}

static void put_cmdline(struct px_sheet *sheet, const struct pmapx_text *cmdline)
{
	struct px_console *console = sheet->console;
	const char *at = cmdline->bytes, *end = at + shown_length(cmdline);

	if (at == end) {
		px_out_string(&console->out, "-");
		return;
	}
	while (at < end) {
		const char *stop = at;

		while (stop < end && *stop != '\0' && *stop != '\n')
			stop++;
		px_out_text(&console->out, &console->locale, at, (size_t)(stop - at));
		if (stop < end)
			px_out_string(&console->out, " ");
		at = stop + 1;
	}
}

/* Neither arguments nor a name were saved: the program is mostly the first file in the map. */
static void put_executable(struct px_sheet *sheet, struct pmapx_process *process)
{
	struct px_console *console = sheet->console;
	struct pmapx_text path;

	if (pmapx_process_executable(process, &path) < 0) {
		px_out_string(&console->out, "-");
		return;
	}
	path = px_name_last_component(&path);
	px_out_string(&console->out, "[");
	px_out_text(&console->out, &console->locale, path.bytes, path.length);
	px_out_string(&console->out, "]");
}

/* Of a saved map that nothing tells the process of: its own name. */
static void put_unknown(struct px_sheet *sheet)
{
	struct px_console *console = sheet->console;
	const char *name = sheet->member->name;

	px_out_string(&console->out, "-:   ");
	px_out_text(&console->out, &console->locale, name, strlen(name));
	px_out_string(&console->out, "\n");
}

/* The line that names the host, above each of its blocks, if there are several. */
static void put_host(struct px_sheet *sheet)
{
	struct px_console *console = sheet->console;
	const char *host = sheet->member->host;

	if (*host == '\0' || sheet->options->quiet)
		return;
	px_out_text(&console->out, &console->locale, host, strlen(host));
	px_out_string(&console->out, ":\n");
}

/* Not there, gone, or not ours to see: then the name is the answer. */
static bool is_answer(int r)
{
	return r == -ENOENT || r == -ESRCH || r == -EACCES || r == -EPERM;
}

int px_put_header(struct px_sheet *sheet, struct pmapx_process *process)
{
	struct px_out *out = &sheet->console->out;
	struct pmapx_text cmdline = { NULL, 0 };
	char *at;
	int r;

	if (sheet->member != NULL)
		put_host(sheet);
	if (sheet->member != NULL && sheet->member->pid == 0) {
		put_unknown(sheet);
		return 0;
	}
	at = px_out_room(out, PX_PUT_MAX);
	px_out_written(out, px_put_decimal(at, (uint64_t)sheet->identity->tgid, 1));
	px_out_string(out, ":   ");
	r = pmapx_process_cmdline(process, &cmdline);
	if (r == 0 && cmdline.length > 0)
		put_cmdline(sheet, &cmdline);
	else if (sheet->identity->has_stat || sheet->identity->comm.length > 0)
		put_comm(sheet);
	else
		put_executable(sheet, process);
	px_out_string(out, "\n");
	return is_answer(r) ? 0 : r;
}

/* @count pieces, one behind the other; 0 or -ENOMEM. */
static int join(const struct pmapx_text *pieces, size_t count, char **ret, size_t *ret_length)
{
	size_t length = 0;
	char *at;

	for (size_t i = 0; i < count; i++)
		length += pieces[i].length;
	*ret = at = malloc(length + 1);
	*ret_length = length;
	if (at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (pieces[i].length > 0)
			memcpy(at, pieces[i].bytes, pieces[i].length);
		at += pieces[i].length;
	}
	return 0;
}

static struct pmapx_text as_text(const char *string)
{
	return (struct pmapx_text){ string, strlen(string) };
}

/* What stands for arguments that there are none of. */
static int join_name(
	struct px_sheet *sheet, struct pmapx_process *process, char **ret, size_t *ret_length)
{
	const struct pmapx_identity *identity = sheet->identity;
	struct pmapx_text pieces[] = { as_text("["), identity->comm, as_text("]") };

	if (identity->has_stat || identity->comm.length > 0) {
		if (identity->state == 'Z')
			pieces[2] = as_text("] <defunct>");
		return join(pieces, 3, ret, ret_length);
	}
	if (pmapx_process_executable(process, &pieces[1]) < 0) {
		pieces[1] = as_text("-");
		return join(pieces + 1, 1, ret, ret_length);
	}
	pieces[1] = px_name_last_component(&pieces[1]);
	return join(pieces, 3, ret, ret_length);
}

int px_read_command(
	struct px_sheet *sheet, struct pmapx_process *process, char **ret, size_t *ret_length)
{
	struct pmapx_text cmdline = { NULL, 0 };
	int r, error;

	if (sheet->member != NULL && sheet->member->pid == 0) {
		cmdline = as_text(sheet->member->name);
		return join(&cmdline, 1, ret, ret_length);
	}
	r = pmapx_process_cmdline(process, &cmdline);
	if (r < 0 || cmdline.length == 0) {
		error = join_name(sheet, process, ret, ret_length);
	} else {
		cmdline.length = shown_length(&cmdline);
		if (cmdline.length == 0)
			cmdline = as_text("-");
		error = join(&cmdline, 1, ret, ret_length);
		for (size_t i = 0; error == 0 && i < cmdline.length; i++)
			if ((*ret)[i] == '\0')
				(*ret)[i] = ' ';
	}
	if (error < 0)
		return error;
	return is_answer(r) ? 0 : r;
}
