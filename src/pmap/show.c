/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process: its header, its rows, and which of its files cannot be opened.
 */
#include "show.h"

#include <errno.h>
#include <stdlib.h>

#include "by.h"
#include "descriptor.h"
#include "key.h"
#include "rows.h"
#include "say.h"
#include "stacks.h"
#include "threads.h"

/*
 * How often a map is read.  The kernel hands it out in pieces, between which the
 * process may go on: what does not fit together is read again, if nobody has
 * seen it yet.
 */
#define READINGS_MAX 6

/* Whether one that was found and cannot be opened is to be looked up again. */
static bool is_doubted(struct px_sheet *sheet, int error, bool is_last)
{
	return sheet->is_found && (error == ESRCH || error == ENOENT) && !is_last &&
		px_out_undo(&sheet->console->out);
}

/* What is looked at of smaps: by the view, and to select. */
static uint64_t wanted_fields(const struct px_options *options, const struct px_view *view)
{
	uint64_t more = 0;

	if (options->sift.values[PX_SIEVE_MIN] != NULL)
		more |= UINT64_C(1) << PMAPX_FIELD_RSS;
	if (px_sift_by_kind(&options->sift))
		more |= PX_KEY_KIND_FIELDS;
	/* 0 is all. */
	return view->fields != 0 ? view->fields | more : 0;
}

/* Whether what is behind a mapping has a say in what it is, or in which line is its. */
static bool needs_next(const struct px_sheet *sheet, const struct px_view *view)
{
	return px_sift_by_kind(&sheet->options->sift) || px_keys_tell_kinds(&sheet->options->by) ||
		sheet->stacks != NULL || view->numa_column != NULL;
}

/*
 * What is read before the map: the header, or what is there instead of it, and the threads.
 * 0, or a negative errno, and then *@ret_file says of what.
 */
static int read_head(struct px_sheet *sheet, const struct px_view *view,
	struct pmapx_process *process, const char **ret_file)
{
	int r = view->head != NULL ? view->head(sheet, process) : px_put_header(sheet, process);
	int r_threads = sheet->stacks != NULL ? px_stacks_begin(sheet->stacks, process) : 0;

	*ret_file = view->head_file != NULL ? view->head_file : "cmdline";
	if (r == 0 && r_threads < 0)
		*ret_file = "task";
	return r < 0 ? r : r_threads;
}

/* Process @pid, or @file of it, cannot be opened: it is told of or counted. */
static void tell_missing(struct px_sheet *sheet, pid_t pid, const char *file, int error)
{
	bool is_denied = error == EACCES || error == EPERM;

	if (!is_denied || !px_by_count(sheet, PX_COUNT_AS_DENIED))
		px_say_missing(sheet, pid, file, error);
}

/* What was saved of the process lacks its map. */
static void tell_unsaved(struct px_sheet *sheet, const struct px_view *view)
{
	/* A single file is all that was asked for. */
	if (*sheet->member->name != '\0' || !px_by_count(sheet, PX_COUNT_AS_UNSAVED))
		px_say_not_saved(sheet, view->file);
}

/* @file cannot be opened; returns the share of the exit status, or PX_STATUS_AGAIN. */
static int say_unopened(struct px_sheet *sheet, const char *file, bool is_last, int error)
{
	if (px_rows_give_up(sheet, error))
		return 0;
	if (is_doubted(sheet, error, is_last))
		return PX_STATUS_AGAIN;
	tell_missing(sheet, sheet->identity->pid, file, error);
	return PX_STATUS_UNREADABLE;
}

/* Open numa_maps for the view; false if that cannot be, with *@ret_status as above. */
static bool open_numa(struct px_sheet *sheet, const struct px_view *view,
	struct pmapx_process *process, bool is_last, int *ret_status)
{
	int r = px_numa_open(process, px_rows_are_ordered(sheet), &sheet->numa_maps);

	if (r == 0)
		return true;
	if (r == -ENOENT && sheet->member != NULL) {
		px_say_no_numa(sheet, view->numa_column);
		*ret_status = PX_STATUS_UNREADABLE;
	} else {
		*ret_status = say_unopened(sheet, px_numa_file_name, is_last, -r);
	}
	return false;
}

/* Header and rows; returns its share of the exit status, or PX_STATUS_AGAIN. */
static int show_process(struct px_sheet *sheet, const struct px_view *view,
	struct pmapx_process *process, bool is_last)
{
	struct pmapx_reader_options options = {
		.size = sizeof(options),
		.mappings_only = view->mappings_only,
		.fields = wanted_fields(sheet->options, view),
		.has_range = !view->needs_all,
		.low = sheet->options->low,
		.high = sheet->options->high,
		.look_ahead = needs_next(sheet, view),
	};
	struct pmapx_reader *reader;
	const char *head_file;
	int header_status = 0, status, r;

	r = read_head(sheet, view, process, &head_file);
	if (r < 0) {
		header_status = say_unopened(sheet, head_file, is_last, -r);
		if (header_status != PX_STATUS_UNREADABLE)
			return header_status;
	}
	r = pmapx_reader_open(process, view->file, &options, &reader);
	if (r == -ENOENT && sheet->member != NULL) {
		tell_unsaved(sheet, view);
		return PX_STATUS_UNREADABLE;
	}
	if (r < 0)
		return say_unopened(sheet, px_map_file_name(view->file), is_last, -r);
	if (view->numa_column == NULL || open_numa(sheet, view, process, is_last, &status))
		status = px_rows_show(sheet, view, reader, is_last);
	px_numa_close(sheet->numa_maps);
	sheet->numa_maps = NULL;
	pmapx_reader_close(reader);
	return status == PX_STATUS_AGAIN ? status : header_status | status;
}

/* procps-ng 4 leaves kernel threads out where this variable is set, even to nothing. */
static bool is_hidden(const struct pmapx_identity *identity)
{
	return (identity->pid == 2 || identity->ppid == 2) && getenv("LIBPROC_HIDE_KERNEL") != NULL;
}

/*
 * By the number of a first thread that has exited, pmap shows nothing of its process, and so do
 * the layouts of pmap's.  Those that are our own read it by another thread, if one goes on.
 * 0, or a shortage.
 */
static int open_living(struct px_sheet *sheet, struct pmapx_process **process)
{
	const struct pmapx_identity *identity = pmapx_process_identity(*process);
	bool is_ours = sheet->options->view == PX_VIEW_BY || sheet->options->view == PX_VIEW_CHOSEN;
	int r;

	if (!is_ours || sheet->member != NULL || !px_has_exited(identity->state) ||
		identity->pid != identity->tgid)
		return 0;
	r = px_process_go_on(process, false, NULL);
	/* What has gone meanwhile leaves a zombie. */
	return r == -ESRCH ? 0 : r;
}

/* Open the process, or the one that a saved source has handed out; 0, or a negative errno. */
static int open_process(
	struct px_sheet *sheet, pid_t pid, struct pmapx_process **ret, struct pmapx_error *error)
{
	int r = sheet->member != NULL ? pmapx_process_open_member(sheet->source, ret, error)
				      : pmapx_process_open(sheet->source, pid, ret, error);

	if (r < 0)
		return r;
	r = open_living(sheet, ret);
	if (r < 0) {
		pmapx_process_close(*ret);
		*error = (struct pmapx_error){ .code = -r, .reason = "" };
	}
	return r;
}

/* Look the process up and show it; returns its share of the status, or PX_STATUS_AGAIN. */
static int show_once(struct px_sheet *sheet, const struct px_view *view, pid_t pid, bool is_last)
{
	struct pmapx_process *process;
	struct pmapx_error error;
	int status, r;

	r = open_process(sheet, pid, &process, &error);
	if (r < 0) {
		if (px_rows_give_up(sheet, error.code))
			return 0;
		if (sheet->is_found && error.code == ESRCH)
			return 0;
		tell_missing(sheet, pid, error.file != NULL ? error.file : "", error.code);
		return r == -ESRCH ? PX_STATUS_MISSING : PX_STATUS_UNREADABLE;
	}
	sheet->identity = pmapx_process_identity(process);
	/* It may be asked for twice, or by the numbers of its threads. */
	px_out_claim(&sheet->console->out, (uint64_t)sheet->identity->tgid);
	if (is_hidden(sheet->identity) && sheet->is_found) {
		status = 0;
	} else if (is_hidden(sheet->identity)) {
		px_say_missing(sheet, pid, "", ESRCH);
		status = PX_STATUS_MISSING;
	} else {
		status = show_process(sheet, view, process, is_last);
	}
	pmapx_process_close(process);
	return status;
}

int px_show_process(struct px_sheet *sheet, const struct px_view *view, pid_t pid)
{
	/* Of what was saved there is one; to take it back would be to take back all before it. */
	int status, readings = sheet->member != NULL ? READINGS_MAX - 1 : 0;

	/* From the beginning, so that header and rows tell of the same program. */
	sheet->is_given_up = false;
	do {
		sheet->failure = NULL;
		sheet->counted_as = 0;
		status = show_once(sheet, view, pid, ++readings == READINGS_MAX);
	} while (status == PX_STATUS_AGAIN);
	if (view->done != NULL && !sheet->is_given_up)
		view->done(sheet, pid);
	return status;
}
