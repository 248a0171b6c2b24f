/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row whose columns are right-aligned and end at known places: blanks first,
 * then each value where it belongs.
 */
#ifndef PX_ROW_H
#define PX_ROW_H

#include <stdint.h>
#include <string.h>

#include "out.h"
#include "put.h"

/** A row being written; columns come from left to right. */
struct px_row {
	struct px_out *out;
	char *bytes;   /**< The row in the output's buffer, or NULL if it has no room. */
	size_t length; /**< Of the part with columns. */
	size_t done;   /**< How much has been written, without @bytes. */
};

/** Begin a row whose last column ends after @length bytes. */
static inline struct px_row px_row_begin(struct px_out *out, size_t length)
{
	struct px_row row = { .out = out, .length = length };

	if (length <= PX_OUT_SIZE) {
		row.bytes = px_out_room(out, length);
		memset(row.bytes, ' ', length);
	}
	return row;
}

/** Write @length bytes that end @end bytes from the beginning of the row. */
static inline void px_row_bytes(struct px_row *row, size_t end, const char *bytes, size_t length)
{
	if (row->bytes != NULL) {
		px_put_bytes(row->bytes + end - length, bytes, length);
		return;
	}
	px_out_fill(row->out, ' ', end - length - row->done);
	px_out_bytes(row->out, bytes, length);
	row->done = end;
}

/** Write a number that ends there. */
static inline void px_row_number(struct px_row *row, size_t end, uint64_t number)
{
	char digits[PX_PUT_MAX], *at = digits + sizeof(digits);

	if (row->bytes != NULL) {
		at = row->bytes + end;
		if (number < 10) {
			at[-1] = (char)('0' + number);
			return;
		}
		do
			*--at = (char)('0' + number % 10);
		while ((number /= 10) != 0);
		return;
	}
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	px_row_bytes(row, end, at, (size_t)(digits + sizeof(digits) - at));
}

/** End the columns; what follows is appended to the output. */
static inline void px_row_end(struct px_row *row)
{
	if (row->bytes != NULL)
		px_out_written(row->out, row->bytes + row->length);
	else
		px_out_fill(row->out, ' ', row->length - row->done);
}

#endif
