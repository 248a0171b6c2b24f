/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes for people: kB as the kernel has them, or larger units.
 */
#ifndef PX_UNITS_H
#define PX_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What sizes are written in; each is 1024 times the one before. */
enum px_units {
	PX_UNITS_K,   /**< kB, exact. */
	PX_UNITS_M,   /**< With one decimal. */
	PX_UNITS_G,   /**< With one decimal. */
	PX_UNITS_BEST /**< Whichever suits, with its letter. */
};

/** What to say of a word that is none of them. */
#define PX_UNITS_WANTED "no such unit, there are k, m, g, and h for what suits each number"

/** Look up a unit by its letter; false, and *@ret as it was, if there is none. */
bool px_units_find(const char *word, enum px_units *ret);

/** The most that px_put_size() writes. */
#define PX_SIZE_MAX ((size_t)24)

/**
 * A size of @kb kB at @at, where there must be room for PX_SIZE_MAX bytes: rounded to
 * the nearest, a half up.  Returns one past what it wrote.
 */
char *px_put_size(char *at, uint64_t kb, enum px_units units);

#endif
