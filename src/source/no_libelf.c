/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Core files, where libelf was left out.
 */
#include <errno.h>

#include "saved.h"
#include "with_libelf.h"

int px_corefile_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason)
{
	(void)input, (void)options, (void)ret;
	*ret_reason = PX_LIBELF_MISSING;
	return -ELIBACC;
}
