/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that could not be read, in words.
 */
#include "unread.h"

#include <string.h>

size_t px_unread_count(const struct px_unread *unread)
{
	return unread->vanished + unread->denied + unread->unsaved + unread->damaged;
}

bool px_unread_is_same(const struct px_unread *one, const struct px_unread *other)
{
	return one->vanished == other->vanished && one->denied == other->denied &&
		one->unsaved == other->unsaved && one->damaged == other->damaged;
}

void px_unread_add_unsaved(struct px_unread *unread, const char *file)
{
	if (unread->unsaved++ == 0)
		unread->lacking = file;
	else if (file == NULL || unread->lacking == NULL || strcmp(unread->lacking, file) != 0)
		unread->lacking = NULL;
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

void px_unread_put(struct px_out *out, const struct px_unread *unread)
{
	size_t count = px_unread_count(unread);
	const char *before = ": ";

	px_out_number(out, count);
	px_out_string(out, count == 1 ? " process" : " processes");
	px_out_string(out, " could not be read");
	before = put_reason(out, before, unread->denied, " denied");
	before = put_reason(out, before, unread->vanished, " vanished");
	before = put_reason(out, before, unread->unsaved, " not saved");
	if (unread->lacking != NULL) {
		px_out_string(out, " (");
		px_out_string(out, unread->lacking);
		px_out_string(out, ")");
	}
	put_reason(out, before, unread->damaged, " damaged");
}

void px_unread_tell(struct px_console *console, const char *verb, const char *from,
	const struct px_unread *unread)
{
	struct px_out *err = &console->err;

	if (px_unread_count(unread) == 0)
		return;
	/* Behind what it is about. */
	px_out_flush(&console->out);
	px_message_begin_verb(console, verb);
	if (from != NULL) {
		px_message_text(console, from);
		px_out_string(err, ": ");
	}
	px_unread_put(err, unread);
	px_message_end(console);
}
