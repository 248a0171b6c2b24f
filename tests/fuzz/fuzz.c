/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fuzz targets share.
 */
#include "fuzz.h"

#include <string.h>

void px_bytes_add(struct px_bytes *bytes, const void *more, size_t length)
{
	if (bytes->size - bytes->length < length) {
		bytes->size = 2 * (bytes->length + length);
		bytes->bytes = realloc(bytes->bytes, bytes->size);
		px_must(bytes->bytes != NULL);
	}
	if (length > 0)
		memcpy(bytes->bytes + bytes->length, more, length);
	bytes->length += length;
}

void px_bytes_drop(struct px_bytes *bytes)
{
	free(bytes->bytes);
	*bytes = (struct px_bytes){ 0 };
}

char *px_exact_copy(const void *bytes, size_t length)
{
	char *copy = malloc(length);

	px_must(copy != NULL || length == 0);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

bool px_next_line(struct pmapx_text *text, struct pmapx_text *ret)
{
	const char *newline;

	if (text->length == 0)
		return false;
	newline = memchr(text->bytes, '\n', text->length);
	ret->bytes = text->bytes;
	ret->length = newline != NULL ? (size_t)(newline - text->bytes) : text->length;
	text->length -= ret->length + (newline != NULL);
	text->bytes += ret->length + (newline != NULL);
	return true;
}

/* Whether the bytes at @at are a C1 control, or break or reorder a line, in UTF-8. */
static bool is_harmful(const unsigned char *at, size_t length)
{
	if (length >= 2 && at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
		return true;
	if (length < 3 || at[0] != 0xe2)
		return false;
	return (at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) ||
		(at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);
}

void px_must_be_harmless(const struct px_bytes *text, bool is_utf8)
{
	const unsigned char *bytes = (const unsigned char *)text->bytes;

	for (size_t i = 0; i < text->length; i++) {
		px_must((bytes[i] >= 0x20 && bytes[i] != 0x7f) || bytes[i] == '\n');
		px_must(is_utf8 ? !is_harmful(bytes + i, text->length - i) : bytes[i] < 0x80);
	}
}
