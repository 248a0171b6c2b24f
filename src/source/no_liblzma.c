/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed as .xz, where liblzma was left out.
 */
#include "unpack_impl.h"
#include "with_liblzma.h"

const struct px_unpack_ops px_unpack_xz = { .missing = PX_LIBLZMA_MISSING };
