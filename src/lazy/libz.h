/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zlib: what is compressed as .gz.
 */
#ifndef PX_LIBZ_H
#define PX_LIBZ_H

#include <zlib.h>

#include "library.h"
#include "with_libz.h"

#define PX_LIBZ_FUNCTIONS(X) \
	X(inflateInit2_)     \
	X(inflateReset)      \
	X(inflate)           \
	X(inflateEnd)

/** The functions of zlib that are used, by their own names. */
struct px_libz {
	void *handle;
	PX_LIBZ_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load zlib; 0 or -ELIBACC, of which PX_LIBZ_MISSING says why. */
int px_libz_open(struct px_libz *ret);

/** Give it back. */
void px_libz_close(struct px_libz *library);

#endif
