/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file kind.h
 * What a mapping is for: heap, stack, code of a library, an arena of malloc().
 *
 * The kernel says little about that.  What its names and modes do not tell is
 * concluded from the mappings before and behind; the comment of each kind says
 * how, and what might as well be something else is said to be guessed.
 */
#ifndef PMAPX_KIND_H
#define PMAPX_KIND_H

#include <pmapx/mapping.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Classes of kinds.  Append only: the numbers are ABI. */
enum pmapx_class {
	PMAPX_CLASS_HEAP,
	PMAPX_CLASS_STACK,
	PMAPX_CLASS_ARENA,
	PMAPX_CLASS_ANON,
	PMAPX_CLASS_BSS,
	PMAPX_CLASS_FILE,
	PMAPX_CLASS_SHM,
	PMAPX_CLASS_SYSV,
	PMAPX_CLASS_POSIX_SHM,
	PMAPX_CLASS_MEMFD,
	PMAPX_CLASS_HUGETLB,
	PMAPX_CLASS_RESERVE,
	PMAPX_CLASS_JIT,
	PMAPX_CLASS_DEVICE,
	PMAPX_CLASS_SPECIAL,
	PMAPX_CLASS_COUNT /**< How many there are; grows with the library. */
};

/**
 * Kinds of mappings.  Each is in one class; a kind is called as a class only if it is
 * all that there is of it.  Append only: the numbers are ABI.
 */
enum pmapx_kind {
	PMAPX_KIND_TEXT,        /**< Private, executable, of a file. */
	PMAPX_KIND_RODATA,      /**< Private, read-only, beside another of its file. */
	PMAPX_KIND_DATA,        /**< Private, writable, of a file. */
	PMAPX_KIND_GAP,         /**< Private, of a file, without any permission. */
	PMAPX_KIND_FILE,        /**< Any other private mapping of a file; or one of unknown mode. */
	PMAPX_KIND_SHARED_FILE, /**< A shared mapping of a file. */
	PMAPX_KIND_BSS,         /**< A guess: unnamed, behind the data of a program or library. */
	PMAPX_KIND_HEAP,        /**< [heap]: brk(2). */
	PMAPX_KIND_STACK,       /**< [stack]: that of the first thread. */
	PMAPX_KIND_THREAD_STACK, /**< Named so; or a guess: writable, behind a guard. */
	PMAPX_KIND_ARENA,        /**< Of glibc's malloc(): named so; or a guess, by its shape. */
	PMAPX_KIND_ANON,         /**< Other anonymous memory, [anon:NAME] included. */
	PMAPX_KIND_GUARD,        /**< Unnamed, without permissions, before a thread's stack. */
	PMAPX_KIND_ARENA_REST,   /**< What an arena may still grow into: guessed as that. */
	PMAPX_KIND_RESERVE,      /**< Unnamed, without permissions, for something else. */
	PMAPX_KIND_JIT,          /**< Unnamed and executable. */
	PMAPX_KIND_HUGETLB,      /**< Of pages from the pool of huge pages. */
	PMAPX_KIND_SYSV,         /**< shmget(2). */
	PMAPX_KIND_SHM,          /**< Anonymous and shared. */
	PMAPX_KIND_POSIX_SHM,    /**< shm_open(3), or PostgreSQL's files for the same. */
	PMAPX_KIND_MEMFD,        /**< memfd_create(2). */
	PMAPX_KIND_DEVICE,       /**< In /dev. */
	PMAPX_KIND_VDSO,         /**< [vdso]. */
	PMAPX_KIND_VVAR,         /**< [vvar], [vvar_vclock]. */
	PMAPX_KIND_VSYSCALL,     /**< [vsyscall]. */
	PMAPX_KIND_SPECIAL,      /**< Any other name that is no path. */
	PMAPX_KIND_COUNT         /**< How many there are; grows with the library. */
};

/** A row of the table of kinds. */
struct pmapx_kind_info {
	const char *name;          /**< Such as "thread-stack". */
	enum pmapx_class in_class; /**< Such as PMAPX_CLASS_STACK. */
	enum pmapx_kind if_not;    /**< What one that was guessed to be this may be instead. */
};

/**
 * Look up kind number @p kind.
 *
 * @return Static storage, or NULL if @p kind is out of range.
 */
PMAPX_API const struct pmapx_kind_info *pmapx_kind_lookup(enum pmapx_kind kind);

/** What @p in_class is called, such as "posix_shm"; NULL if it is out of range. */
PMAPX_API const char *pmapx_class_name(enum pmapx_class in_class);

/**
 * Find kinds by @p name, which is that of one or that of a class.
 *
 * @return Bit (UINT64_C(1) << PMAPX_KIND_…) for each; 0 if nothing is called so.
 */
PMAPX_API uint64_t pmapx_kind_find(const struct pmapx_text *name);

/**
 * What is remembered of the mappings of a process before the one at hand; zero to
 * begin with.  What is in it is the library's own.
 */
struct pmapx_kinds {
	uint64_t file;       /**< A hash of the name of the last private mapping of a file, */
	uint64_t file_start; /**< where the first of its mappings that are side by side begins, */
	uint64_t file_end;   /**< and where it ends. */
	uint64_t program;    /**< A hash of the name of the first file with code. */
	uint64_t code_file;  /**< A hash of the name of the last that was code. */
	uint64_t data_end;   /**< Where the last data of a file with code ends, */
	uint64_t bss_max;    /**< and how large its bss may be, in bytes. */
	uint64_t guard_end;  /**< Where the last guard ends. */
	uint64_t arena_end;  /**< Where the last arena ends, */
	uint64_t rest_end;   /**< and the last rest of one. */
	uint64_t more[4];    /**< For later versions of the library. */
};

/**
 * Tell what @p mapping is for.
 *
 * Mappings of a process must come in order, from the first, and have been read
 * with look_ahead.  Memory of huge pages that no name tells is told by VmFlags, or by
 * KernelPageSize where there are none, if they have been read.
 *
 * @param kinds        What is remembered of the mappings before; brought up to date.
 * @param mapping      The next mapping.
 * @param ret_guessed  Set to whether that is a guess.  May be NULL.
 * @return Its kind.
 */
PMAPX_API enum pmapx_kind pmapx_kinds_tell(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed);

#ifdef __cplusplus
}
#endif

#endif
