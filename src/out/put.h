/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Number cursors: each writes at @at, where there must be room, and returns
 * one past what it wrote.  A value wider than its column pushes the rest.
 */
#ifndef PX_PUT_H
#define PX_PUT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The most that one of these writes, if the width is not larger. */
#define PX_PUT_MAX ((size_t)20)

/** A copy of @length bytes, most often few: not worth a call. */
static inline void px_put_bytes(char *at, const char *bytes, size_t length)
{
	if (length > 16 || length == 0) {
		if (length > 0)
			memcpy(at, bytes, length);
	} else if (length >= 8) {
		memcpy(at, bytes, 8);
		memmove(at + length - 8, bytes + length - 8, 8);
	} else if (length >= 4) {
		memcpy(at, bytes, 4);
		memmove(at + length - 4, bytes + length - 4, 4);
	} else {
		at[0] = bytes[0];
		at[length / 2] = bytes[length / 2];
		at[length - 1] = bytes[length - 1];
	}
}

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

	for (; value >= 10000; value /= 10000)
		digits += 4;
	return digits + (value >= 10) + (value >= 100) + (value >= 1000);
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

/** Eight times a byte. */
static inline uint64_t px_put_each(unsigned char byte)
{
	return UINT64_C(0x0101010101010101) * byte;
}

/** Eight digits of lowercase hexadecimal. */
static inline char *px_put_hex8(char *at, uint32_t value)
{
	const uint64_t each = px_put_each(1);
	uint64_t digits = value;

	/* One digit a byte, the lowest in the lowest. */
	digits = (digits | digits << 16) & UINT64_C(0x0000ffff0000ffff);
	digits = (digits | digits << 8) & UINT64_C(0x00ff00ff00ff00ff);
	digits = (digits | digits << 4) & (each * 0x0f);
	/* Those above 9 become letters. */
	digits += each * '0' + (((digits + each * 6) >> 4) & each) * ('a' - '9' - 1);
	digits = htobe64(digits);
	memcpy(at, &digits, sizeof(digits));
	return at + sizeof(digits);
}

/** Lowercase hexadecimal with zeros in front up to @digits. */
static inline char *px_put_hex(char *at, uint64_t value, size_t digits)
{
	size_t needed = 1;
	char *end;

	/* An address of a 64-bit system. */
	if (digits == 16)
		return px_put_hex8(px_put_hex8(at, (uint32_t)(value >> 32)), (uint32_t)value);
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
