/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What there is to be shown of an input.
 */
#include "expected.h"

#include <errno.h>

static struct px_piece keep_text(struct px_expected *expected, const struct pmapx_text *text)
{
	struct px_piece piece = { expected->texts.length, text->length };

	px_bytes_add(&expected->texts, text->bytes, text->length);
	return piece;
}

static void keep_entries(struct px_expected *expected, const struct pmapx_smaps *smaps)
{
	struct pmapx_entry entry;

	for (size_t i = 0; pmapx_smaps_entry(smaps, i, &entry); i++) {
		struct px_expected_entry kept = {
			.number = entry.number,
			.is_known = entry.field != PMAPX_FIELD_UNKNOWN,
		};

		if (entry.field == PMAPX_FIELD_VM_FLAGS || entry.field == PMAPX_FIELD_NAME)
			continue;
		kept.key = keep_text(expected, &entry.key);
		kept.digits = keep_text(expected, &entry.digits);
		px_bytes_add(&expected->entries, &kept, sizeof(kept));
	}
}

static size_t entry_count(const struct px_expected *expected)
{
	return expected->entries.length / sizeof(struct px_expected_entry);
}

static void keep_mapping(struct px_expected *expected, const struct pmapx_mapping *mapping)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	bool has_shared = pmapx_smaps_has(smaps, PMAPX_FIELD_SHARED_DIRTY);
	bool has_private = pmapx_smaps_has(smaps, PMAPX_FIELD_PRIVATE_DIRTY);
	struct px_expected_mapping kept = {
		.mapping = *mapping,
		.line = keep_text(expected, &mapping->text),
		.name = keep_text(expected, &mapping->name),
		.first_entry = entry_count(expected),
		.has_rss = pmapx_smaps_has(smaps, PMAPX_FIELD_RSS),
		.has_dirty = has_shared || has_private,
		.has_vm_flags = pmapx_smaps_has(smaps, PMAPX_FIELD_VM_FLAGS),
	};

	if (kept.has_vm_flags)
		kept.vm_flags = keep_text(expected, &smaps->vm_flags);
	if (kept.has_rss)
		kept.rss_kb = smaps->rss_kb;
	if (has_shared)
		kept.dirty_kb = smaps->shared_dirty_kb;
	if (has_private &&
		__builtin_add_overflow(kept.dirty_kb, smaps->private_dirty_kb, &kept.dirty_kb))
		kept.dirty_kb = UINT64_MAX;
	keep_entries(expected, smaps);
	kept.past_entry = entry_count(expected);
	px_bytes_add(&expected->mappings, &kept, sizeof(kept));
}

struct px_expected px_expected_of(const struct pmapx_text *text, bool mappings_only)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = mappings_only,
	};
	struct px_expected expected = { .has_errors = false };
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;
	int r;

	px_must(pmapx_parser_open(&options, &parser) == 0);
	px_must(pmapx_parser_feed(parser, text->bytes, text->length) == 0);
	pmapx_parser_finish(parser);
	while ((r = pmapx_parser_next(parser, &mapping, NULL)) != 0) {
		px_must(r != -EAGAIN);
		if (r == 1)
			keep_mapping(&expected, mapping);
		else
			expected.has_errors = true;
	}
	pmapx_parser_close(parser);
	return expected;
}

void px_expected_drop(struct px_expected *expected)
{
	px_bytes_drop(&expected->mappings);
	px_bytes_drop(&expected->entries);
	px_bytes_drop(&expected->texts);
}

size_t px_expected_count(const struct px_expected *expected)
{
	return expected->mappings.length / sizeof(struct px_expected_mapping);
}

const struct px_expected_mapping *px_expected_mapping_at(
	const struct px_expected *expected, size_t index)
{
	return (const struct px_expected_mapping *)(const void *)expected->mappings.bytes + index;
}

const struct px_expected_entry *px_expected_entry_at(
	const struct px_expected *expected, size_t index)
{
	return (const struct px_expected_entry *)(const void *)expected->entries.bytes + index;
}

struct pmapx_text px_expected_text(const struct px_expected *expected, struct px_piece piece)
{
	return (struct pmapx_text){ expected->texts.bytes + piece.at, piece.length };
}
