/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Regular expressions that are looked for in text, which need not be terminated.
 */
#ifndef PX_PATTERN_H
#define PX_PATTERN_H

#include <pmapx/base.h>

#include <regex.h>

/** An extended regular expression; set it up with px_pattern_compile(). */
struct px_pattern {
	regex_t regex;
	char problem[96]; /**< What the C library has against it. */
};

/** Returns NULL, and @pattern is to be freed; or what is wrong with @expression, in @pattern. */
const char *px_pattern_compile(struct px_pattern *pattern, const char *expression);

/** Free what @pattern holds. */
void px_pattern_free(struct px_pattern *pattern);

/**
 * Whether the expression is found in @text; one with a NUL in it, which no kernel
 * writes, ends there.  Returns 1, 0 or -ENOMEM.
 */
int px_pattern_matches(const struct px_pattern *pattern, const struct pmapx_text *text);

#endif
