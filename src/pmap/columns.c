/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns that come from the keys of smaps.
 */
#include "columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"
#include "smaps.h"
#include "totals.h"

void px_columns_begin(struct px_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->list[i].storage);
	columns->count = columns->unknown_count = columns->place_count = 0;
	columns->tally_count = columns->tally_rows = columns->row_count = 0;
	columns->layout = 0;
}

void px_columns_deinit(struct px_columns *columns)
{
	px_columns_begin(columns);
	free(columns->list);
	free(columns->places);
	free(columns->tallies);
	*columns = (struct px_columns){ 0 };
}

/* Make room for one more column, and its tally. */
static int reserve_column(struct px_columns *columns)
{
	size_t size = columns->size ? columns->size * 2 : 32;
	struct px_column *list;
	struct px_tally *tallies;

	if (columns->count < columns->size)
		return 0;
	list = reallocarray(columns->list, size, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	columns->list = list;
	tallies = reallocarray(columns->tallies, size, sizeof(*tallies));
	if (tallies == NULL)
		return -ENOMEM;
	columns->tallies = tallies;
	columns->size = size;
	return 0;
}

static int add_column(struct px_columns *columns, const struct pmapx_entry *entry,
	px_column_test *test, const void *context)
{
	bool is_unknown = entry->field == PMAPX_FIELD_UNKNOWN;
	char *storage;

	if (is_unknown && columns->unknown_count == PX_COLUMNS_UNKNOWN_MAX)
		return -E2BIG;
	if (reserve_column(columns) < 0)
		return -ENOMEM;
	storage = malloc(entry->key.length + 1);
	if (storage == NULL)
		return -ENOMEM;
	memcpy(storage, entry->key.bytes, entry->key.length);
	storage[entry->key.length] = '\0';
	columns->list[columns->count++] = (struct px_column){
		.key = { storage, entry->key.length },
		.storage = storage,
		.field = entry->field,
		.shown = test(context, entry),
	};
	columns->unknown_count += is_unknown;
	return 0;
}

/* The number of the column with the key of @entry, made if it is new. */
static int find_column(struct px_columns *columns, const struct pmapx_entry *entry,
	px_column_test *test, const void *context, size_t *ret)
{
	size_t i = 0;

	while (i < columns->count && !px_text_equals(&columns->list[i].key, &entry->key))
		i++;
	*ret = i;
	return i < columns->count ? 0 : add_column(columns, entry, test, context);
}

/* Remember which column the key line at @place was. */
static int remember(struct px_columns *columns, size_t place, size_t column)
{
	if (place >= columns->place_count) {
		size_t *places = reallocarray(columns->places, place + 1, sizeof(*places));

		if (places == NULL)
			return -ENOMEM;
		columns->places = places;
		columns->place_count = place + 1;
	}
	columns->places[place] = column;
	return 0;
}

/* The number of the column of the key line at @place, learnt if need be. */
static int column_at(struct px_columns *columns, size_t place, const struct pmapx_entry *entry,
	px_column_test *test, const void *context, size_t *ret)
{
	int r;

	if (place < columns->place_count) {
		*ret = columns->places[place];
		if (px_text_equals(&columns->list[*ret].key, &entry->key))
			return 0;
	}
	r = find_column(columns, entry, test, context, ret);
	/* Places beyond the columns' number are repetitions: not worth it. */
	return r == 0 && place < columns->count ? remember(columns, place, *ret) : r;
}

/* The value of a key line, as it is to be shown. */
static void set_value(struct px_column *column, const struct pmapx_entry *entry)
{
	column->has_number = entry->digits.length > 0;
	if (!column->has_number)
		column->value = px_text_cell("?", 1);
	else if (!px_smaps_is_plain(entry))
		column->value = px_text_cell(entry->digits.bytes, entry->digits.length);
	else
		column->value = px_number_cell(entry->number);
	column->value.number = entry->number;
}

/* Each key line, one by one. */
static int fill_slowly(struct px_columns *columns, const struct pmapx_smaps *smaps,
	px_column_test *test, const void *context)
{
	size_t place = 0;
	int result = 0;

	for (size_t i = 0; i < columns->count; i++) {
		columns->list[i].value = px_text_cell("-", 1);
		columns->list[i].has_number = false;
	}
	for (size_t i = 0; i < smaps->entry_count; i++) {
		struct pmapx_entry entry;
		struct px_column *column;
		size_t number;
		int r;

		/* These two are texts: a column of its own, and the mapping's name. */
		if (!pmapx_smaps_entry(smaps, i, &entry) || entry.field == PMAPX_FIELD_VM_FLAGS ||
			entry.field == PMAPX_FIELD_NAME)
			continue;
		r = column_at(columns, place, &entry, test, context, &number);
		if (place < columns->place_count)
			place++;
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			result = r;
			continue;
		}
		column = &columns->list[number];
		set_value(column, &entry);
		column->place = i;
	}
	return result;
}

/* Whether the mapping at hand has a plain number in each column. */
static bool is_quick(const struct px_columns *columns, const struct pmapx_smaps *smaps)
{
	if (!smaps->plain || columns->count == 0)
		return false;
	for (size_t i = 0; i < columns->count; i++)
		if (!columns->list[i].value.is_number)
			return false;
	return true;
}

/* Bring the tallies into the columns, and have none. */
static void settle(struct px_columns *columns)
{
	for (size_t i = 0; i < columns->tally_count; i++) {
		const struct px_tally *tally = &columns->tallies[i];
		struct px_column *column = &columns->list[tally->column];

		column->total = px_saturating_add(column->total, tally->total);
		if (column->largest < tally->largest)
			column->largest = tally->largest;
		column->number_count += columns->tally_rows;
	}
	columns->tally_count = columns->tally_rows = 0;
}

/* Begin a tally for each column that is shown. */
static void begin_tallies(struct px_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		if (columns->list[i].shown)
			columns->tallies[columns->tally_count++] = (struct px_tally){
				.column = i,
				.offset = columns->list[i].field == PMAPX_FIELD_UNKNOWN
					? 0
					: px_smaps_offsets[columns->list[i].field],
			};
}

int px_columns_fill(struct px_columns *columns, const struct pmapx_smaps *smaps,
	px_column_test *test, const void *context)
{
	int r;

	columns->quick = smaps;
	if (columns->layout != 0 && columns->layout == smaps->layout && smaps->plain)
		return 0;
	columns->quick = NULL;
	columns->layout = 0;
	settle(columns);
	r = fill_slowly(columns, smaps, test, context);
	if (r == 0 && is_quick(columns, smaps)) {
		columns->layout = smaps->layout;
		begin_tallies(columns);
	}
	return r;
}

/* The number in the column of @tally of the mapping at hand, which is a quick one. */
static inline uint64_t quick_number(const struct px_columns *columns, const struct px_tally *tally)
{
	struct pmapx_entry entry;

	if (tally->offset != 0) {
		uint64_t number;

		memcpy(&number, (const char *)columns->quick + tally->offset, sizeof(number));
		return number;
	}
	return pmapx_smaps_entry(columns->quick, columns->list[tally->column].place, &entry)
		? entry.number
		: 0;
}

bool px_columns_number(const struct px_columns *columns, size_t column, uint64_t *ret)
{
	const struct px_column *at = &columns->list[column];
	const struct px_tally tally = {
		.column = column,
		.offset = at->field == PMAPX_FIELD_UNKNOWN ? 0 : px_smaps_offsets[at->field],
	};

	*ret = columns->quick != NULL ? quick_number(columns, &tally) : at->value.number;
	return columns->quick != NULL || at->has_number;
}

static int store_quickly(struct px_columns *columns, struct px_cells *cells)
{
	unsigned char *at = px_cells_room(cells, columns->tally_count + 1);

	if (at == NULL)
		return -ENOMEM;
	at = px_cell_put(at, columns->tally_count);
	for (size_t i = 0; i < columns->tally_count; i++) {
		struct px_tally *tally = &columns->tallies[i];
		uint64_t number = quick_number(columns, tally);

		at = px_cell_put(at, number);
		tally->total = px_saturating_add(tally->total, number);
		if (tally->largest < number)
			tally->largest = number;
	}
	columns->tally_rows++;
	columns->row_count++;
	px_cells_filled(cells, at);
	return 0;
}

/* Count the value of the mapping at hand. */
static void count_value(struct px_column *column)
{
	const struct px_cell *value = &column->value;

	if (column->has_number) {
		column->number_count++;
		column->total = px_saturating_add(column->total, value->number);
	}
	if (!value->is_number && value->text.length > column->longest)
		column->longest = value->text.length;
	if (value->is_number && value->number > column->largest)
		column->largest = value->number;
}

static void count_slowly(struct px_columns *columns)
{
	columns->row_count++;
	for (size_t i = 0; i < columns->count; i++)
		count_value(&columns->list[i]);
}

int px_columns_store(struct px_columns *columns, struct px_cells *cells)
{
	struct px_cell count = px_number_cell(0);
	int r;

	if (columns->quick != NULL)
		return store_quickly(columns, cells);
	for (size_t i = 0; i < columns->count; i++)
		count.number += columns->list[i].shown;
	r = px_cells_add(cells, &count);
	for (size_t i = 0; r == 0 && i < columns->count; i++)
		if (columns->list[i].shown)
			r = px_cells_add(cells, &columns->list[i].value);
	if (r == 0)
		count_slowly(columns);
	return r;
}

static void count_quickly(struct px_columns *columns)
{
	for (size_t i = 0; i < columns->tally_count; i++) {
		struct px_tally *tally = &columns->tallies[i];
		uint64_t number = quick_number(columns, tally);

		tally->total = px_saturating_add(tally->total, number);
		if (tally->largest < number)
			tally->largest = number;
	}
	columns->tally_rows++;
	columns->row_count++;
}

void px_columns_count(struct px_columns *columns)
{
	if (columns->quick != NULL)
		count_quickly(columns);
	else
		count_slowly(columns);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

void px_columns_end(struct px_columns *columns, bool with_heading)
{
	settle(columns);
	for (size_t i = 0; i < columns->count; i++) {
		struct px_column *column = &columns->list[i];

		column->width = column->longest;
		if (column->number_count > 0)
			column->width = larger(column->width, px_decimal_digits(column->largest));
		if (with_heading)
			column->width = larger(larger(column->width, column->key.length),
				px_decimal_digits(column->total));
		/* A key that was met only out of range: "-" in the rows before. */
		column->width = larger(column->width, 1);
	}
}

struct pmapx_text px_columns_total(
	const struct px_columns *columns, const struct px_column *column, char digits[PX_PUT_MAX])
{
	if (columns->row_count > 0 && column->number_count == 0)
		return (struct pmapx_text){ "?", 1 };
	return (struct pmapx_text){ digits,
		(size_t)(px_put_decimal(digits, column->total, 1) - digits) };
}
