/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line of numa_maps: where the pages of a mapping are, node by node.
 *
 * "7f0123456000 default file=/a/b anon=1 dirty=1 N0=1 N3=2 kernelpagesize_kB=4"
 *
 * proc(5) and numa(7) describe the file, which a kernel with CONFIG_NUMA has (2.6.14).
 * Pages are counted in those of the mapping; how large these are it says since Linux 4.0.
 * A mapping without pages has neither.
 */
#ifndef PX_NUMA_H
#define PX_NUMA_H

#include <pmapx/base.h>

/** No kernel has more nodes: CONFIG_NODES_SHIFT is 10 at most. */
#define PX_NUMA_NODES 1024U

/** A line that was parsed; all zero if there is none. */
struct px_numa_line {
	struct pmapx_text text; /**< Without its newline; its bytes are NULL if there is none. */
	uint64_t start;         /**< First address of the mapping. */
	uint64_t page_kb;       /**< Size of its pages, 0 if the line does not tell. */
};

/**
 * Parse a line into @ret, whose text is @line.
 *
 * Words that are not known are passed over: a policy may be of several ("prefer
 * (many)", Linux 5.15), and kernels add more.  In the name of a file the kernel
 * escapes what separates words.
 *
 * Returns 0, or -EBADMSG with the column and reason in *@error; then *@ret is not changed.
 */
int px_numa_parse(
	const struct pmapx_text *line, struct px_numa_line *ret, struct pmapx_error *error);

/**
 * How much of the mapping is on @node, in kB: 0 on one that the line does not name.
 *
 * Returns whether that is known: there must be a line, and pages must have a size.
 */
bool px_numa_kb(const struct px_numa_line *line, unsigned node, uint64_t *ret);

#endif
