/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing maps and smaps files line by line, so that most of what is tried
 * gets past the first look.
 */
#ifndef PX_FUZZ_MUTATE_H
#define PX_FUZZ_MUTATE_H

#include "fuzz.h"

/** libFuzzer's: change bytes; not there in a replay. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/** What libFuzzer asks to change an input. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/** A number below @below, by chance; @seed moves on. */
unsigned px_draw(unsigned *seed, unsigned below);

/**
 * Change @data, which has room for @max_size: bytes as libFuzzer would, or a
 * line dropped, doubled, moved, or brought in.
 *
 * @has_keys  Whether lines "Key: value" are brought in as well as mappings.
 *
 * Returns the new size.
 */
size_t px_mutate_lines(
	uint8_t *data, size_t size, size_t max_size, unsigned int seed, bool has_keys);

#endif
