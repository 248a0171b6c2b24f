/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold of whatever is loaded, by the script for psql that is made of it.
 */
#ifndef PX_FUZZ_LOADED_H
#define PX_FUZZ_LOADED_H

#include "fuzz.h"

/** What became of it; zero to begin with. */
struct px_loaded {
	struct px_bytes script, said;
	int status;
	size_t captures, mappings; /**< Rows of the script. */
};

/** Load the file at @path, with @activity and @contexts beside it if they are not NULL. */
void px_must_load(
	const char *path, const char *activity, const char *contexts, struct px_loaded *ret);

/** Both became the same. */
void px_must_load_same(const struct px_loaded *one, const struct px_loaded *other);

/** Free what it holds. */
void px_loaded_drop(struct px_loaded *loaded);

#endif
