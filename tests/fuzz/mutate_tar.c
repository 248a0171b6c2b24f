/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing tar archives entry by entry.
 */
#include "mutate_tar.h"

#include <string.h>

#include "tar_blocks.h"

static void change_name(uint8_t *header, unsigned *seed)
{
	static const char *const names[] = { "maps-1100", "smaps-1100", "./proc/1/smaps",
		"hostA/proc/12/maps", "hostB/12/maps", "../../3/maps", "/etc/4/smaps", "stat-1100",
		"hostA/proc/12/status", "cmdline-1100", "12/task/13/maps", "comm-1100",
		"a\nb\033[2J/5/maps", "\377\376/6/maps", "pmapx.json", "maps-2147483648", "maps-0",
		"smaps", "stat", "fd/9/maps", "1100/net/9/maps", "hostA/1100/maps", "1100/maps-1",
		"*1/*2/*3/*4/*5/*6/*7/*8/*9/*10/*11/*12/*13/*14/*15/*16/*17/8/maps",
		"a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z/A/B/C/D/7/maps" };
	char *name = (char *)header + PX_TAR_NAME;

	if (px_draw(seed, 3) == 0) {
		LLVMFuzzerMutate(header + PX_TAR_NAME, PX_TAR_NAME_LENGTH, PX_TAR_NAME_LENGTH);
		return;
	}
	memset(name, 0, PX_TAR_NAME_LENGTH);
	strcpy(name, names[px_draw(seed, sizeof(names) / sizeof(names[0]))]);
}

/* Change one field of the header of @entry. */
static void change_header(uint8_t *header, const struct px_tar_entry *entry, unsigned *seed)
{
	static const char types[] = "0\0001234567LKxgSDVMNAX";

	switch (px_draw(seed, 4)) {
	case 0:
		header[PX_TAR_TYPE] = (uint8_t)types[px_draw(seed, sizeof(types))];
		break;
	case 1:
		if (px_draw(seed, 4) == 0)
			memset(header + PX_TAR_SIZE, 0x80 | (int)px_draw(seed, 128),
				PX_TAR_SIZE_LENGTH);
		else
			px_tar_write_size(header,
				px_draw(seed, 2) ? entry->size + px_draw(seed, 1024)
						 : ~0ULL >> px_draw(seed, 64));
		break;
	case 2:
		LLVMFuzzerMutate(header, PX_TAR_BLOCK, PX_TAR_BLOCK);
		break;
	default:
		change_name(header, seed);
	}
}

/* Put a copy of @from before @to; returns the new size. */
static size_t copy_entry(uint8_t *data, size_t size, size_t max_size,
	const struct px_tar_entry *from, const struct px_tar_entry *to)
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
static size_t change_contents(uint8_t *data, size_t size, size_t max_size,
	const struct px_tar_entry *entry, unsigned seed)
{
	size_t room = entry->size + 1024, behind = entry->at + entry->length, length, padded;
	uint8_t *contents = calloc(1, room + PX_TAR_BLOCK);

	px_must(contents != NULL);
	memcpy(contents, data + entry->at + PX_TAR_BLOCK, entry->size);
	length = px_mutate_lines(contents, entry->size, room, seed, true);
	memset(contents + length, 0, room + PX_TAR_BLOCK - length);
	padded = (length + PX_TAR_BLOCK - 1) / PX_TAR_BLOCK * PX_TAR_BLOCK;
	if (size - entry->length + PX_TAR_BLOCK + padded <= max_size) {
		memmove(data + entry->at + PX_TAR_BLOCK + padded, data + behind, size - behind);
		memcpy(data + entry->at + PX_TAR_BLOCK, contents, padded);
		px_tar_write_size(data + entry->at, length);
		size += PX_TAR_BLOCK + padded - entry->length;
	}
	free(contents);
	return size;
}

size_t px_mutate_tar(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct px_tar_entry entries[PX_TAR_ENTRIES], *one, *other;
	size_t count = px_tar_find(data, size, entries);

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
	count = px_tar_find(data, size, entries);
	for (size_t i = 0; i < count; i++)
		if (data[entries[i].at] != 0)
			px_tar_write_sum(data + entries[i].at);
	return size;
}
