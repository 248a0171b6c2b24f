/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tar archives as blocks.
 */
#include "tar_blocks.h"

#include <string.h>

static size_t read_size(const uint8_t *header)
{
	size_t size = 0;

	for (size_t i = PX_TAR_SIZE; i < PX_TAR_SIZE + PX_TAR_SIZE_LENGTH - 1; i++)
		if (header[i] >= '0' && header[i] <= '7')
			size = size * 8 + (header[i] - '0');
	return size;
}

void px_tar_write_size(uint8_t *header, unsigned long long size)
{
	char digits[PX_TAR_SIZE_LENGTH + 1];

	snprintf(digits, sizeof(digits), "%011llo", size & 077777777777ULL);
	memcpy(header + PX_TAR_SIZE, digits, PX_TAR_SIZE_LENGTH);
}

void px_tar_write_sum(uint8_t *header)
{
	unsigned sum = 0;
	char digits[8];

	memset(header + PX_TAR_SUM, ' ', sizeof(digits));
	for (size_t i = 0; i < PX_TAR_BLOCK; i++)
		sum += header[i];
	snprintf(digits, sizeof(digits), "%06o", sum);
	memcpy(header + PX_TAR_SUM, digits, sizeof(digits) - 1);
}

size_t px_tar_find(const uint8_t *data, size_t size, struct px_tar_entry ret[PX_TAR_ENTRIES])
{
	size_t count = 0, at = 0;

	while (count < PX_TAR_ENTRIES && size - at >= PX_TAR_BLOCK) {
		size_t rest = size - at - PX_TAR_BLOCK, length = read_size(data + at);

		ret[count].at = at;
		ret[count].size = length < rest ? length : rest;
		length = (ret[count].size + PX_TAR_BLOCK - 1) / PX_TAR_BLOCK * PX_TAR_BLOCK;
		ret[count].length = PX_TAR_BLOCK + (length < rest ? length : rest);
		at += ret[count++].length;
	}
	return count;
}

static void add_entry(
	struct px_bytes *tar, const char *name, char type, const struct pmapx_text *contents)
{
	uint8_t blocks[PX_TAR_BLOCK] = { 0 };
	size_t rest = contents->length % PX_TAR_BLOCK;

	memcpy(blocks + PX_TAR_NAME, name, strnlen(name, PX_TAR_NAME_LENGTH - 1));
	px_tar_write_size(blocks, contents->length);
	blocks[PX_TAR_TYPE] = (uint8_t)type;
	/* As GNU tar has it, whose names may be long. */
	memcpy(blocks + PX_TAR_MAGIC, "ustar  ", 8);
	px_tar_write_sum(blocks);
	px_bytes_add(tar, blocks, PX_TAR_BLOCK);
	px_bytes_add(tar, contents->bytes, contents->length);
	memset(blocks, 0, sizeof(blocks));
	px_bytes_add(tar, blocks, rest > 0 ? PX_TAR_BLOCK - rest : 0);
}

void px_tar_add(struct px_bytes *tar, const char *name, const struct pmapx_text *contents)
{
	struct pmapx_text whole = { name, strlen(name) + 1 };

	if (whole.length > PX_TAR_NAME_LENGTH)
		add_entry(tar, "././@LongLink", 'L', &whole);
	add_entry(tar, name, '0', contents);
}

void px_tar_end(struct px_bytes *tar)
{
	static const char zeros[2 * PX_TAR_BLOCK];

	px_bytes_add(tar, zeros, sizeof(zeros));
}
