/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stores share.
 */
#include "store_impl.h"

#include <stdarg.h>
#include <stdio.h>

int px_store_say(struct px_store_error *error, int r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return r;
}

int px_store_begin(struct px_store *store, const struct px_datum *row)
{
	return store->ops->begin(store, row);
}

int px_store_add(struct px_store *store, enum px_table_id table, const struct px_datum *row)
{
	return store->ops->add(store, table, row);
}

int px_store_set_duration(struct px_store *store, int64_t duration_us)
{
	return store->ops->set_duration(store, duration_us);
}

int px_store_commit(struct px_store *store)
{
	return store->ops->commit(store);
}

void px_store_close(struct px_store *store)
{
	if (store != NULL)
		store->ops->close(store);
}
