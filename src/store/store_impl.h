/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stores are made of.
 */
#ifndef PX_STORE_IMPL_H
#define PX_STORE_IMPL_H

#include "store.h"

/** What a kind of store does; see store.h. */
struct px_store_ops {
	int (*begin)(struct px_store *store, const struct px_datum *row);
	int (*add)(struct px_store *store, enum px_table_id table, const struct px_datum *row);
	int (*set_duration)(struct px_store *store, int64_t duration_us);
	int (*commit)(struct px_store *store);
	void (*close)(struct px_store *store);
};

/** What all have in common; the first member of each. */
struct px_store {
	const struct px_store_ops *ops;
	struct px_store_options options;
};

/** Say what went wrong; returns @r. */
#define px_store_fail(store, r, ...) px_store_say((store)->options.error, r, __VA_ARGS__)

#endif
