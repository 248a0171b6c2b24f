/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share: saying that something must hold, streams and
 * files in memory.
 *
 * Each target is a file with LLVMFuzzerTestOneInput(), linked either with
 * libFuzzer or with replay.c.
 */
#ifndef PX_FUZZ_H
#define PX_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <pmapx/base.h>

/** What libFuzzer and replay.c call; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** End the run, saying where and what, unless @condition holds. */
#define px_must(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/** Bytes that grow; zero to begin with. */
struct px_bytes {
	char *bytes; /**< Owned; NULL before the first. */
	size_t length, size;
};

/** Append @length bytes. */
void px_bytes_add(struct px_bytes *bytes, const void *more, size_t length);

/** Free what @bytes holds. */
void px_bytes_drop(struct px_bytes *bytes);

/** A copy in memory of that very size, so that sanitizers see a byte too many; free it. */
char *px_exact_copy(const void *bytes, size_t length);

/** The next line of @text, which is moved behind it; false at the end. */
bool px_next_line(struct pmapx_text *text, struct pmapx_text *ret);

/** Abort if a terminal could take anything in @text for more than text and newlines. */
void px_must_be_harmless(const struct px_bytes *text, bool is_utf8);

#endif
