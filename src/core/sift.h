/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which mappings are wanted, in the words of the options --map, --kind, --perm and
 * --min.
 */
#ifndef PX_SIFT_H
#define PX_SIFT_H

#include <pmapx/kind.h>

#include "pattern.h"

/** The options there are; all take a value. */
enum px_sieve {
	PX_SIEVE_MAP,  /**< The name is matched by a regular expression. */
	PX_SIEVE_KIND, /**< It is of one of these kinds or classes. */
	PX_SIEVE_PERM, /**< It has these permissions. */
	PX_SIEVE_MIN,  /**< It is at least so large. */
	PX_SIEVES
};

/** What they are called, without dashes. */
extern const char *const px_sieve_names[PX_SIEVES];

/** Rows for a table of getopt_long(), with values from @first on. */
#define PX_SIEVE_OPTIONS(first)                                               \
	{ "map", required_argument, NULL, (first) + PX_SIEVE_MAP },           \
		{ "kind", required_argument, NULL, (first) + PX_SIEVE_KIND }, \
		{ "perm", required_argument, NULL, (first) + PX_SIEVE_PERM }, \
	{                                                                     \
		"min", required_argument, NULL, (first) + PX_SIEVE_MIN        \
	}

/**
 * Which mappings are wanted: those of which all holds that was asked for, so all if
 * nothing was.  Begins as all zero.
 */
struct px_sift {
	bool is_given;                 /**< Whether anything was asked for. */
	const char *values[PX_SIEVES]; /**< As they were given; NULL if not. */
	struct px_pattern name;
	uint64_t kinds; /**< A bit for each that is wanted. */
	uint64_t min_kb;
	char problem[96]; /**< What is wrong with a list of kinds. */
};

/**
 * Add what is asked for.
 *
 * @value       Borrowed until px_sift_deinit().
 * @ret_reason  Set on failure to what is wrong with it; valid as long as @sift.
 *
 * Returns 0 or -EINVAL.
 */
int px_sift_add(
	struct px_sift *sift, enum px_sieve sieve, const char *value, const char **ret_reason);

/** Free what @sift holds. */
void px_sift_deinit(struct px_sift *sift);

/** Whether px_sift_mapping() looks at kinds: mappings must be read with look_ahead then. */
bool px_sift_by_kind(const struct px_sift *sift);

/**
 * Whether a mapping that has been guessed to be of @kind is wanted because of that, and would not
 * be if it were what else it may be.
 */
bool px_sift_by_guess(const struct px_sift *sift, enum pmapx_kind kind);

/**
 * Whether @mapping, of @kind, is wanted.  Its name is what the kernel calls it, "[ anon ]" if
 * that is nothing.  What counts as its size is what is resident, if @by_resident;
 * of a mapping that does not tell, nobody can say that it is too small, nor of one whose
 * mode is not known that it lacks a permission.
 *
 * Returns 1, 0 or -ENOMEM.
 */
int px_sift_mapping(const struct px_sift *sift, const struct pmapx_mapping *mapping,
	enum pmapx_kind kind, bool by_resident);

/** The same whatever its size: that is asked of what mappings add up to. */
int px_sift_but_size(
	const struct px_sift *sift, const struct pmapx_mapping *mapping, enum pmapx_kind kind);

/** Read a size: a number of KiB, or with k, m, g or t behind; false if it is none. */
#define PX_SIZE_WANTED "not a size: a number of KiB, or with k, m, g or t behind"
bool px_sift_size(const char *text, uint64_t *ret_kb);

#endif
