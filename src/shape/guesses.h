/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings that were selected by a guess at their kind, counted.
 */
#ifndef PX_GUESSES_H
#define PX_GUESSES_H

#include "out.h"
#include "sift.h"

/** How many there are of each kind; zero to begin with. */
struct px_guesses {
	size_t counts[PMAPX_KIND_COUNT];
};

/**
 * Count one that @sift has selected and that was guessed to be of @kind, unless it would
 * have been selected all the same.
 */
void px_guesses_note(struct px_guesses *guesses, const struct px_sift *sift, enum pmapx_kind kind);

/** Add @more to @guesses. */
void px_guesses_merge(struct px_guesses *guesses, const struct px_guesses *more);

/** Whether there are any. */
bool px_guesses_any(const struct px_guesses *guesses);

/** Whether there are as many of each kind. */
bool px_guesses_are_same(const struct px_guesses *one, const struct px_guesses *other);

/** Write "guessed: 2 thread-stack, 1 malloc-arena", if there are any; without a newline. */
void px_guesses_put(struct px_out *out, const struct px_guesses *guesses);

#endif
