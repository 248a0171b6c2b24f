/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cursors over text: each takes the text between @at and @end, reads one thing
 * and returns where it stopped, or NULL if the thing is not there.
 */
#ifndef PX_SCAN_H
#define PX_SCAN_H

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <pmapx/base.h>

/** The value of each lowercase hexadecimal digit, plus one; 0 for other bytes. */
extern const unsigned char px_hex_values[256];

/** Whether @byte is a lowercase hexadecimal digit. */
static inline bool px_is_hex(char byte)
{
	return px_hex_values[(unsigned char)byte] != 0;
}

/** Whether @byte is what separates words: the kernel's blank, or a tab. */
static inline bool px_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/**
 * One or more lowercase hexadecimal digits, a value below 2^64.
 *
 * What a digit is worth comes from a table: they are as good as random, and a
 * branch for each would be mispredicted every third time.
 */
static inline const char *px_scan_hex(const char *at, const char *end, uint64_t *ret)
{
	const char *p = at;
	uint64_t value = 0;
	unsigned digit;

	while (p < end && (digit = px_hex_values[(unsigned char)*p]) != 0) {
		value = value << 4 | (digit - 1);
		p++;
	}
	if (p == at)
		return NULL;
	/* Beyond 16 digits, only zeros in front. */
	for (const char *early = at; p - early > 16; early++)
		if (*early != '0')
			return NULL;
	*ret = value;
	return p;
}

/** Eight times a byte. */
static inline uint64_t px_scan_each(unsigned char byte)
{
	return UINT64_C(0x0101010101010101) * byte;
}

/** Eight lowercase hexadecimal digits; false if they are not. */
static inline bool px_scan_hex8(const char *at, uint32_t *ret)
{
	const uint64_t each = px_scan_each(1);
	uint64_t bytes, digits, again;

	memcpy(&bytes, at, sizeof(bytes));
	bytes = le64toh(bytes);
	/* Letters have a bit that numbers do not, and count from 10. */
	digits = (bytes & each * 0x0f) + ((bytes >> 6) & each) * 9;
	/* What is a digit becomes the same character again. */
	again = digits + each * '0' + (((digits + each * 6) >> 4) & each) * ('a' - '9' - 1);
	if (((again ^ bytes) | (digits & each * 0xf0)) != 0)
		return false;
	digits = (digits << 4 | digits >> 8) & UINT64_C(0x00ff00ff00ff00ff);
	digits = (digits << 8 | digits >> 16) & UINT64_C(0x0000ffff0000ffff);
	*ret = (uint32_t)(digits << 16 | digits >> 32);
	return true;
}

/**
 * As px_scan_hex(), for numbers before @stop that mostly have 8 or 12 digits, as
 * addresses and offsets have: where they would end is looked at first.
 */
static inline __attribute__((always_inline)) const char *px_scan_address(
	const char *at, const char *end, char stop, uint64_t *ret)
{
	uint32_t high, low;

	if (end - at > 12 && at[12] == stop && px_scan_hex8(at, &high) &&
		px_scan_hex8(at + 4, &low)) {
		*ret = (uint64_t)high << 16 | (low & 0xffff);
		return at + 12;
	}
	if (end - at > 8 && at[8] == stop && px_scan_hex8(at, &low)) {
		*ret = low;
		return at + 8;
	}
	return px_scan_hex(at, end, ret);
}

/** One or more decimal digits, a value below 2^64. */
static inline const char *px_scan_decimal(const char *at, const char *end, uint64_t *ret)
{
	const char *p = at;
	uint64_t value = 0;

	while (p < end && *p >= '0' && *p <= '9') {
		uint64_t digit = (uint64_t)(*p - '0');

		if (value > UINT64_MAX / 10 ||
			(value == UINT64_MAX / 10 && digit > UINT64_MAX % 10))
			return NULL;
		value = value * 10 + digit;
		p++;
	}
	if (p == at)
		return NULL;
	*ret = value;
	return p;
}

/** Whether the terminated @text is a decimal number below 2^64 and nothing else. */
static inline bool px_scan_number(const char *text, uint64_t *ret)
{
	const char *end = text + strlen(text);

	return px_scan_decimal(text, end, ret) == end;
}

/** Any number of blanks and tabs; never fails. */
static inline const char *px_skip_blanks(const char *at, const char *end)
{
	while (at < end && px_is_blank(*at))
		at++;
	return at;
}

/**
 * Say in @error that @line is wrong at @at, for @reason; its number is filled
 * in by those who count lines.  Returns -EBADMSG.
 */
static inline int px_bad_line(const struct pmapx_text *line, const char *at, const char *reason,
	struct pmapx_error *error)
{
	*error = (struct pmapx_error){
		.code = EBADMSG,
		.column = (uint64_t)(at - line->bytes) + 1,
		.reason = reason,
	};
	return -EBADMSG;
}

#endif
