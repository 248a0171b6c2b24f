/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps of processes that are visited, which may go on: whether what has been read of one
 * fits together.
 */
#include "reading.h"

/* How often a map is read that does not fit together, before it is taken as it is. */
#define READINGS_MAX 6

int px_reading_open(struct px_visit *visit, enum pmapx_map_file file,
	const struct pmapx_reader_options *options, struct pmapx_reader **ret)
{
	static const char *const names[] = {
		[PMAPX_FILE_MAPS] = "maps",
		[PMAPX_FILE_SMAPS] = "smaps",
		[PMAPX_FILE_SMAPS_ROLLUP] = "smaps_rollup",
	};

	visit->file = names[file];
	return pmapx_reader_open(visit->process, file, options, ret);
}

bool px_reading_is_ordered(const struct px_visit *visit)
{
	return visit->member != NULL ? visit->member->is_captured
				     : pmapx_source_in_order(visit->source);
}

bool px_reading_again(const struct px_visit *visit, bool is_torn, int *readings)
{
	return is_torn && visit->member == NULL && ++*readings < READINGS_MAX;
}
