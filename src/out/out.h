/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One buffered descriptor with a sticky error: rows never check it, the end
 * always does.
 */
#ifndef PX_OUT_H
#define PX_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Bytes that are gathered before they are written. */
#define PX_OUT_SIZE ((size_t)64 * 1024)

struct px_out;

/**
 * What takes the bytes of an output in place of its descriptor.  All but the
 * first may be NULL: there is nothing to wait for, to claim, to give up to, to
 * be undone, or to be settled.
 */
struct px_sink {
	/** Take all that waits in @out; may set its error. */
	void (*take)(struct px_sink *sink, struct px_out *out);
	/** Wait until all that comes before has been printed; see px_out_await_turn(). */
	bool (*await_turn)(struct px_sink *sink);
	/** Claim what only one worker at a time may read; see px_out_claim(). */
	void (*claim)(struct px_sink *sink, uint64_t number);
	/** Whether the job is to be given up; see px_out_give_up(). */
	bool (*give_up)(struct px_sink *sink);
	/** Forget what the job has printed; see px_out_undo(). */
	bool (*undo)(struct px_sink *sink);
	/** Have what the job has printed stay; see px_out_settle(). */
	void (*settle)(struct px_sink *sink);
};

/** A buffered output. */
struct px_out {
	int fd;                  /**< Where to; borrowed. */
	struct px_sink *sink;    /**< Where to instead, or NULL; borrowed. */
	int error;               /**< Positive errno of the first failure, 0 so far. */
	size_t length;           /**< Bytes waiting in @bytes. */
	char bytes[PX_OUT_SIZE]; /**< The buffer. */
};

/** Write @length bytes to the descriptor, past what waits; as px_out_flush(). */
void px_out_write(struct px_out *out, const char *bytes, size_t length);

/** Write out what waits; a failure is remembered, and later output dropped. */
void px_out_flush(struct px_out *out);

/**
 * Wait until what comes before @out in this run, if anything does, has been
 * printed.  Returns false if the job is given up instead.
 */
static inline bool px_out_await_turn(struct px_out *out)
{
	return out->sink == NULL || out->sink->await_turn == NULL ||
		out->sink->await_turn(out->sink);
}

/**
 * Claim something by its number, not 0, so that no other worker works on it
 * until this job ends, but for while it waits for its turn.
 */
static inline void px_out_claim(struct px_out *out, uint64_t number)
{
	if (out->sink != NULL && out->sink->claim != NULL)
		out->sink->claim(out->sink, number);
}

/**
 * Say that memory or descriptors are too short for the job.
 *
 * Returns true if it is to be given up, without a word: it will be done again
 * when no other is under way.  False if it is alone as it is.
 */
static inline bool px_out_give_up(struct px_out *out)
{
	return out->sink != NULL && out->sink->give_up != NULL && out->sink->give_up(out->sink);
}

/**
 * Forget what this job has printed, to both of its streams, so that it can
 * begin again.
 *
 * Returns false, and forgets nothing, if some of it has been written.
 */
static inline bool px_out_undo(struct px_out *out)
{
	if (out->sink == NULL || out->sink->undo == NULL || !out->sink->undo(out->sink))
		return false;
	out->length = 0;
	return true;
}

/** Have what this job has printed stay: what is undone is what comes after it. */
static inline void px_out_settle(struct px_out *out)
{
	px_out_flush(out);
	if (out->sink != NULL && out->sink->settle != NULL)
		out->sink->settle(out->sink);
}

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

/** Append @length bytes, any number, of which there is not room for all. */
void px_out_long(struct px_out *out, const char *bytes, size_t length);

/** Append @length bytes, any number. */
static inline void px_out_bytes(struct px_out *out, const char *bytes, size_t length)
{
	if (length > PX_OUT_SIZE - out->length) {
		px_out_long(out, bytes, length);
	} else if (length > 0) {
		memcpy(out->bytes + out->length, bytes, length);
		out->length += length;
	}
}

/** Append a terminated string. */
static inline void px_out_string(struct px_out *out, const char *string)
{
	px_out_bytes(out, string, strlen(string));
}

/** Append a number in decimal. */
void px_out_number(struct px_out *out, uint64_t number);

/** Append @count times @byte, any number. */
void px_out_fill(struct px_out *out, char byte, size_t count);

/** Append @length bytes right-aligned, or left-aligned, in @width bytes. */
void px_out_right(struct px_out *out, const char *bytes, size_t length, size_t width);
void px_out_left(struct px_out *out, const char *bytes, size_t length, size_t width);

#endif
