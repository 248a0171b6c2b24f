/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One mapping line: "start-end perms offset major:minor inode name".
 */
#ifndef PX_MAPS_H
#define PX_MAPS_H

#include <pmapx/mapping.h>

/** The words before the name, as the kernel spelled them. */
enum px_maps_word {
	PX_WORD_START,
	PX_WORD_PERMS,
	PX_WORD_OFFSET,
	PX_WORD_DEVICE,
	PX_WORD_INODE,
	PX_WORD_COUNT
};

/** What a line can be meant as. */
enum px_line_kind {
	PX_LINE_KEY,     /**< Its first word ends in a colon. */
	PX_LINE_MAPPING, /**< Its first word is hexadecimal digits, a dash, and more. */
	PX_LINE_DAMAGED, /**< Neither, but it begins like an address. */
	PX_LINE_OTHER    /**< Neither. */
};

/** What @line can be meant as, before it is looked at closely. */
enum px_line_kind px_line_kind(const struct pmapx_text *line);

/**
 * Parse a mapping line into @ret: everything but its smaps and line members.
 * The texts point into @line.
 *
 * Returns 0, or -EBADMSG with the column and reason in *@error.  *@ret is
 * changed either way.
 */
int px_maps_parse(
	const struct pmapx_text *line, struct pmapx_mapping *ret, struct pmapx_error *error);

/** Split the line of a mapping that was parsed into its words. */
void px_maps_words(const struct pmapx_mapping *mapping, struct pmapx_text ret[PX_WORD_COUNT]);

#endif
