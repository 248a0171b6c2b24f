/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of SQLite, where that was left out.
 */
#include <errno.h>

#include "store.h"
#include "with_libsqlite3.h"

int px_store_open_sqlite(
	const char *path, const struct px_store_options *options, struct px_store **ret)
{
	(void)path, (void)ret;
	return px_store_say(options->error, -ELIBACC, "%s", PX_SQLITE_MISSING);
}
