/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from outside, made harmless for a terminal.
 */
#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "put.h"

/* Characters that end a line or turn its direction around (UAX 9, UAX 14). */
static bool is_unruly(uint32_t character)
{
	return (character >= 0x80 && character <= 0x9f) || character == 0x2028 ||
		character == 0x2029 || (character >= 0x202a && character <= 0x202e) ||
		(character >= 0x2066 && character <= 0x2069);
}

/*
 * The characters of RFC 3629: no overlong forms, no surrogates, none above
 * U+10FFFF.  The first continuation byte is the one whose range varies.
 */
size_t px_utf8_any_length(const unsigned char *at, const unsigned char *end)
{
	unsigned char lead = *at, low = 0x80, high = 0xbf;
	size_t length;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if ((size_t)(end - at) < length)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t px_utf8_length(const unsigned char *at, const unsigned char *end)
{
	size_t length = px_utf8_any_length(at, end);
	uint32_t character = *at;

	if (length == 1)
		return character >= 0x20 && character != 0x7f ? 1 : 0;
	character &= 0x7fU >> length;
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (at[i] & 0x3fU);
	return is_unruly(character) ? 0 : length;
}

/*
 * How many bytes at @at, before @end, pass as they are; none if the first does not.
 * A call would cost as much as what it does.
 */
__attribute__((always_inline)) static inline size_t passing(
	struct px_locale *locale, const unsigned char *at, const unsigned char *end)
{
	if (*at < 0x80)
		return *at >= 0x20 && *at != 0x7f;
	if (px_locale_charset(locale) == PX_CHARSET_UTF8)
		return px_utf8_length(at, end);
	return px_locale_is_printable(locale, *at) ? 1 : 0;
}

/* Whether all of eight bytes are printable ASCII. */
static bool is_plain(const unsigned char *at)
{
	const uint64_t each = px_put_each(1), high = each * 0x80;
	uint64_t bytes, deletes;

	memcpy(&bytes, at, sizeof(bytes));
	if ((bytes & high) != 0)
		return false;
	/* Without high bits, sums do not reach the next byte. */
	deletes = (bytes ^ each * 0x7f) + each * 0x7f;
	return ((bytes + each * 0x60) & deletes & high) == high;
}

void px_out_text(struct px_out *out, struct px_locale *locale, const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes, *begin = at, *end;

	/* A text of no length may be nowhere. */
	if (length == 0)
		return;
	end = at + length;
	while (at < end) {
		size_t passed;

		if (end - at >= 8 && is_plain(at)) {
			at += 8;
			continue;
		}
		passed = passing(locale, at, end);
		if (passed > 0) {
			at += passed;
			continue;
		}
		px_out_bytes(out, (const char *)begin, (size_t)(at - begin));
		px_out_bytes(out, "?", 1);
		begin = ++at;
	}
	px_out_bytes(out, (const char *)begin, (size_t)(at - begin));
}

/* How many columns the character at @at takes, of which @passed bytes pass. */
static size_t columns_of(const struct px_locale *locale, const unsigned char *at, size_t passed)
{
	uint32_t character;

	/* ASCII, a '?', or of a character set in which bytes are characters. */
	if (passed < 2)
		return 1;
	character = *at & (0x7fU >> passed);
	for (size_t i = 1; i < passed; i++)
		character = character << 6 | (at[i] & 0x3fU);
	return px_locale_columns(locale, character);
}

/* Go over @width columns at most; returns where they end, and how many there were. */
static const unsigned char *skip(struct px_locale *locale, const unsigned char *at,
	const unsigned char *end, size_t width, size_t *ret_count)
{
	size_t count = 0;

	while (at < end) {
		size_t passed = passing(locale, at, end);
		size_t columns = columns_of(locale, at, passed);

		if (columns > width - count)
			break;
		count += columns;
		at += passed > 0 ? passed : 1;
	}
	*ret_count = count;
	return at;
}

size_t px_text_width(struct px_locale *locale, const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t count;

	if (length == 0)
		return 0;
	skip(locale, at, at + length, SIZE_MAX, &count);
	return count;
}

size_t px_text_fit(struct px_locale *locale, const char *bytes, size_t length, size_t width)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t count;

	if (length == 0)
		return 0;
	return (size_t)(skip(locale, at, at + length, width, &count) - at);
}
