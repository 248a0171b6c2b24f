/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as somebody has saved it, in any of the shapes from which it
 * can be read without loss: rows are pulled out of a text one by one.
 *
 * Columns are known by name, so it does not matter which version of PostgreSQL
 * had them in which order; those that are not known are passed over.
 */
#ifndef PX_ACTIVITY_H
#define PX_ACTIVITY_H

#include <pmapx/base.h>

/** The longest text that is read, in bytes. */
#define PX_ACTIVITY_MAX ((size_t)64 * 1024 * 1024)

/** The command that saves it without loss: what to say when a shape is refused. */
#define PX_ACTIVITY_COMMAND \
	"psql -X -c \"\\copy (select * from pg_stat_activity) to 'activity.csv' csv header\""

/** The columns of PostgreSQL 9.6 to 18, and what their texts look like. */
#define PX_ACTIVITY_COLUMNS(X)                      \
	X(DATID, datid, NUMBER)                     \
	X(DATNAME, datname, FREE)                   \
	X(PID, pid, NUMBER)                         \
	X(LEADER_PID, leader_pid, NUMBER)           \
	X(USESYSID, usesysid, NUMBER)               \
	X(USENAME, usename, FREE)                   \
	X(APPLICATION_NAME, application_name, FREE) \
	X(CLIENT_ADDR, client_addr, ADDRESS)        \
	X(CLIENT_HOSTNAME, client_hostname, NAME)   \
	X(CLIENT_PORT, client_port, NUMBER)         \
	X(BACKEND_START, backend_start, TIME)       \
	X(XACT_START, xact_start, TIME)             \
	X(QUERY_START, query_start, TIME)           \
	X(STATE_CHANGE, state_change, TIME)         \
	X(WAIT_EVENT_TYPE, wait_event_type, WORDS)  \
	X(WAIT_EVENT, wait_event, WORDS)            \
	X(STATE, state, WORDS)                      \
	X(BACKEND_XID, backend_xid, NUMBER)         \
	X(BACKEND_XMIN, backend_xmin, NUMBER)       \
	X(QUERY_ID, query_id, NUMBER)               \
	X(QUERY, query, FREE)                       \
	X(BACKEND_TYPE, backend_type, WORDS)

/** A column. */
enum px_activity_column {
#define X(name, column, kind) PX_ACTIVITY_##name,
	PX_ACTIVITY_COLUMNS(X)
#undef X
		PX_ACTIVITY_COLUMN_COUNT
};

/** Why a text is not read. */
enum px_activity_refusal {
	PX_ACTIVITY_TAKEN,     /**< It is. */
	PX_ACTIVITY_EMPTY,     /**< There is nothing in it. */
	PX_ACTIVITY_UTF16,     /**< It is not of bytes, but of 16 bits each. */
	PX_ACTIVITY_NO_HEADER, /**< Columns have no names: tuples only, or no table at all. */
	PX_ACTIVITY_NO_PID,    /**< There are names, but none is "pid". */
	PX_ACTIVITY_TWICE,     /**< A column that is known is there twice. */
	PX_ACTIVITY_WRAPPED,   /**< Lines were wrapped (\pset format wrapped). */
	PX_ACTIVITY_BORDER,    /**< \pset border is not 1. */
	PX_ACTIVITY_UNICODE,   /**< \pset linestyle unicode. */
	PX_ACTIVITY_HTML,      /**< \pset format html. */
};

/** A row. */
struct px_activity_row {
	/**
	 * What it says, valid until the next call; any byte may be in it.  Bytes
	 * are NULL where it says NULL, where the column is not there, and where a
	 * shape says the same for NULL and for a text that is empty.
	 */
	struct pmapx_text text[PX_ACTIVITY_COLUMN_COUNT];
	uint64_t line; /**< Where it begins, from 1. */
	uint32_t pid;  /**< From 1 to 2^31 - 1. */
	bool has_backend_start;
	int64_t backend_start_us; /**< Since 1970, if the text tells. */
};

struct px_activity;

/** The name of a column. */
const char *px_activity_column_name(enum px_activity_column column);

/** Why, in words that follow "cannot be read: ". */
const char *px_activity_refusal_words(enum px_activity_refusal refusal);

/**
 * Begin to read @text, which is borrowed until px_activity_close().
 *
 * Returns 0; -EFBIG if it is longer than PX_ACTIVITY_MAX; -ENOTSUP, and why in
 * *@refusal; or -ENOMEM.
 */
int px_activity_open(
	const struct pmapx_text *text, struct px_activity **ret, enum px_activity_refusal *refusal);

/** Stop reading; NULL is allowed. */
void px_activity_close(struct px_activity *activity);

/** The name of the shape that was recognised, such as "csv". */
const char *px_activity_shape_name(const struct px_activity *activity);

/**
 * Read the next row.
 *
 * Returns 1 with it in *@ret; 0 at the end; -EBADMSG for a row that is not as it
 * must be, or -ENODATA for one that the end of the text cuts: @error then has its
 * line and the reason, and the next call goes on behind it.
 */
int px_activity_next(
	struct px_activity *activity, struct px_activity_row *ret, struct pmapx_error *error);

#endif
