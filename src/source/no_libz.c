/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed by gzip, where libz was left out.
 */
#include "unpack_impl.h"
#include "with_libz.h"

const struct px_unpack_ops px_unpack_gzip = { .missing = PX_LIBZ_MISSING };
