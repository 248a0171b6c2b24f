/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cursors over text: each takes the text between @at and @end, reads one thing
 * and returns where it stopped, or NULL if the thing is not there.
 */
#ifndef PX_SCAN_H
#define PX_SCAN_H

#include <errno.h>
#include <pmapx/base.h>

/** The value of a lowercase hexadecimal digit, or 16 for any other byte. */
static inline unsigned px_hex_digit(char byte)
{
	unsigned char c = (unsigned char)byte;

	if (c >= '0' && c <= '9')
		return c - (unsigned)'0';
	if (c >= 'a' && c <= 'f')
		return c - (unsigned)'a' + 10;
	return 16;
}

/** Whether @byte is what separates words: the kernel's blank, or a tab. */
static inline bool px_is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/** One or more lowercase hexadecimal digits, a value below 2^64. */
static inline const char *px_scan_hex(const char *at, const char *end, uint64_t *ret)
{
	const char *p = at;
	uint64_t value = 0;
	unsigned digit;

	while (p < end && (digit = px_hex_digit(*p)) < 16) {
		if (value >> 60)
			return NULL;
		value = value << 4 | digit;
		p++;
	}
	if (p == at)
		return NULL;
	*ret = value;
	return p;
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
