/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program or library that is mapped says of its own mappings, as far as
 * a core file holds its beginning.
 */
#ifndef PX_ELF_IMAGE_H
#define PX_ELF_IMAGE_H

#include "elf_file.h"

/** An ELF file whose beginning is mapped; all zero is none. */
struct px_image {
	struct px_elf elf; /**< Where in the core file its beginning is. */
	uint64_t start;    /**< The address of that. */
	bool is_there;     /**< Whether there is one. */
};

/**
 * Look at what is mapped at @start: the @size bytes of @core from @at on.  If
 * that is no ELF file, @image is none.
 */
void px_image_init(struct px_image *image, const struct px_elf *core, uint64_t at, uint64_t size,
	uint64_t start);

/**
 * The permissions (PF_…) with which @image asks for a mapping at @start that
 * shows @length bytes of it from @offset on.  Returns whether it does.
 */
bool px_image_flags(const struct px_image *image, uint64_t start, uint64_t offset, uint64_t length,
	uint32_t *ret);

#endif
