/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output that waits: as much as an output has room for in memory, the rest in a file
 * without a name.
 */
#ifndef PX_WAITING_H
#define PX_WAITING_H

#include "out.h"

/** An output to memory, and to a file; set it up with px_waiting_create(). */
struct px_waiting {
	struct px_sink sink;
	const char *folder; /**< Where the file is made, when it is needed; borrowed. */
	struct px_out out;  /**< Write here; its error is that of the file. */
};

/** An empty one, or NULL if memory is short. */
struct px_waiting *px_waiting_create(const char *folder);

/** Write all that waits to @out; an error, of either, is then that of @out. */
void px_waiting_release(struct px_waiting *waiting, struct px_out *out);

/** Free it; NULL is fine. */
void px_waiting_destroy(struct px_waiting *waiting);

#endif
