/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tar archives as blocks: where their entries are, and making one.
 */
#ifndef PX_FUZZ_TAR_BLOCKS_H
#define PX_FUZZ_TAR_BLOCKS_H

#include "fuzz.h"

#define PX_TAR_BLOCK ((size_t)512)

/** More entries than these are not looked for. */
#define PX_TAR_ENTRIES 64

/** Fields of a header: where they are, and how long. */
enum {
	PX_TAR_NAME = 0,
	PX_TAR_NAME_LENGTH = 100,
	PX_TAR_SIZE = 124,
	PX_TAR_SIZE_LENGTH = 12,
	PX_TAR_TIME = 136,
	PX_TAR_SUM = 148,
	PX_TAR_TYPE = 156,
	PX_TAR_MAGIC = 257,
};

/** An entry: its header and contents. */
struct px_tar_entry {
	size_t at, length;
	size_t size; /**< Of the contents, as far as they are there. */
};

/** Find the entries of an archive as far as it is one; returns how many. */
size_t px_tar_find(const uint8_t *data, size_t size, struct px_tar_entry ret[PX_TAR_ENTRIES]);

/** Say in a header how long the contents are. */
void px_tar_write_size(uint8_t *header, unsigned long long size);

/** Make the checksum of a header right. */
void px_tar_write_sum(uint8_t *header);

/** Append a file, whose name may have any length. */
void px_tar_add(struct px_bytes *tar, const char *name, const struct pmapx_text *contents);

/** Append what ends an archive. */
void px_tar_end(struct px_bytes *tar);

#endif
