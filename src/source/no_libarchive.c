/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Archives, where libarchive was left out.
 */
#include <errno.h>

#include "saved.h"
#include "with_libarchive.h"

int px_archive_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason)
{
	(void)input, (void)options, (void)ret;
	*ret_reason = PX_LIBARCHIVE_MISSING;
	return -ELIBACC;
}

int px_archive_try(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret)
{
	(void)input, (void)options, (void)ret;
	return -EMEDIUMTYPE;
}
