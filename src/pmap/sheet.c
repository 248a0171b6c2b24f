/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pieces that several views are made of: widths, addresses, modes.
 */
#include "sheet.h"

#include <string.h>

#include "put.h"

const char *px_word(const struct px_sheet *sheet, const char *word)
{
	if (sheet->options->compat_3_2)
		return word;
	return px_translate(&sheet->console->locale, word);
}

bool px_is_core(const struct px_sheet *sheet)
{
	return strcmp(pmapx_source_kind(sheet->source), "core") == 0;
}

static size_t at_least(const struct px_sheet *sheet, size_t width, const char *heading)
{
	size_t length = strlen(px_word(sheet, heading));

	return length > width ? length : width;
}

static struct pmapx_text as_text(const char *string)
{
	return (struct pmapx_text){ string, strlen(string) };
}

void px_widths_init(struct px_sheet *sheet, size_t address_digits)
{
	sheet->widths = (struct px_widths){
		.address = at_least(sheet, address_digits, "Address"),
		.kbytes = at_least(sheet, 7, "Kbytes"),
		.rss = at_least(sheet, 7, "RSS"),
		.dirty = at_least(sheet, 7, "Dirty"),
		.mode = at_least(sheet, 5, "Mode"),
		.offset = at_least(sheet, 16, "Offset"),
		.device = at_least(sheet, 9, "Device"),
		.address_digits = address_digits,
	};
	sheet->anon = as_text(px_word(sheet, "  [ anon ]"));
	sheet->stack = as_text(px_word(sheet, "  [ stack ]"));
}

char *px_put_address(char *at, const struct px_sheet *sheet, uint64_t address, size_t width)
{
	size_t digits = sheet->widths.address_digits;

	if (digits < width)
		at = px_put_fill(at, ' ', width - digits);
	return px_put_hex(at, address, digits);
}

char *px_put_device(char *at, const struct pmapx_mapping *mapping, size_t width)
{
	char device[2 * PX_PUT_MAX], *end = device;
	size_t length;

	end = px_put_hex(end, mapping->dev_major, 3);
	*end++ = ':';
	end = px_put_hex(end, mapping->dev_minor, 5);
	length = (size_t)(end - device);
	if (length < width)
		at = px_put_fill(at, ' ', width - length);
	memcpy(at, device, length);
	return at + length;
}

int px_count_only(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	if (selection == PX_COUNTED)
		px_totals_add(&sheet->totals, mapping);
	return 0;
}

/* What is behind the mode of a mapping that has not been dumped; its mode may be unknown. */
static char *put_mark(char *at, const struct pmapx_mapping *mapping)
{
	if (mapping->has_no_mode)
		at[0] = at[1] = at[2] = '?';
	at[5] = '*';
	return at + 6;
}

char *px_put_mode(char *at, const struct pmapx_mapping *mapping)
{
	memcpy(at, mapping->perms, 3);
	at[3] = pmapx_mapping_is_shared(mapping) ? 's' : '-';
	at[4] = '-';
	return mapping->is_not_dumped ? put_mark(at, mapping) : at + 5;
}
