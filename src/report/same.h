/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes of several looks are the same.
 */
#ifndef PX_SAME_H
#define PX_SAME_H

#include "look.h"

/** Which are to be the same. */
enum px_match {
	/** Those with the same number that began at the same time; and if each look is at one
	 * process, these. */
	PX_MATCH_PID,
	PX_MATCH_START,  /**< The former only. */
	PX_MATCH_COMMAND /**< Those of one program, added up. */
};

/** What tells that processes are the same. */
enum px_sameness {
	PX_SAME_BOOT,    /**< Number, start and boot. */
	PX_SAME_START,   /**< Number and start: of some, not both looks tell the boot. */
	PX_SAME_PID,     /**< The number alone: of some, not both looks tell the start. */
	PX_SAME_COMMAND, /**< The program, as asked for. */
	PX_SAME_ONLY     /**< Each look is at one process. */
};

/** The processes of all looks, in the order of what tells that they are the same. */
struct px_same {
	enum px_sameness sameness; /**< Of those that were compared, what tells least. */
	/** @look_count for each: the process of each look, NULL where it has none; borrowed. */
	struct px_looked **list;
	size_t look_count, count;
	size_t by_number; /**< How many have been found by number, or name without, alone. */
};

/**
 * Find out.  What one look does not tell of a process is not asked of the other.  Of
 * several processes of one look that are the same, the first has the mappings of all from
 * then on, and is unread if one of them is.  0 or -ENOMEM, and then, too, px_same_deinit().
 */
int px_same_find(struct px_same *same, enum px_match match, struct px_look *looks, size_t count);

/** The processes that are the @number-th: one for each look, or NULL. */
static inline struct px_looked **px_same_at(const struct px_same *same, size_t number)
{
	return same->list + number * same->look_count;
}

/** What that is called, such as "pid+start"; static text. */
const char *px_sameness_name(enum px_sameness sameness);

/**
 * Whether each look is at one process, and that of the last is known not to be that of the
 * first.
 */
bool px_same_is_of_two(const struct px_same *same);

/** Free what @same holds. */
void px_same_deinit(struct px_same *same);

#endif
