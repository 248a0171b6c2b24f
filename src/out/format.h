/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formats from a message catalogue, read by ourselves: a translation can
 * change words, order and widths, but not what is read from the stack.
 */
#ifndef PX_FORMAT_H
#define PX_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "language.h"
#include "out.h"

/** A value for a format: text for %s or %c, else a number for %d or %ld. */
struct px_format_value {
	const char *text; /**< Terminated text from outside (of one character for %c), or NULL. */
	uint64_t number;  /**< The number, if @text is NULL. */
};

/**
 * Append @translated filled with @values, or, if that does not use them as a
 * format of @count values of these kinds must, @original.
 *
 * Known are %s, %c, %d and %ld, with a width, %%, and positions (%2$s).
 */
void px_out_format(struct px_out *out, struct px_locale *locale, const char *original,
	const char *translated, const struct px_format_value *values, size_t count);

#endif
