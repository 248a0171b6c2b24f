/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record of a server log is.
 *
 * A prefix may be anything, and one file may have several: each backend takes a
 * new log_line_prefix when its next command comes.  What never changes is
 * "SEVERITY:  " before a message, with two blanks, in every language; where
 * log_error_verbosity is verbose, five letters of SQLSTATE and ": " follow.
 */
#include "log_entry.h"

#include <string.h>

#include "csv_cells.h"
#include "json.h"
#include "scan.h"

/* How far into a line the tag of syslog may be, and the number next to "PID". */
#define MAX_HEADER 512

/* Whether @text has @word anywhere. */
static const char *find(const struct pmapx_text *text, const char *word)
{
	return text->length > 0 ? memmem(text->bytes, text->length, word, strlen(word)) : NULL;
}

static bool begins(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

/* A pid at @at; NULL if there is no number that could be one. */
static const char *scan_pid(const char *at, const char *end, uint32_t *ret)
{
	uint64_t number;

	at = px_scan_decimal(at, end, &number);
	if (at == NULL || number == 0 || number > INT32_MAX)
		return NULL;
	*ret = (uint32_t)number;
	return at;
}

/*
 * The number behind "PID" in the message that begins a dump, which every language
 * has there; "(PID n)" is of messages about others that ended.
 */
static uint32_t announced_pid(const struct pmapx_text *message)
{
	struct pmapx_text text = { message->bytes,
		message->length < MAX_HEADER ? message->length : MAX_HEADER };
	const char *end = text.bytes + text.length, *at = find(&text, "PID");
	uint32_t pid = 0;

	if (at == NULL || (at > text.bytes && at[-1] == '('))
		return 0;
	at = px_skip_blanks(at + 3, end);
	return scan_pid(at, end, &pid) != NULL ? pid : 0;
}

/* A message without prefix: a row, or what may announce a dump. */
static bool read_message(struct px_log_entry *entry)
{
	const char *at = entry->message.bytes, *end = at + entry->message.length;

	entry->is_row = begins(at, end, "level: ") || begins(at, end, "Grand total: ");
	entry->announced = entry->is_row ? 0 : announced_pid(&entry->message);
	return entry->is_row || entry->announced != 0;
}

/* A record of csvlog: time, user, database, pid, ..., and the message as the fourteenth. */
static bool read_csv(const struct px_log_record *record, char *room, struct px_log_entry *ret)
{
	struct pmapx_text rest = record->text;
	struct px_csv_cell cell;

	for (int column = 1; column <= 14; column++) {
		const char *end;

		if (!px_csv_next(&rest, &cell))
			return false;
		end = cell.text.bytes + cell.text.length;
		if (column == 1)
			ret->prefix = cell.text;
		if (column == 4 && scan_pid(cell.text.bytes, end, &ret->pid) != end)
			return false;
	}
	ret->source = PX_CONTEXTS_CSVLOG;
	ret->message = (struct pmapx_text){ room, px_csv_decode(&cell, room) };
	return read_message(ret);
}

/* One member of an object of jsonlog, whose name has been read. */
static int read_member(
	struct px_json *json, const struct pmapx_text *key, char *room, struct px_log_entry *ret)
{
	struct px_json_token token;
	struct px_json ahead = *json;
	const char *end;
	int r = px_json_next(&ahead, &token);

	if (r <= 0)
		return r < 0 ? r : -EBADMSG;
	end = token.text.bytes + token.text.length;
	if (token.kind == PX_JSON_NUMBER && px_json_equals(key, "pid")) {
		if (scan_pid(token.text.bytes, end, &ret->pid) != end)
			return -EBADMSG;
	} else if (token.kind == PX_JSON_STRING && px_json_equals(key, "timestamp")) {
		ret->prefix = token.text;
	} else if (token.kind == PX_JSON_STRING && px_json_equals(key, "message")) {
		ssize_t length = px_json_decode(&token.text, room, token.text.length);

		if (length < 0)
			return -EBADMSG;
		ret->message = (struct pmapx_text){ room, (size_t)length };
	}
	return px_json_skip(json);
}

static bool read_json(const struct px_log_record *record, char *room, struct px_log_entry *ret)
{
	struct px_json_token token;
	struct px_json json;
	int r;

	px_json_init(&json, &record->text);
	if (px_json_next(&json, &token) != 1 || token.kind != PX_JSON_OBJECT)
		return false;
	while ((r = px_json_next(&json, &token)) == 1 && token.kind == PX_JSON_KEY)
		if (read_member(&json, &token.text, room, ret) != 1)
			return false;
	/* It must be whole. */
	if (r != 1 || px_json_next(&json, &token) != 0 || ret->pid == 0 ||
		ret->message.bytes == NULL)
		return false;
	ret->source = PX_CONTEXTS_JSONLOG;
	return read_message(ret);
}

/* Whether @byte can be in what syslog calls a program. */
static bool is_of_name(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
		(byte >= 'a' && byte <= 'z') || byte == '_' || byte == '-' || byte == '.';
}

/* "[6-2] " at @at; where it ends, or @at. */
static const char *read_chunk(const char *at, const char *end, struct px_log_entry *ret)
{
	const char *p = at;

	if (p == end || *p != '[')
		return at;
	p = px_scan_decimal(p + 1, end, &ret->sequence);
	if (p == NULL || p == end || *p != '-')
		return at;
	p = px_scan_decimal(p + 1, end, &ret->chunk);
	if (p == NULL || !begins(p, end, "] "))
		return at;
	ret->has_chunk = true;
	return p + 2;
}

/* What is behind the tag of syslog, "postgres[9117]: ", and its "[6-1] "; or all of @line. */
static struct pmapx_text read_tag(const struct pmapx_text *line, struct px_log_entry *ret)
{
	const char *end = line->bytes + line->length, *at;
	const char *stop = line->length > MAX_HEADER ? line->bytes + MAX_HEADER : end;

	for (at = line->bytes; at < stop && (at = memchr(at, '[', (size_t)(stop - at))) != NULL;
		at++) {
		const char *p;

		if (at == line->bytes || !is_of_name(at[-1]))
			continue;
		p = scan_pid(at + 1, end, &ret->tag_pid);
		if (p != NULL && begins(p, end, "]: ")) {
			ret->header = (struct pmapx_text){ line->bytes,
				(size_t)(at - line->bytes) };
			p = read_chunk(p + 3, end, ret);
			return (struct pmapx_text){ p, (size_t)(end - p) };
		}
		ret->tag_pid = 0;
	}
	return *line;
}

/* Whether SQLSTATE and ": " are at @at, as verbose messages have it. */
static bool has_state(const char *at, const char *end)
{
	if (end - at < 7 || at[5] != ':' || at[6] != ' ')
		return false;
	for (int i = 0; i < 5; i++)
		if (!((at[i] >= '0' && at[i] <= '9') || (at[i] >= 'A' && at[i] <= 'Z')))
			return false;
	return true;
}

/*
 * Find the message in @body: behind the first severity, or behind what looks like
 * one and has a row of a dump behind it.  The prefix ends with the first either way:
 * what follows may be a statement that somebody chose.
 */
static bool read_severity(const struct pmapx_text *body, struct px_log_entry *ret)
{
	const char *end = body->bytes + body->length, *at = body->bytes;

	while (at < end && (at = memmem(at, (size_t)(end - at), ":  ", 3)) != NULL) {
		const char *message = at + 3;

		if (has_state(message, end))
			message += 7;
		if (ret->prefix.bytes == NULL) {
			ret->prefix = (struct pmapx_text){ body->bytes,
				(size_t)(at - body->bytes) };
			ret->message = (struct pmapx_text){ message, (size_t)(end - message) };
		}
		if (begins(message, end, "level: ") || begins(message, end, "Grand total: ")) {
			ret->message = (struct pmapx_text){ message, (size_t)(end - message) };
			break;
		}
		at += 3;
	}
	return ret->prefix.bytes != NULL;
}

static bool read_plain(const struct px_log_record *record, struct px_log_entry *ret)
{
	struct pmapx_text body = read_tag(&record->text, ret);
	const char *at = body.bytes, *end = at + body.length;

	/* The next line of a message of several. */
	if (begins(at, end, "\t") || begins(at, end, "#011") || begins(at, end, "\\t"))
		return false;
	/* Any part but the first goes to the one before it, if anywhere. */
	if (ret->has_chunk && ret->chunk > 1) {
		ret->source = PX_CONTEXTS_LOG;
		ret->message = body;
		return true;
	}
	if (read_severity(&body, ret)) {
		ret->source = PX_CONTEXTS_LOG;
		return read_message(ret) || ret->has_chunk;
	}
	ret->source = PX_CONTEXTS_STDERR;
	ret->message = body;
	return true;
}

bool px_log_entry_read(const struct px_log_record *record, char *room, struct px_log_entry *ret)
{
	const struct pmapx_text *text = &record->text;

	*ret = (struct px_log_entry){ 0 };
	if (text->length == 0)
		return false;
	if (record->csv)
		return read_csv(record, room, ret);
	if (text->bytes[0] == '{')
		return read_json(record, room, ret);
	return read_plain(record, ret);
}

void px_log_pids_begin(struct px_log_pids *pids, const struct pmapx_text *prefix)
{
	*pids = (struct px_log_pids){ prefix->bytes, prefix->bytes + prefix->length, false };
}

uint32_t px_log_pids_next(struct px_log_pids *pids)
{
	const char *begin = pids->at;

	while (pids->at < pids->end) {
		const char *at = pids->at, *stop;
		uint32_t pid;

		/* Each run of digits is looked at once, at its beginning. */
		if (*at < '0' || *at > '9') {
			pids->at++;
			continue;
		}
		for (stop = at; stop < pids->end && *stop >= '0' && *stop <= '9';)
			stop++;
		pids->at = stop;
		/* Not of a time, a version, an address or a name. */
		if (at > begin && strchr(" \t<[(=,;", at[-1]) == NULL)
			continue;
		if (stop < pids->end && strchr(" \t>]),;:", *stop) == NULL)
			continue;
		if (stop + 1 < pids->end && *stop == ':' && stop[1] != ' ')
			continue;
		if (scan_pid(at, stop, &pid) != stop)
			continue;
		pids->bracketed = at > begin && at[-1] == '[' && stop < pids->end && *stop == ']';
		return pid;
	}
	return 0;
}
