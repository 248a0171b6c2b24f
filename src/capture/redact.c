/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing what a capture is not to hold: which, and by what.
 */
#include "redact.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "kind.h"
#include "maps.h"
#include "name.h"
#include "scan.h"
#include "siphash.h"

/* Of a token's number: enough for none to be that of another. */
#define TOKEN_DIGITS 12

static const char *const names[] = { "args", "paths", "addresses", "queries" };

unsigned px_redaction_find(const char *name, size_t length)
{
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			return 1U << i;
	return 0;
}

const char *px_redaction_name(unsigned what)
{
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (what == 1U << i)
			return names[i];
	return NULL;
}

int px_redaction_init(struct px_redaction *redaction, unsigned what)
{
	redaction->what = what;
	if (what == 0)
		return 0;
	if (getrandom(redaction->key, sizeof(redaction->key), 0) != (ssize_t)sizeof(redaction->key))
		return -errno;
	return 0;
}

void px_redactor_deinit(struct px_redactor *redactor)
{
	free(redactor->out.bytes);
	free(redactor->line.bytes);
	free(redactor->moved);
}

void px_bytes_put(struct px_bytes *to, const char *bytes, size_t length)
{
	if (to->size - to->length < length) {
		size_t size = (to->length + length) * 2 + 4096;
		char *more = realloc(to->bytes, size);

		if (more == NULL) {
			to->failed = true;
			return;
		}
		to->bytes = more;
		to->size = size;
	}
	if (length > 0)
		memcpy(to->bytes + to->length, bytes, length);
	to->length += length;
}

static void put_string(struct px_bytes *to, const char *string)
{
	px_bytes_put(to, string, strlen(string));
}

/* The byte at *@at, and move that: where a kernel has written \012, a newline. */
static char unescape(const char **at, const char *end)
{
	const char *p = *at;

	if (end - p >= 4 && p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' &&
		p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
		*at = p + 4;
		return (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
	}
	*at = p + 1;
	return *p;
}

void px_redact_token(const struct px_redaction *redaction, char kind, const struct pmapx_text *text,
	struct px_bytes *out)
{
	const char *at = text->bytes, *end = at + text->length;
	size_t start = out->length;
	char token[1 + TOKEN_DIGITS];
	uint64_t hash;

	/* The files of one name write it differently. */
	while (at < end) {
		char byte = unescape(&at, end);

		px_bytes_put(out, &byte, 1);
	}
	hash = px_siphash(redaction->key, out->bytes + start, out->length - start);
	out->length = start;
	token[0] = kind;
	for (size_t i = 1; i < sizeof(token); i++, hash >>= 4)
		token[i] = "0123456789abcdef"[hash & 15];
	px_bytes_put(out, token, sizeof(token));
}

/* The folder that tells what is in it, if @path is there; returns its length. */
static size_t put_folder(const struct pmapx_text *path, struct px_bytes *out)
{
	for (const char *const *folder = px_kind_folders; *folder != NULL; folder++)
		if (px_name_begins(path, *folder)) {
			put_string(out, *folder);
			return strlen(*folder);
		}
	return 0;
}

static bool tells_kind(const struct pmapx_text *part)
{
	return part->length == strlen(PX_KIND_FOLDER_ANYWHERE) &&
		px_name_begins(part, PX_KIND_FOLDER_ANYWHERE);
}

/* Each of what stands between slashes. */
static void put_components(
	const struct px_redaction *redaction, const struct pmapx_text *path, struct px_bytes *out)
{
	const char *at = path->bytes + put_folder(path, out), *end = path->bytes + path->length;

	while (at < end) {
		const char *stop = memchr(at, '/', (size_t)(end - at));
		struct pmapx_text part = { at, (size_t)((stop ? stop : end) - at) };

		if (tells_kind(&part))
			px_bytes_put(out, part.bytes, part.length);
		else if (part.length > 0)
			px_redact_token(redaction, 'p', &part, out);
		if (stop == NULL)
			break;
		put_string(out, "/");
		at = stop + 1;
	}
}

/* Take what says that it is gone off the end of @path. */
static void strip_deleted(struct pmapx_text *path)
{
	/* What the kernel puts behind the path; numa_maps escapes blanks. */
	static const char *const endings[] = { " (deleted)", "\\040(deleted)" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t length = strlen(endings[i]);

		if (path->length <= length ||
			memcmp(path->bytes + path->length - length, endings[i], length) != 0)
			continue;
		path->length -= length;
		return;
	}
}

/* Names that tell what is mapped, and nothing else; @path is without " (deleted)". */
static bool is_of_kernel(const struct pmapx_text *path)
{
	static const char *const files[] = { "/dev/zero", "/anon_hugepage", "/[aio]" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (path->length == strlen(files[i]) && px_name_begins(path, files[i]))
			return true;
	return px_name_is_label(path) || px_name_is_sysv(path) ||
		memchr(path->bytes, '/', path->length) == NULL;
}

/*
 * "[anon:NAME]", "[anon_shmem:NAME]": what a program has called its memory, by
 * PR_SET_VMA_ANON_NAME; false if @path is none of these.  A word that tells what it
 * is for stays.
 */
static bool put_given_name(
	const struct px_redaction *redaction, const struct pmapx_text *path, struct px_bytes *out)
{
	static const char *const frames[] = { "[anon:", "[anon_shmem:" };

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		size_t length = strlen(frames[i]);
		struct pmapx_text name;
		const char *word;

		if (!px_name_is_label(path) || !px_name_begins(path, frames[i]))
			continue;
		name = (struct pmapx_text){ path->bytes + length, path->length - length - 1 };
		put_string(out, frames[i]);
		px_redact_token(redaction, 'p', &name, out);
		word = px_kind_word(&name);
		if (word != NULL) {
			put_string(out, " ");
			put_string(out, word);
		}
		put_string(out, "]");
		return true;
	}
	return false;
}

void px_redact_path(
	const struct px_redaction *redaction, const struct pmapx_text *path, struct px_bytes *out)
{
	static const char memfd[] = "/memfd:";
	struct pmapx_text rest = *path, gone;

	strip_deleted(&rest);
	if ((redaction->what & PX_REDACT_PATHS) != 0 && put_given_name(redaction, path, out))
		return;
	if ((redaction->what & PX_REDACT_PATHS) == 0 || path->length == 0 || is_of_kernel(&rest)) {
		px_bytes_put(out, path->bytes, path->length);
		return;
	}
	/* How it says that it is gone stays as it is written. */
	gone = (struct pmapx_text){ rest.bytes + rest.length, path->length - rest.length };
	if (px_name_begins(&rest, memfd)) {
		put_string(out, memfd);
		rest.bytes += sizeof(memfd) - 1;
		rest.length -= sizeof(memfd) - 1;
	}
	put_components(redaction, &rest, out);
	px_bytes_put(out, gone.bytes, gone.length);
}

/* What the program of a process may be called. */
static struct pmapx_text program_name(
	const struct px_redaction *redaction, const struct px_redact_facts *facts)
{
	struct pmapx_text program = facts->program;

	if ((redaction->what & PX_REDACT_PATHS) != 0 || program.length == 0)
		return facts->comm;
	strip_deleted(&program);
	return px_name_last_component(&program);
}

/* An argument that holds a path: what is before that and a "=" stays. */
static void put_path_argument(const struct px_redaction *redaction,
	const struct pmapx_text *argument, struct px_bytes *out)
{
	const char *slash = memchr(argument->bytes, '/', argument->length), *start;
	struct pmapx_text path;

	if (slash == NULL) {
		px_bytes_put(out, argument->bytes, argument->length);
		return;
	}
	start = memrchr(argument->bytes, '=', (size_t)(slash - argument->bytes));
	start = start != NULL ? start + 1 : argument->bytes;
	px_bytes_put(out, argument->bytes, (size_t)(start - argument->bytes));
	path = (struct pmapx_text){ start, argument->length - (size_t)(start - argument->bytes) };
	put_components(redaction, &path, out);
}

static void redact_cmdline(struct px_redactor *redactor, const struct pmapx_text *cmdline,
	const struct px_redact_facts *facts)
{
	const struct px_redaction *redaction = redactor->redaction;
	const char *at = cmdline->bytes, *end = at + cmdline->length;
	bool hides_all = (redaction->what & PX_REDACT_ARGS) != 0;

	while (at < end) {
		const char *stop = memchr(at, '\0', (size_t)(end - at));
		struct pmapx_text word = { at, (size_t)((stop ? stop : end) - at) };

		if (at == cmdline->bytes &&
			(hides_all || memchr(word.bytes, '/', word.length) != NULL)) {
			struct pmapx_text name = program_name(redaction, facts);

			px_bytes_put(&redactor->out, name.bytes, name.length);
		} else if (!hides_all) {
			put_path_argument(redaction, &word, &redactor->out);
		} else if (word.length > 0) {
			px_redact_token(redaction, 'a', &word, &redactor->out);
		}
		if (stop == NULL)
			break;
		px_bytes_put(&redactor->out, "", 1);
		at = stop + 1;
	}
}

bool px_redacts(const struct px_redaction *redaction, const char *name)
{
	static const struct {
		const char *name;
		unsigned what;
	} files[] = {
		{ "cmdline", PX_REDACT_ARGS | PX_REDACT_PATHS },
		{ "exe", PX_REDACT_PATHS },
		{ "cgroup", PX_REDACT_PATHS },
		{ "stat", PX_REDACT_ADDRESSES },
		{ "smaps_rollup", PX_REDACT_ADDRESSES },
		{ "smaps", PX_REDACT_PATHS | PX_REDACT_ADDRESSES },
		{ "maps", PX_REDACT_PATHS | PX_REDACT_ADDRESSES },
		{ "numa_maps", PX_REDACT_PATHS | PX_REDACT_ADDRESSES },
		{ "mounts", PX_REDACT_PATHS },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (strcmp(files[i].name, name) == 0)
			return (redaction->what & files[i].what) != 0;
	return false;
}

void px_redact_small(struct px_redactor *redactor, const char *name, const struct pmapx_text *text,
	const struct px_redact_facts *facts)
{
	if (strcmp(name, "cmdline") == 0)
		redact_cmdline(redactor, text, facts);
	else if (strcmp(name, "exe") == 0)
		px_redact_path(redactor->redaction, text, &redactor->out);
	else if (strcmp(name, "stat") == 0)
		px_redact_stat(redactor, text);
	else if (strcmp(name, "smaps_rollup") == 0)
		px_redact_rollup(redactor, text);
	else
		px_redact_lines(redactor, name, text, true);
}

/* A line of smaps or maps. */
static void redact_map_line(struct px_redactor *redactor, const struct pmapx_text *line)
{
	const struct px_redaction *redaction = redactor->redaction;
	struct px_bytes *out = &redactor->out;
	enum px_line_kind kind = px_line_kind(line);
	struct pmapx_error ignored;
	struct pmapx_mapping mapping;
	const char *middle, *end;
	size_t start = out->length;

	if (kind == PX_LINE_KEY) {
		px_bytes_put(out, line->bytes, line->length);
		return;
	}
	/* What cannot be read cannot be cleaned. */
	if (kind != PX_LINE_MAPPING || px_maps_parse(line, &mapping, &ignored) < 0)
		return;
	middle = line->bytes;
	if ((redaction->what & PX_REDACT_ADDRESSES) != 0) {
		uint64_t to = px_move(redactor, &mapping);

		px_redact_put_address(out, to);
		put_string(out, "-");
		px_redact_put_address(out, to + (mapping.end - mapping.start));
		middle = memchr(line->bytes, ' ', line->length);
	}
	end = mapping.name.bytes;
	if (mapping.name.length > 0)
		while (end[-1] == ' ')
			end--;
	px_bytes_put(out, middle, (size_t)(end - middle));
	/* Names stay in their column, one blank behind what is before them at least. */
	if (mapping.name.length > 0)
		do
			put_string(out, " ");
		while (out->length - start < (size_t)(mapping.name.bytes - line->bytes));
	px_redact_path(redaction, &mapping.name, out);
}

/* "7f0123456000 default file=/a/path anon=1 ..." */
static void redact_numa_line(struct px_redactor *redactor, const struct pmapx_text *line)
{
	static const char file[] = " file=";
	struct px_bytes *out = &redactor->out;
	const char *at = line->bytes, *end = at + line->length, *path;
	struct pmapx_text name;
	uint64_t address;

	if ((redactor->redaction->what & PX_REDACT_ADDRESSES) != 0) {
		at = px_scan_hex(at, end, &address);
		if (at == NULL)
			return;
		px_redact_put_address(out, px_moved(redactor, address));
	}
	path = memmem(at, (size_t)(end - at), file, sizeof(file) - 1);
	if (path != NULL) {
		path += sizeof(file) - 1;
		px_bytes_put(out, at, (size_t)(path - at));
		at = memchr(path, ' ', (size_t)(end - path));
		if (at == NULL)
			at = end;
		name = (struct pmapx_text){ path, (size_t)(at - path) };
		px_redact_path(redactor->redaction, &name, out);
	}
	px_bytes_put(out, at, (size_t)(end - at));
}

/* "4:memory:/a/path" */
static void redact_cgroup_line(struct px_redactor *redactor, const struct pmapx_text *line)
{
	const char *slash = memchr(line->bytes, '/', line->length);
	struct pmapx_text path;

	if (slash == NULL) {
		px_bytes_put(&redactor->out, line->bytes, line->length);
		return;
	}
	px_bytes_put(&redactor->out, line->bytes, (size_t)(slash - line->bytes));
	path = (struct pmapx_text){ slash, line->length - (size_t)(slash - line->bytes) };
	put_components(redactor->redaction, &path, &redactor->out);
}

/* "device /a/path hugetlbfs options 0 0" */
static void redact_mount_line(struct px_redactor *redactor, const struct pmapx_text *line)
{
	const char *at = line->bytes, *end = at + line->length;

	for (int word = 0; word < 2 && at < end; word++) {
		const char *stop = memchr(at, ' ', (size_t)(end - at));
		struct pmapx_text path = { at, (size_t)((stop ? stop : end) - at) };

		px_redact_path(redactor->redaction, &path, &redactor->out);
		at += path.length;
		if (stop != NULL) {
			put_string(&redactor->out, " ");
			at++;
		}
	}
	px_bytes_put(&redactor->out, at, (size_t)(end - at));
}

static void redact_line(
	struct px_redactor *redactor, const char *name, const struct pmapx_text *line)
{
	if (strcmp(name, "numa_maps") == 0)
		redact_numa_line(redactor, line);
	else if (strcmp(name, "cgroup") == 0)
		redact_cgroup_line(redactor, line);
	else if (strcmp(name, "mounts") == 0)
		redact_mount_line(redactor, line);
	else
		redact_map_line(redactor, line);
}

void px_redact_lines(
	struct px_redactor *redactor, const char *name, const struct pmapx_text *text, bool is_last)
{
	const char *at = text->bytes, *end = at + text->length;
	const char *newline;

	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		struct pmapx_text line = { at, (size_t)(newline - at) };

		if (redactor->line.length > 0) {
			px_bytes_put(&redactor->line, line.bytes, line.length);
			line = (struct pmapx_text){ redactor->line.bytes, redactor->line.length };
		}
		redact_line(redactor, name, &line);
		put_string(&redactor->out, "\n");
		redactor->line.length = 0;
		at = newline + 1;
	}
	px_bytes_put(&redactor->line, at, (size_t)(end - at));
	if (is_last && redactor->line.length > 0) {
		redact_line(redactor, name,
			&(struct pmapx_text){ redactor->line.bytes, redactor->line.length });
		redactor->line.length = 0;
	}
}

int px_redact_keep(struct px_redactor *redactor, struct px_spool *spool)
{
	struct px_bytes *out = &redactor->out;
	int r = out->failed ? -ENOMEM : px_spool_append(spool, out->bytes, out->length);

	out->length = 0;
	return r;
}
