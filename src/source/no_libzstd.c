/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed by zstd, where libzstd was left out.
 */
#include "unpack_impl.h"
#include "with_libzstd.h"

const struct px_unpack_ops px_unpack_zstd = { .missing = PX_LIBZSTD_MISSING };
