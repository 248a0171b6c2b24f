/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the notes of a core file say of its process.
 */
#ifndef PX_CORE_NOTES_H
#define PX_CORE_NOTES_H

#include <sys/types.h>

#include "elf_file.h"

/* What struct elf_prpsinfo of the kernel has room for. */
#define PX_CORE_COMM 16
#define PX_CORE_ARGUMENTS 80

/** What they say; what they do not say is 0, or empty. */
struct px_core_notes {
	pid_t pid;                         /**< Of the process. */
	char comm[PX_CORE_COMM];           /**< Its name, */
	size_t comm_length;                /**< and the length of that. */
	char arguments[PX_CORE_ARGUMENTS]; /**< Its command line, with blanks for NULs, */
	size_t arguments_length;           /**< and the length of that. */
	uint64_t stack;                    /**< An address in its main stack. */
	uint64_t vdso;                     /**< Where the code of the kernel begins that it has. */
	uint64_t files, files_length;      /**< Where in the file the list of mapped files is. */
};

/**
 * Read the notes in the @length bytes of @elf from @at on.
 *
 * Returns 0, -ENODATA if they are cut short, -EBADMSG if they are damaged, or
 * what pread(2) gave; then @ret has what stood before.
 */
int px_core_notes_read(
	const struct px_elf *elf, uint64_t at, uint64_t length, struct px_core_notes *ret);

#endif
