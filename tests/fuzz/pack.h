/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packing what is to be unpacked.
 */
#ifndef PX_FUZZ_PACK_H
#define PX_FUZZ_PACK_H

#include "fuzz.h"
#include "unpack.h"

/** In how many ways each kind is packed: without sums, with sizes, and the like. */
#define PX_PACK_WAYS 4

/** Append what may go before a stream, and is skipped: nothing in most ways. */
void px_pack_before(struct px_bytes *packed, enum px_packing packing, unsigned way);

/** Append @contents to @packed as a stream of its own, in the way @way. */
void px_pack(struct px_bytes *packed, enum px_packing packing, unsigned way,
	const struct pmapx_text *contents);

/** Whether what is packed so ends with a sum of its contents. */
bool px_pack_has_sum(enum px_packing packing, unsigned way);

#endif
