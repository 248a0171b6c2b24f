/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that wait.
 *
 * A value is its type, and behind that a number, or the length of a text and its bytes;
 * in a file, each row has its length in front.
 */
#include "packed_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What stays in memory; a process of a few thousand mappings. */
#define ROWS_MEMORY ((size_t)1024 * 1024)

/* More than any table has. */
#define COLUMNS_MAX 64

int px_bytes_append(struct px_bytes *bytes, const void *more, size_t length)
{
	if (length > bytes->room - bytes->length) {
		size_t room = (bytes->length + length) * 2 + 256;
		char *larger = realloc(bytes->bytes, room);

		if (larger == NULL)
			return -ENOMEM;
		bytes->bytes = larger;
		bytes->room = room;
	}
	if (length > 0)
		memcpy(bytes->bytes + bytes->length, more, length);
	bytes->length += length;
	return 0;
}

int px_row_pack(struct px_bytes *bytes, const struct px_datum *row, size_t count)
{
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		unsigned char type = (unsigned char)row[i].type;

		r = px_bytes_append(bytes, &type, sizeof(type));
		if (r == 0 && type == PX_DATUM_NUMBER)
			r = px_bytes_append(bytes, &row[i].number, sizeof(row[i].number));
		if (r < 0 || type != PX_DATUM_TEXT)
			continue;
		r = px_bytes_append(bytes, &row[i].text.length, sizeof(row[i].text.length));
		if (r == 0)
			r = px_bytes_append(bytes, row[i].text.bytes, row[i].text.length);
	}
	return r;
}

void px_row_unpack(const char *bytes, struct px_datum *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t number;
		size_t length;

		switch ((enum px_datum_type)(unsigned char)*bytes++) {
		case PX_DATUM_NUMBER:
			memcpy(&number, bytes, sizeof(number));
			row[i] = px_datum_number(number);
			bytes += sizeof(number);
			break;
		case PX_DATUM_TEXT:
			memcpy(&length, bytes, sizeof(length));
			bytes += sizeof(length);
			row[i] = px_datum_text(bytes, length);
			bytes += length;
			break;
		case PX_DATUM_NULL:
			row[i] = px_datum_null();
			break;
		}
	}
}

void px_rows_init(struct px_rows *rows, enum px_table_id table, const char *folder)
{
	*rows = (struct px_rows){ .table = table };
	px_spool_init(&rows->spool, folder, ROWS_MEMORY);
}

int px_rows_add(struct px_rows *rows, const struct px_datum *row)
{
	size_t length = 0;
	int r;

	rows->packed.length = 0;
	r = px_bytes_append(&rows->packed, &length, sizeof(length));
	if (r == 0)
		r = px_row_pack(&rows->packed, row, px_schema_tables[rows->table].count);
	if (r < 0)
		return r;
	length = rows->packed.length - sizeof(length);
	memcpy(rows->packed.bytes, &length, sizeof(length));
	return px_spool_append(&rows->spool, rows->packed.bytes, rows->packed.length);
}

void px_rows_clear(struct px_rows *rows)
{
	px_spool_clear(&rows->spool);
}

/* All of @size bytes from @offset on; they are there. */
static int read_all(const struct px_spool *spool, uint64_t offset, void *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = px_spool_read(spool, offset + done, (char *)bytes + done, size - done);

		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		done += (size_t)n;
	}
	return 0;
}

/* How much is read of the file at once; a row may be longer. */
#define PIECE ((size_t)128 * 1024)

/* Have @size bytes from @offset on in rows->packed, which then holds those from *@first on. */
static int have(struct px_rows *rows, uint64_t offset, size_t size, uint64_t *first)
{
	uint64_t rest = rows->spool.length - offset;
	size_t want = size > PIECE ? size : PIECE;

	if (offset >= *first && offset + size <= *first + rows->packed.length)
		return 0;
	if (want > rest)
		want = (size_t)rest;
	rows->packed.length = 0;
	if (want > rows->packed.room) {
		char *larger = realloc(rows->packed.bytes, want);

		if (larger == NULL)
			return -ENOMEM;
		rows->packed.bytes = larger;
		rows->packed.room = want;
	}
	*first = offset;
	rows->packed.length = want;
	return read_all(&rows->spool, offset, rows->packed.bytes, want);
}

int px_rows_release(struct px_rows *rows, struct px_store *store, int *ret_read)
{
	size_t count = px_schema_tables[rows->table].count, length;
	struct px_datum row[COLUMNS_MAX];
	uint64_t offset = 0, first = 0;
	int r = 0;

	rows->packed.length = 0;
	*ret_read = 0;
	while (r == 0 && offset < rows->spool.length) {
		*ret_read = have(rows, offset, sizeof(length), &first);
		if (*ret_read < 0)
			return 0;
		memcpy(&length, rows->packed.bytes + (offset - first), sizeof(length));
		offset += sizeof(length);
		*ret_read = have(rows, offset, length, &first);
		if (*ret_read < 0)
			return 0;
		px_row_unpack(rows->packed.bytes + (offset - first), row, count);
		offset += length;
		r = px_store_add(store, rows->table, row);
	}
	return r;
}

void px_rows_deinit(struct px_rows *rows)
{
	px_spool_deinit(&rows->spool);
	free(rows->packed.bytes);
}
