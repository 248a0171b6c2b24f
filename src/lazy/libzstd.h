/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libzstd: what is compressed as .zst.
 */
#ifndef PX_LIBZSTD_H
#define PX_LIBZSTD_H

#include <zstd.h>
#include <zstd_errors.h>

#include "library.h"
#include "with_libzstd.h"

#define PX_LIBZSTD_FUNCTIONS(X)   \
	X(ZSTD_createDStream)     \
	X(ZSTD_freeDStream)       \
	X(ZSTD_DCtx_setParameter) \
	X(ZSTD_decompressStream)  \
	X(ZSTD_isError)           \
	X(ZSTD_getErrorCode)

/** The functions of libzstd that are used, by their own names. */
struct px_libzstd {
	void *handle;
	PX_LIBZSTD_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load libzstd; 0 or -ELIBACC, of which PX_LIBZSTD_MISSING says why. */
int px_libzstd_open(struct px_libzstd *ret);

/** Give it back. */
void px_libzstd_close(struct px_libzstd *library);

#endif
