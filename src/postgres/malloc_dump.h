/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * malloc's own account of a process, as malloc_info() and malloc_stats() of glibc
 * print it, line by line out of whatever else a log has.
 */
#ifndef PX_MALLOC_DUMP_H
#define PX_MALLOC_DUMP_H

#include <pmapx/base.h>

/** What printed it. */
enum px_malloc_source {
	PX_MALLOC_INFO, /**< XML. */
	/** Text, with numbers of 32 bits: of 4 GiB and more, it has what is beyond. */
	PX_MALLOC_STATS
};

/** The account. */
struct px_malloc_dump {
	uint64_t line; /**< The line of the input that it begins with, from 1. */
	uint32_t pid;  /**< As "**** My PID" before it tells; 0 if that is not there. */
	enum px_malloc_source source;
	/**
	 * Whether it is whole and fits together; the numbers are to be used only then.
	 */
	bool complete;
	uint32_t arenas;
	uint64_t system_bytes; /**< Got from the kernel for arenas, without mmap chunks. */
	uint64_t free_bytes;   /**< Of these, on malloc's free lists. */
	uint64_t mmap_bytes;   /**< In chunks that have a mapping each. */
	bool has_mmap_chunks;
	uint64_t mmap_chunks; /**< How many these are; malloc_stats() does not tell. */
};

/** Reads accounts; zero to begin with. */
struct px_malloc_reader {
	bool open;                  /**< An account has begun. */
	bool in_heap;               /**< Of malloc_info(): not yet the totals. */
	bool in_total;              /**< Of malloc_stats(): behind its arenas. */
	bool wrong;                 /**< Its numbers do not fit together. */
	unsigned have;              /**< Which of the numbers have come. */
	uint64_t all_bytes;         /**< Of malloc_stats(): arenas and mmap chunks. */
	uint64_t arena_bytes;       /**< Of the arena that is read. */
	struct px_malloc_dump dump; /**< As far as it has been read. */
	struct px_malloc_dump done; /**< What was handed out. */
};

/**
 * Read @line, which is number @number of the input; @cut says that it has no
 * newline and may be part of one only.
 *
 * Returns whether an account has ended with it, or before it: it is in @done.
 */
bool px_malloc_line(
	struct px_malloc_reader *reader, const struct pmapx_text *line, uint64_t number, bool cut);

/** Say that nothing follows.  Returns as px_malloc_line(). */
bool px_malloc_end(struct px_malloc_reader *reader);

#endif
