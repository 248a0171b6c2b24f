/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --fields: columns that somebody has chosen.
 */
#ifndef PX_PMAP_CHOSEN_H
#define PX_PMAP_CHOSEN_H

#include "field.h"

/**
 * More columns than there are names for, but those of nodes, and few enough for a row on
 * the stack.
 */
#define PX_CHOSEN_MAX 64

/** Columns from left to right. */
struct px_chosen {
	struct px_field list[PX_CHOSEN_MAX]; /**< Their names are terminated. */
	size_t count;
	char *names; /**< What those of unknown keys point into. */
};

/** Read a list of names with commas between; NULL if it was refused, which has been said. */
struct px_chosen *px_chosen_read(struct px_console *console, const char *text);

/** Free @chosen; NULL is fine. */
void px_chosen_free(struct px_chosen *chosen);

/** Set *@ret to the view that prints them, and reads what they and the order need. */
void px_chosen_view(const struct px_options *options, struct px_view *ret);

/** Sums of the columns that are kilobytes; zero to begin with. */
struct px_chosen_sums {
	uint64_t kb[PX_CHOSEN_MAX];
	size_t count[PX_CHOSEN_MAX]; /**< In how many mappings there was a number. */
	bool lacks[PX_CHOSEN_MAX];   /**< Whether numa_maps should have told one, and did not. */
	size_t mappings;
};

/** Add @mapping to @sums. */
void px_chosen_add(
	struct px_chosen_sums *sums, struct px_sheet *sheet, const struct pmapx_mapping *mapping);

/** Whether column @i has a sum that is known. */
bool px_chosen_has_sum(const struct px_chosen_sums *sums, size_t i);

#endif
