/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -d: with offset and device.
 */
#include <string.h>

#include "put.h"
#include "sheet.h"

static void put_heading(struct px_sheet *sheet, const char *heading, size_t width)
{
	const char *text = px_word(sheet, heading);

	px_out_left(&sheet->console->out, text, strlen(text), width);
	px_out_string(&sheet->console->out, " ");
}

static void device_begin(struct px_sheet *sheet)
{
	struct px_widths *widths = &sheet->widths;
	struct px_out *out = &sheet->console->out;
	const char *kbytes = px_word(sheet, "Kbytes");

	widths->mark = px_is_core(sheet);
	if (sheet->options->quiet)
		return;
	put_heading(sheet, "Address", widths->address);
	px_out_right(out, kbytes, strlen(kbytes), widths->kbytes);
	px_out_string(out, " ");
	put_heading(sheet, "Mode", widths->mode + widths->mark);
	put_heading(sheet, "Offset", widths->offset);
	put_heading(sheet, "Device", widths->device);
	px_out_string(out, px_word(sheet, "Mapping"));
	px_out_string(out, "\n");
}

static int device_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	const struct px_widths *widths = &sheet->widths;
	struct px_out *out = &sheet->console->out;
	char *at;

	if (selection != PX_SHOWN)
		return px_count_only(sheet, mapping, selection);
	px_totals_add(&sheet->totals, mapping);
	at = px_out_room(out,
		widths->address + widths->kbytes + widths->mode + widths->offset + widths->device +
			8 * PX_PUT_MAX);
	at = px_put_address(at, sheet, mapping->start, widths->address);
	*at++ = ' ';
	at = px_put_decimal(at, pmapx_mapping_size_bytes(mapping) / 1024, widths->kbytes);
	*at++ = ' ';
	at = px_put_fill(at, ' ', widths->mode - 5);
	at = px_put_mode(at, mapping);
	*at++ = ' ';
	if (widths->mark != 0 && !mapping->is_not_dumped)
		*at++ = ' ';
	at = px_put_fill(at, ' ', widths->offset - 16);
	at = px_put_hex(at, mapping->offset, 16);
	*at++ = ' ';
	at = px_put_device(at, mapping, widths->device);
	px_out_written(out, at);
	px_put_label(sheet, mapping);
	return 0;
}

static int device_end(struct px_sheet *sheet)
{
	static const char format[] = "mapped: %ldK    writeable/private: %ldK    shared: %ldK\n";
	const struct px_format_value values[] = {
		{ .number = sheet->totals.mapped_bytes / 1024 },
		{ .number = sheet->totals.writable_private_bytes / 1024 },
		{ .number = sheet->totals.shared_bytes / 1024 },
	};

	if (!sheet->options->quiet)
		px_out_format(&sheet->console->out, &sheet->console->locale, format,
			px_word(sheet, format), values, 3);
	return 0;
}

const struct px_view px_view_device = {
	.file = PMAPX_FILE_MAPS,
	.mappings_only = true,
	.begin = device_begin,
	.row = device_row,
	.end = device_end,
};
