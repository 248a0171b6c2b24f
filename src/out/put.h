/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Number cursors: each writes at @at, where there must be room, and returns
 * one past what it wrote.  A value wider than its column pushes the rest.
 */
#ifndef PX_PUT_H
#define PX_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The most that one of these writes, if the width is not larger. */
#define PX_PUT_MAX 20

/** @count times @byte. */
static inline char *px_put_fill(char *at, char byte, size_t count)
{
	memset(at, byte, count);
	return at + count;
}

/** How many digits @value has in decimal. */
static inline unsigned px_decimal_digits(uint64_t value)
{
	unsigned digits = 1;

	while (value >= 10) {
		value /= 10;
		digits++;
	}
	return digits;
}

/** Decimal, right-aligned in @width. */
static inline char *px_put_decimal(char *at, uint64_t value, size_t width)
{
	size_t digits = px_decimal_digits(value);
	char *end;

	if (digits < width)
		at = px_put_fill(at, ' ', width - digits);
	end = at + digits;
	for (char *p = end; p-- > at; value /= 10)
		*p = (char)('0' + value % 10);
	return end;
}

/** Lowercase hexadecimal with zeros in front up to @digits. */
static inline char *px_put_hex(char *at, uint64_t value, size_t digits)
{
	size_t needed = 1;
	char *end;

	for (uint64_t rest = value >> 4; rest != 0; rest >>= 4)
		needed++;
	if (needed < digits)
		needed = digits;
	end = at + needed;
	for (char *p = end; p-- > at; value >>= 4)
		*p = "0123456789abcdef"[value & 15];
	return end;
}

#endif
