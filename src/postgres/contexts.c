/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the bytes of a server log to dumps of memory contexts.
 *
 * Records (log_record.c) become entries (log_entry.c); an entry goes to the dump of
 * whoever wrote it (open_dumps.c), which is built (dump_build.c) until its Grand total.
 * A message that announces a dump makes one that has not begun, so that its pid is
 * known in prefixes of any form.  Lines that tell no pid share one, those of stderr
 * another: what is interleaved there does not add up, and is told so.
 */
#include "contexts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "context_line.h"
#include "context_view.h"
#include "log_entry.h"
#include "open_dumps.h"
#include "scan.h"

/*
 * A message that fills a datagram of syslog, which has up to 900 bytes and ends
 * between words, goes on in another.
 */
#define MAYBE_CUT 512
#define MAX_HELD ((size_t)8 * 1024)

/* How many numbers of a prefix may be pids. */
#define MAX_PIDS 64

#define MY_PID "**** My PID: "

struct px_contexts {
	struct px_log_records records;
	struct px_open_dumps dumps;
	struct px_open_dump *handed_out; /* Until the next call. */
	unsigned announced;              /* For lines that tell no pid: how many dumps, */
	uint32_t announced_pid;          /* and the pid of the last. */
	bool tag_misleads;               /* The pid of syslog's tag is not that of who wrote. */
	uint32_t gdb_pid;                /* What MY_PID said. */
	bool gdb_dumped;                 /* The contexts of that have been seen, */
	bool gdb_accounted[2];           /* and malloc's accounts, by source. */
	struct px_malloc_reader malloc;
	bool malloc_ended; /* There is an account to be handed out. */
	struct px_context_view view;
	struct px_open_dump *view_dump; /* The view that is read, or NULL. */
	uint64_t view_dropped;          /* How many records were dropped before it. */
	char *room;                     /* For what is decoded; owned. */
	size_t room_size;
	bool ended; /* All input has been read. */
	int result; /* What all calls return, if negative. */
};

const char *px_contexts_flaw_text(enum px_contexts_flaw flaw)
{
	static const char *const texts[] = {
		[PX_CONTEXTS_COMPLETE] = "nothing",
		[PX_CONTEXTS_HEADLESS] = "its beginning is not there",
		[PX_CONTEXTS_ENDLESS] = "the log ends before it does",
		[PX_CONTEXTS_RESTARTED] = "another begins before it ends",
		[PX_CONTEXTS_TORN] = "lines of it are missing",
		[PX_CONTEXTS_UNEQUAL] = "it does not add up to its Grand total",
		[PX_CONTEXTS_TOO_LARGE] = "it is too large",
		[PX_CONTEXTS_CROWDED] = "too many dumps are interleaved",
	};

	return texts[flaw];
}

int px_contexts_open(struct px_contexts **ret)
{
	struct px_contexts *contexts = calloc(1, sizeof(*contexts));

	if (contexts == NULL)
		return -ENOMEM;
	contexts->records.max_length = PX_CONTEXTS_MAX_LINE;
	*ret = contexts;
	return 0;
}

void px_contexts_close(struct px_contexts *contexts)
{
	if (contexts == NULL)
		return;
	px_open_dump_free(contexts->handed_out);
	px_open_dump_free(contexts->view_dump);
	px_context_view_deinit(&contexts->view);
	px_open_dumps_deinit(&contexts->dumps);
	px_log_records_deinit(&contexts->records);
	free(contexts->room);
	free(contexts);
}

int px_contexts_feed(struct px_contexts *contexts, const void *bytes, size_t length)
{
	return px_log_records_feed(&contexts->records, bytes, length);
}

void px_contexts_finish(struct px_contexts *contexts)
{
	contexts->records.frame.finished = true;
}

/* Begin a dump in @dump with the line that is @record; @pid is what is told of it. */
static void start(struct px_open_dump *dump, const struct px_log_record *record,
	const struct px_log_entry *entry, uint32_t pid)
{
	struct px_log_time time = { 0 };

	dump->started = true;
	dump->build.dump.line = record->line;
	dump->build.dump.pid = pid;
	dump->build.dump.source = dump->source;
	if (dump->source == PX_CONTEXTS_STDERR || dump->source == PX_CONTEXTS_VIEW)
		return;
	px_log_time_find(&entry->prefix, &time);
	if (time.text.bytes == NULL && entry->header.bytes != NULL)
		px_log_time_find(&entry->header, &time);
	px_dump_build_time(&dump->build, &time);
}

/* The pid of a dump that begins in @dump, where its lines may tell none. */
static uint32_t pid_of_new(struct px_contexts *contexts, const struct px_open_dump *dump)
{
	uint32_t pid = dump->pid;

	if (dump->source == PX_CONTEXTS_STDERR) {
		/* A server that is out of memory writes a dump without being asked. */
		if (contexts->gdb_dumped)
			contexts->gdb_pid = 0;
		contexts->gdb_dumped = true;
		pid = contexts->gdb_pid;
	} else if (pid == 0) {
		/* With several announced before it, it may be of any. */
		pid = contexts->announced == 1 ? contexts->announced_pid : 0;
		contexts->announced = 0;
	}
	return pid;
}

static bool is_top(const struct pmapx_text *name)
{
	static const char top[] = "TopMemoryContext";

	return name->length == sizeof(top) - 1 && memcmp(name->bytes, top, name->length) == 0;
}

/*
 * Whether a dump begins with @line: levels are counted from 0, by 18 from 1.  From gdb
 * any context may be dumped, with all below it.
 */
static bool is_root(const struct px_context_line *line)
{
	return !line->is_grand && !line->context.more &&
		(line->level == 0 || (line->level == 1 && is_top(&line->context.name)));
}

/* Append a row that is not the root. */
static int add_row(struct px_open_dump *dump, struct px_context_line *line)
{
	struct px_context_dump *values = &dump->build.dump;
	bool indented = dump->source == PX_CONTEXTS_STDERR;
	uint32_t first = values->first_level > 0 ? (uint32_t)values->first_level : 0;

	if (line->level < first) {
		px_dump_build_blame(&dump->build, PX_CONTEXTS_TORN);
		return 0;
	}
	line->context.depth = line->level - first + 1;
	/* In logs the level of "more child contexts" is that of their parent. */
	if (line->context.more && !indented)
		line->context.depth++;
	return px_dump_build_add(&dump->build, &line->context);
}

/* Take @line to the dump of @pid. */
static int take_line(struct px_contexts *contexts, uint32_t pid, struct px_context_line *line,
	const struct px_log_record *record, const struct px_log_entry *entry)
{
	struct px_open_dump *dump = px_open_dumps_find(&contexts->dumps, entry->source, pid);
	bool root = is_root(line);

	if (dump != NULL && dump->started && root) {
		px_open_dumps_end(&contexts->dumps, dump, PX_CONTEXTS_RESTARTED);
		dump = NULL;
	}
	if (dump == NULL)
		dump = px_open_dumps_make(&contexts->dumps, entry->source, pid);
	if (dump == NULL)
		return -ENOMEM;
	if (!dump->started) {
		start(dump, record, entry, pid_of_new(contexts, dump));
		if (!root)
			px_dump_build_blame(&dump->build, PX_CONTEXTS_HEADLESS);
		else if (entry->source != PX_CONTEXTS_STDERR)
			dump->build.dump.first_level = (int)line->level;
	}
	if (!line->is_grand)
		return add_row(dump, line);
	px_dump_build_grand(&dump->build, &line->context.sum);
	px_open_dumps_end(&contexts->dumps, dump, PX_CONTEXTS_COMPLETE);
	return 0;
}

/* What was held back in @dump has come to its end. */
static int flush_held(struct px_open_dump *dump)
{
	struct pmapx_text text;
	struct px_context_line line;
	char *held = dump != NULL ? dump->held : NULL;
	int r = 0;

	if (held == NULL)
		return 0;
	text = (struct pmapx_text){ held, dump->held_length };
	dump->held = NULL;
	dump->held_length = 0;
	/* Only rows of a dump that has begun, and that begin none, are held back. */
	if (px_context_line_logged(&text, &line) && !line.is_grand && !is_root(&line))
		r = add_row(dump, &line);
	free(held);
	return r;
}

/* Hold back @text, which may go on, in @dump. */
static int hold_back(
	struct px_open_dump *dump, const struct pmapx_text *text, const struct px_log_entry *entry)
{
	char *held = realloc(dump->held, dump->held_length + text->length);

	if (held == NULL)
		return -ENOMEM;
	memcpy(held + dump->held_length, text->bytes, text->length);
	dump->held = held;
	dump->held_length += text->length;
	dump->sequence = entry->sequence;
	dump->chunk = entry->chunk;
	return 0;
}

/* A part of a message in syslog that is not its first. */
static int take_rest(struct px_contexts *contexts, const struct px_log_entry *entry)
{
	struct px_open_dump *dump = px_open_dumps_find(
		&contexts->dumps, PX_CONTEXTS_LOG, entry->tag_pid);
	const struct pmapx_text *text = &entry->message;
	struct px_context_line line;

	if (dump == NULL || dump->held == NULL || dump->sequence != entry->sequence ||
		dump->chunk + 1 != entry->chunk || text->length == 0 ||
		text->length > MAX_HELD - dump->held_length)
		return 0;
	/* What was cut goes on with the blank; other lines of a message have a prefix again. */
	if (text->bytes[0] != ' ' &&
		px_context_line_logged(
			&(struct pmapx_text){ dump->held, dump->held_length }, &line))
		return 0;
	return hold_back(dump, text, entry);
}

/*
 * Whose message @entry is: a number in the prefix that is known to be a pid, else the
 * first in brackets, else that of syslog, else nobody's.  @ret_announced says whether
 * what the message announces is among the numbers, @ret_told whether there are brackets.
 */
static uint32_t pid_of(const struct px_contexts *contexts, const struct px_log_entry *entry,
	bool *ret_announced, bool *ret_told)
{
	uint32_t known = 0, known_word = 0, bracketed = 0, pid;
	struct px_log_pids pids;

	*ret_announced = false;
	px_log_pids_begin(&pids, &entry->prefix);
	for (int i = 0; i < MAX_PIDS && (pid = px_log_pids_next(&pids)) != 0; i++) {
		bool is_known = px_open_dumps_find(&contexts->dumps, PX_CONTEXTS_LOG, pid) != NULL;

		*ret_announced |= pid == entry->announced;
		if (bracketed == 0 && pids.bracketed)
			bracketed = pid;
		if (is_known && known == 0 && pids.bracketed)
			known = pid;
		if (is_known && known_word == 0)
			known_word = pid;
	}
	*ret_told = bracketed != 0;
	if (known != 0 || known_word != 0)
		return known != 0 ? known : known_word;
	if (bracketed != 0)
		return bracketed;
	return contexts->tag_misleads ? 0 : entry->tag_pid;
}

/* A message that may announce a dump of a process: remember its pid. */
static int take_announcement(struct px_contexts *contexts, const struct px_log_entry *entry)
{
	struct px_open_dumps *dumps = &contexts->dumps;
	bool announced, told;

	if (entry->source != PX_CONTEXTS_LOG || entry->announced == 0)
		return 0;
	pid_of(contexts, entry, &announced, &told);
	if (announced) {
		if (px_open_dumps_find(dumps, PX_CONTEXTS_LOG, entry->announced) == NULL &&
			px_open_dumps_make(dumps, PX_CONTEXTS_LOG, entry->announced) == NULL)
			return -ENOMEM;
		return 0;
	}
	/* It is about another process. */
	if (told || entry->tag_pid == entry->announced)
		return 0;
	/* What hands messages to syslog is not always who wrote them. */
	contexts->tag_misleads |= entry->tag_pid != 0;
	contexts->announced_pid = entry->announced;
	contexts->announced++;
	return 0;
}

/* A row in a log. */
static int take_row(struct px_contexts *contexts, const struct px_log_record *record,
	const struct px_log_entry *entry)
{
	uint32_t pid = entry->pid;
	struct px_open_dump *dump;
	struct px_context_line line;
	bool announced, told;
	int r;

	if (entry->source == PX_CONTEXTS_LOG)
		pid = pid_of(contexts, entry, &announced, &told);
	dump = px_open_dumps_find(&contexts->dumps, entry->source, pid);
	r = flush_held(dump);
	if (r < 0)
		return r;
	if (entry->has_chunk && dump != NULL && dump->started && record->text.length >= MAYBE_CUT &&
		entry->message.length <= MAX_HELD)
		return hold_back(dump, &entry->message, entry);
	if (!px_context_line_logged(&entry->message, &line))
		return 0;
	return take_line(contexts, pid, &line, record, entry);
}

/* gdb's script says whose dumps follow. */
static bool take_my_pid(struct px_contexts *contexts, const struct pmapx_text *text)
{
	const char *end = text->bytes + text->length, *at = text->bytes + strlen(MY_PID);
	struct px_open_dump *dump;
	uint64_t pid;

	if (text->length < strlen(MY_PID) || memcmp(text->bytes, MY_PID, strlen(MY_PID)) != 0)
		return false;
	at = px_scan_decimal(at, end, &pid);
	contexts->gdb_pid = at != NULL && pid <= INT32_MAX ? (uint32_t)pid : 0;
	contexts->gdb_dumped = false;
	contexts->gdb_accounted[0] = contexts->gdb_accounted[1] = false;
	contexts->malloc_ended = px_malloc_end(&contexts->malloc);
	dump = px_open_dumps_find(&contexts->dumps, PX_CONTEXTS_STDERR, 0);
	if (dump != NULL)
		px_open_dumps_end(&contexts->dumps, dump, PX_CONTEXTS_RESTARTED);
	return true;
}

/* A line of malloc's account. */
static void take_account(struct px_contexts *contexts, const struct px_log_record *record,
	const struct pmapx_text *text)
{
	struct px_malloc_reader *reader = &contexts->malloc;
	bool *seen = &contexts->gdb_accounted[0];

	contexts->malloc_ended = px_malloc_line(reader, text, record->line, record->cut);
	if (!reader->open || reader->dump.line != record->line)
		return;
	/* It has begun; another of the same kind is of another process. */
	seen += reader->dump.source;
	reader->dump.pid = *seen ? 0 : contexts->gdb_pid;
	*seen = true;
}

/* A line that is no message of a server. */
static int take_stderr(struct px_contexts *contexts, const struct px_log_record *record,
	const struct px_log_entry *entry)
{
	const struct pmapx_text *text = &entry->message;
	struct px_context_line line;

	if (take_my_pid(contexts, text))
		return 0;
	if (px_context_line_indented(text, &line))
		return take_line(contexts, 0, &line, record, entry);
	take_account(contexts, record, text);
	if (!px_context_view_header(text, &contexts->view))
		return 0;
	contexts->view_dump = px_open_dumps_make(&contexts->dumps, PX_CONTEXTS_VIEW, 0);
	if (contexts->view_dump == NULL)
		return -ENOMEM;
	start(contexts->view_dump, record, entry, 0);
	contexts->records.all_csv = true;
	contexts->view_dropped = contexts->records.dropped;
	return 0;
}

static int take_entry(struct px_contexts *contexts, const struct px_log_record *record)
{
	struct px_log_entry entry;

	if (!px_log_entry_read(record, contexts->room, &entry))
		return 0;
	if (entry.source == PX_CONTEXTS_STDERR)
		return take_stderr(contexts, record, &entry);
	if (entry.has_chunk && entry.chunk > 1)
		return take_rest(contexts, &entry);
	return entry.is_row ? take_row(contexts, record, &entry)
			    : take_announcement(contexts, &entry);
}

/* The view that is read has ended, with @flaw if it is one. */
static int end_view(struct px_contexts *contexts, enum px_contexts_flaw flaw)
{
	struct px_open_dump *dump = contexts->view_dump;
	int r;

	if (dump == NULL)
		return 0;
	if (contexts->records.dropped != contexts->view_dropped)
		px_dump_build_blame(&dump->build, PX_CONTEXTS_TORN);
	if (flaw != PX_CONTEXTS_COMPLETE)
		px_dump_build_blame(&dump->build, flaw);
	r = px_context_view_end(&contexts->view, &dump->build);
	px_context_view_deinit(&contexts->view);
	px_open_dumps_end(&contexts->dumps, dump, PX_CONTEXTS_COMPLETE);
	contexts->view_dump = NULL;
	contexts->records.all_csv = false;
	return r;
}

/* A record behind the header of a view. */
static int take_view(struct px_contexts *contexts, const struct px_log_record *record)
{
	struct px_log_record again = *record;
	int r;

	/* Its last number may be half of one. */
	if (record->cut)
		return end_view(contexts, PX_CONTEXTS_ENDLESS);
	r = px_context_view_row(
		&contexts->view, &record->text, contexts->room, &contexts->view_dump->build);
	if (r != 0)
		return r < 0 ? r : 0;
	r = end_view(contexts, PX_CONTEXTS_COMPLETE);
	/* It is of what follows. */
	again.csv = false;
	return r < 0 ? r : take_entry(contexts, &again);
}

static int take_record(struct px_contexts *contexts, const struct px_log_record *record)
{
	if (record->text.length > contexts->room_size) {
		size_t size = 2 * record->text.length;

		free(contexts->room);
		contexts->room_size = 0;
		contexts->room = malloc(size);
		if (contexts->room == NULL)
			return -ENOMEM;
		contexts->room_size = size;
	}
	return contexts->view_dump != NULL ? take_view(contexts, record)
					   : take_entry(contexts, record);
}

/* The log ends, and all that is under way with it. */
static int end_all(struct px_contexts *contexts)
{
	struct px_open_dumps *dumps = &contexts->dumps;
	int r = end_view(
		contexts, contexts->records.quoted ? PX_CONTEXTS_ENDLESS : PX_CONTEXTS_COMPLETE);

	contexts->ended = true;
	contexts->malloc_ended = px_malloc_end(&contexts->malloc);
	while (r == 0 && dumps->oldest != NULL) {
		r = flush_held(dumps->oldest);
		px_open_dumps_end(dumps, dumps->oldest, PX_CONTEXTS_ENDLESS);
	}
	return r;
}

/* Whether there is something to be handed out; it is then in *@ret. */
static bool hand_out(struct px_contexts *contexts, struct px_contexts_item *ret)
{
	struct px_open_dump *dump = px_open_dumps_take(&contexts->dumps);

	*ret = (struct px_contexts_item){ 0 };
	if (dump != NULL) {
		contexts->handed_out = dump;
		ret->contexts = px_dump_build_end(&dump->build);
		return true;
	}
	if (contexts->malloc_ended) {
		contexts->malloc_ended = false;
		ret->malloc = &contexts->malloc.done;
		return true;
	}
	return false;
}

int px_contexts_next(struct px_contexts *contexts, struct px_contexts_item *ret)
{
	struct px_log_record record;
	struct px_contexts_item item;

	px_open_dump_free(contexts->handed_out);
	contexts->handed_out = NULL;
	while (contexts->result == 0) {
		int r;

		if (hand_out(contexts, &item)) {
			*ret = item;
			return 1;
		}
		if (contexts->ended)
			return 0;
		r = px_log_records_next(&contexts->records, &record);
		if (r == -EAGAIN)
			return r;
		contexts->result = r == 1 ? take_record(contexts, &record) : end_all(contexts);
	}
	return contexts->result;
}
