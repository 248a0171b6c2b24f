/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of a run, filled from text by a parser.
 */
#include "run_columns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define A_MAPPING "1000-2000 rw-p 00000000 00:00 0 \n"

void px_run_columns_begin(struct px_run_columns *table)
{
	pmapx_parser_close(table->parser);
	table->parser = px_parser_new(false, 0);
	px_parser_feed(table->parser, PX_BYTES(A_MAPPING), false);
	px_columns_begin(&table->columns);
	px_cells_clear(table->cells);
}

struct px_run_columns px_run_columns_new(void **state)
{
	struct px_run_columns table = {
		.style = *(const enum px_style *)*state,
		.cells = px_cells_new(),
	};

	assert_non_null(table.cells);
	px_run_columns_begin(&table);
	return table;
}

void px_run_columns_drop(struct px_run_columns *table)
{
	px_columns_deinit(&table->columns);
	px_cells_free(table->cells);
	pmapx_parser_close(table->parser);
}

/* One test of what is shown. */
static bool has_no_u(const void *context, const struct pmapx_entry *entry)
{
	(void)context;
	return memchr(entry->key.bytes, 'u', entry->key.length) == NULL;
}

/* Feed a line that was "Key: value". */
static void feed_line(struct px_run_columns *table, const char *bytes, size_t length)
{
	const char *colon = memchr(bytes, ':', length), *value;
	char line[512];
	int made;

	assert_non_null(colon);
	value = colon + 1 + (colon + 1 < bytes + length);
	if (table->style == PX_LOOSE)
		made = snprintf(line, sizeof(line), "%.*s\n", (int)length, bytes);
	else
		made = snprintf(line, sizeof(line), "%-16.*s%8.*s kB\n", (int)(colon + 1 - bytes),
			bytes, (int)(bytes + length - value), value);
	px_parser_feed(table->parser, line, (size_t)made, false);
}

int px_run_columns_fill(struct px_run_columns *table, const char *lines, bool selected)
{
	const struct pmapx_mapping *mapping;
	struct pmapx_smaps smaps;
	int r;

	while (*lines != '\0') {
		const char *end = strchrnul(lines, '|');

		feed_line(table, lines, (size_t)(end - lines));
		lines = *end == '|' ? end + 1 : end;
	}
	/* The next mapping completes it. */
	px_parser_feed(table->parser, PX_BYTES(A_MAPPING), false);
	assert_int_equal(pmapx_parser_next(table->parser, &mapping, NULL), 1);
	smaps = *mapping->smaps;
	if (table->style == PX_SLOW)
		smaps.layout = 0;
	r = px_columns_fill(&table->columns, &smaps, has_no_u, NULL);
	if (selected && r != -ENOMEM) {
		assert_int_equal(px_columns_store(&table->columns, table->cells), 0);
		px_cells_end_row(table->cells);
	}
	table->was_quick = table->columns.quick != NULL;
	return r;
}

char *px_make_keys(unsigned from, unsigned to)
{
	size_t length;
	char *lines;
	FILE *file = open_memstream(&lines, &length);

	for (unsigned i = from; i < to; i++)
		fprintf(file, "%sK%u: 1", i > from ? "|" : "", i);
	fclose(file);
	return lines;
}

void px_write_cell(const struct px_cell *cell, char *got, size_t size)
{
	if (cell->is_number)
		snprintf(got, size, "%" PRIu64, cell->number);
	else
		snprintf(got, size, "%.*s", (int)cell->text.length, cell->text.bytes);
}
