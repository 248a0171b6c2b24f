/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing tar archives entry by entry, so that most of what is tried gets past
 * the checksum of a header.
 */
#ifndef PX_FUZZ_MUTATE_TAR_H
#define PX_FUZZ_MUTATE_TAR_H

#include "mutate.h"

/**
 * Change @data, which has room for @max_size: bytes as libFuzzer would, a field
 * of a header, the contents of an entry, or an entry dropped or doubled.  Then
 * make the checksums right, but for one time in 16.  Returns the new size.
 */
size_t px_mutate_tar(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

#endif
