/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An ELF file, read a piece at a time: libelf says what is in the pieces.
 *
 * libelf could read the file by itself.  But it keeps what it has read, which
 * may be a table of any length, and sets aside memory for as many sections as
 * the file claims to have; and what it maps ends the program when the file
 * becomes shorter.  Here, memory does not grow with the file.
 */
#ifndef PX_ELF_FILE_H
#define PX_ELF_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "elfutils.h"

/** An ELF file that is a file, or lies in one. */
struct px_elf {
	const struct px_libelf *library; /**< Borrowed. */
	int fd;                          /**< Borrowed; of a regular file. */
	uint64_t begin;                  /**< Where in @fd it begins. */
	uint64_t size;                   /**< How much of it there is. */
	bool is_64;                      /**< Whether its addresses have 64 bits. */
	unsigned char order;             /**< Of its bytes: ELFDATA2LSB or ELFDATA2MSB. */
	uint16_t type, machine;          /**< ET_… and EM_…. */
	uint64_t table;                  /**< Where its program headers are, */
	uint64_t table_count;            /**< and how many. */
};

/* As much is read at once. */
#define PX_ELF_WINDOW 4096

/** A place in an ELF file that moves on as bytes are taken. */
struct px_elf_cursor {
	const struct px_elf *elf;
	uint64_t at, end;     /**< From the beginning of @elf: here, and where to stop. */
	uint64_t window;      /**< Where @bytes are from. */
	size_t window_length; /**< How many there are. */
	char bytes[PX_ELF_WINDOW];
};

/**
 * Read the header of the ELF file that is the @size bytes from @begin on of @fd.
 *
 * Returns 0, -ENOEXEC if it is none, -ENODATA if it is cut short, or what
 * pread(2) gave.
 */
int px_elf_open(
	struct px_elf *elf, const struct px_libelf *library, int fd, uint64_t begin, uint64_t size);

/** Begin at @at, to take @length bytes. */
void px_elf_cursor_init(
	struct px_elf_cursor *cursor, const struct px_elf *elf, uint64_t at, uint64_t length);

/**
 * Take the next @size bytes, PX_ELF_WINDOW at most.  They are in *@ret until
 * the next call.
 *
 * Returns 1; 0 if there are fewer before the end; -ENODATA if the file ends
 * before that; what pread(2) gave.
 */
int px_elf_take(struct px_elf_cursor *cursor, size_t size, const char **ret);

/** Take up to @count addresses, 8 at most, into @ret; as px_elf_take(). */
int px_elf_take_words(struct px_elf_cursor *cursor, size_t count, uint64_t *ret);

/** Take @count numbers of 32 bits, 8 at most; as px_elf_take(). */
int px_elf_take_numbers(struct px_elf_cursor *cursor, size_t count, uint32_t *ret);

/** A cursor over all program headers. */
void px_elf_cursor_headers(struct px_elf_cursor *cursor, const struct px_elf *elf);

/** Take a program header; as px_elf_take(). */
int px_elf_take_header(struct px_elf_cursor *cursor, GElf_Phdr *ret);

#endif
