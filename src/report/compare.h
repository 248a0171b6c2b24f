/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at processes side by side: which of their groups of mappings differ.
 */
#ifndef PX_COMPARE_H
#define PX_COMPARE_H

#include "same.h"

/** A group of mappings that differs. */
struct px_difference {
	struct px_looked *const *processes;   /**< Of each look; NULL if it has it not. */
	const struct px_group *const *groups; /**< Of each look; NULL if it has none. */
	size_t number;                        /**< In the order of processes and of texts. */
	bool has_growth;                      /**< Whether @growth is known. */
	int64_t growth;                       /**< From the first to the last look. */
};

/** How to compare. */
struct px_comparison {
	enum px_match match;    /**< Which processes are the same. */
	enum px_measure growth; /**< What growth is. */
	uint64_t min_kb;        /**< Compare what is so large in one of the looks. */
};

/** Of how many processes, or programs, what one look tells was compared. */
struct px_compared {
	size_t count; /**< All of them, */
	size_t only;  /**< and those that no other look has. */
};

/** What differs between looks; all zero before px_compare(). */
struct px_differences {
	struct px_look *looks; /**< In the order of time; borrowed. */
	size_t look_count;
	enum px_measure growth;         /**< What growth is. */
	struct px_same same;            /**< The processes. */
	size_t left_out;                /**< Those of them that are known of some looks only. */
	struct px_compared *compared;   /**< Of each look, the others. */
	size_t in_both;                 /**< How many are in the first and in the last. */
	struct px_difference *rows;     /**< By growth, the largest first. */
	size_t count, room;             /**< How many of them, and for how many there is room. */
	const struct px_group **groups; /**< What rows point into. */
	struct px_sums *totals;         /**< Of each look: of all that was compared. */
};

/**
 * What growth is where nothing else is asked for: Pss, or what else each of @count looks
 * tells.
 */
enum px_measure px_growth_choose(const struct px_look *looks, size_t count);

/**
 * Compare @count looks, at least two, which stay until px_differences_deinit(): find
 * what differs between the first and the last, or, of more than two, what has grown
 * from each to the next.  A process that could not be read in one of them is left
 * out, also of the totals.  0 or -ENOMEM, and then, too, px_differences_deinit().
 */
int px_compare(struct px_differences *ret, const struct px_comparison *how, struct px_look *looks,
	size_t count);

/** What a number has changed by; where that is more than there are numbers for, the most. */
int64_t px_change(uint64_t before, uint64_t after);

/** Free what @differences hold, but not the looks. */
void px_differences_deinit(struct px_differences *differences);

/** What @row has of @measure at a look; false if that is not known. */
bool px_difference_at(const struct px_differences *differences, const struct px_difference *row,
	size_t look, enum px_measure measure, uint64_t *ret);

/** How that has changed from one look to another; false if that is not known. */
bool px_difference_change(const struct px_differences *differences, const struct px_difference *row,
	size_t from, size_t to, enum px_measure measure, int64_t *ret);

/** What became of it: "appeared", "vanished", "grown", "shrunk" or "changed"; static text. */
const char *px_difference_state(
	const struct px_differences *differences, const struct px_difference *row);

/** The process that it is of, in the last look that has that. */
const struct px_looked *px_difference_process(
	const struct px_differences *differences, const struct px_difference *row);

/** What its mappings have in common. */
const struct pmapx_text *px_difference_texts(
	const struct px_differences *differences, const struct px_difference *row);

#endif
