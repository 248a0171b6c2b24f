/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maps of processes that are visited, which may go on: whether what has been read of one
 * fits together.
 */
#ifndef PX_READING_H
#define PX_READING_H

#include <pmapx/reader.h>

#include "walk.h"

/** Open @file of the process at hand, which is to blame if the visit fails from here on. */
int px_reading_open(struct px_visit *visit, enum pmapx_map_file file,
	const struct pmapx_reader_options *options, struct pmapx_reader **ret);

/**
 * Whether the map of the process at hand was written by a kernel, in order: a mapping
 * that begins below the end of the one before tells that the map was changing meanwhile.
 */
bool px_reading_is_ordered(const struct px_visit *visit);

/**
 * A map has been read, and @is_torn: whether to read it again, which gives another only of
 * a process that is there.  @readings counts, from 0: after some it is to be taken as it is.
 */
bool px_reading_again(const struct px_visit *visit, bool is_torn, int *readings);

#endif
