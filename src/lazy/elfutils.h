/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libelf of elfutils: what the records of ELF files are, of either size and
 * byte order.
 */
#ifndef PX_ELFUTILS_H
#define PX_ELFUTILS_H

#include <gelf.h>

#include "library.h"
#include "with_libelf.h"

#define PX_LIBELF_FUNCTIONS(X) \
	X(elf_version)         \
	X(elf32_xlatetom)      \
	X(elf64_xlatetom)

/** The functions of libelf that are used, by their own names. */
struct px_libelf {
	void *handle;
	PX_LIBELF_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load libelf; 0 or -ELIBACC, of which PX_LIBELF_MISSING says why. */
int px_libelf_open(struct px_libelf *ret);

/** Give it back. */
void px_libelf_close(struct px_libelf *library);

#endif
