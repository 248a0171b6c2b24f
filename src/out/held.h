/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output that is held in memory for a while: pieces in order, each with the
 * stream that it is for.
 */
#ifndef PX_HELD_H
#define PX_HELD_H

#include "out.h"

/** What one job may have in memory before it is written, in bytes. */
#define PX_HELD_MAX ((size_t)1024 * 1024)

struct px_held_piece;

/** Pieces in order; zero to begin with. */
struct px_held {
	struct px_held_piece *first, *last;
	size_t length; /**< Of all of them, in bytes. */
};

/**
 * Keep a copy of @length bytes that are for @to.
 *
 * Returns false, and keeps nothing, if there would be more than PX_HELD_MAX, or
 * if there is no memory.
 */
bool px_held_keep(struct px_held *held, struct px_out *to, const char *bytes, size_t length);

/** Write what is held to the descriptors of its streams, and hold nothing. */
void px_held_write(struct px_held *held);

/** Forget what is held. */
void px_held_drop(struct px_held *held);

#endif
