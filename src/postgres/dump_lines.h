/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of a server log that dumps of memory contexts are made of, out of all others: a log
 * has much that is nobody's business.
 */
#ifndef PX_DUMP_LINES_H
#define PX_DUMP_LINES_H

#include "log_entry.h"

/** What hands them out; set it up with px_dump_lines_init(). */
struct px_dump_lines {
	struct px_log_records records;
	char *room; /**< For what is decoded; owned. */
	size_t room_size;
};

/** One of them. */
struct px_dump_line {
	struct pmapx_text text; /**< As it stands in the log, without its newline. */
	/**
	 * What the server put before its message, with its severity; of csvlog and jsonlog the
	 * time only.
	 */
	struct pmapx_text head;
	bool is_plain;           /**< Of neither of these. */
	uint32_t pid;            /**< Of these, who wrote it. */
	struct pmapx_text row;   /**< The row without its ident; bytes are NULL if it is none. */
	struct pmapx_text ident; /**< Bytes are NULL if there is none. */
	uint32_t announced;      /**< Or whose dump the message announces; or 0. */
	/** Between head and message there is more: it may be a part of what somebody chose. */
	bool is_doubtful;
};

void px_dump_lines_init(struct px_dump_lines *lines);
void px_dump_lines_deinit(struct px_dump_lines *lines);

/** Append a copy of input; lines that were handed out are gone.  Returns 0 or -ENOMEM. */
int px_dump_lines_feed(struct px_dump_lines *lines, const void *bytes, size_t length);

/** The input goes on in another file: forget the beginning of a line. */
void px_dump_lines_restart(struct px_dump_lines *lines);

/** The next one, valid until the next call: 1, -EAGAIN if more input is needed, or -ENOMEM. */
int px_dump_lines_next(struct px_dump_lines *lines, struct px_dump_line *ret);

#endif
