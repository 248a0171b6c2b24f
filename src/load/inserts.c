/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of INSERTs into a table "maps", as the scripts of an article about memory in /proc
 * make them with awk: a statement for each mapping, with label, host, number of the process,
 * size, and the fields of its line.
 *
 * They are read for what they say, and never run.  Their maker put quotes around names as
 * they were, so that a name may have quotes in it, doubled or not; it also lost all names
 * with blanks in them.  Lines of maps are made of them again, for the parser.
 */
#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pmapx/parser.h>

#include "descriptor.h"
#include "load_impl.h"
#include "mapping_row.h"
#include "scan.h"
#include "text_input.h"

static const char insert[] = "INSERT INTO maps VALUES ('";

/* No statement is longer. */
#define STATEMENT_MAX ((size_t)64 * 1024)

/* A statement. */
struct statement {
	struct pmapx_text label, host;
	struct pmapx_text start, end, perms, offset, dev, inode;
	struct pmapx_text name; /* Empty for NULL. */
	uint64_t pid;
};

/* A file of them that is read. */
struct inserts {
	struct px_loading *loading;
	struct px_text_input input;
	char *text, *line; /* The statement at hand, and a line; owned. */
	size_t length;
	bool is_long;           /* Not all of the statement is there. */
	uint64_t number, first; /* Of lines so far, and that of the statement. */
	size_t bad;
	uint64_t first_bad;
	const char *why; /* That is. */
	bool is_cut;     /* Nothing more can be read. */
	bool has_next;   /* @line is the beginning of the next statement. */

	char **captures; /* All that have begun: label, newline, host; owned. */
	size_t capture_count;
	void *processes;      /* All of the capture at hand, as tsearch() has them. */
	const char *repeated; /* Why nothing is taken, NULL if it is. */

	/* The process at hand: */
	uint64_t pid;
	struct pmapx_parser *parser;
	struct px_mapping_row row;
	char *label, *host, *program; /* Owned. */
};

static bool begins(const char *line, const char *word)
{
	return strncmp(line, word, strlen(word)) == 0;
}

/* Whether a line is about transactions only, or about nothing. */
static bool is_frame(const char *line)
{
	return begins(line, "BEGIN") || begins(line, "COMMIT") || begins(line, "--") ||
		line[strspn(line, " \t\r\n")] == '\0';
}

bool px_inserts_is(struct px_input *input)
{
	char line[sizeof(insert)];
	struct px_text_input text;
	size_t seen = 0;
	ssize_t n = 1;

	*line = '\0';
	/* What cannot be unpacked is told by whoever reads it then. */
	if (input->is_folder || px_text_input_open(&text, input, true) < 0)
		return false;
	/* A little that is packed may be very much. */
	for (; n > 0 && seen < STATEMENT_MAX && is_frame(line); seen += (size_t)n)
		n = px_text_input_line(&text, line, sizeof(line));
	px_text_input_close(&text);
	return n > 0 && begins(line, insert);
}

/* What is before the next @end of *@rest, which loses both; false if there is none. */
static bool take(struct pmapx_text *rest, const char *end, struct pmapx_text *ret)
{
	size_t length = strlen(end);
	const char *at = memmem(rest->bytes, rest->length, end, length);

	if (at == NULL)
		return false;
	*ret = (struct pmapx_text){ rest->bytes, (size_t)(at - rest->bytes) };
	rest->length -= ret->length + length;
	rest->bytes = at + length;
	return true;
}

/* Take a host, which ends where the number of a process follows. */
static bool take_host(struct pmapx_text *rest, struct statement *statement)
{
	struct pmapx_text number;
	const char *end;

	if (!take(rest, "', ", &statement->host) || !take(rest, ", ", &number))
		return false;
	end = number.bytes + number.length;
	return px_scan_decimal(number.bytes, end, &statement->pid) == end && number.length > 0 &&
		statement->pid > 0 && statement->pid <= INT32_MAX;
}

/* What a statement says; false if it is another. */
static bool parse(const struct inserts *inserts, struct statement *ret)
{
	static const char ending[] = "');";
	struct pmapx_text rest = { inserts->text, inserts->length }, size;

	while (rest.length > 0 && strchr(" \r\n", rest.bytes[rest.length - 1]) != NULL)
		rest.length--;
	rest.bytes += strlen(insert);
	rest.length -= strlen(insert);
	if (!take(&rest, "', '", &ret->label) || !take_host(&rest, ret) ||
		!take(&rest, ", '", &size) || !take(&rest, "', '", &ret->start) ||
		!take(&rest, "', '", &ret->end) || !take(&rest, "', '", &ret->perms) ||
		!take(&rest, "', '", &ret->offset) || !take(&rest, "', '", &ret->dev) ||
		!take(&rest, "', ", &ret->inode))
		return false;
	ret->name = (struct pmapx_text){ rest.bytes, 0 };
	if (rest.length == 6 && memcmp(rest.bytes, "NULL);", 6) == 0)
		return true;
	if (rest.length < 4 || *rest.bytes != '\'' ||
		memcmp(rest.bytes + rest.length - 3, ending, 3) != 0)
		return false;
	ret->name = (struct pmapx_text){ rest.bytes + 1, rest.length - 4 };
	return true;
}

/* Whether all quotes of a name are doubled. */
static bool is_quoted(const struct pmapx_text *name)
{
	for (size_t i = 0; i < name->length; i++) {
		if (name->bytes[i] != '\'')
			continue;
		if (i + 1 == name->length || name->bytes[i + 1] != '\'')
			return false;
		i++;
	}
	return true;
}

/* The line of maps that it was made of. */
static int feed(struct inserts *inserts, const struct statement *statement)
{
	const struct pmapx_text *fields[] = { &statement->start, &statement->end, &statement->perms,
		&statement->offset, &statement->dev, &statement->inode };
	struct px_bytes line = { .bytes = NULL };
	bool quoted = is_quoted(&statement->name);
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (i > 0)
			r = px_bytes_append(&line, i == 1 ? "-" : " ", 1);
		if (r == 0)
			r = px_bytes_append(&line, fields[i]->bytes, fields[i]->length);
	}
	if (r == 0)
		r = px_bytes_append(&line, " ", 1);
	for (size_t i = 0; r == 0 && i < statement->name.length; i++) {
		char byte = statement->name.bytes[i];

		r = byte == '\n' ? px_bytes_append(&line, "\\012", 4)
				 : px_bytes_append(&line, &byte, 1);
		i += quoted && byte == '\'';
	}
	if (r == 0)
		r = px_bytes_append(&line, "\n", 1);
	if (r == 0)
		r = pmapx_parser_feed(inserts->parser, line.bytes, line.length);
	free(line.bytes);
	return r;
}

static const char not_insert[] = "not an INSERT of a mapping";

static void note_bad(struct inserts *inserts, const char *why)
{
	if (inserts->bad++ == 0) {
		inserts->first_bad = inserts->first;
		inserts->why = why;
	}
}

/* Add what can be told of the mappings so far. */
static int add_mappings(struct inserts *inserts)
{
	const struct pmapx_mapping *mapping;
	struct pmapx_error error;
	int r;

	while ((r = pmapx_parser_next(inserts->parser, &mapping, &error)) != 0) {
		if (r == -EAGAIN || r == -ENOMEM)
			break;
		if (r < 0) {
			note_bad(inserts, not_insert);
			continue;
		}
		r = px_mapping_row_fill(&inserts->row, (pid_t)inserts->pid, mapping);
		if (r < 0)
			return r;
		if (inserts->program == NULL && mapping->perms[2] == 'x' &&
			mapping->name.length > 0 && *mapping->name.bytes == '/')
			inserts->program = strndup(mapping->name.bytes, mapping->name.length);
		/* No kernel has such without a name: "/dev/zero (deleted)" has been lost. */
		if (mapping->name.length == 0 && pmapx_mapping_is_shared(mapping))
			inserts->row.values[PX_MAPPING_CLASS] =
				inserts->row.values[PX_MAPPING_KIND] = px_load_text("shm");
		px_load_add(inserts->loading, PX_TABLE_MAPPING, inserts->row.values);
		inserts->loading->mappings++;
		if (inserts->row.count % 4096 == 0)
			px_load_progress(inserts->loading);
	}
	return r == -ENOMEM ? r : 0;
}

/* All mappings of the process at hand have come. */
static int end_process(struct inserts *inserts)
{
	const struct px_visit nobody = { .process = NULL };
	int r = 0;

	if (inserts->pid == 0)
		return 0;
	pmapx_parser_finish(inserts->parser);
	r = add_mappings(inserts);
	if (r == 0)
		r = px_load_process(inserts->loading, &nobody, (pid_t)inserts->pid,
			inserts->is_cut ? "partial" : "ok", inserts->row.count, inserts->program);
	inserts->loading->processes++;
	px_load_progress(inserts->loading);
	inserts->pid = 0;
	pmapx_parser_reset(inserts->parser);
	inserts->row.count = 0;
	inserts->row.kinds = (struct pmapx_kinds){ .file = 0 };
	free(inserts->program);
	inserts->program = NULL;
	return r;
}

/* All processes of a label and host have come. */
static int end_capture(struct inserts *inserts)
{
	struct px_loading *loading = inserts->loading;
	int r = end_process(inserts);

	if (r < 0 || !loading->has_begun)
		return r;
	if (loading->failed == 0)
		loading->failed = px_servers_settle(&loading->servers, loading->store);
	if (loading->failed == 0)
		r = px_load_activity(loading, NULL);
	if (r == 0 && loading->failed == 0)
		r = px_load_contexts(loading, NULL);
	px_load_capture_clear(loading);
	tdestroy(inserts->processes, free);
	inserts->processes = NULL;
	return r;
}

static bool is_text(const char *string, const struct pmapx_text *text)
{
	return string != NULL && strlen(string) == text->length &&
		memcmp(string, text->bytes, text->length) == 0;
}

/* Begin the capture that a statement is of, unless there has been one of that name. */
static int begin_capture(struct inserts *inserts, const struct statement *statement)
{
	const struct px_load_options *options = inserts->loading->options;
	char **more = reallocarray(
		inserts->captures, inserts->capture_count + 1, sizeof(*inserts->captures));
	char *name;

	free(inserts->label);
	free(inserts->host);
	inserts->label = strndup(statement->label.bytes, statement->label.length);
	inserts->host = strndup(statement->host.bytes, statement->host.length);
	if (more == NULL || inserts->label == NULL || inserts->host == NULL)
		return -ENOMEM;
	inserts->captures = more;
	if (asprintf(&name, "%s\n%s", options->label != NULL ? options->label : inserts->label,
		    options->host != NULL ? options->host : inserts->host) < 0)
		return -ENOMEM;
	inserts->repeated = NULL;
	for (size_t i = 0; i < inserts->capture_count; i++)
		if (strcmp(inserts->captures[i], name) == 0)
			inserts->repeated =
				"another capture has come since the one that this is of";
	inserts->captures[inserts->capture_count++] = name;
	if (inserts->repeated != NULL)
		return 0;
	return px_load_capture_named(inserts->loading, inserts->label, inserts->host);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Begin the process that a statement is of, unless it was there before. */
static int begin_process(struct inserts *inserts, uint64_t pid)
{
	uint64_t *number = malloc(sizeof(*number)), **found = NULL;

	if (number != NULL) {
		*number = pid;
		found = tsearch(number, &inserts->processes, compare);
	}
	inserts->repeated = NULL;
	if (found != NULL && *found == number) {
		inserts->pid = pid;
		return 0;
	}
	free(number);
	inserts->repeated = "another process has come since the one that this is of";
	return found != NULL ? 0 : -ENOMEM;
}

/* One statement: of the process at hand, or of the next. */
static int take_statement(struct inserts *inserts, const struct statement *statement)
{
	int r = 0;

	if (!is_text(inserts->label, &statement->label) ||
		!is_text(inserts->host, &statement->host)) {
		r = end_capture(inserts);
		if (r == 0)
			r = begin_capture(inserts, statement);
	}
	if (r == 0 && inserts->loading->has_begun && statement->pid != inserts->pid) {
		r = end_process(inserts);
		if (r == 0)
			r = begin_process(inserts, statement->pid);
	}
	if (r == 0 && inserts->repeated != NULL) {
		note_bad(inserts, inserts->repeated);
		return 0;
	}
	if (r == 0)
		r = feed(inserts, statement);
	return r == 0 ? add_mappings(inserts) : r;
}

/* Append the line to the statement, as far as there is room. */
static void add_line(struct inserts *inserts)
{
	size_t length = strlen(inserts->line), room = STATEMENT_MAX - inserts->length;

	inserts->is_long |= length > room || inserts->input.is_cut;
	if (length > room)
		length = room;
	memcpy(inserts->text + inserts->length, inserts->line, length);
	inserts->length += length;
}

/* The next statement, with all its lines; 1, 0 at the end, or what reading gave. */
static int next_statement(struct inserts *inserts)
{
	inserts->length = 0;
	inserts->is_long = false;
	for (;;) {
		ssize_t n = 1;

		if (!inserts->has_next)
			n = px_text_input_line(&inserts->input, inserts->line, STATEMENT_MAX);
		if (n <= 0)
			return n < 0 ? (int)n : inserts->length > 0;
		inserts->has_next = inserts->length > 0 &&
			(begins(inserts->line, insert) || is_frame(inserts->line));
		if (inserts->has_next)
			return 1;
		inserts->number++;
		if (inserts->length == 0 && is_frame(inserts->line))
			continue;
		if (inserts->length == 0)
			inserts->first = inserts->number;
		add_line(inserts);
	}
}

static int read_all(struct inserts *inserts)
{
	struct statement statement;
	int r = 0, read = 0;

	while (inserts->loading->failed == 0 && (read = next_statement(inserts)) > 0) {
		if (!inserts->is_long && inserts->length > strlen(insert) &&
			begins(inserts->text, insert) && parse(inserts, &statement))
			r = take_statement(inserts, &statement);
		else
			note_bad(inserts, not_insert);
		if (r < 0)
			return r;
	}
	/* What is there is loaded. */
	inserts->is_cut = read < 0;
	r = inserts->loading->failed == 0 ? end_capture(inserts) : 0;
	return read < 0 ? read : r;
}

/* Say what could not be read, @r or statements. */
static int tell(const struct inserts *inserts, const char *path, int r)
{
	if (r < 0)
		px_load_say(inserts->loading, path, px_text_input_trouble(&inserts->input, r));
	if (inserts->bad > 0) {
		char text[128];

		(void)snprintf(text, sizeof(text), "line %llu: %s",
			(unsigned long long)inserts->first_bad, inserts->why);
		if (inserts->bad > 1)
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text),
				" (and %zu more)", inserts->bad - 1);
		px_load_say(inserts->loading, path, text);
	}
	return r < 0 || inserts->bad > 0 ? 2 : 0;
}

static int read_input(struct inserts *inserts)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = true,
		.look_ahead = true,
	};
	int r;

	inserts->text = malloc(STATEMENT_MAX);
	inserts->line = malloc(STATEMENT_MAX);
	if (inserts->text == NULL || inserts->line == NULL)
		return -ENOMEM;
	r = pmapx_parser_open(&options, &inserts->parser);
	return r == 0 ? read_all(inserts) : r;
}

int px_load_inserts(struct px_loading *loading, struct px_input *input)
{
	struct inserts inserts = { .loading = loading };
	int status, r = px_text_input_open(&inserts.input, input, false);

	if (r < 0) {
		px_load_say(loading, input->path, px_describe_error(-r));
		return 2;
	}
	loading->from = input->path;
	r = read_input(&inserts);
	px_load_progress_end(loading);
	status = tell(&inserts, input->path, r);
	px_load_capture_clear(loading);
	pmapx_parser_close(inserts.parser);
	px_mapping_row_deinit(&inserts.row);
	px_text_input_close(&inserts.input);
	free(inserts.text);
	free(inserts.line);
	free(inserts.label);
	free(inserts.host);
	free(inserts.program);
	tdestroy(inserts.processes, free);
	for (size_t i = 0; i < inserts.capture_count; i++)
		free(inserts.captures[i]);
	free(inserts.captures);
	return status;
}
