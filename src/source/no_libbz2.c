/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed by bzip2, where libbz2 was left out.
 */
#include "unpack_impl.h"
#include "with_libbz2.h"

const struct px_unpack_ops px_unpack_bzip2 = { .missing = PX_LIBBZ2_MISSING };
