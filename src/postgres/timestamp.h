/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Points in time as PostgreSQL, and those who save what it says, write them.
 */
#ifndef PX_TIMESTAMP_H
#define PX_TIMESTAMP_H

#include <pmapx/base.h>

/**
 * By how much the kernel and PostgreSQL may differ when they say when the same process began:
 * the one counts ticks from a boot that it knows to the second.  views.sql has it, too.
 */
#define PX_SAME_START_US 2000000

/**
 * What @text says in microseconds since 1970: date and time as in ISO 8601, with a
 * blank or a T between them, and how far that is from UTC: "+00", "-03:30", "+0530",
 * "Z", or as Go has it, " +0000 UTC".
 *
 * Returns false for all else: other styles leave the order of day and month, or the
 * zone, to be guessed.
 */
bool px_timestamp_parse(const struct pmapx_text *text, int64_t *ret_us);

/**
 * Scan date and time at @at, without their zone: microseconds since 1970 if that is UTC.
 * Returns where they end, or NULL if there are none.
 */
const char *px_timestamp_scan(const char *at, const char *end, int64_t *ret_us);

/**
 * Scan how far that is from UTC: "+05", "+0530", "+05:30", and with seconds, as zones of old
 * have them.  Returns where it ends, or NULL if it is none.
 */
const char *px_timestamp_scan_offset(const char *at, const char *end, int64_t *ret_seconds);

#endif
