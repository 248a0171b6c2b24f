/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes that must wait: what is few stays in memory, the rest goes to a file
 * that has no name.
 */
#ifndef PX_SPOOL_H
#define PX_SPOOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** A store that grows at its end; set it up with px_spool_init(). */
struct px_spool {
	const char *folder; /**< Where the file is made, when it is needed; borrowed. */
	char *memory;       /**< The first bytes, owned; NULL before the first. */
	size_t memory_max;  /**< How many may be there. */
	int fd;             /**< The file with all others; -1 as long as there are none. */
	uint64_t length;    /**< Of all bytes. */
};

/** An empty store that keeps @memory_max bytes in memory, others in a file in @folder. */
void px_spool_init(struct px_spool *spool, const char *folder, size_t memory_max);

/** Free it all. */
void px_spool_deinit(struct px_spool *spool);

/** Forget what is in it, and keep its memory and its file for more. */
void px_spool_clear(struct px_spool *spool);

/** Forget all from @length bytes on, which is no more than there is. */
void px_spool_cut(struct px_spool *spool, uint64_t length);

/**
 * Append @size bytes.  Returns 0, -ENOMEM, or what making or writing the file
 * gave, -ENOSPC for one; then nothing has been appended.
 */
int px_spool_append(struct px_spool *spool, const void *bytes, size_t size);

/**
 * Move all from @offset on out of it to @bytes, which has room; returns how many
 * bytes could be read.
 */
size_t px_spool_take(struct px_spool *spool, uint64_t offset, char *bytes);

/**
 * Read up to @size bytes from @offset on: fewer at the end, or where memory
 * ends and the file begins; 0 beyond the end.  A negative errno is the file's.
 */
ssize_t px_spool_read(const struct px_spool *spool, uint64_t offset, void *bytes, size_t size);

#endif
