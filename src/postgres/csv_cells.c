/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of CSV, and their cells.
 */
#include "csv_cells.h"

#include <string.h>

/* The quote that ends what begins at @at, or NULL. */
static const char *closing_quote(const char *at, const char *end)
{
	while (at < end && (at = memchr(at, '"', (size_t)(end - at))) != NULL) {
		if (at + 1 == end || at[1] != '"')
			return at;
		at += 2;
	}
	return NULL;
}

bool px_csv_record(struct pmapx_text *text, struct pmapx_text *ret)
{
	const char *at = text->bytes, *end;
	bool is_quoted = false;

	if (text->length == 0)
		return false;
	end = at + text->length;
	while (at < end && (is_quoted || *at != '\n'))
		is_quoted ^= *at++ == '"';
	*ret = (struct pmapx_text){ text->bytes, (size_t)(at - text->bytes) };
	if (ret->length > 0 && at[-1] == '\r')
		ret->length--;
	at += at < end;
	*text = (struct pmapx_text){ at, (size_t)(end - at) };
	return true;
}

bool px_csv_next(struct pmapx_text *record, struct px_csv_cell *ret)
{
	const char *at = record->bytes, *end, *stop;

	if (at == NULL)
		return false;
	end = at + record->length;
	ret->quoted = at < end && *at == '"';
	if (ret->quoted) {
		stop = closing_quote(++at, end);
		if (stop == NULL)
			return false;
		ret->text = (struct pmapx_text){ at, (size_t)(stop - at) };
		stop++;
	} else {
		stop = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;
		if (stop == NULL)
			stop = end;
		ret->text = (struct pmapx_text){ at, (size_t)(stop - at) };
	}
	if (stop < end && *stop != ',')
		return false;
	*record = stop < end ? (struct pmapx_text){ stop + 1, (size_t)(end - stop - 1) }
			     : (struct pmapx_text){ NULL, 0 };
	return true;
}

size_t px_csv_decode(const struct px_csv_cell *cell, char *bytes)
{
	const char *at = cell->text.bytes, *end = at + cell->text.length;
	char *to = bytes;

	while (at < end) {
		/* The second of two quotes. */
		if (cell->quoted && *at == '"')
			at++;
		if (at < end)
			*to++ = *at++;
	}
	return (size_t)(to - bytes);
}

bool px_csv_equals(const struct px_csv_cell *cell, const char *word)
{
	return cell->text.length == strlen(word) &&
		memcmp(cell->text.bytes, word, cell->text.length) == 0;
}
