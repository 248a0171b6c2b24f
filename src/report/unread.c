/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What could not be read of processes that were gone through, in words and as a status.
 */
#include "walk.h"

size_t px_walk_unread(const struct px_walk_counts *counts)
{
	return counts->vanished + counts->denied + counts->unsaved + counts->damaged;
}

/* "2 denied", behind @before, if there are any.  Returns what to put before the next. */
static const char *put_reason(
	struct px_out *out, const char *before, size_t count, const char *what)
{
	if (count == 0)
		return before;
	px_out_string(out, before);
	px_out_number(out, count);
	px_out_string(out, what);
	return ", ";
}

void px_walk_tell(struct px_console *console, const char *verb, const struct px_walk_counts *counts)
{
	struct px_out *err = &console->err;
	size_t unread = px_walk_unread(counts);
	const char *before = ": ";

	if (unread == 0)
		return;
	/* Behind what it is about. */
	px_out_flush(&console->out);
	px_message_begin(console);
	px_out_string(err, verb);
	px_out_string(err, ": ");
	px_out_number(err, unread);
	px_out_string(err, unread == 1 ? " process" : " processes");
	px_out_string(err, " could not be read");
	before = put_reason(err, before, counts->denied, " denied");
	before = put_reason(err, before, counts->vanished, " vanished");
	before = put_reason(err, before, counts->unsaved, " not saved");
	put_reason(err, before, counts->damaged, " damaged");
	px_message_end(console);
}

void px_put_fact(struct px_out *out, const char *key, size_t number)
{
	px_out_string(out, key);
	px_out_number(out, number);
}

void px_walk_put_facts(struct px_out *out, const struct px_walk_counts *counts)
{
	px_put_fact(out, "\"processes\":{\"read\":", counts->read);
	px_put_fact(out, ",\"denied\":", counts->denied);
	px_put_fact(out, ",\"vanished\":", counts->vanished);
	px_put_fact(out, ",\"not_saved\":", counts->unsaved);
	px_put_fact(out, ",\"damaged\":", counts->damaged);
}

int px_walk_status(const struct px_walk_options *options, const struct px_walk_counts *counts,
	bool has_findings)
{
	if (counts->has_gap)
		return 2;
	return has_findings || (options->strict && px_walk_unread(counts) > 0);
}
