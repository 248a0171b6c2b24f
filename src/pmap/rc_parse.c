/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of rc files, line by line: sections in brackets, one word to a
 * line, comments behind '#'.  What is wrong is warned about and reading goes
 * on, in pmap's words.
 */
#include "rc_parse.h"

#include <stdlib.h>
#include <string.h>

#include "scan.h"

/* What counts of a line. */
#define LINE_MAX_BYTES 1024

enum section { SECTION_NONE, SECTION_FIELDS, SECTION_MAPPING, SECTION_UNKNOWN };

static const char too_long[] = "config line too long - line %d";
static const char unsupported[] = "unsupported section found in the config - line %d";
static const char syntax[] = "syntax error found in the config - line %d";

struct rc_parser {
	struct px_console *console;
	struct px_rc *rc;
	enum section section;
	uint64_t line;
};

static void warn(struct rc_parser *parser, const char *format)
{
	px_message_format(
		parser->console, format, &(struct px_format_value){ .number = parser->line }, 1);
}

static bool begins(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
}

static bool add_name(struct px_rc *rc, const char *bytes, size_t length)
{
	struct px_rc_name *name;

	if (rc->count == rc->size) {
		size_t size = rc->size ? rc->size * 2 : 32;
		struct px_rc_name *names = reallocarray(rc->names, size, sizeof(*names));

		if (names == NULL)
			return false;
		rc->names = names;
		rc->size = size;
	}
	name = &rc->names[rc->count++];
	name->length = (unsigned char)(length < PX_RC_NAME_MAX ? length : PX_RC_NAME_MAX);
	memcpy(name->bytes, bytes, name->length);
	return true;
}

/* A word in a section, and what stands behind it. */
static bool parse_word(struct rc_parser *parser, const char *at, const char *end)
{
	const char *stop = at, *next;
	size_t length;

	if (parser->section == SECTION_UNKNOWN)
		return true;
	if (parser->section == SECTION_NONE) {
		warn(parser, syntax);
		return true;
	}
	while (stop < end && *stop != ' ' && *stop != '\t')
		stop++;
	length = (size_t)(stop - at);
	next = px_skip_blanks(stop, end);
	if (next < end && *next != '#')
		warn(parser, syntax);
	if (parser->section == SECTION_FIELDS)
		return add_name(parser->rc, at, length);
	if (length == strlen("ShowPath") && begins(at, end, "ShowPath"))
		parser->rc->show_path = true;
	return true;
}

/* A line that begins with a bracket; returns what is left of it as content. */
static const char *parse_section(struct rc_parser *parser, const char *at, const char *end)
{
	const char *close = memchr(at, ']', (size_t)(end - at));

	if (close == NULL) {
		warn(parser, syntax);
		return end;
	}
	if (begins(at, end, "[Fields Display]")) {
		parser->section = SECTION_FIELDS;
	} else if (begins(at, end, "[Mapping]")) {
		parser->section = SECTION_MAPPING;
	} else {
		parser->section = SECTION_UNKNOWN;
		warn(parser, unsupported);
	}
	at = px_skip_blanks(close + 1, end);
	if (at == end || *at == '#')
		return end;
	warn(parser, syntax);
	return at;
}

static bool parse_line(struct rc_parser *parser, const char *at, const char *end)
{
	if ((size_t)(end - at) >= LINE_MAX_BYTES) {
		warn(parser, too_long);
		end = at + LINE_MAX_BYTES;
	}
	at = px_skip_blanks(at, end);
	if (at < end && *at == '[')
		at = parse_section(parser, at, end);
	if (at == end || *at == '#')
		return true;
	return parse_word(parser, at, end);
}

bool px_rc_parse(struct px_console *console, const char *bytes, size_t length, struct px_rc *rc)
{
	struct rc_parser parser = { .console = console, .rc = rc };
	const char *at = bytes, *end = bytes + length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		parser.line++;
		if (!parse_line(&parser, at, stop)) {
			px_rc_deinit(rc);
			return false;
		}
		at = newline ? newline + 1 : end;
	}
	return true;
}

void px_rc_deinit(struct px_rc *rc)
{
	free(rc->names);
	*rc = (struct px_rc){ 0 };
}

bool px_rc_wants(const struct px_rc *rc, const struct pmapx_text *name)
{
	for (size_t i = 0; i < rc->count; i++)
		if (rc->names[i].length == name->length &&
			memcmp(rc->names[i].bytes, name->bytes, name->length) == 0)
			return true;
	return false;
}

bool px_rc_wants_heading(
	const struct px_rc *rc, const struct px_console *console, const char *heading)
{
	const char *translated = px_translate(&console->locale, heading);

	return px_rc_wants(rc, &(struct pmapx_text){ heading, strlen(heading) }) ||
		px_rc_wants(rc, &(struct pmapx_text){ translated, strlen(translated) });
}
