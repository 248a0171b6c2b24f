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
#include "maps.h"
#include "name.h"
#include "put.h"
#include "rc.h"
#include "sheet.h"
#include "text.h"

/* A column that comes from the mapping line, and VmFlags. */
struct fixed {
	bool shown;
	size_t longest; /* Longest value of this process, selected or not. */
};

struct px_fields_view {
	struct px_columns columns;
	struct px_cells *cells; /* Rows of this process. */
	struct fixed words[PX_WORD_COUNT];
	struct fixed vm_flags;
	bool shows_names;
	bool has_mappings; /* This process has a mapping, selected or not. */
	bool has_vm_flags; /* This process has a VmFlags line. */
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

/* A px_column_test: which keys are columns. */
static bool wants_key(const void *context, const struct pmapx_entry *entry)
{
	const struct px_sheet *sheet = context;

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

/*
 * The flags as pmap takes them: letters and blanks, up to what is neither.
 * "-" if there is no such line, or nothing in it.
 */
static struct pmapx_text shown_flags(const struct pmapx_smaps *smaps)
{
	struct pmapx_text flags = { "", 0 };

	if (pmapx_smaps_has(smaps, PMAPX_FIELD_VM_FLAGS)) {
		flags.bytes = smaps->vm_flags.bytes;
		while (flags.length < smaps->vm_flags.length &&
			((flags.bytes[flags.length] >= 'a' && flags.bytes[flags.length] <= 'z') ||
				flags.bytes[flags.length] == ' '))
			flags.length++;
	}
	if (flags.length > 0 && flags.bytes[flags.length - 1] == ' ')
		flags.length--;
	return flags.length > 0 ? flags : (struct pmapx_text){ "-", 1 };
}

static struct pmapx_text shown_name(const struct px_sheet *sheet, const struct pmapx_text *name)
{
	bool whole = sheet->options->show_path || (sheet->rc != NULL && sheet->rc->show_path);

	return whole || px_name_is_label(name) ? *name : px_name_last_component(name);
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
	struct px_columns *columns = &view->columns;
	int r = 0;

	for (int i = 0; r == 0 && i < PX_WORD_COUNT; i++) {
		bool recurs = i == PX_WORD_PERMS || i == PX_WORD_DEVICE;

		if (view->words[i].shown)
			r = recurs ? px_cells_add_shared(view->cells, &words[i])
				   : px_cells_add(view->cells, &words[i]);
	}
	if (r == 0)
		r = px_cells_add_count(view->cells, columns->count);
	for (size_t i = 0; r == 0 && i < columns->count; i++) {
		struct px_column *column = &columns->list[i];
		struct pmapx_text value = px_column_value(column);

		if (column->shown)
			r = px_cells_add(view->cells, &value);
	}
	if (r == 0 && view->vm_flags.shown)
		r = px_cells_add_shared(view->cells, flags);
	if (r == 0 && view->shows_names) {
		struct pmapx_text name = shown_name(sheet, &mapping->name);

		r = px_cells_add_shared(view->cells, &name);
	}
	if (r < 0)
		return r;
	px_cells_end_row(view->cells);
	for (size_t i = 0; i < columns->count; i++)
		px_column_count(&columns->list[i]);
	return 0;
}

static int fields_row(struct px_sheet *sheet, const struct pmapx_mapping *mapping, bool selected)
{
	struct px_fields_view *view = sheet->fields;
	struct pmapx_text words[PX_WORD_COUNT], flags = shown_flags(mapping->smaps);
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
	if (selected)
		r = store_row(sheet, mapping, words, &flags);
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
		const struct px_column *column = &view->columns.list[i];

		if (px_column_is_visible(column))
			put_heading(out, column->key.bytes, column->key.length, column->width);
	}
	if (shows_flags(view))
		put_heading(out, vm_flags_key.bytes, vm_flags_key.length,
			fixed_width(sheet, &view->vm_flags, vm_flags_key.bytes));
	if (view->shows_names)
		px_out_string(out, px_word(sheet, "Mapping"));
	px_out_string(out, "\n");
}

static void put_cell(struct px_out *out, const struct pmapx_text *text, size_t width)
{
	px_out_string(out, " ");
	px_out_right(out, text->bytes, text->length, width);
}

/* The columns of smaps in a row; columns met later have nothing there. */
static void put_columns(struct px_sheet *sheet)
{
	const struct px_fields_view *view = sheet->fields;
	size_t stored = px_cells_next_count(view->cells);

	for (size_t i = 0; i < view->columns.count; i++) {
		const struct px_column *column = &view->columns.list[i];
		struct pmapx_text value = { "-", 1 };

		if (!column->shown)
			continue;
		if (i < stored)
			value = px_cells_next(view->cells);
		if (column->seen)
			put_cell(&sheet->console->out, &value, column->width);
	}
}

static void put_row(struct px_sheet *sheet, const size_t widths[PX_WORD_COUNT], size_t flags_width)
{
	const struct px_fields_view *view = sheet->fields;
	struct px_console *console = sheet->console;
	struct px_out *out = &console->out;
	struct pmapx_text text;

	for (int i = 0; i < PX_WORD_COUNT; i++) {
		if (!view->words[i].shown)
			continue;
		text = px_cells_next(view->cells);
		if (i == PX_WORD_START)
			px_out_right(out, text.bytes, text.length, widths[i]);
		else
			put_cell(out, &text, widths[i]);
	}
	put_columns(sheet);
	if (view->vm_flags.shown) {
		text = px_cells_next(view->cells);
		if (shows_flags(view))
			put_cell(out, &text, flags_width);
	}
	if (view->shows_names) {
		text = px_cells_next(view->cells);
		px_out_string(out, " ");
		px_out_text(out, &console->locale, text.bytes, text.length);
	}
	px_out_string(out, "\n");
}

static void put_totals(struct px_sheet *sheet, size_t indent)
{
	const struct px_columns *columns = &sheet->fields->columns;
	struct px_out *out = &sheet->console->out;
	bool any = false;

	for (size_t i = 0; i < columns->count; i++)
		any |= px_column_is_visible(&columns->list[i]);
	if (!any)
		return;
	px_out_fill(out, ' ', indent);
	for (size_t i = 0; i < columns->count; i++) {
		if (!px_column_is_visible(&columns->list[i]))
			continue;
		px_out_fill(out, '=', columns->list[i].width);
		px_out_string(out, " ");
	}
	px_out_string(out, "\n");
	px_out_fill(out, ' ', indent);
	for (size_t i = 0; i < columns->count; i++) {
		const struct px_column *column = &columns->list[i];
		char digits[PX_PUT_MAX];
		struct pmapx_text total = px_column_total(column, digits);

		if (px_column_is_visible(column))
			put_heading(out, total.bytes, total.length, column->width);
	}
	px_out_string(out, "KB \n");
}

static void fields_end(struct px_sheet *sheet)
{
	struct px_fields_view *view = sheet->fields;
	bool quiet = sheet->options->quiet;
	size_t widths[PX_WORD_COUNT], flags_width, indent = 0;

	if (!view->has_mappings)
		return;
	for (size_t i = 0; i < view->columns.count; i++)
		if (view->columns.list[i].seen)
			px_column_widen(&view->columns.list[i], !quiet);
	for (int i = 0; i < PX_WORD_COUNT; i++) {
		widths[i] = word_width(sheet, i);
		if (view->words[i].shown)
			indent += widths[i] + 1;
	}
	flags_width = fixed_width(sheet, &view->vm_flags, vm_flags_key.bytes);

	if (!quiet)
		put_headings(sheet);
	px_cells_rewind(view->cells);
	while (px_cells_more(view->cells))
		put_row(sheet, widths, flags_width);
	if (!quiet)
		put_totals(sheet, indent);
}

const struct px_view px_view_fields = {
	.file = PMAPX_FILE_SMAPS,
	.needs_all = true,
	.open = fields_open,
	.close = fields_close,
	.begin = fields_begin,
	.row = fields_row,
	.end = fields_end,
};
