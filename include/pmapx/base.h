/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file base.h
 * What every other header of libpmapx needs: the export mark, the version,
 * a piece of text, and the details of an error.
 *
 * Currency of errors: functions that can fail return 0 (or 1, where they hand
 * out items) on success and a negative errno on failure.  The library never
 * prints, never exits, never touches the locale or the environment, and keeps
 * no state outside its handles.
 *
 * Threads: a source with all that was opened through it, or a parser, is used by
 * one thread at a time; different ones by different threads at the same time.
 *
 * What may change while the library is libpmapx.so.1: structs that it hands out by
 * pointer, and option structs with a member size, get more members at their end;
 * enumerations get more enumerators, so that a library which is newer than the
 * headers may hand out numbers beyond those that end in _COUNT here.  All else
 * stays.
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
 * Every function that takes one accepts NULL, and fills all of it when it fails, but
 * not otherwise.  Only -EAGAIN of pmapx_parser_next() leaves it as it was.
 */
struct pmapx_error {
	int code;        /**< Positive errno: the negated return value, or what led to it. */
	uint64_t line;   /**< 1-based line of the input, 0 if no line is to blame. */
	uint64_t column; /**< 1-based byte column in that line, 0 if no column is. */
	/**
	 * Text in English, whatever the locale is, that says more than @p code, or "";
	 * never NULL.  Static, unless the function says how long it is valid.
	 */
	const char *reason;
	const char *file;    /**< File of the process that is to blame, such as "stat"; or NULL. */
	const void *more[2]; /**< For later versions of the library; NULL. */
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
