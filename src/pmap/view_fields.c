/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -X, -XX, -c and -C: the columns of smaps.  How wide they are is known only
 * when the last mapping has been read, so the rows wait in a store; what is
 * shown and summed up comes from that one reading.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "columns.h"
#include "heritage.h"
#include "maps.h"
#include "name.h"
#include "put.h"
#include "rc.h"
#include "row.h"
#include "sheet.h"
#include "text.h"

/* A column that comes from the mapping line, and VmFlags. */
struct fixed {
	bool shown;
	size_t longest; /* Longest value of this process, selected or not. */
};

/* Where the columns of a row end, in bytes from its beginning. */
struct ends {
	size_t words[PX_WORD_COUNT];
	size_t columns[PX_COLUMNS_MAX]; /* From left to right. */
	size_t places[PX_COLUMNS_MAX];  /* Which each is in the store. */
	size_t column_count;
	size_t length; /* Where the last one ends. */
};

struct px_fields_view {
	struct px_columns columns;
	struct px_cells *cells; /* Rows of this process. */
	struct fixed words[PX_WORD_COUNT];
	struct fixed vm_flags;
	bool shows_names;
	bool has_mappings; /* This process has a mapping, selected or not. */
	bool has_vm_flags; /* This process has a VmFlags line. */
	struct ends ends;
	size_t order[PX_COLUMNS_MAX];     /* In which columns are printed. */
	uint64_t numbers[PX_COLUMNS_MAX]; /* Of one row, those that it begins with. */
	struct px_cell others[PX_COLUMNS_MAX];
};

static const char *const word_headings[PX_WORD_COUNT] = {
	[PX_WORD_START] = "Address",
	[PX_WORD_PERMS] = "Perm",
	[PX_WORD_OFFSET] = "Offset",
	[PX_WORD_DEVICE] = "Device",
	[PX_WORD_INODE] = "Inode",
};

static const struct pmapx_text vm_flags_key = { "VmFlags", 7 };

static int fields_open(struct px_sheet *sheet)
{
	struct px_fields_view *view = calloc(1, sizeof(*view));

	if (view == NULL)
		return -ENOMEM;
	view->cells = px_cells_new();
	if (view->cells == NULL) {
		free(view);
		return -ENOMEM;
	}
	sheet->fields = view;
	return 0;
}

static void fields_close(struct px_sheet *sheet)
{
	px_columns_deinit(&sheet->fields->columns);
	px_cells_free(sheet->fields->cells);
	free(sheet->fields);
}

/* Whether a fixed column was asked for; the address always is. */
static bool wants_heading(const struct px_sheet *sheet, const char *heading)
{
	return sheet->rc == NULL || px_rc_wants_heading(sheet->rc, sheet->console, heading);
}

static void fields_begin(struct px_sheet *sheet)
{
	struct px_fields_view *view = sheet->fields;

	px_cells_clear(view->cells);
	px_columns_begin(&view->columns);
	for (int i = 0; i < PX_WORD_COUNT; i++)
		view->words[i] = (struct fixed){
			.shown = i == PX_WORD_START || wants_heading(sheet, word_headings[i]),
		};
	view->vm_flags = (struct fixed){
		.shown = sheet->rc ? px_rc_wants(sheet->rc, &vm_flags_key)
				   : sheet->options->every_field,
	};
	view->shows_names = wants_heading(sheet, "Mapping");
	view->has_mappings = view->has_vm_flags = false;
}

bool px_wants_key(const struct px_sheet *sheet, const struct pmapx_entry *entry)
{
	if (sheet->rc != NULL)
		return px_rc_wants(sheet->rc, &entry->key);
	if (sheet->options->every_field)
		return true;
	switch (entry->field) {
	case PMAPX_FIELD_ANON_HUGE_PAGES:
	case PMAPX_FIELD_KERNEL_PAGE_SIZE:
	case PMAPX_FIELD_MMU_PAGE_SIZE:
	case PMAPX_FIELD_SHARED_CLEAN:
	case PMAPX_FIELD_SHARED_DIRTY:
	case PMAPX_FIELD_PRIVATE_CLEAN:
	case PMAPX_FIELD_PRIVATE_DIRTY:
		return false;
	default:
		return true;
	}
}

/* A px_column_test. */
static bool wants_key(const void *context, const struct pmapx_entry *entry)
{
	return px_wants_key(context, entry);
}

/* Whether eight bytes are all letters and blanks, as in flags. */
static bool are_flags(const char *at)
{
	const uint64_t each = px_put_each(1), high = each * 0x80;
	uint64_t bytes, letters, others;

	memcpy(&bytes, at, sizeof(bytes));
	/* Without high bits, sums do not reach the next byte. */
	letters = (bytes + each * (0x80 - 'a')) & ~(bytes + each * (0x7f - 'z'));
	others = (bytes ^ each * ' ') + each * 0x7f;
	return (bytes & high) == 0 && ((letters | ~others) & high) == high;
}

struct pmapx_text px_shown_flags(const struct pmapx_smaps *smaps)
{
	struct pmapx_text flags = { "", 0 };

	if (pmapx_smaps_has(smaps, PMAPX_FIELD_VM_FLAGS)) {
		const char *at = smaps->vm_flags.bytes, *end = at + smaps->vm_flags.length;

		flags.bytes = at;
		while (end - at >= 8 && are_flags(at))
			at += 8;
		while (at < end && ((*at >= 'a' && *at <= 'z') || *at == ' '))
			at++;
		flags.length = (size_t)(at - flags.bytes);
	}
	if (flags.length > 0 && flags.bytes[flags.length - 1] == ' ')
		flags.length--;
	return flags;
}

/* "-" if there is no such line, or nothing in it. */
static struct pmapx_text flags_or_dash(const struct pmapx_smaps *smaps)
{
	struct pmapx_text flags = px_shown_flags(smaps);

	return flags.length > 0 ? flags : (struct pmapx_text){ "-", 1 };
}

static void lengthen(struct fixed *fixed, const struct pmapx_text *text)
{
	if (fixed->longest < text->length)
		fixed->longest = text->length;
}

/* Keep a selected row.  0 or -ENOMEM. */
static int store_row(struct px_sheet *sheet, const struct pmapx_mapping *mapping,
	const struct pmapx_text words[PX_WORD_COUNT], const struct pmapx_text *flags)
{
	struct px_fields_view *view = sheet->fields;
	struct pmapx_text shown[PX_WORD_COUNT];
	size_t count = 0;
	int r;

	for (int i = 0; i < PX_WORD_COUNT; i++)
		if (view->words[i].shown)
			shown[count++] = words[i];
	r = px_cells_add_texts(view->cells, shown, count);
	if (r == 0 && view->vm_flags.shown)
		r = px_cells_add_shared(view->cells, flags);
	if (r == 0 && view->shows_names) {
		struct pmapx_text name = px_table_name(sheet, &mapping->name);

		r = px_cells_add_shared(view->cells, &name);
	}
	/* Last, so that a row that finds no room has not been counted. */
	if (r == 0)
		r = px_columns_store(&view->columns, view->cells);
	if (r == 0)
		px_cells_end_row(view->cells);
	return r;
}

static int fields_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	struct px_fields_view *view = sheet->fields;
	struct pmapx_text words[PX_WORD_COUNT], flags = flags_or_dash(mapping->smaps);
	int result, r = 0;

	view->has_mappings = true;
	view->has_vm_flags |= pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_VM_FLAGS);
	px_maps_words(mapping, words);
	for (int i = 0; i < PX_WORD_COUNT; i++)
		lengthen(&view->words[i], &words[i]);
	lengthen(&view->vm_flags, &flags);
	result = px_columns_fill(&view->columns, mapping->smaps, wants_key, sheet);
	if (result == -ENOMEM)
		return result;
	if (selection == PX_SHOWN)
		r = store_row(sheet, mapping, words, &flags);
	else if (selection == PX_COUNTED)
		px_columns_count(&view->columns);
	return r < 0 ? r : result;
}

/* The width of a fixed column in bytes, for a heading or without one. */
static size_t fixed_width(
	const struct px_sheet *sheet, const struct fixed *fixed, const char *heading)
{
	size_t length = sheet->options->quiet ? 0 : strlen(heading);

	return fixed->longest > length ? fixed->longest : length;
}

static size_t word_width(const struct px_sheet *sheet, int word)
{
	return fixed_width(sheet, &sheet->fields->words[word], px_word(sheet, word_headings[word]));
}

static void put_heading(struct px_out *out, const char *heading, size_t length, size_t width)
{
	px_out_right(out, heading, length, width);
	px_out_string(out, " ");
}

static bool shows_flags(const struct px_fields_view *view)
{
	return view->vm_flags.shown && view->has_vm_flags;
}

static void put_headings(struct px_sheet *sheet)
{
	const struct px_fields_view *view = sheet->fields;
	struct px_out *out = &sheet->console->out;

	for (int i = 0; i < PX_WORD_COUNT; i++) {
		const char *heading = px_word(sheet, word_headings[i]);

		if (view->words[i].shown)
			put_heading(out, heading, strlen(heading), word_width(sheet, i));
	}
	for (size_t i = 0; i < view->columns.count; i++) {
		const struct px_column *column = &view->columns.list[view->order[i]];

		if (column->shown)
			put_heading(out, column->key.bytes, column->key.length, column->width);
	}
	if (shows_flags(view))
		put_heading(out, vm_flags_key.bytes, vm_flags_key.length,
			fixed_width(sheet, &view->vm_flags, vm_flags_key.bytes));
	if (view->shows_names)
		px_out_string(out, px_word(sheet, "Mapping"));
	px_out_string(out, "\n");
}

/* Put the columns next to each other, with a blank between. */
static void place_columns(struct px_sheet *sheet)
{
	struct px_fields_view *view = sheet->fields;
	const struct px_column *list = view->columns.list;
	struct ends *ends = &view->ends;
	/* The store has no cells of columns that are not shown. */
	size_t places[PX_COLUMNS_MAX], stored = 0, end = 0, shown = 0;

	/* The address, which is the first, has no blank before it. */
	for (int i = 0; i < PX_WORD_COUNT; i++)
		if (view->words[i].shown)
			ends->words[i] = end += word_width(sheet, i) + (i != PX_WORD_START);
	for (size_t i = 0; i < view->columns.count; i++)
		places[i] = list[i].shown ? stored++ : 0;
	for (size_t i = 0; i < view->columns.count; i++) {
		size_t column = view->order[i];

		if (!list[column].shown)
			continue;
		ends->columns[shown] = end += list[column].width + 1;
		ends->places[shown++] = places[column];
	}
	ends->column_count = shown;
	if (shows_flags(view))
		end += fixed_width(sheet, &view->vm_flags, vm_flags_key.bytes) + 1;
	ends->length = end;
}

/*
 * The columns of smaps in a row, from left to right, which need not be the
 * order of the store; columns met later have nothing there.
 */
static void put_columns(struct px_fields_view *view, struct px_row *row)
{
	const struct ends *ends = &view->ends;
	size_t stored = (size_t)px_cells_next(view->cells).number;
	size_t numbers = px_cells_next_numbers(view->cells, view->numbers, stored);

	for (size_t i = numbers; i < ends->column_count; i++)
		view->others[i] = i < stored ? px_cells_next(view->cells) : px_text_cell("-", 1);
	for (size_t i = 0; i < ends->column_count; i++) {
		size_t column = ends->places[i];
		const struct px_cell *cell = &view->others[column];

		if (column < numbers)
			px_row_number(row, ends->columns[i], view->numbers[column]);
		else if (cell->is_number)
			px_row_number(row, ends->columns[i], cell->number);
		else
			px_row_bytes(row, ends->columns[i], cell->text.bytes, cell->text.length);
	}
}

static void put_row(struct px_sheet *sheet)
{
	struct px_fields_view *view = sheet->fields;
	struct px_console *console = sheet->console;
	struct px_out *out = &console->out;
	struct px_row row = px_row_begin(out, view->ends.length);
	struct pmapx_text flags = { NULL, 0 }, name = flags;

	for (int i = 0; i < PX_WORD_COUNT; i++) {
		struct px_cell word;

		if (!view->words[i].shown)
			continue;
		word = px_cells_next(view->cells);
		px_row_bytes(&row, view->ends.words[i], word.text.bytes, word.text.length);
	}
	if (view->vm_flags.shown)
		flags = px_cells_next(view->cells).text;
	if (view->shows_names)
		name = px_cells_next(view->cells).text;
	put_columns(view, &row);
	if (shows_flags(view))
		px_row_bytes(&row, view->ends.length, flags.bytes, flags.length);
	px_row_end(&row);
	if (view->shows_names) {
		px_out_string(out, " ");
		px_out_text(out, &console->locale, name.bytes, name.length);
	}
	px_out_string(out, "\n");
}

static void put_totals(struct px_sheet *sheet, size_t indent)
{
	const struct px_fields_view *view = sheet->fields;
	const struct px_columns *columns = &view->columns;
	struct px_out *out = &sheet->console->out;
	bool any = false;

	for (size_t i = 0; i < columns->count; i++)
		any |= columns->list[i].shown;
	if (!any)
		return;
	px_out_fill(out, ' ', indent);
	for (size_t i = 0; i < columns->count; i++) {
		const struct px_column *column = &columns->list[view->order[i]];

		if (!column->shown)
			continue;
		px_out_fill(out, '=', column->width);
		px_out_string(out, " ");
	}
	px_out_string(out, "\n");
	px_out_fill(out, ' ', indent);
	for (size_t i = 0; i < columns->count; i++) {
		const struct px_column *column = &columns->list[view->order[i]];
		char digits[PX_PUT_MAX];
		struct pmapx_text total = px_columns_total(columns, column, digits);

		if (column->shown)
			put_heading(out, total.bytes, total.length, column->width);
	}
	px_out_string(out, "KB \n");
}

static int fields_end(struct px_sheet *sheet)
{
	struct px_fields_view *view = sheet->fields;
	bool quiet = sheet->options->quiet;
	size_t indent = 0;

	if (!view->has_mappings)
		return 0;
	px_columns_end(&view->columns, !quiet);
	if (!px_out_await_turn(&sheet->console->out))
		return 0;
	/* Short of memory, a process is laid out as if it were the first. */
	px_heritage_take(sheet->heritage, &view->columns, view->order);
	for (int i = 0; i < PX_WORD_COUNT; i++)
		if (view->words[i].shown)
			indent += word_width(sheet, i) + 1;

	if (!quiet)
		put_headings(sheet);
	place_columns(sheet);
	px_cells_rewind(view->cells);
	while (px_cells_more(view->cells))
		put_row(sheet);
	if (!quiet)
		put_totals(sheet, indent);
	return 0;
}

static size_t fields_kept(const struct px_sheet *sheet)
{
	return px_cells_size(sheet->fields->cells);
}

const struct px_view px_view_fields = {
	.file = PMAPX_FILE_SMAPS,
	.needs_all = true,
	.open = fields_open,
	.close = fields_close,
	.begin = fields_begin,
	.row = fields_row,
	.end = fields_end,
	.kept = fields_kept,
};
