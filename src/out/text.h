/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from outside, made harmless for a terminal: the one rule for names,
 * command lines and whatever else somebody else has written.
 */
#ifndef PX_TEXT_H
#define PX_TEXT_H

#include <stddef.h>

#include "language.h"
#include "out.h"

/**
 * Append @length bytes with one '?' for each byte that must not reach a
 * terminal.
 *
 * In a UTF-8 locale well-formed characters pass, private use included, except
 * C0, DEL and C1 controls, and what can break or reorder a line (U+2028,
 * U+2029, U+202A to U+202E, U+2066 to U+2069).  In other locales the bytes
 * pass that the C library calls printable.
 */
void px_out_text(struct px_out *out, struct px_locale *locale, const char *bytes, size_t length);

/**
 * How many columns of a terminal px_out_text() takes for @length bytes: two for a wide
 * character, none for one that combines with the one before, where the locale tells.
 */
size_t px_text_width(struct px_locale *locale, const char *bytes, size_t length);

/**
 * How many of @length bytes it prints in @width columns at most: whole characters with
 * what combines with them.
 */
size_t px_text_fit(struct px_locale *locale, const char *bytes, size_t length, size_t width);

/** How many of the bytes at @at, before @end, are one character of UTF-8, whatever it
 * does; 0 if they do not begin with one. */
size_t px_utf8_any_length(const unsigned char *at, const unsigned char *end);

/** How many of them px_out_text() would pass as one character in UTF-8; 0 if the first
 * is to be replaced. */
size_t px_utf8_length(const unsigned char *at, const unsigned char *end);

#endif
