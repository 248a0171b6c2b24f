/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of dumps in a log: any chunking finds the same, they are lines of the log, in order, and
 * whoever looks among them finds them all again.
 */
#include "dump_lines.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"

/* All of @part is in @whole, or is none. */
static void must_be_within(const struct pmapx_text *part, const struct pmapx_text *whole)
{
	px_must(part->bytes == NULL ||
		(part->bytes >= whole->bytes &&
			part->bytes + part->length <= whole->bytes + whole->length));
}

static void must_fit(const struct px_dump_line *line)
{
	const struct pmapx_text *row = &line->row;

	px_must((row->bytes != NULL) == (line->announced == 0));
	px_must(line->ident.bytes == NULL ||
		line->ident.bytes == row->bytes + row->length + strlen(": "));
	px_must(row->bytes == NULL || memmem(row->bytes, row->length, " used", 5) != NULL);
	must_be_within(&line->head, &line->text);
	if (!line->is_plain)
		return;
	must_be_within(row, &line->text);
	must_be_within(&line->ident, &line->text);
	px_must(line->head.bytes == line->text.bytes);
	px_must(row->bytes == NULL || row->bytes == line->head.bytes + line->head.length);
}

/* Feed it in pieces of @step bytes; what is found to @found, line by line. */
static void read_all(const char *bytes, size_t length, size_t step, struct px_bytes *found)
{
	struct px_dump_lines lines;
	struct px_dump_line line;

	px_dump_lines_init(&lines);
	for (size_t at = 0; at < length; at += step) {
		size_t size = length - at < step ? length - at : step;
		int r;

		px_must(px_dump_lines_feed(&lines, bytes + at, size) == 0);
		while ((r = px_dump_lines_next(&lines, &line)) == 1) {
			must_fit(&line);
			px_bytes_add(found, line.text.bytes, line.text.length);
			px_bytes_add(found, "\n", 1);
		}
		px_must(r == -EAGAIN);
	}
	px_dump_lines_deinit(&lines);
}

static void must_be_same(const struct px_bytes *one, const struct px_bytes *other)
{
	px_must(one->length == other->length &&
		(one->length == 0 || memcmp(one->bytes, other->bytes, one->length) == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = px_exact_copy(data, size);
	struct px_bytes whole = { .bytes = NULL }, pieces = { .bytes = NULL },
			again = { .bytes = NULL };

	read_all(bytes, size, size + 1, &whole);
	read_all(bytes, size, 1 + size % 7, &pieces);
	must_be_same(&whole, &pieces);
	read_all(whole.bytes, whole.length, whole.length + 1, &again);
	must_be_same(&whole, &again);
	px_bytes_drop(&whole);
	px_bytes_drop(&pieces);
	px_bytes_drop(&again);
	free(bytes);
	return 0;
}
