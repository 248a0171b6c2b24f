/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PostgreSQL has said beside the kernel: pg_stat_activity, dumps of memory contexts, and
 * malloc's account of itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "activity.h"
#include "contexts.h"
#include "descriptor.h"
#include "load_impl.h"
#include "scan.h"

#define PIECE ((size_t)128 * 1024)

/* Where to read from: a file, or one of the source. */
struct input {
	const char *name; /* For messages. */
	int fd;           /* -1 if it is the source's. */
	struct pmapx_source *source;
	const char *host;
	enum px_host_file which;
	uint64_t offset;
};

/* 1 if there is something to be read, 0 if there is nothing; a negative errno after a message. */
static int open_input(struct px_loading *loading, struct pmapx_source *source, const char *path,
	enum px_host_file which, struct input *ret)
{
	static const char *const names[PX_HOST_FILES] = {
		[PX_HOST_ACTIVITY] = "postgres/activity.csv",
		[PX_HOST_LOG] = "postgres/log",
	};
	char byte;

	*ret = (struct input){ .name = path, .fd = -1 };
	/* What is not of the capture may be of any server. */
	loading->servers.asked = path == NULL ? loading->postmaster : 0;
	if (path != NULL) {
		ret->fd = px_open_regular(AT_FDCWD, path, 0);
		if (ret->fd >= 0)
			return 1;
		px_load_say(loading, path, px_describe_error(-ret->fd));
		loading->is_damaged = true;
		return 0;
	}
	if (source == NULL)
		return 0;
	ret->name = names[which];
	ret->source = source;
	ret->host = loading->key;
	ret->which = which;
	return px_host_file_read(source, ret->host, which, 0, &byte, 1) > 0;
}

static ssize_t read_input(struct input *input, void *bytes, size_t size)
{
	ssize_t n = input->fd >= 0 ? px_read(input->fd, bytes, size)
				   : px_host_file_read(input->source, input->host, input->which,
					     input->offset, bytes, size);

	if (n > 0)
		input->offset += (uint64_t)n;
	return n;
}

static void close_input(struct input *input)
{
	if (input->fd >= 0)
		close(input->fd);
}

/* Something that could not be read: the first is told, with how many there are. */
struct trouble {
	uint64_t line;
	const char *why;
	size_t count;
	size_t items; /* What could be read. */
};

static void note(struct trouble *trouble, uint64_t line, const char *why)
{
	if (trouble->count++ == 0) {
		trouble->line = line;
		trouble->why = why;
	}
}

static void tell(struct px_loading *loading, const struct input *input,
	const struct trouble *trouble, const char *before)
{
	char text[256];

	if (trouble->count == 0)
		return;
	(void)snprintf(text, sizeof(text), "line %llu: %s%s", (unsigned long long)trouble->line,
		before, trouble->why);
	if (trouble->count > 1)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), " (and %zu more)",
			trouble->count - 1);
	px_load_say(loading, input->name, text);
}

static struct px_datum text_value(const struct pmapx_text *text)
{
	return text->bytes != NULL ? px_datum_text(text->bytes, text->length) : px_datum_null();
}

static struct px_datum instance_value(int64_t instance)
{
	return instance != 0 ? px_datum_number(instance) : px_datum_null();
}

/* The column of the table that has a column of pg_stat_activity. */
static const enum px_PG_ACTIVITY_column activity_columns[PX_ACTIVITY_COLUMN_COUNT] = {
#define X(name, column, kind) [PX_ACTIVITY_##name] = PX_PG_ACTIVITY_##name,
	PX_ACTIVITY_COLUMNS(X)
#undef X
};

static void add_activity(struct px_loading *loading, const struct px_activity_row *activity)
{
	struct px_datum row[PX_PG_ACTIVITY_COLUMNS];
	const struct pmapx_text *leader = &activity->text[PX_ACTIVITY_LEADER_PID];
	const int64_t *start = activity->has_backend_start ? &activity->backend_start_us : NULL;
	uint64_t number = 0;

	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++)
		row[activity_columns[i]] = text_value(&activity->text[i]);
	row[PX_PG_ACTIVITY_PID] = px_datum_number(activity->pid);
	row[PX_PG_ACTIVITY_SEQ] = px_datum_number(++loading->activity_rows);
	row[PX_PG_ACTIVITY_PG_INSTANCE] = instance_value(loading->told_by);
	/* The one column that is a number. */
	row[PX_PG_ACTIVITY_LEADER_PID] = px_datum_null();
	if (leader->length > 0 &&
		px_scan_decimal(leader->bytes, leader->bytes + leader->length, &number) ==
			leader->bytes + leader->length &&
		number <= INT32_MAX)
		row[PX_PG_ACTIVITY_LEADER_PID] = px_datum_number((int64_t)number);
	row[PX_PG_ACTIVITY_BACKEND_START_US] = start != NULL ? px_datum_number(*start)
							     : px_datum_null();
	px_load_add(loading, PX_TABLE_PG_ACTIVITY, row);
}

/* Of several servers none can be told to be the one that has said it. */
static void say_unknown(struct px_loading *loading, const struct input *input)
{
	char why[128];

	(void)snprintf(why, sizeof(why),
		"which of %zu servers it is of cannot be told: it is put beside no process",
		loading->servers.instances);
	px_load_say(loading, input->name, why);
}

/* Whose the rows are: all are of one server.  0 or -ENOMEM. */
static int find_teller(
	struct px_loading *loading, const struct input *input, const struct pmapx_text *text)
{
	enum px_activity_refusal refusal = PX_ACTIVITY_TAKEN;
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	size_t count = 0;
	int r = px_activity_open(text, &activity, &refusal);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	while ((r = px_activity_next(activity, &row, &error)) != 0) {
		if (r < 0)
			continue;
		count++;
		px_servers_hear(&loading->servers, row.pid,
			row.has_backend_start ? &row.backend_start_us : NULL);
	}
	px_activity_close(activity);
	loading->told_by = px_servers_judge(&loading->servers);
	if (loading->told_by == 0 && loading->servers.instances > 1 && count > 0)
		say_unknown(loading, input);
	return 0;
}

/* All rows of a text. */
static int add_activities(
	struct px_loading *loading, const struct input *input, const struct pmapx_text *text)
{
	enum px_activity_refusal refusal = PX_ACTIVITY_TAKEN;
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	struct trouble trouble = { .count = 0 };
	int r = px_activity_open(text, &activity, &refusal);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		char why[512];

		(void)snprintf(why, sizeof(why), "cannot be read: %s; this can: %s",
			r == -EFBIG ? "it is too long" : px_activity_refusal_words(refusal),
			PX_ACTIVITY_COMMAND);
		px_load_say(loading, input->name, why);
		loading->is_damaged = true;
		return 0;
	}
	r = find_teller(loading, input, text);
	if (r < 0) {
		px_activity_close(activity);
		return r;
	}
	while ((r = px_activity_next(activity, &row, &error)) != 0) {
		if (r == 1)
			add_activity(loading, &row);
		else
			note(&trouble, error.line, error.reason);
	}
	tell(loading, input, &trouble, "");
	loading->is_damaged |= trouble.count > 0;
	px_activity_close(activity);
	return 0;
}

/* All of it; one byte more than is read shows that it is too long. */
static int read_whole(struct input *input, struct px_bytes *ret)
{
	char *piece = malloc(PIECE);
	ssize_t n = piece != NULL ? 1 : -ENOMEM;

	while (n > 0 && ret->length <= PX_ACTIVITY_MAX) {
		n = read_input(input, piece, PIECE);
		if (n > 0 && px_bytes_append(ret, piece, (size_t)n) < 0)
			n = -ENOMEM;
	}
	free(piece);
	return n < 0 ? (int)n : 0;
}

int px_load_activity(struct px_loading *loading, struct pmapx_source *source)
{
	struct px_bytes bytes = { .bytes = NULL };
	struct input input;
	int r = open_input(loading, source, loading->options->activity, PX_HOST_ACTIVITY, &input);

	if (r <= 0)
		return r;
	r = read_whole(&input, &bytes);
	if (r == 0) {
		r = add_activities(loading, &input,
			&(struct pmapx_text){
				bytes.bytes != NULL ? bytes.bytes : "", bytes.length });
	} else if (r != -ENOMEM) {
		px_load_say(loading, input.name, px_describe_error(-r));
		loading->is_damaged = true;
		r = 0;
	}
	free(bytes.bytes);
	close_input(&input);
	return r;
}

/* A number that no process can have is none. */
static uint32_t known_pid(uint32_t pid)
{
	return pid <= INT32_MAX ? pid : 0;
}

/* How many dumps there have been of a process. */
struct counter {
	uint32_t pid;
	int64_t contexts, malloc;
};

static int compare(const void *a, const void *b)
{
	const struct counter *one = a, *other = b;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

static struct counter *find_counter(struct px_loading *loading, uint32_t pid)
{
	struct counter key = { .pid = pid }, *added, **found;

	found = tfind(&key, &loading->dumps, compare);
	if (found != NULL)
		return *found;
	added = calloc(1, sizeof(*added));
	if (added == NULL)
		return NULL;
	added->pid = pid;
	if (tsearch(added, &loading->dumps, compare) == NULL) {
		free(added);
		return NULL;
	}
	return added;
}

/* What is too large for a column is not known there. */
static struct px_datum size_value(uint64_t number)
{
	return number <= INT64_MAX ? px_datum_number((int64_t)number) : px_datum_null();
}

/* As the above, where something must be: more than there can be. */
static struct px_datum needed_value(uint64_t number)
{
	return px_datum_number(number <= INT64_MAX ? (int64_t)number : INT64_MAX);
}

/* Of the server that a dump in its log is of: a host may have one log for several, but then its
 * numbers are those of the host. */
static int64_t find_server(const struct px_loading *loading, int64_t pid)
{
	const struct px_servers *servers = &loading->servers;

	return servers->instances > 1 && !servers->has_inner ? px_servers_find(servers, pid)
							     : loading->told_by;
}

static void add_dump(struct px_loading *loading, const struct px_context_dump *dump, int64_t number)
{
	static const char *const sources[] = { "stderr", "log", "csvlog", "jsonlog", "view" };
	const struct px_datum none = px_datum_null();
	struct px_datum row[PX_CONTEXT_DUMP_COLUMNS];

	row[PX_CONTEXT_DUMP_PID] = px_datum_number(known_pid(dump->pid));
	row[PX_CONTEXT_DUMP_DUMP_NO] = px_datum_number(number);
	row[PX_CONTEXT_DUMP_PG_INSTANCE] = instance_value(find_server(loading, dump->pid));
	row[PX_CONTEXT_DUMP_SOURCE] = px_load_text(sources[dump->source]);
	row[PX_CONTEXT_DUMP_LOGGED_AT] = text_value(&dump->time);
	row[PX_CONTEXT_DUMP_LOGGED_US] = dump->has_time_us ? px_datum_number(dump->time_us) : none;
	row[PX_CONTEXT_DUMP_FIRST_LEVEL] = dump->first_level >= 0
		? px_datum_number(dump->first_level)
		: none;
	row[PX_CONTEXT_DUMP_COMPLETE] = px_datum_number(dump->flaw == PX_CONTEXTS_COMPLETE);
	row[PX_CONTEXT_DUMP_GRAND_TOTAL] = dump->has_grand ? size_value(dump->grand.total) : none;
	row[PX_CONTEXT_DUMP_GRAND_BLOCKS] = dump->has_grand ? size_value(dump->grand.blocks) : none;
	row[PX_CONTEXT_DUMP_GRAND_FREE] = dump->has_grand ? size_value(dump->grand.free) : none;
	row[PX_CONTEXT_DUMP_GRAND_CHUNKS] = dump->has_grand ? size_value(dump->grand.free_chunks)
							    : none;
	row[PX_CONTEXT_DUMP_GRAND_USED] = dump->has_grand ? size_value(dump->grand.used) : none;
	px_load_add(loading, PX_TABLE_CONTEXT_DUMP, row);
}

/* What all below each context have, with itself; parents come before their children. */
static uint64_t *add_up(const struct px_context_dump *dump)
{
	uint64_t *bytes = calloc(dump->count + 1, sizeof(*bytes));

	for (size_t i = dump->count; bytes != NULL && i > 0; i--) {
		const struct px_context *context = &dump->contexts[i - 1];

		bytes[i - 1] += context->sum.total;
		if (context->parent < i - 1)
			bytes[context->parent] += bytes[i - 1];
	}
	return bytes;
}

/* The longest path that is kept; deeper ones have none. */
#define PATH_LENGTH_MAX ((size_t)16 * 1024)

static struct pmapx_text name_of(const struct px_context *context)
{
	static const char more[] = "(more)";

	return context->more ? (struct pmapx_text){ more, sizeof(more) - 1 } : context->name;
}

/* Names from the top, at the end of @room; bytes are NULL if they are too long. */
static struct pmapx_text find_path(const struct px_context_dump *dump, size_t at, char *room)
{
	char *begin = room + PATH_LENGTH_MAX;

	for (;;) {
		const struct px_context *context = &dump->contexts[at];
		struct pmapx_text name = name_of(context);

		if (name.length + 1 > (size_t)(begin - room))
			return (struct pmapx_text){ NULL, 0 };
		begin -= name.length;
		if (name.length > 0)
			memcpy(begin, name.bytes, name.length);
		if (context->parent >= at)
			break;
		*--begin = '/';
		at = context->parent;
	}
	return (struct pmapx_text){ begin, (size_t)(room + PATH_LENGTH_MAX - begin) };
}

static void add_context(struct px_loading *loading, const struct px_context_dump *dump,
	int64_t number, size_t i, uint64_t below, char *room)
{
	const struct px_context *context = &dump->contexts[i];
	const struct pmapx_text name = name_of(context), path = find_path(dump, i, room);
	struct px_datum row[PX_CONTEXT_COLUMNS];

	row[PX_CONTEXT_PID] = px_datum_number(known_pid(dump->pid));
	row[PX_CONTEXT_DUMP_NO] = px_datum_number(number);
	row[PX_CONTEXT_SEQ] = px_datum_number((int64_t)i + 1);
	row[PX_CONTEXT_PARENT_SEQ] = context->parent < i
		? px_datum_number((int64_t)context->parent + 1)
		: px_datum_null();
	row[PX_CONTEXT_DEPTH] = px_datum_number(context->depth);
	row[PX_CONTEXT_NAME] = px_datum_text(name.bytes, name.length);
	row[PX_CONTEXT_IDENT] = text_value(&context->ident);
	row[PX_CONTEXT_TYPE] = text_value(&context->type);
	row[PX_CONTEXT_N_CONTEXTS] = px_datum_number(
		context->count <= INT32_MAX ? (int64_t)context->count : INT32_MAX);
	row[PX_CONTEXT_TOTAL_BYTES] = needed_value(context->sum.total);
	row[PX_CONTEXT_N_BLOCKS] = size_value(context->sum.blocks);
	row[PX_CONTEXT_FREE_BYTES] = needed_value(context->sum.free);
	row[PX_CONTEXT_FREE_CHUNKS] = (context->have & PX_CONTEXT_HAS_FREE_CHUNKS) != 0
		? size_value(context->sum.free_chunks)
		: px_datum_null();
	row[PX_CONTEXT_USED_BYTES] = needed_value(context->sum.used);
	row[PX_CONTEXT_SUBTREE_BYTES] = size_value(below);
	row[PX_CONTEXT_PATH] = text_value(&path);
	px_load_add(loading, PX_TABLE_CONTEXT, row);
}

static int add_contexts(
	struct px_loading *loading, const struct px_context_dump *dump, struct trouble *trouble)
{
	struct counter *counter = find_counter(loading, known_pid(dump->pid));
	uint64_t *below = add_up(dump);
	char *room = malloc(PATH_LENGTH_MAX + 1);
	int r = counter == NULL || below == NULL || room == NULL ? -ENOMEM : 0;

	if (r == 0)
		add_dump(loading, dump, ++counter->contexts);
	for (size_t i = 0; r == 0 && i < dump->count; i++)
		add_context(loading, dump, counter->contexts, i, below[i], room);
	if (dump->flaw != PX_CONTEXTS_COMPLETE)
		note(trouble, dump->line, px_contexts_flaw_text(dump->flaw));
	free(below);
	free(room);
	return r;
}

static int add_malloc(
	struct px_loading *loading, const struct px_malloc_dump *dump, struct trouble *trouble)
{
	struct counter *counter = find_counter(loading, known_pid(dump->pid));
	struct px_datum row[PX_MALLOC_DUMP_COLUMNS];

	if (counter == NULL)
		return -ENOMEM;
	if (!dump->complete) {
		note(trouble, dump->line, "what malloc says of itself does not fit together");
		return 0;
	}
	row[PX_MALLOC_DUMP_PID] = px_datum_number(known_pid(dump->pid));
	row[PX_MALLOC_DUMP_DUMP_NO] = px_datum_number(++counter->malloc);
	row[PX_MALLOC_DUMP_PG_INSTANCE] = instance_value(find_server(loading, dump->pid));
	row[PX_MALLOC_DUMP_SOURCE] = px_load_text(
		dump->source == PX_MALLOC_INFO ? "malloc_info" : "malloc_stats");
	row[PX_MALLOC_DUMP_ARENAS] = px_datum_number(
		dump->arenas <= INT32_MAX ? (int64_t)dump->arenas : INT32_MAX);
	row[PX_MALLOC_DUMP_SYSTEM_BYTES] = needed_value(dump->system_bytes);
	row[PX_MALLOC_DUMP_MMAP_BYTES] = size_value(dump->mmap_bytes);
	row[PX_MALLOC_DUMP_MMAP_CHUNKS] = dump->has_mmap_chunks ? size_value(dump->mmap_chunks)
								: px_datum_null();
	row[PX_MALLOC_DUMP_FREE_BYTES] = needed_value(dump->free_bytes);
	px_load_add(loading, PX_TABLE_MALLOC_DUMP, row);
	return 0;
}

/* What is done with a dump; 0 or -ENOMEM. */
typedef int visitor(
	struct px_loading *loading, const struct px_contexts_item *item, struct trouble *trouble);

static int add_item(
	struct px_loading *loading, const struct px_contexts_item *item, struct trouble *trouble)
{
	trouble->items++;
	return item->contexts != NULL ? add_contexts(loading, item->contexts, trouble)
				      : add_malloc(loading, item->malloc, trouble);
}

static int hear_item(
	struct px_loading *loading, const struct px_contexts_item *item, struct trouble *trouble)
{
	(void)trouble;
	px_servers_hear(&loading->servers,
		item->contexts != NULL ? item->contexts->pid : item->malloc->pid, NULL);
	return 0;
}

/* Visit what has been found so far: -EAGAIN if more input is needed, 0 at the end. */
static int take_items(struct px_loading *loading, struct px_contexts *contexts, visitor *visit,
	struct trouble *trouble)
{
	struct px_contexts_item item;
	int r;

	while ((r = px_contexts_next(contexts, &item)) == 1) {
		r = visit(loading, &item, trouble);
		if (r < 0)
			break;
	}
	return r;
}

/* Visit all dumps of a log. */
static int read_log(
	struct px_loading *loading, struct input *input, visitor *visit, struct trouble *trouble)
{
	struct px_contexts *contexts = NULL;
	char *piece = malloc(PIECE);
	int r = piece != NULL ? px_contexts_open(&contexts) : -ENOMEM;

	r = r == 0 ? -EAGAIN : r;
	while (r == -EAGAIN) {
		ssize_t n = read_input(input, piece, PIECE);

		if (n < 0) {
			px_load_say(loading, input->name, px_describe_error((int)-n));
			loading->is_damaged = true;
		}
		r = n > 0 ? px_contexts_feed(contexts, piece, (size_t)n) : 0;
		if (n <= 0)
			px_contexts_finish(contexts);
		if (r == 0)
			r = take_items(loading, contexts, visit, trouble);
	}
	free(piece);
	px_contexts_close(contexts);
	return r;
}

/* Whose the log is, if nobody has told yet, and numbers may be those of several. */
static int find_logger(struct px_loading *loading, struct input *input)
{
	struct px_servers *servers = &loading->servers;
	int r;

	if (loading->told_by != 0)
		return 0;
	if (servers->instances > 1 && servers->has_inner) {
		r = read_log(loading, input, hear_item, NULL);
		input->offset = 0;
		if (r < 0)
			return r;
		if (input->fd >= 0 && lseek(input->fd, 0, SEEK_SET) < 0)
			return 0;
	}
	loading->told_by = px_servers_judge(servers);
	if (loading->told_by == 0 && servers->instances > 1 && servers->has_inner)
		say_unknown(loading, input);
	return 0;
}

int px_load_contexts(struct px_loading *loading, struct pmapx_source *source)
{
	struct trouble trouble = { .count = 0 };
	struct input input;
	int r = open_input(loading, source, loading->options->contexts, PX_HOST_LOG, &input);

	if (r <= 0)
		return r;
	r = find_logger(loading, &input);
	if (r == 0)
		r = read_log(loading, &input, add_item, &trouble);
	tell(loading, &input, &trouble, "incomplete: ");
	if (r == 0 && trouble.items == 0 && loading->options->contexts != NULL)
		px_load_say(loading, input.name, "there is no dump of memory contexts in it");
	close_input(&input);
	return r;
}
