/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads of which it is not known where they have their stacks, counted and in words.
 */
#include "untold.h"

#include "descriptor.h"

void px_untold_add(struct px_untold *untold, const struct px_stacks *stacks)
{
	const struct px_threads *threads = &stacks->threads;

	if (stacks->error < 0) {
		untold->unlisted += !px_is_shortage(stacks->error);
		return;
	}
	if (threads->count == threads->states[PX_THREAD_TOLD])
		return;
	untold->processes++;
	untold->threads += threads->count;
	for (int i = 0; i < PX_THREAD_STATES; i++)
		untold->states[i] += threads->states[i];
}

void px_untold_merge(struct px_untold *untold, const struct px_untold *more)
{
	untold->processes += more->processes;
	untold->threads += more->threads;
	untold->unlisted += more->unlisted;
	for (int i = 0; i < PX_THREAD_STATES; i++)
		untold->states[i] += more->states[i];
}

void px_untold_put(struct px_out *out, const struct px_untold *untold)
{
	static const char *const reasons[PX_THREAD_STATES] = {
		[PX_THREAD_RUNNING] = "running",
		[PX_THREAD_DENIED] = "not permitted",
		[PX_THREAD_UNTOLD] = "not told",
	};
	const char *before = " threads: ";

	if (untold->processes == 0)
		return;
	px_out_string(out, "no stack pointer of ");
	px_out_number(out, untold->threads - untold->states[PX_THREAD_TOLD]);
	px_out_string(out, " of ");
	px_out_number(out, untold->threads);
	for (int i = 0; i < PX_THREAD_STATES; i++) {
		if (reasons[i] == NULL || untold->states[i] == 0)
			continue;
		px_out_string(out, before);
		px_out_number(out, untold->states[i]);
		px_out_string(out, " ");
		px_out_string(out, reasons[i]);
		before = ", ";
	}
}

/* "pmapx: 3 processes: " */
static void begin(struct px_console *console, size_t processes)
{
	/* Behind what it is about. */
	px_out_flush(&console->out);
	px_message_begin(console);
	px_out_number(&console->err, processes);
	px_out_string(&console->err, processes == 1 ? " process: " : " processes: ");
}

void px_untold_tell(struct px_console *console, const struct px_untold *untold)
{
	if (untold->processes > 0) {
		begin(console, untold->processes);
		px_untold_put(&console->err, untold);
		px_message_end(console);
	}
	if (untold->unlisted > 0) {
		begin(console, untold->unlisted);
		px_out_string(&console->err, "where threads have their stacks is not known");
		px_message_end(console);
	}
}
