/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a parser says of an input, as a list that can be compared.
 */
#ifndef PX_FUZZ_EVENTS_H
#define PX_FUZZ_EVENTS_H

#include <pmapx/parser.h>

#include "fuzz.h"

/** Something that the parser handed out. */
struct px_event {
	int result;     /**< 1 for a mapping, else a negative errno. */
	uint64_t line;  /**< Where. */
	uint64_t range; /**< Of a mapping: a hash of what a maps file says of it. */
	uint64_t whole; /**< Of a mapping: a hash of that and of its key lines. */
	uint64_t have;  /**< Of a mapping: which fields it has. */
};

/** What was handed out, in order; @events are in @bytes. */
struct px_events {
	struct px_bytes bytes;
};

/** How many there are, and one of them. */
size_t px_events_count(const struct px_events *events);
const struct px_event *px_event_at(const struct px_events *events, size_t index);

/**
 * Parse @text in pieces of @chunk bytes, of a length that varies below that if
 * @seed is not 0.  Whatever must hold of each mapping by itself is looked at.
 */
struct px_events px_events_of(const struct pmapx_text *text,
	const struct pmapx_parser_options *options, size_t chunk, uint32_t seed);

/** Abort unless both are the same. */
void px_must_be_same_events(const struct px_events *a, const struct px_events *b);

#endif
