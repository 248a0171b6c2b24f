/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a server log that dumps of memory contexts are made of.
 */
#include "dump_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context_line.h"

/* ":  " behind the severity, and SQLSTATE with ": " where messages are verbose. */
#define BEHIND_SEVERITY 3
#define STATE_LENGTH 7

void px_dump_lines_init(struct px_dump_lines *lines)
{
	*lines = (struct px_dump_lines){ .records = { .max_length = PX_CONTEXTS_MAX_LINE } };
}

void px_dump_lines_deinit(struct px_dump_lines *lines)
{
	px_log_records_deinit(&lines->records);
	free(lines->room);
}

int px_dump_lines_feed(struct px_dump_lines *lines, const void *bytes, size_t length)
{
	return px_log_records_feed(&lines->records, bytes, length);
}

void px_dump_lines_restart(struct px_dump_lines *lines)
{
	px_log_records_deinit(&lines->records);
	lines->records = (struct px_log_records){ .max_length = PX_CONTEXTS_MAX_LINE };
}

static int make_room(struct px_dump_lines *lines, size_t size)
{
	char *room;

	if (size <= lines->room_size)
		return 0;
	room = realloc(lines->room, size * 2);
	if (room == NULL)
		return -ENOMEM;
	lines->room = room;
	lines->room_size = size * 2;
	return 0;
}

/* The row is up to where its ident begins, behind ": ". */
static bool take_row(const struct pmapx_text *message, struct px_dump_line *ret)
{
	struct px_context_line line;

	if (!px_context_line_logged(message, &line))
		return false;
	ret->row = *message;
	if (line.is_grand || line.context.ident.bytes == NULL)
		return true;
	ret->ident = line.context.ident;
	ret->row.length = (size_t)(ret->ident.bytes - message->bytes) - strlen(": ");
	return true;
}

/* What is before the message. */
static void take_head(const struct px_log_record *record, const struct px_log_entry *entry,
	struct px_dump_line *ret)
{
	size_t between;

	ret->is_plain = entry->source == PX_CONTEXTS_LOG;
	ret->pid = entry->pid;
	ret->head = entry->prefix;
	if (!ret->is_plain)
		return;
	between = (size_t)(entry->message.bytes - (entry->prefix.bytes + entry->prefix.length));
	ret->is_doubtful = between != BEHIND_SEVERITY && between != BEHIND_SEVERITY + STATE_LENGTH;
	ret->head = (struct pmapx_text){ record->text.bytes,
		(size_t)(entry->message.bytes - record->text.bytes) };
}

int px_dump_lines_next(struct px_dump_lines *lines, struct px_dump_line *ret)
{
	struct px_log_record record;
	struct px_log_entry entry;
	int r;

	while ((r = px_log_records_next(&lines->records, &record)) == 1) {
		r = make_room(lines, record.text.length + 1);
		if (r < 0)
			return r;
		/* Lines without a prefix are of stderr, which nobody was asked to write to. */
		if (!px_log_entry_read(&record, lines->room, &entry) ||
			entry.source == PX_CONTEXTS_STDERR ||
			(!entry.is_row && entry.announced == 0) || entry.prefix.bytes == NULL)
			continue;
		*ret = (struct px_dump_line){ .text = record.text, .announced = entry.announced };
		if (entry.is_row && !take_row(&entry.message, ret))
			continue;
		take_head(&record, &entry, ret);
		return 1;
	}
	return r;
}
