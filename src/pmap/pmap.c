/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's face: from operands to blocks of rows, and the exit status.
 */
#include "pmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"
#include "rc.h"
#include "sheet.h"
#include "usage.h"

/* Exit statuses, or-ed over all processes. */
enum { STATUS_UNREADABLE = 1, STATUS_MISSING = 42 };

/* What went wrong with one process: told in one line, when its block is done. */
struct trouble {
	struct pmapx_error first;
	size_t count;
};

static const struct px_view *const views[] = {
	[PX_VIEW_PLAIN] = &px_view_plain,
	[PX_VIEW_EXTENDED] = &px_view_extended,
	[PX_VIEW_DEVICE] = &px_view_device,
	[PX_VIEW_FIELDS] = &px_view_fields,
};

static void put_number(struct px_out *out, uint64_t number)
{
	char *at = px_out_room(out, PX_PUT_MAX);

	px_out_written(out, px_put_decimal(at, number, 1));
}

/* "pmapx: 1100: /proc/1100", to be gone on with. */
static void begin_message(struct px_sheet *sheet, pid_t pid, pid_t file_pid)
{
	struct px_console *console = sheet->console;

	px_out_flush(&console->out);
	px_message_begin(console);
	put_number(&console->err, (uint64_t)pid);
	px_out_string(&console->err, ": ");
	px_message_text(console, pmapx_source_path(sheet->source));
	px_out_string(&console->err, "/");
	put_number(&console->err, (uint64_t)file_pid);
}

static const char *file_name(enum pmapx_map_file file)
{
	return file == PMAPX_FILE_SMAPS ? "smaps" : "maps";
}

static const char *describe(int error)
{
	return error == EMEDIUMTYPE ? "Not a regular file" : strerror(error);
}

/* A process that cannot be opened: itself, or its @file. */
static void say_missing(struct px_sheet *sheet, pid_t pid, const char *file, int error)
{
	struct px_out *err = &sheet->console->err;

	if (sheet->console->terse)
		return;
	begin_message(sheet, pid, pid);
	if (*file != '\0') {
		px_out_string(err, "/");
		px_out_string(err, file);
	}
	px_out_string(err, ": ");
	px_out_string(err, describe(error));
	px_message_end(sheet->console);
}

static void say_trouble(struct px_sheet *sheet, pid_t file_pid, enum pmapx_map_file file,
	const struct trouble *trouble)
{
	struct px_out *err = &sheet->console->err;

	if (sheet->console->terse)
		return;
	begin_message(sheet, sheet->identity->pid, file_pid);
	px_out_string(err, "/");
	px_out_string(err, file_name(file));
	if (trouble->first.line > 0) {
		px_out_string(err, ": line ");
		put_number(err, trouble->first.line);
	}
	if (trouble->first.column > 0) {
		px_out_string(err, ", column ");
		put_number(err, trouble->first.column);
	}
	px_out_string(err, ": ");
	px_out_string(err,
		trouble->first.line > 0 || trouble->first.code == E2BIG
			? trouble->first.reason
			: describe(trouble->first.code));
	if (trouble->count > 1) {
		px_out_string(err, " (and ");
		put_number(err, trouble->count - 1);
		px_out_string(err, " more)");
	}
	px_message_end(sheet->console);
}

/* Note an error; what ends the reading is told before what does not. */
static void note(struct trouble *trouble, const struct pmapx_error *error)
{
	if (trouble->count == 0 || (error->code != EBADMSG && trouble->first.code == EBADMSG))
		trouble->first = *error;
	trouble->count++;
}

static bool is_selected(const struct px_options *options, const struct pmapx_mapping *mapping)
{
	/* The last byte of the mapping, also of one that is empty. */
	uint64_t last = mapping->end > mapping->start ? mapping->end - 1 : mapping->end;

	return last >= options->low && mapping->start <= options->high;
}

/* Mappings of a running process come in order, so that none can follow in range. */
static bool is_beyond(const struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping)
{
	return !view->needs_all && mapping->start > sheet->options->high &&
		pmapx_source_in_order(sheet->source);
}

/* Hand one mapping to the view; false if nothing more is to be read. */
static bool show_mapping(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping, struct trouble *trouble)
{
	int r;

	if (is_beyond(sheet, view, mapping))
		return false;
	r = view->row(sheet, mapping, is_selected(sheet->options, mapping));
	if (r == -E2BIG && trouble->first.code != E2BIG)
		note(trouble,
			&(struct pmapx_error){ .code = E2BIG,
				.reason = "more than 256 keys that no kernel prints" });
	if (r == -ENOMEM)
		note(trouble, &(struct pmapx_error){ .code = ENOMEM, .reason = "out of memory" });
	return r != -ENOMEM && sheet->console->out.error == 0;
}

/* All rows of a process; returns its share of the exit status. */
static int show_map(struct px_sheet *sheet, const struct px_view *view, struct pmapx_reader *reader)
{
	const struct pmapx_mapping *mapping;
	struct trouble trouble = { .count = 0 };
	struct pmapx_error error;
	bool more = true;

	sheet->totals = (struct px_totals){ 0 };
	view->begin(sheet);
	while (more) {
		int r = pmapx_reader_next(reader, &mapping, &error);

		if (r == 1)
			more = show_mapping(sheet, view, mapping, &trouble);
		else if (r < 0)
			note(&trouble, &error);
		else
			more = false;
	}
	view->end(sheet);
	if (trouble.count == 0)
		return 0;
	say_trouble(sheet, pmapx_reader_pid(reader), view->file, &trouble);
	return STATUS_UNREADABLE;
}

static int show_process(
	struct px_sheet *sheet, const struct px_view *view, struct pmapx_process *process)
{
	struct pmapx_reader_options options = {
		.size = sizeof(options),
		.mappings_only = view->mappings_only,
	};
	struct pmapx_reader *reader;
	int status = 0, r;

	r = px_put_header(sheet, process);
	if (r < 0) {
		say_missing(sheet, sheet->identity->pid, "cmdline", -r);
		status = STATUS_UNREADABLE;
	}
	r = pmapx_reader_open(process, view->file, &options, &reader);
	if (r < 0) {
		say_missing(sheet, sheet->identity->pid, file_name(view->file), -r);
		return STATUS_UNREADABLE;
	}
	status |= show_map(sheet, view, reader);
	pmapx_reader_close(reader);
	return status;
}

/* procps-ng 4 leaves kernel threads out where this variable is set, even to nothing. */
static bool is_hidden(const struct pmapx_identity *identity)
{
	return (identity->pid == 2 || identity->ppid == 2) && getenv("LIBPROC_HIDE_KERNEL") != NULL;
}

static int show_pid(struct px_sheet *sheet, const struct px_view *view, pid_t pid)
{
	struct pmapx_process *process;
	struct pmapx_error error;
	int status, r;

	r = pmapx_process_open(sheet->source, pid, &process, &error);
	if (r < 0) {
		say_missing(sheet, pid, error.reason, error.code);
		return r == -ESRCH ? STATUS_MISSING : STATUS_UNREADABLE;
	}
	sheet->identity = pmapx_process_identity(process);
	if (is_hidden(sheet->identity)) {
		say_missing(sheet, pid, "", ESRCH);
		status = STATUS_MISSING;
	} else {
		status = show_process(sheet, view, process);
	}
	pmapx_process_close(process);
	return status;
}

/* pmap looks at every operand before it shows the first. */
static int check_operands(
	struct px_console *console, bool as_pmap, const struct px_options *options)
{
	size_t accepted = 0;
	pid_t pid;

	for (size_t i = 0; i < options->operand_count; i++) {
		const char *text = options->operands[i];
		enum px_operand operand = px_operand_read(text, &pid);

		accepted += operand == PX_OPERAND_PID;
		if (operand != PX_OPERAND_BAD)
			continue;
		if (as_pmap) {
			px_usage(console, as_pmap, &console->err);
		} else {
			px_message_begin(console);
			px_out_string(&console->err, "'");
			px_message_text(console, text);
			px_out_string(&console->err,
				"': not a process id: a number from 1 to 2147483647 (octal "
				"behind a leading 0), or /proc/NUMBER");
			px_message_end(console);
		}
		return -EINVAL;
	}
	if (accepted == 0) {
		px_message(console,
			as_pmap ? "library failed pids statistics"
				: "no process: /proc/ and no number behind it is passed over");
		return -EINVAL;
	}
	return 0;
}

static int show_operands(struct px_sheet *sheet)
{
	const struct px_options *options = sheet->options;
	int status = 0;

	for (size_t i = 0; i < options->operand_count && sheet->console->out.error == 0; i++) {
		pid_t pid;

		if (px_operand_read(options->operands[i], &pid) == PX_OPERAND_PID)
			status |= show_pid(sheet, views[options->view], pid);
	}
	return status;
}

/* The source; without a /proc, no process is there, as pmap has it. */
static int open_source(struct px_sheet *sheet, int *ret_status)
{
	const struct px_options *options = sheet->options;
	const char *path = options->root ? options->root : "/proc";
	int r = options->root ? pmapx_source_open_root(path, NULL, &sheet->source)
			      : pmapx_source_open_live(NULL, &sheet->source);

	if (r == 0)
		return 0;
	*ret_status = options->root ? STATUS_UNREADABLE : STATUS_MISSING;
	if (!sheet->console->terse) {
		px_message_begin(sheet->console);
		px_message_text(sheet->console, path);
		px_out_string(&sheet->console->err, ": ");
		px_out_string(&sheet->console->err, strerror(-r));
		px_message_end(sheet->console);
	}
	return r;
}

static int run(struct px_console *console, const struct px_options *options, const struct px_rc *rc)
{
	const struct px_view *view = views[options->view];
	struct px_sheet sheet = { .console = console, .options = options, .rc = rc };
	int status = 1;

	if (view->open != NULL && view->open(&sheet) < 0) {
		px_message(console, "memory allocation failed");
		return status;
	}
	if (open_source(&sheet, &status) == 0) {
		bool live = options->root == NULL;

		/* The kernel of a 32-bit system prints 8 digits, and so does its pmap. */
		px_widths_init(&sheet, live && sizeof(void *) == 4 ? 8 : 16);
		status = show_operands(&sheet);
		pmapx_source_close(sheet.source);
	}
	if (view->close != NULL)
		view->close(&sheet);
	return status;
}

int px_pmap(struct px_console *console, bool as_pmap, int argc, char **argv)
{
	struct px_options options;
	struct px_rc rc = { 0 };
	int status = 1;

	switch (px_options_read(console, as_pmap, argc, argv, &options)) {
	case PX_DONE:
		return 0;
	case PX_REFUSED:
		return 1;
	case PX_GO_ON:
		break;
	}
	if (options.create_rc)
		return px_rc_create(console, &options);
	if (options.read_rc && !px_rc_read(console, &options, &rc))
		return 1;
	if (check_operands(console, as_pmap, &options) == 0)
		status = run(console, &options, options.read_rc ? &rc : NULL);
	px_rc_deinit(&rc);
	return status;
}
