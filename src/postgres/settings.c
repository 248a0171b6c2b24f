/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a server, row by row.
 */
#include "settings.h"

#include <errno.h>
#include <string.h>

#include "csv_cells.h"
#include "scan.h"

enum { NAME, VALUE, COLUMNS };

static bool equals(const struct pmapx_text *text, const char *word)
{
	return text->length == strlen(word) && memcmp(text->bytes, word, text->length) == 0;
}

/* Take the cells of @record apart; false if they are too few. */
static bool read_cells(
	struct px_settings *settings, struct pmapx_text record, struct pmapx_text *ret)
{
	for (int i = 0; i < COLUMNS; i++) {
		struct px_csv_cell cell;

		if (!px_csv_next(&record, &cell))
			return false;
		ret[i] = (struct pmapx_text){ NULL, 0 };
		/* What is empty without quotes is NULL. */
		if (!cell.quoted && cell.text.length == 0)
			continue;
		ret[i] = (struct pmapx_text){ settings->room,
			px_csv_decode(&cell, settings->room) };
		settings->room += ret[i].length;
	}
	return true;
}

int px_settings_init(struct px_settings *settings, const struct pmapx_text *text, char *room)
{
	static const char *const names[COLUMNS] = { "name", "value" };
	struct pmapx_text cells[COLUMNS], record;

	settings->rest = *text;
	settings->room = room;
	if (!px_csv_record(&settings->rest, &record) || !read_cells(settings, record, cells))
		return -EBADMSG;
	for (int i = 0; i < COLUMNS; i++)
		if (!equals(&cells[i], names[i]))
			return -EBADMSG;
	return 0;
}

/* How many bytes a unit of memory is, 1 if there is none; 0 for any other unit. */
static uint64_t unit_bytes(const struct pmapx_text *unit)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };

	if (unit->length == 0)
		return 1;
	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (equals(unit, units[i]))
			return UINT64_C(1) << 10 * i;
	return 0;
}

static void find_number(struct px_setting *setting)
{
	const char *at = setting->value.bytes, *end;
	uint64_t number = 0, factor;

	if (setting->value.length == 0 || *at < '0' || *at > '9')
		return;
	end = at + setting->value.length;
	at = px_scan_decimal(at, end, &number);
	if (at == NULL)
		return;
	factor = unit_bytes(&(struct pmapx_text){ at, (size_t)(end - at) });
	if (factor == 0 || number > INT64_MAX / factor)
		return;
	setting->has_number = true;
	setting->number = (int64_t)(number * factor);
}

int px_settings_next(struct px_settings *settings, struct px_setting *ret)
{
	struct pmapx_text cells[COLUMNS], record;

	while (px_csv_record(&settings->rest, &record)) {
		if (!read_cells(settings, record, cells) || cells[NAME].length == 0)
			continue;
		*ret = (struct px_setting){ .name = cells[NAME], .value = cells[VALUE] };
		find_number(ret);
		return 1;
	}
	return 0;
}
