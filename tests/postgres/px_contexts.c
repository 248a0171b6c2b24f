/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What src/postgres/contexts.c finds in a log, as lines of words with tabs between
 * them, for the tests in Python:
 *
 *   px_contexts [CHUNK] < LOG
 *   px_contexts cuts [FROM] < LOG
 *
 * CHUNK is how many bytes are fed at once (65536).  "cuts" reads every beginning of the log, of FROM bytes or more,
 * and prints how long those are that have another number of complete dumps than the one before;
 * each of these has the Grand total that its rows have.  What there is not is "-"; bytes that
 * would end a word or a line, and backslashes, are \xHH.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contexts.h"

static void put_text(const struct pmapx_text *text)
{
	putchar('\t');
	if (text->bytes == NULL)
		putchar('-');
	else
		putchar('=');
	for (size_t i = 0; i < text->length; i++) {
		unsigned char byte = (unsigned char)text->bytes[i];

		if (byte < ' ' || byte == '\\' || byte == 0x7f)
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
}

static void put_number(uint64_t number, bool is_there)
{
	if (is_there)
		printf("\t%" PRIu64, number);
	else
		printf("\t-");
}

static void put_sum(const struct px_context_sum *sum, bool has_free_chunks)
{
	put_number(sum->total, true);
	put_number(sum->blocks, true);
	put_number(sum->free, true);
	put_number(sum->free_chunks, has_free_chunks);
	put_number(sum->used, true);
}

/* context DEPTH PARENT COUNT TOTAL BLOCKS FREE FREE-CHUNKS USED CHUNKS EMPTY NAME IDENT TYPE */
static void put_context(const struct px_context *context)
{
	printf("context\t%" PRIu32, context->depth);
	put_number(context->parent, context->parent != PX_CONTEXT_NO_PARENT);
	put_number(context->count, true);
	put_sum(&context->sum, (context->have & PX_CONTEXT_HAS_FREE_CHUNKS) != 0);
	put_number(context->chunks, (context->have & PX_CONTEXT_HAS_CHUNKS) != 0);
	put_number(context->empty, (context->have & PX_CONTEXT_HAS_EMPTY) != 0);
	put_text(&context->name);
	put_text(&context->ident);
	put_text(&context->type);
	putchar('\n');
}

/* dump LINE PID SOURCE FIRST-LEVEL TIME MICROSECONDS CONTEXTS FLAW [TOTAL BLOCKS FREE FREE-CHUNKS USED] */
static void put_dump(const struct px_context_dump *dump)
{
	static const char *const sources[] = { "stderr", "log", "csvlog", "jsonlog", "view" };

	printf("dump\t%" PRIu64 "\t%" PRIu32 "\t%s\t%d", dump->line, dump->pid,
		sources[dump->source], dump->first_level);
	put_text(&dump->time);
	if (dump->has_time_us)
		printf("\t%" PRId64, dump->time_us);
	else
		printf("\t-");
	printf("\t%zu\t%s", dump->count, px_contexts_flaw_text(dump->flaw));
	if (dump->has_grand)
		put_sum(&dump->grand, true);
	putchar('\n');
	for (size_t i = 0; i < dump->count; i++)
		put_context(&dump->contexts[i]);
}

/* malloc LINE PID SOURCE COMPLETE [ARENAS SYSTEM FREE MMAP MMAP-CHUNKS] */
static void put_malloc(const struct px_malloc_dump *dump)
{
	printf("malloc\t%" PRIu64 "\t%" PRIu32 "\t%s\t%s", dump->line, dump->pid,
		dump->source == PX_MALLOC_INFO ? "malloc_info" : "malloc_stats",
		dump->complete ? "complete" : "incomplete");
	if (dump->complete) {
		put_number(dump->arenas, true);
		put_number(dump->system_bytes, true);
		put_number(dump->free_bytes, true);
		put_number(dump->mmap_bytes, true);
		put_number(dump->mmap_chunks, dump->has_mmap_chunks);
	}
	putchar('\n');
}

/* Print what is found so far.  Returns 0 at the end, or a negative errno. */
static int put_all(struct px_contexts *contexts)
{
	struct px_contexts_item item;
	int r;

	while ((r = px_contexts_next(contexts, &item)) == 1) {
		if (item.contexts != NULL)
			put_dump(item.contexts);
		else
			put_malloc(item.malloc);
	}
	return r;
}

/* How many complete dumps there are in a log; -1 if one has other rows than it says. */
static int count_complete(const char *bytes, size_t length)
{
	struct px_contexts *contexts;
	struct px_contexts_item item;
	int count = 0;

	if (px_contexts_open(&contexts) < 0 || px_contexts_feed(contexts, bytes, length) < 0)
		return -1;
	px_contexts_finish(contexts);
	while (count >= 0 && px_contexts_next(contexts, &item) == 1) {
		const struct px_context_dump *dump = item.contexts;
		uint64_t total = 0, used = 0;

		if (dump == NULL || dump->flaw != PX_CONTEXTS_COMPLETE)
			continue;
		for (size_t i = 0; i < dump->count; i++) {
			total += dump->contexts[i].sum.total;
			used += dump->contexts[i].sum.used;
		}
		count = dump->has_grand && (total != dump->grand.total || used != dump->grand.used)
			? -1
			: count + 1;
	}
	px_contexts_close(contexts);
	return count;
}

static int put_cuts(size_t from)
{
	const size_t room = 1 << 20;
	char *bytes = malloc(room);
	size_t length = bytes != NULL ? fread(bytes, 1, room, stdin) : room;
	int before = 0;

	for (size_t cut = from; cut <= length && length < room; cut++) {
		int count = count_complete(bytes, cut);

		if (count != before)
			printf("%zu\t%d\n", cut, count);
		before = count;
	}
	free(bytes);
	return length < room ? 0 : 2;
}

/* What is in the log, so many bytes at a time. */
static int put_found(size_t chunk)
{
	size_t n;
	struct px_contexts *contexts;
	char *bytes = chunk > 0 ? malloc(chunk) : NULL;
	int r = -EAGAIN;

	if (bytes == NULL || px_contexts_open(&contexts) < 0)
		return 2;
	while (r == -EAGAIN && (n = fread(bytes, 1, chunk, stdin)) > 0) {
		r = px_contexts_feed(contexts, bytes, n);
		if (r == 0)
			r = put_all(contexts);
	}
	if (r == -EAGAIN) {
		px_contexts_finish(contexts);
		r = put_all(contexts);
	}
	px_contexts_close(contexts);
	free(bytes);
	if (r < 0)
		fprintf(stderr, "px_contexts: %s\n", strerror(-r));
	return r < 0 ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "cuts") == 0)
		return put_cuts(argc > 2 ? strtoul(argv[2], NULL, 10) : 0);
	return put_found(argc > 1 ? strtoul(argv[1], NULL, 10) : 65536);
}
