/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From bytes in any chunking to whole lines: one growing buffer, of which the
 * part that somebody still points into is kept in one piece.
 */
#ifndef PX_FRAME_H
#define PX_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pmapx/base.h>

/** A buffer of input, of which [keep, end) is alive and [at, end) unread. */
struct px_frame {
	char *bytes;    /**< The buffer, owned. */
	size_t size;    /**< Its size. */
	size_t keep;    /**< First byte that must survive; never beyond @at. */
	size_t at;      /**< First byte of the line to read next. */
	size_t scanned; /**< No newline in [at, scanned). */
	size_t end;     /**< One past the last byte of input. */
	uint64_t line;  /**< Lines taken so far. */
	bool finished;  /**< No input will follow. */
};

enum px_frame_result {
	PX_FRAME_MORE, /**< No whole line is there: feed, or finish. */
	PX_FRAME_LINE, /**< A line that ended in a newline. */
	PX_FRAME_CUT,  /**< The last line of finished input, without a newline. */
	PX_FRAME_END   /**< Nothing is left. */
};

/** Empty @frame for new input, keeping its memory. */
void px_frame_reset(struct px_frame *frame);

/** Free what @frame holds. */
void px_frame_deinit(struct px_frame *frame);

/**
 * Make room for @want bytes behind the input.
 *
 * What is kept may move: *@ret_shift, to be added to every pointer into it, is
 * set on success.
 *
 * Returns 0 or -ENOMEM.
 */
int px_frame_space(struct px_frame *frame, size_t want, ptrdiff_t *ret_shift);

/** Look at the next line, without taking it and without its newline. */
enum px_frame_result px_frame_peek(struct px_frame *frame, struct pmapx_text *ret);

/** No more will come: drop what stands of a line without its end. */
void px_frame_cut(struct px_frame *frame);

/** Take the line that px_frame_peek() showed. */
void px_frame_take(struct px_frame *frame, const struct pmapx_text *line);

/** Take @lines whole lines that end before @at, where the next one begins. */
static inline void px_frame_skip(struct px_frame *frame, const char *at, size_t lines)
{
	if (lines == 0)
		return;
	frame->at = frame->scanned = (size_t)(at - frame->bytes);
	frame->line += lines;
}

#endif
