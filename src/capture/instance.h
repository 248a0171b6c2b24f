/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes of this host are those of a PostgreSQL server that has told of them: it
 * calls them what they are called in its own PID namespace.
 */
#ifndef PX_INSTANCE_H
#define PX_INSTANCE_H

#include "source_impl.h"

/** A process as its server knows it. */
struct px_peer {
	uint32_t pid;
	bool has_start;
	int64_t start_us; /**< When it began, since 1970. */
};

/**
 * Find the first process of the server that has most of @peers.
 *
 * Returns 0; -ESRCH if this host has no such server; -EEXIST if there are several; -ENOMEM or
 * what else keeps it from looking.
 */
int px_instance_find(const struct px_peer *peers, size_t count, pid_t *ret);

#endif
