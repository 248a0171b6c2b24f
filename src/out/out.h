/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One buffered descriptor with a sticky error: rows never check it, the end
 * always does.
 */
#ifndef PX_OUT_H
#define PX_OUT_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes that are gathered before they are written. */
#define PX_OUT_SIZE (64 * 1024)

/** A buffered output. */
struct px_out {
	int fd;                  /**< Where to; borrowed. */
	int error;               /**< Positive errno of the first failure, 0 so far. */
	size_t length;           /**< Bytes waiting in @bytes. */
	char bytes[PX_OUT_SIZE]; /**< The buffer. */
};

/** Write out what waits; a failure is remembered, and later output dropped. */
void px_out_flush(struct px_out *out);

/**
 * Room for @want bytes, at most PX_OUT_SIZE.
 *
 * Returns where to write; follow with px_out_written().
 */
static inline char *px_out_room(struct px_out *out, size_t want)
{
	if (PX_OUT_SIZE - out->length < want)
		px_out_flush(out);
	return out->bytes + out->length;
}

/** Say that bytes were written up to @end, where px_out_room() said. */
static inline void px_out_written(struct px_out *out, const char *end)
{
	out->length = (size_t)(end - out->bytes);
}

/** Append @length bytes, any number. */
void px_out_bytes(struct px_out *out, const char *bytes, size_t length);

/** Append a terminated string. */
void px_out_string(struct px_out *out, const char *string);

/** Append @count times @byte, any number. */
void px_out_fill(struct px_out *out, char byte, size_t count);

/** Append @length bytes right-aligned, or left-aligned, in @width bytes. */
void px_out_right(struct px_out *out, const char *bytes, size_t length, size_t width);
void px_out_left(struct px_out *out, const char *bytes, size_t length, size_t width);

#endif
