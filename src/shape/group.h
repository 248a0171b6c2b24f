/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings added up by what they have in common.
 */
#ifndef PX_GROUP_H
#define PX_GROUP_H

#include "measure.h"

/** The most texts that make up a key. */
#define PX_KEYS_MAX 12

/** Mappings that have something in common. */
struct px_group {
	struct px_group *next;     /**< The one that was made before, or NULL. */
	struct px_sums sums;       /**< Of its mappings. */
	uint64_t hash;             /**< Of the texts. */
	size_t count;              /**< How many texts there are. */
	struct pmapx_text texts[]; /**< What they have in common. */
};

/** Groups; zero to begin with. */
struct px_groups {
	struct px_group *last; /**< Made last; follow @next. */
	size_t count;          /**< How many there are. */
	void *tree;            /**< As tsearch() has it. */
};

/** Free what @groups holds, and have none. */
void px_groups_clear(struct px_groups *groups);

/**
 * Find the group of @count texts, any bytes, at most PX_KEYS_MAX, or make it without
 * mappings.  A text that is nowhere (its bytes are NULL) is not an empty one.  It stays
 * where it is until px_groups_clear().  NULL if memory is short.
 */
struct px_group *px_groups_find(
	struct px_groups *groups, const struct pmapx_text *texts, size_t count);

/** Compare the texts of two groups one by one, byte by byte: below, above or 0. */
int px_group_compare(const struct px_group *a, const struct px_group *b);

/** Add all that is in @more to @groups.  0, or -ENOMEM: then some of it has been. */
int px_groups_merge(struct px_groups *groups, const struct px_groups *more);

/** The same, after which @more has none; nothing is copied if @groups had none. */
int px_groups_take(struct px_groups *groups, struct px_groups *more);

/**
 * All groups in the order of their texts, byte by byte: an array of @groups->count, to
 * be freed.  NULL if memory is short.
 */
struct px_group **px_groups_sorted(const struct px_groups *groups);

#endif
