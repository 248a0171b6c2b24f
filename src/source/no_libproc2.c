/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes the running system has, where libproc2 was left out: what is read of
 * other roots tells it of this one, too.
 */
#include "proctable_impl.h"

int px_proctable_read_system(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select)
{
	return px_proctable_read_folders(table, source, select);
}

const char *px_proctable_missing(int r)
{
	(void)r;
	return NULL;
}
