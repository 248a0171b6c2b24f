/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's face: from operands to blocks of rows, and the exit status.
 */
#include "pmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "by.h"
#include "wanted.h"
#include "heritage.h"
#include "jobs.h"
#include "operand.h"
#include "rc.h"
#include "records.h"
#include "show.h"
#include "stacks.h"
#include "usage.h"

/* What all workers of a run go by. */
struct run {
	const struct px_options *options;
	const struct px_rc *rc;
	struct px_pipeline pipeline;
	struct px_wanted wanted; /* Which processes. */
	struct px_heritage heritage;
	struct px_by by; /* Of --by, what all have added up. */
	struct px_sifted sifted;
	_Atomic bool has_left_out; /* Keys of smaps that had no column. */
	_Atomic int open_error;    /* Why a worker could not open the source. */
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
	px_out_string(&console->err, "': " PX_OPERAND_WANTED);
	px_message_end(console);
}

/* pmap looks at every operand before it shows the first. */
static int read_operands(struct px_console *console, bool as_pmap, struct run *run)
{
	const struct px_options *options = run->options;
	struct px_wanted *wanted = &run->wanted;

	if (options->operand_count == 0)
		return 0;
	wanted->pids = calloc(options->operand_count, sizeof(*wanted->pids));
	if (wanted->pids == NULL) {
		px_message(console, "memory allocation failed");
		return -ENOMEM;
	}
	for (size_t i = 0; i < options->operand_count; i++) {
		const char *text = options->operands[i];
		enum px_operand operand = px_operand_read(text, &wanted->pids[wanted->count]);

		if (operand == PX_OPERAND_BAD) {
			say_bad_operand(console, as_pmap, text);
			return -EINVAL;
		}
		wanted->count += operand == PX_OPERAND_PID;
	}
	wanted->named = wanted->count;
	wanted->is_alone = wanted->count > 0 && !px_select_is_given(&options->select);
	for (size_t i = 1; i < wanted->count; i++)
		wanted->is_alone &= wanted->pids[i] == wanted->pids[0];
	if (wanted->count == 0 && !px_select_is_given(&options->select)) {
		px_message(console, as_pmap ? "library failed pids statistics" : PX_OPERAND_NONE);
		return -EINVAL;
	}
	return 0;
}

/* A worker: a sheet, and whose it is. */
struct worker {
	struct px_sheet sheet;
	struct px_stacks stacks; /* What its sheet has of --threads. */
	struct run *run;
};

static void end_worker(void *data)
{
	struct worker *worker = data;
	const struct px_view *view = &worker->run->pipeline.first;

	if (view->close != NULL)
		view->close(&worker->sheet);
	px_stacks_clear(&worker->stacks);
	pmapx_source_close(worker->sheet.source);
	free(worker);
}

static int open_saved(struct run *run, struct pmapx_source **ret)
{
	bool is_selecting = px_select_is_given(&run->options->select);
	const char *folder = getenv("TMPDIR");
	const struct pmapx_source_options options = {
		.size = sizeof(options),
		.temporary_folder = folder != NULL && *folder != '\0' ? folder : NULL,
		/* To select, all must be looked at. */
		.pids = is_selecting ? NULL : run->wanted.pids,
		.pid_count = is_selecting ? 0 : run->wanted.count,
	};
	struct pmapx_error error;
	int r = pmapx_source_open_saved(run->options->from, &options, ret, &error);

	if (r < 0)
		run->open_reason = error.reason;
	else if (run->pipeline.first.numa_column != NULL)
		px_source_want_numa(*ret);
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
	const struct px_view *view = &run->pipeline.first;
	struct worker *worker = calloc(1, sizeof(*worker));
	int r = -ENOMEM;

	if (worker != NULL) {
		worker->run = run;
		worker->sheet = (struct px_sheet){
			.console = console,
			.options = options,
			.rc = run->rc,
			.is_alone = run->wanted.is_alone,
			.sifted = &run->sifted,
			.heritage = &run->heritage,
			.by = &run->by,
			.inner = run->pipeline.layout,
			.stacks = options->threads ? &worker->stacks : NULL,
			.has_left_out = &run->has_left_out,
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
	struct run *run = worker->run;
	const struct px_view *view = &run->pipeline.first;

	worker->sheet.is_found = job >= run->wanted.named;
	worker->sheet.number = job;
	if (run->options->from != NULL)
		return px_show_saved(&worker->sheet, view, &run->wanted);
	return px_show_process(&worker->sheet, view, run->wanted.pids[job]);
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
		.count = run->options->from != NULL ? 1 : run->wanted.count,
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

/* Look for what the selectors want; 0, or a share of the exit status: then nothing is shown. */
static int find_selected(struct px_console *console, struct run *run)
{
	struct pmapx_source *source;
	int r = open_source(run, &source);

	if (r < 0) {
		run->open_error = -r;
		return say_no_source(console, run);
	}
	r = px_wanted_add(console, &run->wanted, source, &run->options->select);
	pmapx_source_close(source);
	return r < 0 ? PX_STATUS_UNREADABLE : 0;
}

/* What is added up counts once, however it is named; 0, or a share of the exit status. */
static int count_once(struct px_console *console, struct run *run)
{
	struct pmapx_source *source = NULL;
	int r = 0;

	if (run->options->view != PX_VIEW_BY || run->wanted.named == 0 || run->wanted.count < 2)
		return 0;
	/* What was saved has numbers of processes only. */
	if (run->options->from == NULL)
		r = open_source(run, &source);
	if (r < 0) {
		run->open_error = -r;
		return say_no_source(console, run);
	}
	r = px_wanted_once(&run->wanted, source);
	pmapx_source_close(source);
	if (r == 0)
		return 0;
	px_message(console, r == -ENOMEM ? "memory allocation failed" : px_describe_error(-r));
	return PX_STATUS_UNREADABLE;
}

/* The operands, then what the selectors find. */
static int show_wanted(struct px_console *console, struct run *run)
{
	const struct px_select *select = &run->options->select;
	bool is_saved = run->options->from != NULL;
	bool for_programs = run->pipeline.layout == &run->pipeline.records;
	int status = 0;

	/* What was saved is selected while it goes by. */
	if (px_select_is_given(select) && !is_saved)
		status = find_selected(console, run);
	if (status == 0)
		status = count_once(console, run);
	if (status != 0)
		return status;
	if (for_programs && px_records_begin(console, run->options, run->rc) < 0) {
		px_message(console, "memory allocation failed");
		return PX_STATUS_UNREADABLE;
	}
	if (run->wanted.count > 0 || is_saved)
		status = show_all(console, run);
	if (for_programs)
		px_records_end(console, run->options, run->has_left_out);
	if (run->sifted.has_left_out && !run->sifted.has_shown) {
		px_out_flush(&console->out);
		px_message(console, "no mapping is selected");
	}
	if (!run->wanted.is_empty)
		return status;
	px_out_flush(&console->out);
	px_wanted_nobody(console, select);
	return status | PX_STATUS_MISSING;
}

static int run_views(struct px_console *console, bool as_pmap, const struct px_options *options)
{
	struct px_rc rc = { 0 };
	static struct run run;
	int status = 1;

	run = (struct run){ .options = options, .by = PX_BY_INITIAL, .open_reason = "" };
	if (options->create_rc)
		return px_rc_create(console, options);
	if (options->read_rc && !px_rc_read(console, options, &rc))
		return 1;
	run.rc = options->read_rc ? &rc : NULL;
	px_pipeline_init(&run.pipeline, options);
	if (read_operands(console, as_pmap, &run) == 0) {
		status = show_wanted(console, &run);
		if (options->view == PX_VIEW_BY) {
			status |= px_by_print(console, options, &run.by, status == 0);
			px_unread_tell(console, NULL, NULL, &run.by.unread);
			px_untold_tell(console, &run.by.untold);
		}
	}
	px_by_deinit(&run.by);
	px_heritage_deinit(&run.heritage);
	free(run.wanted.pids);
	px_rc_deinit(&rc);
	return status;
}

int px_pmap(struct px_console *console, bool as_pmap, int argc, char **argv)
{
	/* There is one run: where a stack is of 16 KiB, it need not hold this. */
	static struct px_options options;
	int status = 1;

	switch (px_options_read(console, as_pmap, argc, argv, &options)) {
	case PX_DONE:
		status = 0;
		break;
	case PX_REFUSED:
		break;
	case PX_GO_ON:
		status = run_views(console, as_pmap, &options);
		break;
	}
	px_select_deinit(&options.select);
	px_sift_deinit(&options.sift);
	px_arrange_deinit(&options.arrange);
	return status;
}
