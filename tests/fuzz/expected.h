/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to be shown of an input: its mappings, with all that was said
 * of them kept apart from the parser that said it.
 */
#ifndef PX_FUZZ_EXPECTED_H
#define PX_FUZZ_EXPECTED_H

#include <pmapx/parser.h>

#include "fuzz.h"

/** A piece of @px_expected's texts. */
struct px_piece {
	size_t at, length;
};

/** A line "Key: value" that is a number, or is to be one. */
struct px_expected_entry {
	struct px_piece key;
	struct px_piece digits; /**< As they were written; empty if they are no number. */
	uint64_t number;
	bool is_known; /**< Whether the key is one that some kernel prints. */
};

/** A mapping. */
struct px_expected_mapping {
	struct pmapx_mapping mapping;   /**< Its texts are gone. */
	struct px_piece line;           /**< Its line. */
	struct px_piece name;           /**< What it is called. */
	struct px_piece vm_flags;       /**< The value of VmFlags. */
	size_t first_entry, past_entry; /**< Which entries are its own. */
	uint64_t rss_kb, dirty_kb;
	bool has_rss, has_dirty, has_vm_flags;
};

/** What was read. */
struct px_expected {
	struct px_bytes mappings; /**< struct px_expected_mapping each. */
	struct px_bytes entries;  /**< struct px_expected_entry each. */
	struct px_bytes texts;
	bool has_errors;
};

/** Read @text, with its key lines or without them. */
struct px_expected px_expected_of(const struct pmapx_text *text, bool mappings_only);

/** Free what it holds. */
void px_expected_drop(struct px_expected *expected);

size_t px_expected_count(const struct px_expected *expected);
const struct px_expected_mapping *px_expected_mapping_at(
	const struct px_expected *expected, size_t index);
const struct px_expected_entry *px_expected_entry_at(
	const struct px_expected *expected, size_t index);
struct pmapx_text px_expected_text(const struct px_expected *expected, struct px_piece piece);

#endif
