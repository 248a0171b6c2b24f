/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file base.h
 * What every other header of libpmapx needs: the export mark, the version,
 * a piece of text, and the details of an error.
 *
 * Currency of errors: functions that can fail return 0 (or 1, where they hand
 * out items) on success and a negative errno on failure.  The library never
 * prints, never exits, never touches the locale or the environment, and keeps
 * no state outside its handles.  Different handles may be used by different
 * threads at the same time; one handle may not.
 */
#ifndef PMAPX_BASE_H
#define PMAPX_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if defined(__GNUC__)
#define PMAPX_API __attribute__((visibility("default")))
#else
#define PMAPX_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A piece of text that belongs to somebody else.
 *
 * It is not terminated, and it may hold any byte: names of mappings and
 * command lines are chosen by whoever runs the process, so do not write them
 * to a terminal, into SQL or into a path without quoting them for that place.
 */
struct pmapx_text {
	const char *bytes; /**< First byte; may be NULL only if length is 0. */
	size_t length;     /**< Number of bytes. */
};

/**
 * What went wrong, beside the negative errno that the function returned.
 *
 * Every function that takes one accepts NULL, and fills it only when it fails.
 */
struct pmapx_error {
	int code;           /**< Positive errno, the negated return value. */
	uint64_t line;      /**< 1-based line of the input, 0 if no line is to blame. */
	uint64_t column;    /**< 1-based byte column in that line, 0 if no column is. */
	const char *reason; /**< Static text that says what was expected; never NULL. */
};

/**
 * The version of the library that is really in use, as "MAJOR.MINOR.PATCH".
 *
 * @return Static text; do not free it.
 */
PMAPX_API const char *pmapx_version(void);

#ifdef __cplusplus
}
#endif

#endif
