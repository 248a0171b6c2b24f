/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a PostgreSQL server says of itself, taken behind the processes: pg_stat_activity,
 * settings, and dumps of memory contexts out of its log.
 */
#ifndef PX_POSTGRES_H
#define PX_POSTGRES_H

#include "redact.h"
#include "report.h"
#include "target.h"

/** Where it goes, and what is to be known for that. */
struct px_postgres {
	const struct px_capture_options *options;
	const struct px_redaction *redaction;
	struct px_report *report; /**< What could not be had is said and counted there. */
	struct px_target *target;
	const char *folder; /**< For what waits. */
};

/**
 * Ask the server, and add what it says; what cannot be had is said.
 *
 * Returns 0; -ECANCELED if a signal waits; or what keeps the capture from going on.
 */
int px_postgres_add(const struct px_postgres *postgres);

#endif
