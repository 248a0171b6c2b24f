/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings one below the other, which must be what each is alone: a parser
 * that is given one mapping has nothing to expect, and takes each line on its
 * own.
 */
#ifndef PX_TEST_SEQUENCE_H
#define PX_TEST_SEQUENCE_H

#include "transcript.h"

enum { PX_BLOCKS_MAX = 16 };

/** Mappings, each a text of whole lines; the last one may be cut. */
struct px_sequence {
	struct pmapx_text blocks[PX_BLOCKS_MAX];
	size_t count;
};

/** All bytes of @sequence, to be freed. */
char *px_sequence_joined(const struct px_sequence *sequence, size_t *ret_length);

/**
 * Whatever is said of each block alone must be said of all together, by a
 * parser that looks for *@fields if that is not NULL: whole, and in pieces of
 * these sizes, which end with a 0.
 */
void px_check_sequence(const char *row, const struct px_sequence *sequence, const uint64_t *fields,
	const size_t *pieces);

/** How many shapes of lines there are. */
extern const size_t px_shape_count;

/** Write a line with @key and what shape number @shape has behind it. */
void px_put_shape(FILE *to, const char *key, size_t shape);

#endif
