/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs one after the other, in the calling thread.
 *
 * A job's output is held in memory as long as there is little of it, so that
 * the job can still change its mind: px_out_undo().
 */
#include "held.h"
#include "jobs.h"

#include <errno.h>

/* What the job under way prints to. */
struct holder {
	struct px_sink sink;
	struct px_held held;
	bool passes; /* There was too much: all is written as it comes. */
};

static void take(struct px_sink *sink, struct px_out *out)
{
	struct holder *holder = (struct holder *)sink;

	if (!holder->passes && px_held_keep(&holder->held, out, out->bytes, out->length))
		return;
	holder->passes = true;
	px_held_write(&holder->held);
	px_out_write(out, out->bytes, out->length);
}

static bool undo(struct px_sink *sink)
{
	struct holder *holder = (struct holder *)sink;

	if (holder->passes)
		return false;
	px_held_drop(&holder->held);
	return true;
}

static void settle(struct px_sink *sink)
{
	struct holder *holder = (struct holder *)sink;

	px_held_write(&holder->held);
	holder->passes = false;
}

static int run_job(struct px_console *console, const struct px_jobs *jobs, void *worker, size_t job)
{
	struct holder holder = { .sink = { .take = take, .undo = undo, .settle = settle } };
	int status;

	console->out.sink = console->err.sink = &holder.sink;
	status = jobs->run(worker, job);
	console->out.sink = console->err.sink = NULL;
	px_held_write(&holder.held);
	return status;
}

int px_jobs_run_alone(struct px_console *console, const struct px_jobs *jobs, int *ret_status)
{
	void *worker = jobs->begin(jobs->context, console);

	if (worker == NULL)
		return -ENOMEM;
	for (size_t job = 0; job < jobs->count && console->out.error == 0; job++) {
		*ret_status |= run_job(console, jobs, worker, job);
		/* As among workers: a job that fails to be printed is the last. */
		if (jobs->count > 1)
			px_out_flush(&console->out);
	}
	jobs->end(worker);
	return 0;
}
