/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a PostgreSQL server writes to its log from now on, as far as dumps of memory contexts
 * are made of it.
 */
#ifndef PX_SERVER_LOG_H
#define PX_SERVER_LOG_H

#include "contexts.h"
#include "dump_lines.h"
#include "psql.h"
#include "spool.h"

/** The most that is kept of it, in bytes. */
#define PX_SERVER_LOG_MAX ((uint64_t)256 * 1024 * 1024)

/** A process that has been asked for a dump. */
struct px_asked {
	uint32_t pid;  /**< As the server calls it. */
	bool is_there; /**< Its dump, whole. */
};

/** A log; set it up with px_server_log_init(). */
struct px_server_log {
	const struct px_redaction *redaction;
	struct px_spool *spool; /**< For what is kept. */
	pid_t postmaster;       /**< 0 if it is not known. */
	char *folder;           /**< The server's data_directory, owned; NULL if it is not told. */
	char *path;             /**< As the server has it, owned; NULL if it has none. */
	int fd;                 /**< -1 if it is not open. */
	uint64_t offset;        /**< What is behind that has not been read. */
	struct timespec opened; /**< When the first file was opened. */
	struct px_dump_lines lines;
	struct px_contexts *contexts;
	struct px_bytes made; /**< What is about to be kept. */
	char *piece;
	struct px_asked *asked; /**< In the order of pids; owned. */
	size_t asked_count, missing;
	uint64_t other_dumps; /**< Whole, of which nobody knows whose they are. */
};

/** 0 or -ENOMEM; in either case to be freed. */
int px_server_log_init(struct px_server_log *log, const struct px_redaction *redaction,
	struct px_spool *spool, pid_t postmaster, const struct pmapx_text *folder);
void px_server_log_deinit(struct px_server_log *log);

/**
 * Open it: @path is what pg_current_logfile() gives; where that is empty, the file that the
 * first process has as standard error.
 *
 * Returns 0; -EMEDIUMTYPE if it is no file; -ESRCH if there is no telling which it is; or what
 * opening it gave.
 */
int px_server_log_open(struct px_server_log *log, const struct pmapx_text *path);

/** Note whom to wait for: numbers, one a line.  0 or -ENOMEM. */
int px_server_log_expect(struct px_server_log *log, const struct pmapx_text *pids);

/**
 * Read on until all dumps are there, for @wait_ms at most; where the log goes on in another file
 * meanwhile, which @psql is asked for, there.
 *
 * Returns 0; -EFBIG if there is too much of it; -ECANCELED if a signal waits; -ENOMEM; or what
 * reading or keeping it gave.
 */
int px_server_log_follow(struct px_server_log *log, const struct px_psql *psql, unsigned wait_ms);

/** Where a server says its log is. */
#define PX_SERVER_LOG_QUERY PX_PSQL_SAFELY "SELECT pg_catalog.pg_current_logfile()"

/** As much of that is read. */
#define PX_SERVER_LOG_PATH_MAX ((size_t)4096)

#endif
