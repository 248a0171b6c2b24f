/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dump of memory contexts while it is read.
 */
#include "dump_build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each block of texts is twice as large as the one before, up to the largest. */
#define FIRST_TEXTS ((size_t)1024)
#define LARGEST_TEXTS ((size_t)64 * 1024)
#define FIRST_ROWS ((size_t)32)

struct px_dump_texts {
	struct px_dump_texts *next;
	size_t size, used;
	char bytes[];
};

void px_dump_build_init(struct px_dump_build *build, size_t *held)
{
	*build = (struct px_dump_build){ 0 };
	build->held = held;
	build->dump.first_level = -1;
}

/* Drop all rows and their texts. */
static void drop(struct px_dump_build *build)
{
	for (struct px_dump_texts *texts = build->texts, *next; texts != NULL; texts = next) {
		next = texts->next;
		free(texts);
	}
	free(build->rows);
	*build->held -= build->bytes;
	build->texts = NULL;
	build->rows = NULL;
	build->bytes = build->size = build->dump.count = 0;
}

void px_dump_build_deinit(struct px_dump_build *build)
{
	drop(build);
}

void px_dump_build_time(struct px_dump_build *build, const struct px_log_time *time)
{
	struct px_context_dump *dump = &build->dump;

	/* No zone has a name that long. */
	if (time->text.bytes == NULL || time->text.length > sizeof(build->time))
		return;
	memcpy(build->time, time->text.bytes, time->text.length);
	dump->time = (struct pmapx_text){ build->time, time->text.length };
	dump->has_time_us = time->has_us;
	dump->time_us = time->us;
}

void px_dump_build_blame(struct px_dump_build *build, enum px_contexts_flaw flaw)
{
	if (build->dump.flaw == PX_CONTEXTS_COMPLETE)
		build->dump.flaw = flaw;
}

/* Account for @more bytes.  Returns false if they are too many. */
static bool hold(struct px_dump_build *build, size_t more)
{
	if (more > PX_CONTEXTS_MAX_BYTES - *build->held)
		return false;
	build->bytes += more;
	*build->held += more;
	return true;
}

/* Make room for a row.  Returns 0, -ENOMEM, or -EFBIG if there must be no more. */
static int make_row(struct px_dump_build *build)
{
	size_t size = build->size == 0 ? FIRST_ROWS : 2 * build->size;
	struct px_context *rows;

	if (build->dump.count < build->size)
		return 0;
	if (build->size == PX_CONTEXTS_MAX_ROWS)
		return -EFBIG;
	if (size > PX_CONTEXTS_MAX_ROWS)
		size = PX_CONTEXTS_MAX_ROWS;
	if (!hold(build, (size - build->size) * sizeof(*rows)))
		return -EFBIG;
	rows = reallocarray(build->rows, size, sizeof(*rows));
	if (rows == NULL)
		return -ENOMEM;
	build->rows = rows;
	build->size = size;
	return 0;
}

/* Make room for @length bytes in the first block of texts, as make_row() does. */
static int make_texts(struct px_dump_build *build, size_t length)
{
	struct px_dump_texts *texts = build->texts;
	size_t size = FIRST_TEXTS;

	if (texts != NULL && texts->size - texts->used >= length)
		return 0;
	if (texts != NULL)
		size = texts->size < LARGEST_TEXTS ? 2 * texts->size : LARGEST_TEXTS;
	if (size < length)
		size = length;
	if (!hold(build, sizeof(*texts) + size))
		return -EFBIG;
	texts = malloc(sizeof(*texts) + size);
	if (texts == NULL)
		return -ENOMEM;
	*texts = (struct px_dump_texts){ .next = build->texts, .size = size };
	build->texts = texts;
	return 0;
}

/* Move @text to the block of texts, which has room for it. */
static void keep_text(struct px_dump_texts *texts, struct pmapx_text *text)
{
	char *bytes = texts->bytes + texts->used;

	if (text->bytes == NULL)
		return;
	if (text->length > 0)
		memcpy(bytes, text->bytes, text->length);
	texts->used += text->length;
	text->bytes = bytes;
}

/* Add @sum up; a sum that has no room equals no Grand total. */
static void add_up(struct px_dump_build *build, const struct px_context_sum *more)
{
	struct px_context_sum *sum = &build->sum;

	build->overflow |= __builtin_add_overflow(sum->total, more->total, &sum->total);
	build->overflow |= __builtin_add_overflow(sum->blocks, more->blocks, &sum->blocks);
	build->overflow |= __builtin_add_overflow(sum->free, more->free, &sum->free);
	build->overflow |= __builtin_add_overflow(
		sum->free_chunks, more->free_chunks, &sum->free_chunks);
	build->overflow |= __builtin_add_overflow(sum->used, more->used, &sum->used);
}

int px_dump_build_append(struct px_dump_build *build, const struct px_context *row)
{
	size_t length = row->name.length + row->ident.length + row->type.length;
	struct px_context *kept;
	int r;

	if (build->dump.flaw == PX_CONTEXTS_HEADLESS || build->dump.flaw == PX_CONTEXTS_TOO_LARGE)
		return 0;
	r = make_row(build);
	if (r == 0)
		r = make_texts(build, length);
	if (r == -EFBIG) {
		drop(build);
		build->dump.flaw = PX_CONTEXTS_TOO_LARGE;
		return 0;
	}
	if (r < 0)
		return r;
	kept = &build->rows[build->dump.count++];
	*kept = *row;
	keep_text(build->texts, &kept->name);
	keep_text(build->texts, &kept->ident);
	keep_text(build->texts, &kept->type);
	add_up(build, &row->sum);
	return 0;
}

/*
 * The way from the row before to the root has the parent on it.  What is left behind
 * on that way is never looked at again, so that a dump takes as many steps as it has rows.
 */
int px_dump_build_add(struct px_dump_build *build, struct px_context *row)
{
	const struct px_context *rows = build->rows;
	uint32_t at = (uint32_t)build->dump.count - 1;

	row->parent = PX_CONTEXT_NO_PARENT;
	if (build->dump.count == 0) {
		if (row->depth != 1 || row->more)
			px_dump_build_blame(build, PX_CONTEXTS_TORN);
		return px_dump_build_append(build, row);
	}
	while (at != PX_CONTEXT_NO_PARENT && rows[at].depth >= row->depth)
		at = rows[at].parent;
	if (at == PX_CONTEXT_NO_PARENT || rows[at].depth + 1 != row->depth || rows[at].more)
		px_dump_build_blame(build, PX_CONTEXTS_TORN);
	else
		row->parent = at;
	return px_dump_build_append(build, row);
}

void px_dump_build_grand(struct px_dump_build *build, const struct px_context_sum *grand)
{
	const struct px_context_sum *sum = &build->sum;

	build->dump.has_grand = true;
	build->dump.grand = *grand;
	if (build->overflow || sum->total != grand->total || sum->blocks != grand->blocks ||
		sum->free != grand->free || sum->free_chunks != grand->free_chunks ||
		sum->used != grand->used)
		px_dump_build_blame(build, PX_CONTEXTS_UNEQUAL);
}

const struct px_context_dump *px_dump_build_end(struct px_dump_build *build)
{
	build->dump.contexts = build->rows;
	return &build->dump;
}
