/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libbz2: what is compressed as .bz2.
 */
#ifndef PX_LIBBZ2_H
#define PX_LIBBZ2_H

#include <bzlib.h>

#include "library.h"
#include "with_libbz2.h"

#define PX_LIBBZ2_FUNCTIONS(X)  \
	X(BZ2_bzDecompressInit) \
	X(BZ2_bzDecompress)     \
	X(BZ2_bzDecompressEnd)

/** The functions of libbz2 that are used, by their own names. */
struct px_libbz2 {
	void *handle;
	PX_LIBBZ2_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load libbz2; 0 or -ELIBACC, of which PX_LIBBZ2_MISSING says why. */
int px_libbz2_open(struct px_libbz2 *ret);

/** Give it back. */
void px_libbz2_close(struct px_libbz2 *library);

#endif
