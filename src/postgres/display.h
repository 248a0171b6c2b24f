/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many columns of a terminal the characters of UTF-8 take, by psql's count
 * and in any locale: psql aligns by its own tables, not by those of a C library.
 */
#ifndef PX_DISPLAY_H
#define PX_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

/**
 * The character at @at, which is before @end: how many bytes it has, and columns it
 * takes (0, 1, 2).  A byte that begins none is one of one column.
 *
 * @has_wide_symbols  Whether pictures (U+1F300 and on) take two columns; psql before
 *                    12 had them take one.
 */
size_t px_display_character(
	const char *at, const char *end, bool has_wide_symbols, unsigned *ret_columns);

#endif
