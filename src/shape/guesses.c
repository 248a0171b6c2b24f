/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings that were selected by a guess at their kind, counted.
 */
#include "guesses.h"

#include <string.h>

void px_guesses_note(struct px_guesses *guesses, const struct px_sift *sift, enum pmapx_kind kind)
{
	if (px_sift_by_guess(sift, kind))
		guesses->counts[kind]++;
}

void px_guesses_merge(struct px_guesses *guesses, const struct px_guesses *more)
{
	for (int i = 0; i < PMAPX_KIND_COUNT; i++)
		guesses->counts[i] += more->counts[i];
}

bool px_guesses_any(const struct px_guesses *guesses)
{
	for (int i = 0; i < PMAPX_KIND_COUNT; i++)
		if (guesses->counts[i] > 0)
			return true;
	return false;
}

bool px_guesses_are_same(const struct px_guesses *one, const struct px_guesses *other)
{
	return memcmp(one->counts, other->counts, sizeof(one->counts)) == 0;
}

void px_guesses_put(struct px_out *out, const struct px_guesses *guesses)
{
	const char *before = "guessed: ";

	for (int i = 0; i < PMAPX_KIND_COUNT; i++) {
		if (guesses->counts[i] == 0)
			continue;
		px_out_string(out, before);
		px_out_number(out, guesses->counts[i]);
		px_out_string(out, " ");
		px_out_string(out, pmapx_kind_lookup((enum pmapx_kind)i)->name);
		before = ", ";
	}
}
