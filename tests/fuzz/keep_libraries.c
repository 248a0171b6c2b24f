/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The libraries that archives need stay loaded: loaded again for each input, they would be all
 * there is to see.
 */
#include <dlfcn.h>

#include "with_libarchive.h"
#include "with_libbz2.h"
#include "with_liblzma.h"
#include "with_libz.h"
#include "with_libzstd.h"

__attribute__((constructor)) static void keep_libraries(void)
{
	dlopen(PX_LIBARCHIVE_SONAME, RTLD_NOW);
	dlopen(PX_LIBBZ2_SONAME, RTLD_NOW);
	dlopen(PX_LIBLZMA_SONAME, RTLD_NOW);
	dlopen(PX_LIBZ_SONAME, RTLD_NOW);
	dlopen(PX_LIBZSTD_SONAME, RTLD_NOW);
}
