/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * liblzma: what is compressed as .xz.
 */
#ifndef PX_LIBLZMA_H
#define PX_LIBLZMA_H

#include <lzma.h>

#include "library.h"
#include "with_liblzma.h"

#define PX_LIBLZMA_FUNCTIONS(X) \
	X(lzma_stream_decoder)  \
	X(lzma_code)            \
	X(lzma_memusage)        \
	X(lzma_end)

/** The functions of liblzma that are used, by their own names. */
struct px_liblzma {
	void *handle;
	PX_LIBLZMA_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load liblzma; 0 or -ELIBACC, of which PX_LIBLZMA_MISSING says why. */
int px_liblzma_open(struct px_liblzma *ret);

/** Give it back. */
void px_liblzma_close(struct px_liblzma *library);

#endif
