/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's face: from operands to blocks of rows, and the exit status.
 */
#include "pmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "heritage.h"
#include "jobs.h"
#include "rc.h"
#include "show.h"
#include "usage.h"

static const struct px_view *const views[] = {
	[PX_VIEW_PLAIN] = &px_view_plain,
	[PX_VIEW_EXTENDED] = &px_view_extended,
	[PX_VIEW_DEVICE] = &px_view_device,
	[PX_VIEW_FIELDS] = &px_view_fields,
};

/* What all workers of a run go by. */
struct run {
	const struct px_options *options;
	const struct px_rc *rc;
	pid_t *pids; /* The operands that are processes. */
	size_t pid_count;
	struct px_heritage heritage;
	_Atomic int open_error; /* Why a worker could not open the source. */
	/* And why in words, static text, or ""; of a saved source, which has one worker. */
	const char *open_reason;
};

static void say_bad_operand(struct px_console *console, bool as_pmap, const char *text)
{
	if (as_pmap) {
		px_usage(console, as_pmap, &console->err);
		return;
	}
	px_message_begin(console);
	px_out_string(&console->err, "'");
	px_message_text(console, text);
	px_out_string(&console->err,
		"': not a process id: a number from 1 to 2147483647 (octal "
		"behind a leading 0), or /proc/NUMBER");
	px_message_end(console);
}

/* pmap looks at every operand before it shows the first. */
static int read_operands(struct px_console *console, bool as_pmap, struct run *run)
{
	const struct px_options *options = run->options;

	if (options->operand_count == 0)
		return 0;
	run->pids = calloc(options->operand_count, sizeof(*run->pids));
	if (run->pids == NULL) {
		px_message(console, "memory allocation failed");
		return -ENOMEM;
	}
	for (size_t i = 0; i < options->operand_count; i++) {
		const char *text = options->operands[i];
		enum px_operand operand = px_operand_read(text, &run->pids[run->pid_count]);

		if (operand == PX_OPERAND_BAD) {
			say_bad_operand(console, as_pmap, text);
			return -EINVAL;
		}
		run->pid_count += operand == PX_OPERAND_PID;
	}
	if (run->pid_count == 0) {
		px_message(console,
			as_pmap ? "library failed pids statistics"
				: "no process: /proc/ and no number behind it is passed over");
		return -EINVAL;
	}
	return 0;
}

/* A worker: a sheet, and whose it is. */
struct worker {
	struct px_sheet sheet;
	struct run *run;
};

static void end_worker(void *data)
{
	struct worker *worker = data;
	const struct px_view *view = views[worker->run->options->view];

	if (view->close != NULL)
		view->close(&worker->sheet);
	pmapx_source_close(worker->sheet.source);
	free(worker);
}

static int open_saved(struct run *run, struct pmapx_source **ret)
{
	const char *folder = getenv("TMPDIR");
	const struct pmapx_source_options options = {
		.size = sizeof(options),
		.temporary_folder = folder != NULL && *folder != '\0' ? folder : NULL,
		.pids = run->pids,
		.pid_count = run->pid_count,
	};
	struct pmapx_error error;
	int r = pmapx_source_open_saved(run->options->from, &options, ret, &error);

	if (r < 0)
		run->open_reason = error.reason;
	return r;
}

static int open_source(struct run *run, struct pmapx_source **ret)
{
	const struct px_options *options = run->options;

	if (options->from != NULL)
		return open_saved(run, ret);
	return options->root != NULL ? pmapx_source_open_root(options->root, NULL, ret)
				     : pmapx_source_open_live(NULL, ret);
}

static void *begin_worker(void *context, struct px_console *console)
{
	struct run *run = context;
	const struct px_options *options = run->options;
	const struct px_view *view = views[options->view];
	struct worker *worker = calloc(1, sizeof(*worker));
	int r = -ENOMEM;

	if (worker != NULL) {
		worker->run = run;
		worker->sheet = (struct px_sheet){
			.console = console,
			.options = options,
			.rc = run->rc,
			.heritage = &run->heritage,
		};
		r = open_source(run, &worker->sheet.source);
		if (r == 0 && view->open != NULL)
			r = view->open(&worker->sheet);
	}
	if (r < 0) {
		run->open_error = -r;
		if (worker != NULL)
			pmapx_source_close(worker->sheet.source);
		free(worker);
		return NULL;
	}
	/* The kernel of a 32-bit system prints 8 digits, and so does its pmap. */
	px_widths_init(&worker->sheet,
		options->root == NULL && options->from == NULL && sizeof(void *) == 4 ? 8 : 16);
	return worker;
}

static int run_worker(void *data, size_t job)
{
	struct worker *worker = data;
	const struct run *run = worker->run;
	const struct px_view *view = views[run->options->view];

	if (run->options->from != NULL)
		return px_show_saved(&worker->sheet, view, run->pids, run->pid_count);
	return px_show_process(&worker->sheet, view, run->pids[job]);
}

/* No worker could begin; without a /proc, no process is there, as pmap has it. */
static int say_no_source(struct px_console *console, const struct run *run)
{
	const struct px_options *options = run->options;
	const char *path = options->from != NULL ? options->from : options->root;

	if (run->open_error == ENOMEM) {
		px_message(console, "memory allocation failed");
		return PX_STATUS_UNREADABLE;
	}
	if (!console->terse) {
		px_message_begin(console);
		px_message_text(console, path != NULL ? path : "/proc");
		px_out_string(&console->err, ": ");
		px_out_string(&console->err,
			*run->open_reason != '\0' ? run->open_reason
						  : px_describe_error(run->open_error));
		px_message_end(console);
	}
	/* Short of descriptors, it is we who cannot tell. */
	return path != NULL || px_is_shortage(-run->open_error) ? PX_STATUS_UNREADABLE
								: PX_STATUS_MISSING;
}

static int show_all(struct px_console *console, struct run *run)
{
	const struct px_jobs jobs = {
		/* What was saved is read from its beginning to its end, once. */
		.count = run->options->from != NULL ? 1 : run->pid_count,
		.workers = run->options->jobs,
		.context = run,
		.begin = begin_worker,
		.run = run_worker,
		.end = end_worker,
	};
	int status;

	if (px_jobs_run(console, &jobs, &status) < 0)
		status = say_no_source(console, run);
	return status;
}

int px_pmap(struct px_console *console, bool as_pmap, int argc, char **argv)
{
	struct px_options options;
	struct px_rc rc = { 0 };
	struct run run = { .options = &options, .open_reason = "" };
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
	run.rc = options.read_rc ? &rc : NULL;
	if (read_operands(console, as_pmap, &run) == 0)
		status = show_all(console, &run);
	px_heritage_deinit(&run.heritage);
	free(run.pids);
	px_rc_deinit(&rc);
	return status;
}
