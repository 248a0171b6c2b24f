/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time in the prefix of a log line.
 */
#ifndef PX_LOG_TIME_H
#define PX_LOG_TIME_H

#include <pmapx/base.h>

/** A time. */
struct px_log_time {
	struct pmapx_text text; /**< As it stands there, with its zone; bytes are NULL for none. */
	bool has_us;            /**< Whether that says when it is in UTC. */
	int64_t us;             /**< Microseconds since 1970. */
};

/**
 * Find the first time in @text: "2026-11-21 20:01:00.627 UTC" (%m, %t), that with a T
 * and an offset (syslog), seconds since 1970 with milliseconds (%n), or
 * "Nov 21 20:21:11" (syslog, of which nobody knows the year).  Of zones, UTC, GMT, Z and
 * offsets say when it is; other abbreviations stand for several.
 */
void px_log_time_find(const struct pmapx_text *text, struct px_log_time *ret);

#endif
