/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of any bytes as a database takes it.
 *
 * PostgreSQL takes neither NUL nor what is no UTF-8; what is done about that is done for
 * SQLite too, so that both give the same rows.
 */
#include "clean.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"
#include "text.h"

/* \xHH */
#define ESCAPED ((size_t)4)

/* A bit in each of eight bytes that is not plain, or, behind such a one, may not be. */
static uint64_t odd_bytes(uint64_t bytes)
{
	const uint64_t each = px_put_each(1), high = each * 0x80;
	uint64_t backslash = bytes ^ (each * '\\');

	return (bytes | (bytes - each * 0x20) | (backslash - each)) & high;
}

bool px_is_plain(const char *bytes, size_t length)
{
	uint64_t word, odd = 0;

	if (length < sizeof(word)) {
		word = px_put_each(' ');
		if (length > 0)
			memcpy(&word, bytes, length);
		return odd_bytes(word) == 0;
	}
	for (size_t i = 0; i < length - sizeof(word); i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		odd |= odd_bytes(word);
	}
	memcpy(&word, bytes + length - sizeof(word), sizeof(word));
	return (odd | odd_bytes(word)) == 0;
}

static bool is_hex_digit(unsigned char byte)
{
	return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

/* Whether what is at @at would be taken for an escaped byte. */
static bool is_like_escape(const unsigned char *at, const unsigned char *end)
{
	return *at == '\\' && end - at >= 4 && at[1] == 'x' && is_hex_digit(at[2]) &&
		is_hex_digit(at[3]);
}

/* How many bytes at @at go as they are; 0 if the first does not. */
static size_t passing(const unsigned char *at, const unsigned char *end)
{
	return *at == '\0' || is_like_escape(at, end) ? 0 : px_utf8_any_length(at, end);
}

/* How many bytes are to be escaped. */
static size_t count_escaped(const unsigned char *at, const unsigned char *end)
{
	size_t count = 0;

	while (at < end) {
		size_t length = passing(at, end);

		count += length == 0;
		at += length > 0 ? length : 1;
	}
	return count;
}

int px_clean_text(struct px_clean *clean, const struct pmapx_text *text, struct pmapx_text *ret)
{
	const unsigned char *at, *end;
	size_t escaped, needed;
	char *to;

	*ret = *text;
	if (px_is_plain(text->bytes, text->length))
		return 0;
	at = (const unsigned char *)text->bytes;
	end = at + text->length;
	escaped = count_escaped(at, end);
	if (escaped == 0)
		return 0;
	if (text->length > SIZE_MAX / ESCAPED)
		return -ENOMEM;
	needed = text->length + escaped * (ESCAPED - 1);
	if (needed > clean->room) {
		to = realloc(clean->bytes, needed);
		if (to == NULL)
			return -ENOMEM;
		clean->bytes = to;
		clean->room = needed;
	}
	to = clean->bytes;
	while (at < end) {
		size_t length = passing(at, end);

		if (length == 0) {
			*to++ = '\\';
			*to++ = 'x';
			to = px_put_hex(to, *at++, 2);
			continue;
		}
		memcpy(to, at, length);
		to += length;
		at += length;
	}
	*ret = (struct pmapx_text){ .bytes = clean->bytes, .length = (size_t)(to - clean->bytes) };
	return 0;
}
