/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapping that is kept for later.  Behind the struct there are the numbers that
 * it has, where its key lines are, the lines themselves, and the texts that are not in
 * them.
 */
#include "copy.h"

#include <stdlib.h>
#include <string.h>

#include "smaps.h"

struct px_copy {
	struct pmapx_mapping mapping;
	uint64_t have, layout;
	struct pmapx_text note, flags, android_name;
	struct px_numa_line numa;
	size_t entry_count; /* And as many offsets, if there are lines. */
	size_t length;      /* Of the lines. */
	bool plain;
	uint64_t numbers[]; /* Then offsets, then bytes. */
};

/* Bytes that are copied as they are: lines of smaps, or the one of maps. */
struct block {
	const char *from;
	size_t length;
	char *to;
	char *end; /* Where the next text goes that is not in it. */
};

static struct block block_of(const struct pmapx_mapping *mapping)
{
	const struct pmapx_smaps *smaps = mapping->smaps;

	if (smaps->entry_count > 0)
		return (struct block){ smaps->lines->base, smaps->lines->length, NULL, NULL };
	return (struct block){ mapping->text.bytes, mapping->text.length, NULL, NULL };
}

static bool is_inside(const struct block *block, const struct pmapx_text *text)
{
	uintptr_t from = (uintptr_t)block->from, at = (uintptr_t)text->bytes;

	return at >= from && at - from <= block->length &&
		text->length <= block->length - (at - from);
}

/* The room that a text needs behind the block. */
static size_t room_of(const struct block *block, const struct pmapx_text *text)
{
	return is_inside(block, text) ? 0 : text->length;
}

/* A text where it is in the copy. */
static struct pmapx_text place(struct block *block, const struct pmapx_text *text)
{
	struct pmapx_text placed = { block->to, text->length };

	if (text->length == 0)
		return placed;
	if (is_inside(block, text)) {
		placed.bytes += text->bytes - block->from;
		return placed;
	}
	memcpy(block->end, text->bytes, text->length);
	placed.bytes = block->end;
	block->end += text->length;
	return placed;
}

/* Fields that have a number. */
static uint64_t numbers_of(uint64_t have)
{
	return have & ~(UINT64_C(1) << PMAPX_FIELD_NAME | UINT64_C(1) << PMAPX_FIELD_VM_FLAGS);
}

/* The text of a field, or none. */
static struct pmapx_text text_of(
	const struct pmapx_smaps *smaps, enum pmapx_field field, const struct pmapx_text *text)
{
	return pmapx_smaps_has(smaps, field) ? *text : (struct pmapx_text){ "", 0 };
}

/* Put numbers and offsets; returns where the bytes go. */
static char *put_numbers(struct px_copy *copy, const struct pmapx_smaps *smaps)
{
	uint64_t *number = copy->numbers;
	size_t size = smaps->entry_count * sizeof(*smaps->lines->offsets);

	for (uint64_t rest = numbers_of(smaps->have); rest != 0; rest &= rest - 1)
		memcpy(number++, (const char *)smaps + px_smaps_offsets[__builtin_ctzll(rest)],
			sizeof(*number));
	if (size > 0)
		memcpy(number, smaps->lines->offsets, size);
	return (char *)number + size;
}

struct px_copy *px_copy_new(const struct pmapx_mapping *mapping, const struct px_numa_line *numa,
	const struct pmapx_text *note, size_t *ret_size)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	struct pmapx_text flags = text_of(smaps, PMAPX_FIELD_VM_FLAGS, &smaps->vm_flags);
	struct pmapx_text android_name = text_of(smaps, PMAPX_FIELD_NAME, &smaps->name);
	struct block block = block_of(mapping);
	size_t numbers = (size_t)__builtin_popcountll(numbers_of(smaps->have));
	size_t size = sizeof(struct px_copy) + numbers * sizeof(uint64_t) +
		smaps->entry_count * sizeof(*smaps->lines->offsets) + block.length +
		room_of(&block, &mapping->text) + room_of(&block, &mapping->name) +
		room_of(&block, &flags) + room_of(&block, &android_name) + numa->text.length +
		note->length;
	struct px_copy *copy = malloc(size);

	if (copy == NULL)
		return NULL;
	*copy = (struct px_copy){
		.mapping = *mapping,
		.have = smaps->have,
		.layout = smaps->layout,
		.numa = *numa,
		.entry_count = smaps->entry_count,
		.length = block.length,
		.plain = smaps->plain,
	};
	copy->mapping.next = NULL;
	block.to = put_numbers(copy, smaps);
	block.end = block.to + block.length;
	memcpy(block.to, block.from, block.length);
	copy->mapping.text = place(&block, &mapping->text);
	copy->mapping.name = place(&block, &mapping->name);
	copy->flags = place(&block, &flags);
	copy->android_name = place(&block, &android_name);
	if (numa->text.bytes != NULL)
		copy->numa.text = place(&block, &numa->text);
	copy->note = place(&block, note);
	*ret_size = size;
	return copy;
}

struct pmapx_text px_copy_note(const struct px_copy *copy)
{
	return copy->note;
}

struct px_numa_line px_copy_numa(const struct px_copy *copy)
{
	return copy->numa;
}

const struct pmapx_mapping *px_copy_open(struct px_copy *copy, struct px_copied *ret)
{
	uint64_t *number = copy->numbers;

	ret->smaps = (struct pmapx_smaps){
		.have = copy->have,
		.vm_flags = copy->flags,
		.name = copy->android_name,
		.entry_count = copy->entry_count,
		.layout = copy->layout,
		.plain = copy->plain,
		.lines = &ret->lines,
	};
	for (uint64_t rest = numbers_of(copy->have); rest != 0; rest &= rest - 1)
		px_smaps_set_number(
			&ret->smaps, (enum pmapx_field)__builtin_ctzll(rest), *number++);
	ret->lines.offsets = (size_t *)number;
	ret->lines.base = (const char *)(ret->lines.offsets + copy->entry_count);
	ret->lines.length = copy->length;
	ret->mapping = copy->mapping;
	ret->mapping.smaps = &ret->smaps;
	return &ret->mapping;
}
