/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * -x: with resident and dirty kilobytes.
 */
#include <string.h>

#include "put.h"
#include "sheet.h"

static void extended_begin(struct px_sheet *sheet)
{
	const struct px_widths *widths = &sheet->widths;
	struct px_out *out = &sheet->console->out;
	const struct {
		const char *text;
		size_t width;
	} headings[] = {
		{ px_word(sheet, "Kbytes"), widths->kbytes },
		{ px_word(sheet, "RSS"), widths->rss },
		{ px_word(sheet, "Dirty"), widths->dirty },
	};
	const char *address = px_word(sheet, "Address"), *mode = px_word(sheet, "Mode");

	if (sheet->options->quiet)
		return;
	px_out_left(out, address, strlen(address), widths->address);
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		px_out_string(out, " ");
		px_out_right(out, headings[i].text, strlen(headings[i].text), headings[i].width);
	}
	px_out_string(out, " ");
	px_out_left(out, mode, strlen(mode), widths->mode);
	px_out_string(out, sheet->options->compat_3_2 ? "  " : " ");
	px_out_string(out, px_word(sheet, "Mapping"));
	px_out_string(out, "\n");
}

/* Kilobytes, or '?' if they were not read. */
static char *put_kb(char *at, bool known, uint64_t kb, size_t width)
{
	if (known)
		return px_put_decimal(at, kb, width);
	at = px_put_fill(at, ' ', width - 1);
	*at++ = '?';
	return at;
}

static int extended_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	const struct px_widths *widths = &sheet->widths;
	struct px_out *out = &sheet->console->out;
	uint64_t rss = 0, dirty = 0;
	bool has_rss = px_rss_kb(mapping->smaps, &rss);
	bool has_dirty = px_dirty_kb(mapping->smaps, &dirty);
	char *at;

	if (selection != PX_SHOWN)
		return px_count_only(sheet, mapping, selection);
	px_totals_add(&sheet->totals, mapping);
	at = px_out_room(out,
		widths->address + widths->kbytes + widths->rss + widths->dirty + widths->mode +
			6 * PX_PUT_MAX);
	at = px_put_address(at, sheet, mapping->start, widths->address);
	*at++ = ' ';
	at = px_put_decimal(at, pmapx_mapping_size_bytes(mapping) / 1024, widths->kbytes);
	*at++ = ' ';
	at = put_kb(at, has_rss, rss, widths->rss);
	*at++ = ' ';
	at = put_kb(at, has_dirty, dirty, widths->dirty);
	*at++ = ' ';
	at = px_put_fill(at, ' ', widths->mode - 5);
	at = px_put_mode(at, mapping);
	px_out_written(out, at);
	px_put_label(sheet, mapping);
	return 0;
}

/* Dashes, as many as the column has without translation, and a blank. */
static void put_dashes(struct px_out *out, size_t dashes, size_t width, bool left)
{
	if (!left)
		px_out_fill(out, ' ', width - dashes);
	px_out_fill(out, '-', dashes);
	if (left)
		px_out_fill(out, ' ', width - dashes);
	px_out_string(out, " ");
}

static void put_rule(struct px_sheet *sheet)
{
	const struct px_widths *widths = &sheet->widths;
	struct px_out *out = &sheet->console->out;

	if (sheet->options->compat_3_2) {
		px_out_string(out,
			widths->address_digits == 16
				? "----------------  ------  ------  ------\n"
				: "-------- ------- ------- ------- -------\n");
		return;
	}
	put_dashes(out, widths->address_digits, widths->address, true);
	put_dashes(out, 7, widths->kbytes, false);
	put_dashes(out, 7, widths->rss, false);
	put_dashes(out, 7, widths->dirty, false);
	px_out_string(out, "\n");
}

static void put_sum(struct px_out *out, bool known, uint64_t kb, size_t width)
{
	char *at = px_out_room(out, width + PX_PUT_MAX + 1);

	*at++ = ' ';
	px_out_written(out, put_kb(at, known, kb, width));
}

static int extended_end(struct px_sheet *sheet)
{
	const struct px_widths *widths = &sheet->widths;
	struct px_out *out = &sheet->console->out;
	const struct px_totals *totals = &sheet->totals;
	const char *total = px_word(sheet, "total kB");

	if (sheet->options->quiet)
		return 0;
	put_rule(sheet);
	px_out_left(out, total, strlen(total), widths->address);
	put_sum(out, true, totals->mapped_bytes / 1024, widths->kbytes);
	if (sheet->options->compat_3_2 && widths->address_digits == 8) {
		/* 32-bit builds of procps 3.2 never showed these sums. */
		px_out_string(out, "       -       -       -");
	} else {
		/* Sums of nothing are 0, sums of what could not be read are not known. */
		put_sum(out, totals->rss_count > 0 || totals->count == 0, totals->rss_kb,
			widths->rss);
		put_sum(out, totals->dirty_count > 0 || totals->count == 0, totals->dirty_kb,
			widths->dirty);
	}
	px_out_string(out, "\n");
	return 0;
}

const struct px_view px_view_extended = {
	.file = PMAPX_FILE_SMAPS,
	.fields = UINT64_C(1) << PMAPX_FIELD_RSS | UINT64_C(1) << PMAPX_FIELD_SHARED_DIRTY |
		UINT64_C(1) << PMAPX_FIELD_PRIVATE_DIRTY,
	.begin = extended_begin,
	.row = extended_row,
	.end = extended_end,
};
