/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From bytes in any chunking to whole lines.
 */
#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Enough for many of the pages that the kernel hands out per read; a line or
 * record that needs more makes the buffer grow.
 */
#define FIRST_SIZE ((size_t)64 * 1024)

void px_frame_reset(struct px_frame *frame)
{
	*frame = (struct px_frame){ .bytes = frame->bytes, .size = frame->size };
}

void px_frame_deinit(struct px_frame *frame)
{
	free(frame->bytes);
	*frame = (struct px_frame){ 0 };
}

/* The size to grow to, or 0 if there is none. */
static size_t larger_size(const struct px_frame *frame, size_t need)
{
	size_t size = frame->size ? frame->size : FIRST_SIZE;

	while (size < need && size <= SIZE_MAX / 2)
		size *= 2;
	return size < need ? 0 : size;
}

int px_frame_space(struct px_frame *frame, size_t want, ptrdiff_t *ret_shift)
{
	size_t gone = frame->keep, kept = frame->end - gone;
	char *bytes = frame->bytes;

	*ret_shift = 0;
	/* What little is kept moves to the front, where the cache has the memory. */
	if (frame->size - frame->end >= want && kept > gone / 4)
		return 0;
	if (frame->size < want || frame->size - want < kept) {
		size_t size = want > SIZE_MAX - kept ? 0 : larger_size(frame, kept + want);

		bytes = size ? malloc(size) : NULL;
		if (bytes == NULL)
			return -ENOMEM;
		if (kept > 0)
			memcpy(bytes, frame->bytes + gone, kept);
		frame->size = size;
	} else if (kept > 0) {
		memmove(bytes, bytes + gone, kept);
	}
	/* Nobody points into the buffer before there is one. */
	if (frame->bytes != NULL)
		*ret_shift = (ptrdiff_t)((uintptr_t)bytes - (uintptr_t)(frame->bytes + gone));
	if (bytes != frame->bytes)
		free(frame->bytes);
	frame->bytes = bytes;
	frame->keep = 0;
	frame->at -= gone;
	frame->scanned -= gone;
	frame->end = kept;
	return 0;
}

enum px_frame_result px_frame_peek(struct px_frame *frame, struct pmapx_text *ret)
{
	const char *newline = NULL;

	if (frame->end > frame->scanned)
		newline = memchr(frame->bytes + frame->scanned, '\n', frame->end - frame->scanned);
	if (newline != NULL) {
		frame->scanned = (size_t)(newline - frame->bytes);
		*ret = (struct pmapx_text){ frame->bytes + frame->at, frame->scanned - frame->at };
		return PX_FRAME_LINE;
	}
	frame->scanned = frame->end;
	if (!frame->finished)
		return PX_FRAME_MORE;
	if (frame->at == frame->end)
		return PX_FRAME_END;
	*ret = (struct pmapx_text){ frame->bytes + frame->at, frame->end - frame->at };
	return PX_FRAME_CUT;
}

void px_frame_cut(struct px_frame *frame)
{
	const char *at = frame->bytes + frame->at, *newline = NULL;

	if (frame->end > frame->at)
		newline = memrchr(at, '\n', frame->end - frame->at);
	frame->end = newline != NULL ? (size_t)(newline + 1 - frame->bytes) : frame->at;
	frame->scanned = frame->at;
	frame->finished = true;
}

void px_frame_take(struct px_frame *frame, const struct pmapx_text *line)
{
	frame->at += line->length;
	if (frame->at < frame->end)
		frame->at++; /* the newline */
	frame->scanned = frame->at;
	frame->line++;
}
