/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What could not be shown.
 */
#include "say.h"

#include <errno.h>
#include <string.h>

#include "descriptor.h"
#include "untold.h"

const char px_numa_file_name[] = "numa_maps";

const char *px_map_file_name(enum pmapx_map_file file)
{
	return file == PMAPX_FILE_SMAPS ? "smaps" : "maps";
}

/* Whether what was handed out is one file, which the source is. */
static bool is_source(const struct px_sheet *sheet)
{
	const char *path = pmapx_source_path(sheet->source), *slash = strrchr(path, '/');

	return sheet->member->pid == 0 &&
		strcmp(slash != NULL ? slash + 1 : path, sheet->member->name) == 0;
}

/* "pmapx: case.tar: hostA: 1100", without a host if there is but one. */
static void begin_saved(struct px_sheet *sheet)
{
	const struct pmapx_member *member = sheet->member;
	struct px_console *console = sheet->console;

	px_message_text(console, pmapx_source_path(sheet->source));
	if (*member->host != '\0') {
		px_out_string(&console->err, ": ");
		px_message_text(console, member->host);
	}
	if (member->pid != 0) {
		px_out_string(&console->err, ": ");
		px_out_number(&console->err, (uint64_t)member->pid);
	}
}

/*
 * "pmapx: 1100: /proc/1100/maps", where the second number is @file_pid; or "pmapx:
 * case.tar: 1100: maps".  Without @file, that of the process itself.
 */
static void begin_message(struct px_sheet *sheet, pid_t pid, pid_t file_pid, const char *file)
{
	struct px_console *console = sheet->console;
	struct px_out *err = &console->err;

	px_out_flush(&console->out);
	px_message_begin(console);
	if (sheet->member != NULL) {
		begin_saved(sheet);
		if (*file != '\0' && !is_source(sheet)) {
			px_out_string(err, ": ");
			px_out_string(err, file);
		}
		return;
	}
	px_out_number(err, (uint64_t)pid);
	px_out_string(err, ": ");
	px_message_text(console, pmapx_source_path(sheet->source));
	px_out_string(err, "/");
	if (file_pid != 0)
		px_out_number(err, (uint64_t)file_pid);
	else
		px_out_string(err, "self");
	if (*file != '\0') {
		px_out_string(err, "/");
		px_out_string(err, file);
	}
}

void px_say_missing(struct px_sheet *sheet, pid_t pid, const char *file, int error)
{
	sheet->failure = px_describe_error(error);
	if (sheet->console->terse)
		return;
	begin_message(sheet, pid, pid, file);
	px_out_string(&sheet->console->err, ": ");
	px_out_string(&sheet->console->err, sheet->failure);
	px_message_end(sheet->console);
}

void px_say_trouble(struct px_sheet *sheet, pid_t pid, const char *file,
	const struct pmapx_error *first, size_t count)
{
	struct px_out *err = &sheet->console->err;

	sheet->failure = *first->reason != '\0' ? first->reason : px_describe_error(first->code);
	if (sheet->console->terse)
		return;
	begin_message(sheet, sheet->identity->pid, pid, file);
	if (first->line > 0) {
		px_out_string(err, ": line ");
		px_out_number(err, first->line);
	}
	if (first->column > 0) {
		px_out_string(err, ", column ");
		px_out_number(err, first->column);
	}
	px_out_string(err, ": ");
	px_out_string(err, sheet->failure);
	if (count > 1) {
		px_out_string(err, " (and ");
		px_out_number(err, count - 1);
		px_out_string(err, " more)");
	}
	px_message_end(sheet->console);
}

void px_say_guessed(struct px_sheet *sheet, pid_t pid, enum pmapx_map_file file,
	const struct px_guesses *guesses)
{
	struct px_out *err = &sheet->console->err;

	begin_message(sheet, sheet->identity->pid, pid, px_map_file_name(file));
	px_out_string(err, ": ");
	px_guesses_put(err, guesses);
	px_message_end(sheet->console);
}

void px_say_threads(struct px_sheet *sheet)
{
	struct px_out *err = &sheet->console->err;
	struct px_untold untold = { 0 };

	px_untold_add(&untold, sheet->stacks);
	/* Of what was saved, that has been said. */
	if (sheet->member != NULL || (untold.processes == 0 && untold.unlisted == 0))
		return;
	begin_message(sheet, sheet->identity->pid, sheet->identity->pid, "task");
	px_out_string(err, ": ");
	px_untold_put(err, &untold);
	if (untold.unlisted > 0) {
		px_out_string(err, "where threads have their stacks is not known: ");
		px_out_string(err, px_describe_error(-sheet->stacks->error));
	}
	px_message_end(sheet->console);
}

void px_say_no_threads(struct px_sheet *sheet)
{
	px_message_begin(sheet->console);
	px_message_text(sheet->console, pmapx_source_path(sheet->source));
	px_out_string(&sheet->console->err,
		": what was saved does not tell where threads have their stacks");
	px_message_end(sheet->console);
}

void px_say_no_segments(struct px_sheet *sheet)
{
	sheet->failure = px_describe_error(sheet->shm_error);
	if (sheet->console->terse)
		return;
	begin_message(sheet, sheet->identity->pid, 0, "maps");
	px_out_string(&sheet->console->err, ": ");
	px_out_string(&sheet->console->err, sheet->failure);
	px_message_end(sheet->console);
}

/* The option that asks for the view. */
static const char *view_option(const struct px_options *options)
{
	if (options->view == PX_VIEW_EXTENDED)
		return "-x";
	if (options->view == PX_VIEW_BY)
		return "--by";
	if (options->view == PX_VIEW_CHOSEN)
		return "--fields";
	if (options->read_rc)
		return options->rc_path != NULL ? "-C" : "-c";
	return options->every_field ? "-XX" : "-X";
}

/* What was saved lacks what @needed_by needs; NULL for what all need. */
static void say_lack(struct px_sheet *sheet, const char *failure, const char *needed_by)
{
	struct px_out *err = &sheet->console->err;

	sheet->failure = px_is_core(sheet) ? "a core file does not hold what is resident" : failure;
	begin_message(sheet, sheet->identity->pid, 0, "");
	px_out_string(err, ": ");
	px_out_string(err, sheet->failure);
	if (needed_by != NULL) {
		px_out_string(err, ", ");
		px_message_text(sheet->console, needed_by);
		px_out_string(err, " needs it");
	}
	px_message_end(sheet->console);
}

void px_say_not_saved(struct px_sheet *sheet, enum pmapx_map_file file)
{
	if (file == PMAPX_FILE_SMAPS)
		say_lack(sheet, "no smaps was captured", view_option(sheet->options));
	else
		say_lack(sheet, "no maps was captured", NULL);
}

void px_say_no_numa(struct px_sheet *sheet, const char *column)
{
	say_lack(sheet, "no numa_maps was captured", column);
}

void px_say_damage(struct px_sheet *sheet, const struct pmapx_error *error)
{
	struct px_console *console = sheet->console;

	px_out_flush(&console->out);
	px_message_begin(console);
	px_message_text(console, pmapx_source_path(sheet->source));
	px_out_string(&console->err, ": ");
	px_message_text(
		console, *error->reason != '\0' ? error->reason : px_describe_error(error->code));
	px_message_end(console);
}
