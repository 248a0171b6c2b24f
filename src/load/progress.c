/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far loading is, on a terminal.
 *
 * The line goes past what waits in the console, whose streams others may be writing to.
 */
#include <time.h>
#include <unistd.h>

#include "load_impl.h"
#include "put.h"

/* Between one progress line and the next, and before the first. */
#define REDRAW_NS 100000000

void px_load_progress_begin(struct px_loading *loading)
{
	struct px_console *console = loading->console;

	/* A script on the same terminal says enough. */
	loading->is_live = isatty(console->err.fd) &&
		(loading->options->database != NULL || !isatty(console->out.fd));
	console->has_progress = loading->is_live;
	clock_gettime(CLOCK_MONOTONIC, &loading->looked);
}

void px_load_progress(struct px_loading *loading)
{
	char line[2 * PX_PUT_MAX + 64], *at = line;
	struct timespec now;

	if (!loading->is_live)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if ((now.tv_sec - loading->looked.tv_sec) * 1000000000 + now.tv_nsec -
			loading->looked.tv_nsec <
		REDRAW_NS)
		return;
	loading->looked = now;
	loading->is_drawn = true;
	*at++ = '\r';
	at = px_put_decimal(at, loading->processes, 1);
	at = stpcpy(at, " processes, ");
	at = px_put_decimal(at, loading->mappings, 1);
	at = stpcpy(at, " mappings\033[K");
	px_out_write(&loading->console->err, line, (size_t)(at - line));
}

void px_load_progress_end(struct px_loading *loading)
{
	static const char erase[] = "\r\033[K";

	if (loading->is_drawn)
		px_out_write(&loading->console->err, erase, strlen(erase));
	loading->is_drawn = false;
}
