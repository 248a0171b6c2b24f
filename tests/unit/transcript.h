/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a parser says of an input, written down: a line for each mapping, more
 * for what is in it, a line for each error.
 */
#ifndef PX_TEST_TRANSCRIPT_H
#define PX_TEST_TRANSCRIPT_H

#include <pmapx/parser.h>
#include <stdio.h>

#include "support.h"

/** How to feed: a piece of @first bytes, then pieces of @chunk; by which call. */
struct px_feeding {
	size_t first, chunk;
	bool by_space;
	uint64_t lines_before; /**< Added to the numbers of lines. */
};

/** Writes down a mapping; its line number is already there. */
typedef void px_write_mapping(
	FILE *to, const struct pmapx_mapping *mapping, const uint64_t *fields);

/** Writes "start-end perms offset device inode 'name'" and " key #digits 'value'"… */
px_write_mapping px_write_entries;

/** As above, the text of the mapping line before them. */
px_write_mapping px_write_text;

/** A parser; all @fields if that is 0. */
struct pmapx_parser *px_parser_new(bool mappings_only, uint64_t fields);

/** Feed @parser by one of its two ways. */
void px_parser_feed(struct pmapx_parser *parser, const char *bytes, size_t length, bool by_space);

/**
 * What @parser, which has seen nothing, says of @bytes; to be freed.  @fields
 * is handed on to @write.
 */
char *px_transcript(struct pmapx_parser *parser, const char *bytes, size_t length,
	const struct px_feeding *feeding, px_write_mapping *write, const uint64_t *fields,
	size_t *ret_length);

/** The members of @smaps must be what the last entry of each key says. */
void px_check_members(const struct pmapx_smaps *smaps);

#endif
