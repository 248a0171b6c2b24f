/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record of a server log is, whatever its format: who says what, and when.
 * Only what may be of a memory dump is told.
 */
#ifndef PX_LOG_ENTRY_H
#define PX_LOG_ENTRY_H

#include "contexts.h"
#include "log_record.h"

/** A message of a server, or a line that is none. */
struct px_log_entry {
	enum px_contexts_source source; /**< STDERR for a line that is no message. */
	/** From "level: N; " or "Grand total: " on where there is that; else all of it. */
	struct pmapx_text message;
	bool is_row;              /**< There was one of these. */
	uint32_t announced;       /**< The number next to "PID" in any other message, or 0. */
	uint32_t pid;             /**< Of csvlog or jsonlog, or 0. */
	uint32_t tag_pid;         /**< Of "postgres[N]: " (syslog), or 0. */
	struct pmapx_text prefix; /**< What the server put before its message. */
	struct pmapx_text header; /**< What syslog put before that. */
	bool has_chunk;           /**< It has "[sequence-chunk] " (syslog). */
	uint64_t sequence;        /**< Of the messages of a process. */
	uint64_t chunk;           /**< Which part of that message it is, from 1. */
};

/**
 * Read @record.  @room is for @record->text.length bytes, for what must be decoded.
 *
 * Returns whether it may be of interest.
 */
bool px_log_entry_read(const struct px_log_record *record, char *room, struct px_log_entry *ret);

/** A pid in the prefix of a message, candidate by candidate. */
struct px_log_pids {
	const char *at, *end;
	bool bracketed; /**< The one found last was "[N]", which is how most write it. */
};

/** Look for numbers in @prefix that stand alone. */
void px_log_pids_begin(struct px_log_pids *pids, const struct pmapx_text *prefix);

/** The next one that can be a pid, or 0 at the end. */
uint32_t px_log_pids_next(struct px_log_pids *pids);

#endif
