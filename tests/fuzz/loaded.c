/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold of whatever is loaded: the script has nothing but rows where there are
 * rows, each with all its columns; mappings are in order, and of processes that have a
 * row; a server can take each key.
 */
#include "loaded.h"

#include <string.h>

#include "console.h"
#include "load.h"
#include "schema.h"

/* More rows of a table are not compared with each other. */
#define KEYS_MAX 4096

/* A mapping, or a process. */
struct key {
	struct pmapx_text pid;
	long long count;
};

/* What has been seen of a capture. */
struct seen {
	struct key mapped[KEYS_MAX], processes[KEYS_MAX];
	size_t mapped_count, process_count;
};

/* A number, as COPY takes it for a column. */
static bool is_number(const struct pmapx_text *value, enum px_column_type type)
{
	const long long most = type == PX_TYPE_INTEGER ? INT32_MAX : INT64_MAX;
	char text[32], *end;
	long long number;

	if (value->length == 0 || value->length >= sizeof(text))
		return false;
	memcpy(text, value->bytes, value->length);
	text[value->length] = '\0';
	number = strtoll(text, &end, 10);
	return *end == '\0' && number <= most && number >= -most - 1;
}

/* A text: no byte that would end it, and no escape that is none. */
static bool is_text(const struct pmapx_text *value)
{
	for (size_t i = 0; i < value->length; i++) {
		if (value->bytes[i] == '\0' || value->bytes[i] == '\r')
			return false;
		if (value->bytes[i] == '\\' &&
			(++i == value->length || strchr("\\tnr", value->bytes[i]) == NULL))
			return false;
	}
	return true;
}

static void must_be_value(const struct px_schema_column *column, const struct pmapx_text *value)
{
	if (value->length == 2 && memcmp(value->bytes, "\\N", 2) == 0)
		px_must(!column->is_not_null);
	else if (column->type == PX_TYPE_TEXT)
		px_must(is_text(value));
	else
		px_must(is_number(value, column->type));
}

static bool is_same(const struct pmapx_text *one, const struct pmapx_text *other)
{
	return one->length == other->length && memcmp(one->bytes, other->bytes, one->length) == 0;
}

static struct key *find(struct key *keys, size_t count, const struct pmapx_text *pid)
{
	for (size_t i = count; i > 0; i--)
		if (is_same(&keys[i - 1].pid, pid))
			return &keys[i - 1];
	return NULL;
}

/* Mappings are numbered from 1, process by process, and have the size they say. */
static void take_mapping(struct seen *seen, const struct pmapx_text *values)
{
	const struct pmapx_text *pid = &values[PX_MAPPING_PID];
	struct key *key = find(seen->mapped, seen->mapped_count, pid);
	uint64_t start = strtoull(values[PX_MAPPING_START_ADDR].bytes, NULL, 16);
	uint64_t end = strtoull(values[PX_MAPPING_END_ADDR].bytes, NULL, 16);

	px_must(strtoll(values[PX_MAPPING_SIZE].bytes, NULL, 10) == (long long)(end - start));
	px_must(strtoll(values[PX_MAPPING_ADDR].bytes, NULL, 10) == (long long)start);
	if (key == NULL) {
		if (seen->mapped_count == KEYS_MAX)
			return;
		key = &seen->mapped[seen->mapped_count++];
		*key = (struct key){ .pid = *pid };
	}
	px_must(strtoll(values[PX_MAPPING_SEQ].bytes, NULL, 10) == ++key->count);
}

static void take_process(struct seen *seen, const struct pmapx_text *values)
{
	const struct pmapx_text *pid = &values[PX_PROCESS_PID], *n = &values[PX_PROCESS_N_MAPPINGS];
	const struct key *mapped = find(seen->mapped, seen->mapped_count, pid);

	px_must(find(seen->processes, seen->process_count, pid) == NULL);
	if (mapped != NULL)
		px_must(is_number(n, PX_TYPE_BIGINT) &&
			strtoll(n->bytes, NULL, 10) == mapped->count);
	if (seen->process_count < KEYS_MAX)
		seen->processes[seen->process_count++] = (struct key){ .pid = *pid };
}

/* A capture has ended. */
static void must_be_whole(struct seen *seen)
{
	for (size_t i = 0; i < seen->mapped_count && seen->process_count < KEYS_MAX; i++)
		px_must(find(seen->processes, seen->process_count, &seen->mapped[i].pid) != NULL);
	seen->mapped_count = seen->process_count = 0;
}

/* "COPY name (...) FROM STDIN;": that rows of it follow. */
static bool begins_data(const struct pmapx_text *line, enum px_table_id *ret)
{
	if (line->length < 5 || memcmp(line->bytes, "COPY ", 5) != 0)
		return false;
	for (int i = 0; i < PX_TABLES; i++) {
		size_t length = strlen(px_schema_tables[i].name);
		const char *name = line->bytes + 5;

		if (strncmp(name, "pmapx_", 6) == 0)
			name += 6;
		if (strncmp(name, px_schema_tables[i].name, length) == 0 && name[length] == ' ') {
			*ret = (enum px_table_id)i;
			return true;
		}
	}
	px_must(false);
	return false;
}

static void take_row(struct seen *seen, enum px_table_id id, const struct pmapx_text *line,
	struct px_loaded *loaded)
{
	const struct px_schema_table *table = &px_schema_tables[id];
	struct pmapx_text values[64];
	const char *at = line->bytes, *end = at + line->length;
	size_t count = 0;

	for (; count < table->count; count++) {
		const char *tab = memchr(at, '\t', (size_t)(end - at));
		const char *stop = tab != NULL ? tab : end;

		values[count] = (struct pmapx_text){ at, (size_t)(stop - at) };
		must_be_value(&table->columns[count], &values[count]);
		px_must((tab == NULL) == (count + 1 == table->count));
		at = stop + 1;
	}
	if (id == PX_TABLE_MAPPING)
		take_mapping(seen, values);
	if (id == PX_TABLE_PROCESS)
		take_process(seen, values);
	loaded->captures += id == PX_TABLE_CAPTURE;
	loaded->mappings += id == PX_TABLE_MAPPING;
}

/* All of the script. */
static void must_be_script(struct px_loaded *loaded)
{
	static struct seen seen;
	struct pmapx_text text = { loaded->script.bytes, loaded->script.length }, line;
	enum px_table_id table = PX_TABLE_CAPTURE;
	bool is_data = false;

	seen.mapped_count = seen.process_count = 0;
	while (px_next_line(&text, &line)) {
		if (!is_data) {
			is_data = begins_data(&line, &table);
			if (is_data && table == PX_TABLE_CAPTURE)
				must_be_whole(&seen);
		} else if (line.length == 2 && memcmp(line.bytes, "\\.", 2) == 0) {
			is_data = false;
		} else {
			take_row(&seen, table, &line, loaded);
		}
	}
	px_must(!is_data);
	must_be_whole(&seen);
}

/* A console whose output is kept. */
struct said {
	struct px_sink sink;
	struct px_console console;
	struct px_bytes out, err;
};

static void take(struct px_sink *sink, struct px_out *out)
{
	struct said *said = (struct said *)(void *)sink;

	px_bytes_add(out == &said->console.out ? &said->out : &said->err, out->bytes, out->length);
}

/* Nothing of a script is taken back. */
static bool undo(struct px_sink *sink)
{
	(void)sink;
	return false;
}

void px_must_load(
	const char *path, const char *activity, const char *contexts, struct px_loaded *ret)
{
	static struct said said;
	char *source = strdup(path);
	const struct px_load_options options = {
		.walk = { .verb = "load" },
		.sources = &source,
		.source_count = 1,
		.host = "host",
		.activity = activity,
		.contexts = contexts,
	};

	px_must(source != NULL);
	px_console_init(&said.console, "pmapx");
	said.sink = (struct px_sink){ .take = take, .undo = undo };
	said.console.out.sink = said.console.err.sink = &said.sink;
	said.console.locale.has_charset = true;
	said.console.locale.charset = PX_CHARSET_UTF8;
	said.out = said.err = (struct px_bytes){ 0 };
	ret->status = px_load(&said.console, &options);
	px_out_flush(&said.console.out);
	px_out_flush(&said.console.err);
	px_console_deinit(&said.console);
	ret->script = said.out;
	ret->said = said.err;
	free(source);
	px_must(ret->status == 0 || ret->status == 2);
	px_must(ret->status == 0 || ret->said.length > 0);
	px_must_be_harmless(&ret->said, true);
	/* What is not committed need not be whole. */
	if (ret->script.length > 0 &&
		memmem(ret->script.bytes, ret->script.length, "\\endif\n", 7) != NULL)
		must_be_script(ret);
}

void px_must_load_same(const struct px_loaded *one, const struct px_loaded *other)
{
	px_must(one->status == other->status);
	px_must(one->script.length == other->script.length);
	px_must(one->script.length == 0 ||
		memcmp(one->script.bytes, other->script.bytes, one->script.length) == 0);
}

void px_loaded_drop(struct px_loaded *loaded)
{
	px_bytes_drop(&loaded->script);
	px_bytes_drop(&loaded->said);
	*loaded = (struct px_loaded){ .status = 0 };
}
