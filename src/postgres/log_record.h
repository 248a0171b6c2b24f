/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From bytes in any chunking to records: lines, and CSV records with newlines in
 * quotes, up to a length; what is longer is passed over.
 */
#ifndef PX_LOG_RECORD_H
#define PX_LOG_RECORD_H

#include "frame.h"

/** What hands records out; zero to begin with, then set @max_length. */
struct px_log_records {
	struct px_frame frame;
	size_t max_length; /**< Of a record, in bytes. */
	bool all_csv;      /**< Each line begins a CSV record, whatever it looks like. */
	bool quoted;       /**< In a CSV record, between quotes. */
	bool skipping;     /**< In a line that is too long. */
	bool holds;        /**< There is a part of a record before the frame's line. */
	bool csv;          /**< That is of CSV. */
	uint64_t line;     /**< Where it begins. */
	uint64_t dropped;  /**< How many records were too long, or torn. */
};

/** A record, without its newline and a carriage return before that. */
struct px_log_record {
	struct pmapx_text text; /**< Valid until the next call. */
	uint64_t line;          /**< The line it begins with, from 1. */
	bool csv;               /**< Begins as a record of csvlog does, or all do. */
	bool cut;               /**< Had no newline, and may be part of one only. */
};

/** Free what @records holds. */
void px_log_records_deinit(struct px_log_records *records);

/** Append a copy of input; texts that were handed out are gone.  Returns 0 or -ENOMEM. */
int px_log_records_feed(struct px_log_records *records, const void *bytes, size_t length);

/** The next one.  Returns 1, 0 at the end, or -EAGAIN. */
int px_log_records_next(struct px_log_records *records, struct px_log_record *ret);

#endif
