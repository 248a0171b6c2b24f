/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a saved source: those that were asked for, or all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "show.h"
#include "text.h"

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

/* Show the process that was handed out. */
static int show(
	struct px_sheet *sheet, const struct px_view *view, const struct pmapx_member *member)
{
	int status;

	sheet->member = member;
	put_host(sheet);
	status = px_show_process(sheet, view, 0);
	sheet->member = NULL;
	return status;
}

/* One that was asked for is not there. */
static int say_not_there(struct px_sheet *sheet, pid_t pid)
{
	const struct pmapx_member member = { .pid = pid, .host = "", .name = "" };

	sheet->member = &member;
	px_say_missing(sheet, pid, "", ESRCH);
	sheet->member = NULL;
	return PX_STATUS_MISSING;
}

int px_show_saved(
	struct px_sheet *sheet, const struct px_view *view, const pid_t *pids, size_t count)
{
	const struct pmapx_member *member;
	struct pmapx_error error;
	bool *is_found = calloc(count + 1, sizeof(*is_found));
	int status = 0, r;

	if (is_found == NULL) {
		px_message(sheet->console, "memory allocation failed");
		return PX_STATUS_UNREADABLE;
	}
	while (sheet->console->out.error == 0 &&
		(r = pmapx_source_next(sheet->source, &member, &error)) != 0) {
		if (r < 0) {
			px_say_damage(sheet, &error);
			status |= PX_STATUS_UNREADABLE;
			continue;
		}
		for (size_t i = 0; i < count; i++)
			is_found[i] |= pids[i] == member->pid;
		status |= show(sheet, view, member);
	}
	for (size_t i = 0; i < count; i++)
		if (!is_found[i])
			status |= say_not_there(sheet, pids[i]);
	free(is_found);
	return status;
}
