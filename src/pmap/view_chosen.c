/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --fields: a table of the columns that were chosen.
 */
#include <errno.h>
#include <stdlib.h>

#include "chosen.h"
#include "table.h"

struct px_chosen_view {
	struct px_table_column columns[PX_CHOSEN_MAX];
	struct px_table *table; /* Of this process, or NULL. */
	struct px_chosen_sums sums;
};

static enum px_value_type type_of(enum px_field_kind kind)
{
	switch (kind) {
	case PX_FIELD_ADDRESS:
		return PX_VALUE_ADDRESS;
	case PX_FIELD_KB:
	case PX_FIELD_KB_EACH:
		return PX_VALUE_SIZE;
	case PX_FIELD_NUMBER:
		return PX_VALUE_NUMBER;
	default:
		return PX_VALUE_TEXT;
	}
}

static int chosen_open(struct px_sheet *sheet)
{
	const struct px_chosen *chosen = sheet->options->arrange.chosen;
	struct px_chosen_view *view = calloc(1, sizeof(*view));

	if (view == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < chosen->count; i++)
		view->columns[i] = (struct px_table_column){
			.name = chosen->list[i].name.bytes,
			.type = type_of(chosen->list[i].kind),
		};
	sheet->chosen = view;
	return 0;
}

static void chosen_close(struct px_sheet *sheet)
{
	px_table_free(sheet->chosen->table);
	free(sheet->chosen);
	sheet->chosen = NULL;
}

static void chosen_begin(struct px_sheet *sheet)
{
	struct px_chosen_view *view = sheet->chosen;

	px_table_free(view->table);
	view->table = px_table_new(view->columns, sheet->options->arrange.chosen->count);
	view->sums = (struct px_chosen_sums){ 0 };
}

static int chosen_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	const struct px_chosen *chosen = sheet->options->arrange.chosen;
	struct px_chosen_view *view = sheet->chosen;
	struct px_field_value read[PX_CHOSEN_MAX];
	struct px_value values[PX_CHOSEN_MAX];

	if (selection == PX_SKIPPED)
		return 0;
	if (view->table == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < chosen->count && selection == PX_SHOWN; i++) {
		px_field_read(sheet, &chosen->list[i], mapping, &read[i]);
		values[i] = (struct px_value){
			.type = read[i].is_known ? view->columns[i].type : PX_VALUE_NOTHING,
			.text = read[i].text,
			.number = read[i].number,
		};
	}
	if (selection == PX_SHOWN && px_table_add(view->table, values) < 0)
		return -ENOMEM;
	px_chosen_add(&view->sums, sheet, mapping);
	return 0;
}

/* Below columns of kilobytes their sums, below others nothing. */
static int add_total(struct px_sheet *sheet)
{
	const struct px_chosen *chosen = sheet->options->arrange.chosen;
	struct px_chosen_view *view = sheet->chosen;
	struct px_value values[PX_CHOSEN_MAX];
	bool has_any = false;

	for (size_t i = 0; i < chosen->count; i++) {
		bool is_kb = chosen->list[i].kind == PX_FIELD_KB;

		has_any |= is_kb;
		values[i] = (struct px_value){ .type = PX_VALUE_TEXT, .text = { "", 0 } };
		if (!is_kb)
			continue;
		values[i].type = PX_VALUE_SIZE;
		values[i].number = view->sums.kb[i];
		if (!px_chosen_has_sum(&view->sums, i))
			values[i].text = (struct pmapx_text){ "?", 1 };
		if (values[i].text.length > 0)
			values[i].type = PX_VALUE_TEXT;
	}
	return has_any ? px_table_total(view->table, values) : 0;
}

static int chosen_end(struct px_sheet *sheet)
{
	const struct px_shape shape = { .units = sheet->options->shape.units };
	const struct px_table_frame frame = { .quiet = sheet->options->quiet, .all_columns = true };
	struct px_chosen_view *view = sheet->chosen;
	int r = view->table == NULL ? -ENOMEM : 0;

	if (r == 0 && !sheet->options->quiet)
		r = add_total(sheet);
	if (r == 0)
		r = px_table_print(view->table, sheet->console, &shape, &frame);
	px_table_free(view->table);
	view->table = NULL;
	return r;
}

static size_t chosen_kept(const struct px_sheet *sheet)
{
	const struct px_table *table = sheet->chosen->table;
	size_t count = sheet->options->arrange.chosen->count;

	return table != NULL ? px_table_rows(table) * count * sizeof(struct px_value) : 0;
}

/* What must be read of smaps for a column; 0 for all. */
static uint64_t bits_of(const struct px_field *field)
{
	const uint64_t one = 1;

	if (field->own == PX_OWN_RSS)
		return one << PMAPX_FIELD_RSS;
	if (field->own == PX_OWN_DIRTY)
		return one << PMAPX_FIELD_SHARED_DIRTY | one << PMAPX_FIELD_PRIVATE_DIRTY;
	return field->key != PMAPX_FIELD_UNKNOWN ? one << field->key : 0;
}

/* Have @view read what @field needs. */
static void need(struct px_view *view, const struct px_field *field, bool *needs_lines)
{
	if (px_field_needs_numa(field) && view->numa_column == NULL)
		view->numa_column = field->name.bytes;
	if (field->file != PMAPX_FILE_SMAPS)
		return;
	view->file = PMAPX_FILE_SMAPS;
	view->mappings_only = false;
	view->fields |= bits_of(field);
	*needs_lines |= bits_of(field) == 0;
}

void px_chosen_view(const struct px_options *options, struct px_view *ret)
{
	const struct px_arrange *arrange = &options->arrange;
	bool needs_lines = false;

	*ret = (struct px_view){
		.file = PMAPX_FILE_MAPS,
		.mappings_only = true,
		.open = chosen_open,
		.close = chosen_close,
		.begin = chosen_begin,
		.row = chosen_row,
		.end = chosen_end,
		.kept = chosen_kept,
	};
	for (size_t i = 0; i < arrange->chosen->count; i++)
		need(ret, &arrange->chosen->list[i], &needs_lines);
	if (arrange->field != NULL)
		need(ret, arrange->field, &needs_lines);
	if (needs_lines)
		ret->fields = 0;
}
