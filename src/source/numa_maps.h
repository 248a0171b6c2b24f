/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file numa_maps of a process, read beside its map: both are in the order of
 * addresses, so that no more than a line of it is kept.
 */
#ifndef PX_NUMA_MAPS_H
#define PX_NUMA_MAPS_H

#include <pmapx/mapping.h>
#include <pmapx/process.h>
#include <pmapx/source.h>

#include "numa.h"

/** A numa_maps file, being read; one thread at a time. */
struct px_numa_maps;

/**
 * Have a source that was just opened keep numa_maps for those who ask: of what is saved
 * it is passed over otherwise.
 */
void px_source_want_numa(struct pmapx_source *source);

/**
 * Open the file of @process, after its map, which tells whether the memory that both are
 * about was there to the end.
 *
 * @is_ordered  Both are as a kernel has handed them out, now or when they were captured: a
 *              line out of order tells that the map was changing, and is no damage.
 *
 * Returns 0, -ENOMEM, or what open(2) gave: -ENOENT where a kernel has no CONFIG_NUMA.
 */
int px_numa_open(struct pmapx_process *process, bool is_ordered, struct px_numa_maps **ret);

/**
 * Whether a kernel has a line for @mapping: not for the page of old system calls, which
 * belongs to no process.
 */
bool px_numa_lists(const struct pmapx_mapping *mapping);

/** Close @maps; NULL is fine. */
void px_numa_close(struct px_numa_maps *maps);

/**
 * Find the line of @mapping, which begins above the one that was asked for before: there
 * is none for others, nor where px_numa_lists() says so.
 *
 * A process may go on between the reading of one file and that of the other, so a line is
 * not of @mapping if another begins within it; nor, if @mapping tells what follows, and that
 * does without a gap, if that has none.
 *
 * Returns 1 with *@ret, which is valid until the next call; 0 if there is none; a
 * negative errno, after which the next call goes on behind what was wrong: -EBADMSG for a
 * line, -ENODATA if the file ends in the middle of one, or is empty, -EFBIG for one longer
 * than 16 MiB, -ESTALE if the map was changing while it was read, -ENOMEM, or what read(2) gave.
 */
int px_numa_find(struct px_numa_maps *maps, const struct pmapx_mapping *mapping,
	struct px_numa_line *ret, struct pmapx_error *error);

/** Behind the last mapping, read to the end; 0 there, or as px_numa_find(). */
int px_numa_end(struct px_numa_maps *maps, struct pmapx_error *error);

#endif
