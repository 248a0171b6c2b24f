/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking a PostgreSQL server by way of psql.
 */
#ifndef PX_CAPTURE_PSQL_H
#define PX_CAPTURE_PSQL_H

#include <stdint.h>

#include "redact.h"

/** How psql is run. */
struct px_psql {
	const char *conninfo; /**< For its option -d; NULL for what it does without. */
	unsigned wait_ms;     /**< How long an answer may take. */
};

/** What came of it; zero to begin with. */
struct px_answer {
	struct px_bytes out;
	char why[512]; /**< The first line that psql wrote to standard error; text from outside. */
};

/** Milliseconds of a clock that nobody sets. */
uint64_t px_now_ms(void);

/** Free what it holds. */
void px_answer_deinit(struct px_answer *answer);

/**
 * Begin a query with this: whose database it is may have had his operators found before those of
 * the server, and run as whoever asks.  It ends with the query, also where a pool goes between.
 */
#define PX_PSQL_SAFELY "SET LOCAL search_path TO pg_catalog; "

/**
 * Have the server answer one @query, in @max bytes at most.
 *
 * Returns 0; -ENOENT if there is no psql in PATH; -EPROTO if psql failed, and answer->why says
 * why; -ETIMEDOUT; -EFBIG; -ECANCELED if a signal waits; -ENOMEM; or what the system gave.
 */
int px_psql_ask(
	const struct px_psql *psql, const char *query, size_t max, struct px_answer *answer);

#endif
