/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The key lines of a mapping, which a kernel prints in the same order, and
 * nearly always in the same width, for each mapping: what the mapping before
 * had at each place is tried first, a few wide loads instead of a search.
 */
#ifndef PX_LAYOUT_H
#define PX_LAYOUT_H

#include <pmapx/mapping.h>

/** What begins a key line of the kernel's: the key, its colon, and blanks. */
#define PX_HEAD_LENGTH 16

/** How a key line is taken that is as expected. */
enum px_place_kind {
	PX_PLACE_OTHER, /**< Not at all: its head is not a whole key and blanks. */
	PX_PLACE_FLAGS, /**< It is VmFlags, a text of any length. */
	PX_PLACE_SKIP,  /**< Its value is not wanted. */
	PX_PLACE_CHECK, /**< Its value must be a plain number; the key is not known. */
	PX_PLACE_NUMBER /**< Its value is a number that is wanted. */
};

/** A key line, as the mapping before had it. */
struct px_key_place {
	char head[PX_HEAD_LENGTH]; /**< How it begins, where that is a whole key. */
	enum px_place_kind kind;   /**< How to take it. */
	enum pmapx_field field;    /**< Which key it is, or PMAPX_FIELD_UNKNOWN. */
	unsigned short offset;     /**< Of a number, where in struct pmapx_smaps it goes. */
	uint64_t bit;              /**< And its bit in the member have. */
};

/** Where the key lines of the mapping at hand are. */
struct pmapx_lines {
	const char *base; /**< What @offsets count from: the mapping line. */
	size_t length;    /**< From there to the end of the last key line, newline included. */
	size_t *offsets;  /**< Of the first byte of each key line; owned. */
};

/** The key lines of a mapping, and those expected of the next. */
struct px_layout {
	struct px_key_place *places; /**< Owned. */
	struct pmapx_lines lines;
	size_t count;    /**< How many places the mapping before had. */
	size_t at;       /**< How many the one at hand has so far. */
	size_t size;     /**< How many there is room for. */
	uint64_t number; /**< Another one after each change of keys or their order. */
	uint64_t wanted; /**< Fields whose values are wanted, a bit each. */
	bool lists;      /**< Whether lines are asked for one by one, unknown keys among them. */
};

/** Free what @layout holds. */
void px_layout_deinit(struct px_layout *layout);

/** A mapping begins whose line is at @base. */
void px_layout_begin(struct px_layout *layout, const char *base);

/** It has ended: what was not there is not expected again. */
void px_layout_end(struct px_layout *layout);

/**
 * Take the lines from @at on that are as expected, into @smaps.
 *
 * Returns where the first line begins that is not, or not wholly before @end.
 */
const char *px_layout_take(
	struct px_layout *layout, const char *at, const char *end, struct pmapx_smaps *smaps);

/**
 * Take one key line of any shape, and expect one like it in the next mapping.
 *
 * Returns 0; -EBADMSG with column and reason in *@error if it is none; -ENOMEM.
 */
int px_layout_add(struct px_layout *layout, const struct pmapx_text *line,
	struct pmapx_smaps *smaps, struct pmapx_error *error);

#endif
