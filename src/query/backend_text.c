/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One backend for people: who it is, the kernel's view, that of PostgreSQL, that of malloc, and
 * what follows from all of them.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "put.h"
#include "text.h"
#include "units.h"

/* Columns of a line, of a number, and of what stands in front of the text of a line. */
enum { LINE = 80, NUMBER = 10, HEAD = 9 };

/* The parts of a process, by their names in views. */
static const struct part {
	const char *name, *about;
} parts[] = {
	{ "shared", "shared memory (buffers and the rest)" },
	{ "dynamic", "dynamic shared memory" },
	{ "file", "program and libraries" },
	{ "heap", "[heap]" },
	{ "mmap", "mmap chunks" },
	{ "stack", "stack" },
	{ "jit", "generated code" },
	{ "other", "other" },
};

static struct px_out *out_of(const struct px_backend *backend)
{
	return &backend->console->out;
}

/* Text from outside in @width columns; what is longer ends in '+'. */
static void put_outside(const struct px_backend *backend, const char *text, size_t width)
{
	struct px_locale *locale = &backend->console->locale;
	size_t length = strlen(text);
	bool is_long = px_text_width(locale, text, length) > width;

	if (is_long)
		length = px_text_fit(locale, text, length, width - 1);
	px_out_text(out_of(backend), locale, text, length);
	if (is_long)
		px_out_string(out_of(backend), "+");
}

/* The same, of what is longer the end: of a path to a context, that says most. */
static void put_outside_end(const struct px_backend *backend, const char *text, size_t width)
{
	struct px_locale *locale = &backend->console->locale;
	size_t length = strlen(text), skipped = 0;

	while (px_text_width(locale, text + skipped, length - skipped) > width - (skipped > 0)) {
		size_t step = px_utf8_any_length((const unsigned char *)text + skipped,
			(const unsigned char *)text + length);

		skipped += step > 0 ? step : 1;
	}
	if (skipped > 0)
		px_out_string(out_of(backend), "+");
	px_out_text(out_of(backend), locale, text + skipped, length - skipped);
}

/* Text of a column of the backend, or @otherwise. */
static void put_cell(
	const struct px_backend *backend, const char *column, size_t width, const char *otherwise)
{
	const char *text = px_backend_text(backend, backend->who, column);

	put_outside(backend, text != NULL && *text != '\0' ? text : otherwise, width);
}

/* A number of kB, on the right; '?' if it is not known. */
static void put_size(const struct px_backend *backend, sqlite3_stmt *row, const char *column)
{
	char text[PX_SIZE_MAX + 1], *end = text;
	int64_t kb;

	if (!px_backend_number(backend, row, column, &kb)) {
		*end++ = '?';
	} else {
		if (kb < 0)
			*end++ = '-';
		end = px_put_size(
			end, kb < 0 ? -(uint64_t)kb : (uint64_t)kb, backend->options->shape.units);
	}
	px_out_right(out_of(backend), text, (size_t)(end - text), NUMBER);
}

/* A label, filled up such that @count numbers follow it. */
static void put_label(const struct px_backend *backend, const char *label, size_t count)
{
	px_out_left(out_of(backend), label, strlen(label), LINE - count * NUMBER);
}

/* A line with one number of the backend. */
static void put_line(const struct px_backend *backend, const char *label, const char *column)
{
	put_label(backend, label, 1);
	put_size(backend, backend->who, column);
	px_out_string(out_of(backend), "\n");
}

/* The same with a name from outside behind the label. */
static void put_named_line(const struct px_backend *backend, const char *label, const char *name,
	const char *behind, const char *column)
{
	size_t room = LINE - NUMBER - strlen(label) - strlen(behind) - 1, width;
	const char *text = px_backend_text(backend, backend->who, name);

	if (text == NULL)
		return;
	width = px_text_width(&backend->console->locale, text, strlen(text));
	px_out_string(out_of(backend), label);
	put_outside_end(backend, text, room);
	px_out_string(out_of(backend), behind);
	px_out_fill(out_of(backend), ' ', width < room ? room - width + 1 : 1);
	put_size(backend, backend->who, column);
	px_out_string(out_of(backend), "\n");
}

static const char *unit_of(const struct px_backend *backend)
{
	static const char *const names[] = {
		[PX_UNITS_K] = " (kB)",
		[PX_UNITS_M] = " (MB)",
		[PX_UNITS_G] = " (GB)",
		[PX_UNITS_BEST] = "",
	};

	return names[backend->options->shape.units];
}

static bool is_match(const struct px_backend *backend, const char *match)
{
	const char *text = px_backend_text(backend, backend->who, "match");

	return text != NULL && strcmp(text, match) == 0;
}

/* What is not as one would think. */
static void put_doubts(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);

	if (backend->pid != backend->options->pid) {
		px_out_string(out, "         Its number is ");
		px_out_number(out, (uint64_t)backend->options->pid);
		px_out_string(out, " inside its PID namespace.\n");
	}
	if (is_match(backend, "pid reused"))
		px_out_string(out,
			"         The number has come round: pg_stat_activity, and maybe a dump of\n"
			"         contexts, tell of another process that had or has it.\n");
	else if (is_match(backend, "pid only"))
		px_out_string(out,
			"         Nothing tells when it began: that pg_stat_activity means the same\n"
			"         process follows from the number only.\n");
	else if (is_match(backend, "not in pg_stat_activity"))
		px_out_string(
			out, "         It is not in pg_stat_activity, as far as that is there.\n");
	else if (is_match(backend, "no pg_stat_activity"))
		px_out_string(out, "         There is no pg_stat_activity: --activity takes it.\n");
}

static void put_look(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);

	px_out_string(out, "Look     ");
	put_cell(backend, "test_label", 22, "?");
	px_out_string(out, " of ");
	put_cell(backend, "hostname", 16, "?");
	if (px_backend_text(backend, backend->who, "taken_at") != NULL) {
		px_out_string(out, ", ");
		put_cell(backend, "taken_at", 27, "");
	}
	px_out_string(out, "\n");
	if (backend->looks > 1) {
		px_out_string(out, "         The last of ");
		px_out_number(out, backend->looks);
		px_out_string(out, " looks at it: --label takes another.\n");
	}
}

/* The query, in one line, which ends where a terminal does.  0 or -ENOMEM. */
static int put_query(const struct px_backend *backend)
{
	const char *query = px_backend_text(backend, backend->who, "query");
	size_t length = 0, room = px_console_width(backend->console);
	char *line;

	if (query == NULL || *query == '\0')
		return 0;
	line = malloc(strlen(query) + 1);
	if (line == NULL)
		return -ENOMEM;
	for (; *query != '\0'; query++) {
		char byte = *query;

		if (strchr("\t\r\n", byte) != NULL)
			byte = ' ';
		if (byte != ' ' || (length > 0 && line[length - 1] != ' '))
			line[length++] = byte;
	}
	if (length > 0 && line[length - 1] == ' ')
		length--;
	line[length] = '\0';
	px_out_string(out_of(backend), "Query    ");
	put_outside(backend, line, room == 0 ? SIZE_MAX : room > LINE ? room - HEAD : LINE - HEAD);
	px_out_string(out_of(backend), "\n");
	free(line);
	return 0;
}

/* Who it is; 0 or -ENOMEM. */
static int put_who(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);
	int r;

	px_out_string(out, "Backend  ");
	px_out_number(out, (uint64_t)backend->pid);
	px_out_string(out, "  ");
	if (px_backend_text(backend, backend->who, "username") != NULL) {
		put_cell(backend, "username", 16, "");
		px_out_string(out, "@");
		put_cell(backend, "datname", 16, "-");
		px_out_string(out, "  ");
	}
	put_cell(backend, "backend_type", 22, "?");
	px_out_string(out, "\n");
	if (px_backend_text(backend, backend->who, "application_name") != NULL) {
		px_out_string(out, "         application \"");
		put_cell(backend, "application_name", 24, "");
		px_out_string(out, "\", client ");
		put_cell(backend, "client", 24, "-");
		px_out_string(out, "\n");
	}
	put_look(backend);
	px_out_string(out, "State    ");
	put_cell(backend, "state", 30, "?");
	if (px_backend_text(backend, backend->who, "wait_event") != NULL) {
		px_out_string(out, ", waits for ");
		put_cell(backend, "wait_event", 24, "");
	}
	px_out_string(out, "\n");
	r = put_query(backend);
	put_doubts(backend);
	return r;
}

/* The words for a part; those of chunks say how many there are. */
static void put_part(const struct px_backend *backend)
{
	const char *name = px_backend_text(backend, backend->rows, "part");
	/* The database may be somebody else's, and its views may not be ours. */
	const char *about = "?";
	char label[LINE], *end = label;
	int64_t count;

	for (size_t i = 0; name != NULL && i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(name, parts[i].name) == 0)
			about = parts[i].about;
	end = stpcpy(stpcpy(end, "  "), about);
	if (name != NULL && strcmp(name, "mmap") == 0 &&
		px_backend_number(backend, backend->rows, "mappings", &count) && count >= 0) {
		end = stpcpy(end, " (");
		end = px_put_decimal(end, (uint64_t)count, 0);
		*end++ = ')';
	}
	px_out_left(out_of(backend), label, (size_t)(end - label), LINE - 4 * NUMBER);
	put_size(backend, backend->rows, "size");
	put_size(backend, backend->rows, "resident");
	put_size(backend, backend->rows, "own");
	put_size(backend, backend->rows, "swap");
	px_out_string(out_of(backend), "\n");
}

/* "WORD NUMBER" in a sentence. */
static void put_inline(const struct px_backend *backend, const char *word, const char *column)
{
	struct px_out *out = out_of(backend);
	int64_t kb;

	px_out_string(out, word);
	if (px_backend_number(backend, backend->who, column, &kb) && kb >= 0)
		px_out_written(out,
			px_put_size(px_out_room(out, PX_SIZE_MAX), (uint64_t)kb,
				backend->options->shape.units));
	else
		px_out_string(out, "?");
}

static int put_kernel(struct px_backend *backend)
{
	static const char *const headings[] = { "Size", "Resident", "Own", "Swapped" };
	struct px_out *out = out_of(backend);
	int64_t rss;
	int r = px_backend_begin(backend, 1);

	if (r < 0)
		return r;
	px_out_string(out, "\nKERNEL");
	px_out_left(out, unit_of(backend), strlen(unit_of(backend)), LINE - 6 - 4 * NUMBER);
	for (size_t i = 0; i < 4; i++)
		px_out_right(out, headings[i], strlen(headings[i]), NUMBER);
	px_out_string(out, "\n");
	while ((r = px_backend_next(backend)) == 1)
		put_part(backend);
	put_label(backend, "  total", 4);
	put_size(backend, backend->who, "size");
	put_size(backend, backend->who, "resident");
	put_size(backend, backend->who, "own");
	put_size(backend, backend->who, "swap");
	px_out_string(out, "\n");
	if (!px_backend_number(backend, backend->who, "rss", &rss)) {
		px_out_string(out, "  Without smaps nobody knows what of it is in memory.\n");
		return r;
	}
	put_inline(backend, "  Of what is resident, others may have ", "shared");
	put_inline(backend, " as well; Pss is ", "pss");
	put_inline(backend, ".\n  Ending this backend frees ", "own");
	put_inline(backend, ", and page tables of ", "page_tables");
	px_out_string(out, ".\n");
	return r;
}

/* How far the looks of the kernel and of the server are apart. */
static void put_skew(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);
	int64_t skew;

	if (!px_backend_number(backend, backend->who, "skew_ms", &skew)) {
		px_out_string(out, "  Nobody knows how long after the kernel's numbers it was.\n");
		return;
	}
	px_out_string(out, "  This was ");
	px_out_number(out, skew < 0 ? -(uint64_t)skew : (uint64_t)skew);
	px_out_string(out, skew < 0 ? " ms before" : " ms after");
	px_out_string(out, " the kernel's numbers.\n");
}

/* What there would have to be. */
static void put_no_dump(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);
	int64_t number, incomplete;

	px_out_string(out, "  There is no complete dump of its memory contexts");
	if (px_backend_number(backend, backend->who, "incomplete_dumps", &incomplete) &&
		incomplete > 0) {
		px_out_string(out, "; of ");
		px_out_number(out, (uint64_t)incomplete);
		px_out_string(out, ", lines are missing");
	}
	px_out_string(out, ".\n");
	if (px_backend_number(backend, backend->who, "server", &number) && number == backend->pid) {
		px_out_string(
			out, "  A postmaster prints none, but to a debugger: pmapx report --gdb ");
	} else {
		if (!px_backend_number(backend, backend->who, "ns_pid", &number) || number < 0)
			number = backend->pid;
		px_out_string(out,
			"  This has one printed to the server's log, which --contexts takes:\n"
			"    psql -X -c 'SELECT pg_log_backend_memory_contexts(");
		px_out_number(out, (uint64_t)number);
		px_out_string(out, ")'\n  Before PostgreSQL 14: pmapx report --gdb ");
	}
	px_out_number(out, (uint64_t)backend->pid);
	px_out_string(out, "\n");
}

static void put_contexts(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);
	char behind[PX_SIZE_MAX + 4] = "", *end = behind;
	int64_t count;

	px_out_string(out, "\nPOSTGRESQL");
	px_out_string(out, unit_of(backend));
	px_out_string(out, "\n");
	if (!px_backend_number(backend, backend->who, "ctx_total", &count)) {
		put_no_dump(backend);
		return;
	}
	put_line(backend, "  memory contexts, in use", "ctx_used");
	put_line(backend, "  memory contexts, free inside them", "ctx_free");
	put_named_line(backend, "    largest branch: ", "top_branch", "", "top_branch_size");
	if (px_backend_number(backend, backend->who, "top_kind_contexts", &count) && count >= 0) {
		end = stpcpy(end, " (");
		end = px_put_decimal(end, (uint64_t)count, 0);
		(void)stpcpy(end, ")");
	}
	put_named_line(backend, "    largest kind: ", "top_kind", behind, "top_kind_size");
	put_skew(backend);
}

static void put_malloc(const struct px_backend *backend)
{
	struct px_out *out = out_of(backend);
	int64_t number;

	px_out_string(out, "\nALLOCATOR");
	px_out_string(out, unit_of(backend));
	px_out_string(out, "\n");
	put_line(backend, "  malloc's space in memory: [heap] and mmap chunks", "malloc");
	if (px_backend_number(backend, backend->who, "malloc_swap", &number) && number > 0)
		put_line(backend, "  malloc's space in swap", "malloc_swap");
	put_line(backend, "    of which memory contexts account for", "ctx_total");
	put_line(backend, "    outside contexts (estimate)", "outside");
	if (px_backend_number(backend, backend->who, "malloc_free", &number)) {
		put_line(backend, "      on malloc's free lists (by malloc itself)", "malloc_free");
		put_line(backend, "      in use by libraries, and overhead (by malloc itself)",
			"other_malloc");
	}
	if (px_backend_number(backend, backend->who, "outside", &number) && number < 0)
		px_out_string(out,
			"  Less than 0: contexts hold what was never touched, or have changed between\n"
			"  both looks.\n");
}

int px_backend_put_text(struct px_backend *backend)
{
	int r;

	r = put_who(backend);
	if (r == 0)
		r = put_kernel(backend);
	if (r < 0)
		return r;
	put_contexts(backend);
	put_malloc(backend);
	px_out_string(out_of(backend), "\nVERDICT  ");
	put_cell(backend, "verdict", SIZE_MAX, "?");
	px_out_string(out_of(backend), "\n");
	return 0;
}
