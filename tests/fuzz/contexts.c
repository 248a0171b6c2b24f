/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory contexts in a log: any chunking finds the same; of what is complete the
 * rows make a tree and add up, of all else nothing is promised but its bounds.
 */
#include "contexts.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"

/* Every row hangs on one above it that is a level higher; there is one root. */
static void must_be_tree(const struct px_context_dump *dump)
{
	size_t roots = 0;

	for (size_t i = 0; i < dump->count; i++) {
		const struct px_context *row = &dump->contexts[i];

		px_must(row->depth > 0 && row->count > 0);
		if (row->parent == PX_CONTEXT_NO_PARENT) {
			roots++;
			px_must(row->depth == 1);
			continue;
		}
		px_must(row->parent < dump->count && row->parent != i);
		px_must(dump->source == PX_CONTEXTS_VIEW || row->parent < i);
		px_must(dump->contexts[row->parent].depth + 1 == row->depth);
		px_must(!dump->contexts[row->parent].more);
	}
	px_must(roots == 1 || dump->flaw != PX_CONTEXTS_COMPLETE);
}

/* The rows add up, without wrapping, to the Grand total. */
static void must_add_up(const struct px_context_dump *dump)
{
	unsigned __int128 total = 0, blocks = 0, unused = 0, chunks = 0, used = 0;

	for (size_t i = 0; i < dump->count; i++) {
		const struct px_context_sum *sum = &dump->contexts[i].sum;

		total += sum->total;
		blocks += sum->blocks;
		unused += sum->free;
		chunks += sum->free_chunks;
		used += sum->used;
	}
	px_must(total == dump->grand.total && blocks == dump->grand.blocks);
	px_must(unused == dump->grand.free && chunks == dump->grand.free_chunks);
	px_must(used == dump->grand.used);
}

static void add_text(struct px_bytes *story, const struct pmapx_text *text)
{
	px_bytes_add(story, &text->length, sizeof(text->length));
	px_bytes_add(story, text->bytes != NULL ? "=" : "-", 1);
	px_bytes_add(story, text->bytes, text->length);
}

/* All that a dump says, in bytes that can be compared. */
static void add_dump(struct px_bytes *story, const struct px_context_dump *dump)
{
	const uint64_t numbers[] = { dump->line, dump->pid, dump->source,
		(uint64_t)dump->first_level, dump->flaw, dump->count, dump->has_grand,
		dump->grand.total, dump->grand.used, dump->has_time_us, (uint64_t)dump->time_us };

	if (dump->flaw == PX_CONTEXTS_COMPLETE) {
		must_be_tree(dump);
		px_must(dump->count > 0 && dump->has_grand == (dump->source != PX_CONTEXTS_VIEW));
		if (dump->has_grand)
			must_add_up(dump);
	}
	px_bytes_add(story, numbers, sizeof(numbers));
	add_text(story, &dump->time);
	for (size_t i = 0; i < dump->count; i++) {
		const struct px_context *row = &dump->contexts[i];
		const uint64_t values[] = { row->depth, row->parent, row->count, row->have,
			row->more, row->chunks, row->empty };

		px_bytes_add(story, values, sizeof(values));
		px_bytes_add(story, &row->sum, sizeof(row->sum));
		add_text(story, &row->name);
		add_text(story, &row->ident);
		add_text(story, &row->type);
	}
}

static void add_malloc(struct px_bytes *story, const struct px_malloc_dump *dump)
{
	const uint64_t numbers[] = { dump->line, dump->pid, dump->source, dump->complete,
		dump->arenas, dump->system_bytes, dump->free_bytes, dump->mmap_bytes,
		dump->has_mmap_chunks, dump->mmap_chunks };

	px_must(!dump->complete || dump->free_bytes <= dump->system_bytes);
	px_bytes_add(story, numbers, sizeof(numbers));
}

static int take(struct px_contexts *contexts, struct px_bytes *story)
{
	struct px_contexts_item item;
	int r;

	while ((r = px_contexts_next(contexts, &item)) == 1) {
		px_must((item.contexts != NULL) != (item.malloc != NULL));
		if (item.contexts != NULL)
			add_dump(story, item.contexts);
		else
			add_malloc(story, item.malloc);
	}
	return r;
}

/* What is found in @data, fed @chunk bytes at a time. */
static struct px_bytes tell(const uint8_t *data, size_t size, size_t chunk)
{
	struct px_bytes story = { 0 };
	struct px_contexts *contexts;

	px_must(px_contexts_open(&contexts) == 0);
	for (size_t at = 0; at < size; at += chunk) {
		size_t n = size - at < chunk ? size - at : chunk;

		px_must(px_contexts_feed(contexts, data + at, n) == 0);
		px_must(take(contexts, &story) == -EAGAIN);
	}
	px_contexts_finish(contexts);
	px_must(take(contexts, &story) == 0);
	px_contexts_close(contexts);
	return story;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_bytes whole = tell(data, size, size + 1), parts;

	for (size_t chunk = 1; chunk <= 7; chunk += 6) {
		parts = tell(data, size, chunk);
		px_must(parts.length == whole.length);
		px_must(parts.length == 0 || memcmp(parts.bytes, whole.bytes, whole.length) == 0);
		px_bytes_drop(&parts);
	}
	/* Cut anywhere, it holds for what there is. */
	for (size_t i = 1; i < 4; i++) {
		parts = tell(data, size * i / 4, size + 1);
		px_bytes_drop(&parts);
	}
	px_bytes_drop(&whole);
	return 0;
}
