/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that could not be read, in words.
 */
#include "unread.h"

size_t px_unread_count(const struct px_unread *unread)
{
	return unread->vanished + unread->denied + unread->unsaved + unread->damaged;
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

void px_unread_tell(struct px_console *console, const char *verb, const char *from,
	const struct px_unread *unread)
{
	struct px_out *err = &console->err;
	size_t count = px_unread_count(unread);
	const char *before = ": ";

	if (count == 0)
		return;
	/* Behind what it is about. */
	px_out_flush(&console->out);
	px_message_begin(console);
	if (verb != NULL) {
		px_out_string(err, verb);
		px_out_string(err, ": ");
	}
	if (from != NULL) {
		px_message_text(console, from);
		px_out_string(err, ": ");
	}
	px_out_number(err, count);
	px_out_string(err, count == 1 ? " process" : " processes");
	px_out_string(err, " could not be read");
	before = put_reason(err, before, unread->denied, " denied");
	before = put_reason(err, before, unread->vanished, " vanished");
	before = put_reason(err, before, unread->unsaved, " not saved");
	put_reason(err, before, unread->damaged, " damaged");
	px_message_end(console);
}
