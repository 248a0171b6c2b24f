/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing tar archives entry by entry.
 */
#include "mutate_tar.h"

#include <string.h>

#define BLOCK ((size_t)512)
#define ENTRIES_MAX 64

/* Fields of a header: where they are, and how long. */
enum { NAME = 0, NAME_LENGTH = 100, SIZE = 124, SIZE_LENGTH = 12, SUM = 148, TYPE = 156 };

/* An entry: its header and contents. */
struct entry {
	size_t at, length;
	size_t size; /* Of the contents, as far as they are there. */
};

static size_t read_size(const uint8_t *header)
{
	size_t size = 0;

	for (size_t i = SIZE; i < SIZE + SIZE_LENGTH - 1; i++)
		if (header[i] >= '0' && header[i] <= '7')
			size = size * 8 + (header[i] - '0');
	return size;
}

static void write_size(uint8_t *header, unsigned long long size)
{
	char digits[SIZE_LENGTH + 1];

	snprintf(digits, sizeof(digits), "%011llo", size & 077777777777ULL);
	memcpy(header + SIZE, digits, SIZE_LENGTH);
}

static void write_sum(uint8_t *header)
{
	unsigned sum = 0;
	char digits[8];

	memset(header + SUM, ' ', sizeof(digits));
	for (size_t i = 0; i < BLOCK; i++)
		sum += header[i];
	snprintf(digits, sizeof(digits), "%06o", sum);
	memcpy(header + SUM, digits, sizeof(digits) - 1);
}

static size_t find_entries(const uint8_t *data, size_t size, struct entry *ret)
{
	size_t count = 0, at = 0;

	while (count < ENTRIES_MAX && size - at >= BLOCK) {
		size_t rest = size - at - BLOCK, length = read_size(data + at);

		ret[count].at = at;
		ret[count].size = length < rest ? length : rest;
		length = (ret[count].size + BLOCK - 1) / BLOCK * BLOCK;
		ret[count].length = BLOCK + (length < rest ? length : rest);
		at += ret[count++].length;
	}
	return count;
}

static void change_name(uint8_t *header, unsigned *seed)
{
	static const char *const names[] = { "maps-1100", "smaps-1100", "./proc/1/smaps",
		"hostA/proc/12/maps", "hostB/12/maps", "../../3/maps", "/etc/4/smaps", "stat-1100",
		"hostA/proc/12/status", "cmdline-1100", "12/task/13/maps", "comm-1100",
		"a\nb\033[2J/5/maps", "\377\376/6/maps", "pmapx.json", "maps-2147483648",
		"maps-0" };
	char *name = (char *)header + NAME;

	if (px_draw(seed, 3) == 0) {
		LLVMFuzzerMutate(header + NAME, NAME_LENGTH, NAME_LENGTH);
		return;
	}
	memset(name, 0, NAME_LENGTH);
	strcpy(name, names[px_draw(seed, sizeof(names) / sizeof(names[0]))]);
}

/* Change one field of the header of @entry. */
static void change_header(uint8_t *header, const struct entry *entry, unsigned *seed)
{
	static const char types[] = "0\0001234567LKxgSDVMNAX";

	switch (px_draw(seed, 4)) {
	case 0:
		header[TYPE] = (uint8_t)types[px_draw(seed, sizeof(types))];
		break;
	case 1:
		if (px_draw(seed, 4) == 0)
			memset(header + SIZE, 0x80 | (int)px_draw(seed, 128), SIZE_LENGTH);
		else
			write_size(header,
				px_draw(seed, 2) ? entry->size + px_draw(seed, 1024)
						 : ~0ULL >> px_draw(seed, 64));
		break;
	case 2:
		LLVMFuzzerMutate(header, BLOCK, BLOCK);
		break;
	default:
		change_name(header, seed);
	}
}

/* Put a copy of @from before @to; returns the new size. */
static size_t copy_entry(uint8_t *data, size_t size, size_t max_size, const struct entry *from,
	const struct entry *to)
{
	uint8_t *copy;

	if (from->length > max_size - size)
		return size;
	copy = (uint8_t *)px_exact_copy(data + from->at, from->length);
	memmove(data + to->at + from->length, data + to->at, size - to->at);
	memcpy(data + to->at, copy, from->length);
	free(copy);
	return size + from->length;
}

/* Change the contents line by line, and give them what room they take then. */
static size_t change_contents(
	uint8_t *data, size_t size, size_t max_size, const struct entry *entry, unsigned seed)
{
	size_t room = entry->size + 1024, behind = entry->at + entry->length, length, padded;
	uint8_t *contents = calloc(1, room + BLOCK);

	px_must(contents != NULL);
	memcpy(contents, data + entry->at + BLOCK, entry->size);
	length = px_mutate_lines(contents, entry->size, room, seed, true);
	memset(contents + length, 0, room + BLOCK - length);
	padded = (length + BLOCK - 1) / BLOCK * BLOCK;
	if (size - entry->length + BLOCK + padded <= max_size) {
		memmove(data + entry->at + BLOCK + padded, data + behind, size - behind);
		memcpy(data + entry->at + BLOCK, contents, padded);
		write_size(data + entry->at, length);
		size += BLOCK + padded - entry->length;
	}
	free(contents);
	return size;
}

size_t px_mutate_tar(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct entry entries[ENTRIES_MAX], *one, *other;
	size_t count = find_entries(data, size, entries);

	if (count == 0 || px_draw(&seed, 8) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	one = &entries[px_draw(&seed, (unsigned)count)];
	other = &entries[px_draw(&seed, (unsigned)count)];
	switch (px_draw(&seed, 8)) {
	case 0:
		if (count > 1) {
			memmove(data + one->at, data + one->at + one->length,
				size - one->at - one->length);
			size -= one->length;
		}
		break;
	case 1:
		size = copy_entry(data, size, max_size, one, other);
		break;
	case 2:
	case 3:
	case 4:
		change_header(data + one->at, one, &seed);
		break;
	default:
		size = change_contents(data, size, max_size, one, seed);
	}
	if (px_draw(&seed, 16) == 0)
		return size;
	/* What is all zeros ends the archive. */
	count = find_entries(data, size, entries);
	for (size_t i = 0; i < count; i++)
		if (data[entries[i].at] != 0)
			write_sum(data + entries[i].at);
	return size;
}
