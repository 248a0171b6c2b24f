/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all ways of compression must do, for the tests of each.
 */
#ifndef PX_TEST_PACKING_H
#define PX_TEST_PACKING_H

#include "support.h"

#include <stddef.h>
#include <stdint.h>

#include "unpack.h"

#define PX_DAMAGED "the compressed data is damaged"
#define PX_ENDS_EARLY "the compressed data ends too early"

/* Bytes that grow; zero to begin with. */
struct px_store {
	uint8_t *bytes;
	size_t length, size;
};

void px_store_add(struct px_store *store, const void *bytes, size_t length);

/* Add something that does not pack well, then something that does, @length bytes of both. */
void px_store_add_text(struct px_store *store, size_t length);

void px_store_drop(struct px_store *store);

/* A way of compression. */
struct px_packer {
	enum px_packing packing;
	/* Pack @length bytes as a stream of its own, behind what is in @packed. */
	void (*pack)(struct px_store *packed, const void *bytes, size_t length);
};

/* All of @packed gives @want, then @result and @said, however it is cut into pieces. */
void px_check_unpack(const char *row, enum px_packing packing, const struct px_store *packed,
	const struct px_store *want, int result, const char *said);

/* What was packed comes out, of one stream. */
void px_check_whole(const struct px_packer *packer);

/* Two streams, cut at each byte: what comes out before the cut is as it was. */
void px_check_cut(const struct px_packer *packer);

/* Input that fails is no fault of the data. */
void px_check_failing_input(const struct px_packer *packer);

#endif
