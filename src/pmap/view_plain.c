/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The view without options: address, size, mode, name.
 */
#include "put.h"
#include "sheet.h"

static void plain_begin(struct px_sheet *sheet)
{
	(void)sheet;
}

static int plain_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	struct px_out *out = &sheet->console->out;
	char *at;

	if (selection != PX_SHOWN)
		return px_count_only(sheet, mapping, selection);
	px_totals_add(&sheet->totals, mapping);
	at = px_out_room(out, 4 * PX_PUT_MAX);
	at = px_put_address(at, sheet, mapping->start, sheet->widths.address_digits);
	*at++ = ' ';
	at = px_put_decimal(at, pmapx_mapping_size_bytes(mapping) / 1024, 6);
	*at++ = 'K';
	*at++ = ' ';
	at = px_put_mode(at, mapping);
	px_out_written(out, at);
	px_put_label(sheet, mapping);
	return 0;
}

static int plain_end(struct px_sheet *sheet)
{
	const char *format = sheet->widths.address_digits == 16 ? " total %16ldK\n"
								: " total %8ldK\n";

	if (!sheet->options->quiet)
		px_out_format(&sheet->console->out, &sheet->console->locale, format,
			px_word(sheet, format),
			&(struct px_format_value){ .number = sheet->totals.mapped_bytes / 1024 },
			1);
	return 0;
}

const struct px_view px_view_plain = {
	.file = PMAPX_FILE_MAPS,
	.mappings_only = true,
	.begin = plain_begin,
	.row = plain_row,
	.end = plain_end,
};
