/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers side by side: processes are read ahead of the one that is written,
 * and handed out in order.
 */
#ifndef PX_POOL_H
#define PX_POOL_H

#include "take.h"

struct px_pool;

/**
 * Begin to read the processes of @options, with files that must wait in @folder.
 *
 * Returns 0, or a negative errno if not even one reader could begin.
 */
int px_pool_open(const struct px_capture_options *options, const struct px_redaction *redaction,
	const char *folder, struct px_pool **ret);

/**
 * Hand out the next process; the one before is given back.
 *
 * Returns 1; 0 behind the last; -EAGAIN if it takes long, so that there is time to
 * say so.
 */
int px_pool_next(struct px_pool *pool, const struct px_taken **ret);

/** How much has been read so far, in bytes, modulo what a size_t holds. */
size_t px_pool_bytes(const struct px_pool *pool);

/** Have the readers stop, and free everything. */
void px_pool_close(struct px_pool *pool);

#endif
