/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of a dump of memory contexts, without what a log puts before it.
 */
#ifndef PX_CONTEXT_LINE_H
#define PX_CONTEXT_LINE_H

#include "contexts.h"

/** A line. */
struct px_context_line {
	bool is_grand; /**< It is "Grand total"; all that is there is context.sum. */
	/** As printed, counted from 0 or 1; of indented lines, from 0. */
	uint32_t level;
	struct px_context context; /**< All but depth and parent; texts point into the line. */
};

/** Read "level: 1; name: 8192 total in 1 blocks; ...", or a Grand total. */
bool px_context_line_logged(const struct pmapx_text *text, struct px_context_line *ret);

/** Read the same as it is printed on stderr: two blanks for each level. */
bool px_context_line_indented(const struct pmapx_text *text, struct px_context_line *ret);

#endif
