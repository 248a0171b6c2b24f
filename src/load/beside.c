/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PostgreSQL has said beside the kernel: dumps of memory contexts, and malloc's account of
 * itself.
 */
#include "beside.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"
#include "descriptor.h"

#define PIECE ((size_t)128 * 1024)

struct px_told_input *px_beside_find(struct px_loading *loading, struct pmapx_source *source,
	const char *path, struct px_told_input *option, enum px_host_file which,
	struct px_told_input *found)
{
	/* What is not of the capture may be of any server. */
	loading->servers.asked = path == NULL ? loading->postmaster : 0;
	if (path != NULL) {
		option->offset = 0;
		return option;
	}
	return source != NULL && px_told_input_find(found, source, loading->key, which) ? found
											: NULL;
}

void px_trouble_note(struct px_trouble *trouble, uint64_t line, const char *why)
{
	if (trouble->count++ == 0) {
		trouble->line = line;
		trouble->why = why;
	}
}

void px_trouble_tell(struct px_loading *loading, const struct px_told_input *input,
	const struct px_trouble *trouble, const char *before)
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

struct px_datum px_beside_text(const struct pmapx_text *text)
{
	return text->bytes != NULL ? px_datum_text(text->bytes, text->length) : px_datum_null();
}

struct px_datum px_beside_instance(int64_t instance)
{
	return instance != 0 ? px_datum_number(instance) : px_datum_null();
}

void px_beside_say_unknown(struct px_loading *loading, const struct px_told_input *input)
{
	char why[128];

	(void)snprintf(why, sizeof(why),
		"which of %zu servers it is of cannot be told: it is put beside no process",
		loading->servers.instances);
	px_load_say(loading, input->name, why);
}

void px_beside_say_strange(struct px_loading *loading, const struct px_told_input *input,
	const char *what, size_t count)
{
	char why[128];

	if (count == 1)
		(void)snprintf(why, sizeof(why),
			"its only %s is of no PostgreSQL process in the capture", what);
	else
		(void)snprintf(why, sizeof(why),
			"none of its %zu %ss is of a PostgreSQL process in the capture", count,
			what);
	px_load_say(loading, input->name, why);
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
	row[PX_CONTEXT_DUMP_PG_INSTANCE] = px_beside_instance(find_server(loading, dump->pid));
	row[PX_CONTEXT_DUMP_SOURCE] = px_load_text(sources[dump->source]);
	row[PX_CONTEXT_DUMP_LOGGED_AT] = px_beside_text(&dump->time);
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
	row[PX_CONTEXT_IDENT] = px_beside_text(&context->ident);
	row[PX_CONTEXT_TYPE] = px_beside_text(&context->type);
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
	row[PX_CONTEXT_PATH] = px_beside_text(&path);
	px_load_add(loading, PX_TABLE_CONTEXT, row);
}

static int add_contexts(
	struct px_loading *loading, const struct px_context_dump *dump, struct px_trouble *trouble)
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
		px_trouble_note(trouble, dump->line, px_contexts_flaw_text(dump->flaw));
	free(below);
	free(room);
	return r;
}

static int add_malloc(
	struct px_loading *loading, const struct px_malloc_dump *dump, struct px_trouble *trouble)
{
	struct counter *counter = find_counter(loading, known_pid(dump->pid));
	struct px_datum row[PX_MALLOC_DUMP_COLUMNS];

	if (counter == NULL)
		return -ENOMEM;
	if (!dump->complete) {
		px_trouble_note(
			trouble, dump->line, "what malloc says of itself does not fit together");
		return 0;
	}
	row[PX_MALLOC_DUMP_PID] = px_datum_number(known_pid(dump->pid));
	row[PX_MALLOC_DUMP_DUMP_NO] = px_datum_number(++counter->malloc);
	row[PX_MALLOC_DUMP_PG_INSTANCE] = px_beside_instance(find_server(loading, dump->pid));
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

/* What a log had in it. */
struct account {
	struct px_trouble trouble;
	size_t count;    /* Dumps. */
	size_t nameless; /* Of them, those that do not tell of which process they are, */
	size_t known;    /* and those of processes that are there. */
};

/* What is done with a dump; 0 or -ENOMEM. */
typedef int visitor(
	struct px_loading *loading, const struct px_contexts_item *item, struct account *account);

static uint32_t pid_of(const struct px_contexts_item *item)
{
	return item->contexts != NULL ? item->contexts->pid : item->malloc->pid;
}

static int add_item(
	struct px_loading *loading, const struct px_contexts_item *item, struct account *account)
{
	uint32_t pid = known_pid(pid_of(item));

	account->count++;
	account->nameless += pid == 0;
	account->known += pid != 0 && px_servers_has(&loading->servers, pid);
	return item->contexts != NULL ? add_contexts(loading, item->contexts, &account->trouble)
				      : add_malloc(loading, item->malloc, &account->trouble);
}

static int hear_item(
	struct px_loading *loading, const struct px_contexts_item *item, struct account *account)
{
	(void)account;
	px_servers_hear(&loading->servers, pid_of(item), NULL);
	return 0;
}

/* Visit what has been found so far: -EAGAIN if more input is needed, 0 at the end. */
static int take_items(struct px_loading *loading, struct px_contexts *contexts, visitor *visit,
	struct account *account)
{
	struct px_contexts_item item;
	int r;

	while ((r = px_contexts_next(contexts, &item)) == 1) {
		r = visit(loading, &item, account);
		if (r < 0)
			break;
	}
	return r;
}

/* Visit all dumps of a log. */
static int read_log(struct px_loading *loading, struct px_told_input *input, visitor *visit,
	struct account *account)
{
	struct px_contexts *contexts = NULL;
	char *piece = malloc(PIECE);
	int r = piece != NULL ? px_contexts_open(&contexts) : -ENOMEM;

	r = r == 0 ? -EAGAIN : r;
	while (r == -EAGAIN) {
		ssize_t n = px_told_input_read(input, piece, PIECE);

		if (n < 0) {
			px_load_say(loading, input->name, px_describe_error((int)-n));
			loading->is_damaged = true;
		}
		r = n > 0 ? px_contexts_feed(contexts, piece, (size_t)n) : 0;
		if (n <= 0)
			px_contexts_finish(contexts);
		if (r == 0)
			r = take_items(loading, contexts, visit, account);
	}
	free(piece);
	px_contexts_close(contexts);
	return r;
}

/* Whose the log is, if nobody has told yet, and numbers may be those of several. */
static int find_logger(struct px_loading *loading, struct px_told_input *input)
{
	struct px_servers *servers = &loading->servers;

	if (loading->told_by != 0)
		return 0;
	if (servers->instances > 1 && servers->has_inner) {
		int r = read_log(loading, input, hear_item, NULL);

		input->offset = 0;
		if (r < 0)
			return r;
	}
	loading->told_by = px_servers_judge(servers);
	if (loading->told_by == 0 && servers->instances > 1 && servers->has_inner)
		px_beside_say_unknown(loading, input);
	return 0;
}

/* What is in the log, and is of no use. */
static void tell_useless(struct px_loading *loading, const struct px_told_input *input,
	const struct account *account)
{
	const struct px_servers *servers = &loading->servers;
	bool is_unknown = loading->told_by == 0 && servers->instances > 1 && servers->has_inner;
	size_t named = account->count - account->nameless;
	char why[128] = "which process its dump is of cannot be told: it is put beside none";

	if (account->count == 0)
		px_load_say(loading, input->name, "there is no dump of memory contexts in it");
	if (account->count > 1)
		(void)snprintf(why, sizeof(why),
			"which processes %zu of its %zu dumps are of cannot be told: they are put beside none",
			account->nameless, account->count);
	if (account->nameless > 0)
		px_load_say(loading, input->name, why);
	/* That has been said otherwise where nobody knows of which server they are. */
	if (named > 0 && account->known == 0 && !is_unknown)
		px_beside_say_strange(
			loading, input, account->nameless > 0 ? "other dump" : "dump", named);
}

int px_load_contexts(struct px_loading *loading, struct pmapx_source *source)
{
	struct account account = { .count = 0 };
	struct px_told_input found,
		*input = px_beside_find(loading, source, loading->options->contexts,
			&loading->contexts, PX_HOST_LOG, &found);
	int r;

	if (input == NULL)
		return 0;
	r = find_logger(loading, input);
	if (r == 0)
		r = read_log(loading, input, add_item, &account);
	px_trouble_tell(loading, input, &account.trouble, "incomplete: ");
	if (r == 0)
		tell_useless(loading, input, &account);
	return r;
}
