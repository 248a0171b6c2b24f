/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The version of the library.
 */
#include <pmapx/base.h>

const char *pmapx_version(void)
{
	return PX_VERSION;
}
