/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program or library that is mapped says of its own mappings.
 */
#include "elf_image.h"

/* A dozen is usual; each is looked at for each mapping. */
#define HEADERS_MAX 64

void px_image_init(struct px_image *image, const struct px_elf *core, uint64_t at, uint64_t size,
	uint64_t start)
{
	image->start = start;
	image->is_there = px_elf_open(&image->elf, core->library, core->fd, core->begin + at,
				  size) == 0 &&
		image->elf.table_count <= HEADERS_MAX;
}

bool px_image_flags(const struct px_image *image, uint64_t start, uint64_t offset, uint64_t length,
	uint32_t *ret)
{
	struct px_elf_cursor cursor;
	uint64_t first = 0;
	bool has_first = false;
	GElf_Phdr header;

	if (!image->is_there)
		return false;
	px_elf_cursor_headers(&cursor, &image->elf);
	while (px_elf_take_header(&cursor, &header) == 1) {
		/* Where byte 0 of the file would be in this segment, before it is moved. */
		uint64_t base = header.p_vaddr - header.p_offset;

		if (header.p_type != PT_LOAD)
			continue;
		/* All are moved by as much as the first one. */
		if (!has_first)
			first = base;
		has_first = true;
		if (start - offset != image->start + (base - first))
			continue;
		if (offset + length > header.p_offset &&
			offset < header.p_offset + header.p_filesz) {
			*ret = header.p_flags;
			return true;
		}
	}
	return false;
}
