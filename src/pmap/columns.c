/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns that come from the keys of smaps.
 */
#include "columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "totals.h"

void px_columns_deinit(struct px_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++)
		free(columns->list[i].storage);
	free(columns->list);
	free(columns->places);
	*columns = (struct px_columns){ 0 };
}

/* Drop the columns of keys that no kernel prints. */
static void drop_unknown(struct px_columns *columns)
{
	size_t kept = 0;

	for (size_t i = 0; i < columns->count; i++) {
		if (columns->list[i].is_unknown)
			free(columns->list[i].storage);
		else
			columns->list[kept++] = columns->list[i];
	}
	columns->count = kept;
	columns->unknown_count = 0;
	columns->place_count = 0;
}

void px_columns_begin(struct px_columns *columns)
{
	if (columns->unknown_count > PX_COLUMNS_UNKNOWN_MAX / 4)
		drop_unknown(columns);
	for (size_t i = 0; i < columns->count; i++) {
		struct px_column *column = &columns->list[i];

		column->longest = column->count = column->number_count = 0;
		column->total = 0;
		column->seen = false;
		column->entry = NULL;
	}
}

static bool is_key(const struct px_column *column, const struct pmapx_text *key)
{
	return column->key.length == key->length &&
		memcmp(column->key.bytes, key->bytes, key->length) == 0;
}

static int add_column(struct px_columns *columns, const struct pmapx_entry *entry,
	px_column_test *test, const void *context)
{
	bool is_unknown = entry->field == PMAPX_FIELD_UNKNOWN;
	char *storage;

	if (is_unknown && columns->unknown_count == PX_COLUMNS_UNKNOWN_MAX)
		return -E2BIG;
	if (columns->count == columns->size) {
		size_t size = columns->size ? columns->size * 2 : 32;
		struct px_column *list = reallocarray(columns->list, size, sizeof(*list));

		if (list == NULL)
			return -ENOMEM;
		columns->list = list;
		columns->size = size;
	}
	storage = malloc(entry->key.length);
	if (storage == NULL)
		return -ENOMEM;
	memcpy(storage, entry->key.bytes, entry->key.length);
	columns->list[columns->count++] = (struct px_column){
		.key = { storage, entry->key.length },
		.storage = storage,
		.is_unknown = is_unknown,
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

	while (i < columns->count && !is_key(&columns->list[i], &entry->key))
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

int px_columns_fill(struct px_columns *columns, const struct pmapx_smaps *smaps,
	px_column_test *test, const void *context)
{
	size_t place = 0;
	int result = 0;

	for (size_t i = 0; i < columns->count; i++)
		columns->list[i].entry = NULL;
	for (size_t i = 0; i < smaps->entry_count; i++) {
		const struct pmapx_entry *entry = &smaps->entries[i];
		size_t column;
		int r = 0;

		/* These two are texts: a column of its own, and the mapping's name. */
		if (entry->field == PMAPX_FIELD_VM_FLAGS || entry->field == PMAPX_FIELD_NAME)
			continue;
		if (place < columns->place_count &&
			is_key(&columns->list[columns->places[place]], &entry->key)) {
			column = columns->places[place];
		} else {
			r = find_column(columns, entry, test, context, &column);
			/* Places beyond the columns' number are repetitions: not worth it. */
			if (r == 0 && place < columns->count)
				r = remember(columns, place, column);
		}
		if (r == -ENOMEM)
			return r;
		if (r < 0) {
			result = r;
		} else {
			columns->list[column].entry = entry;
			columns->list[column].seen = true;
		}
		if (place < columns->place_count)
			place++;
	}
	return result;
}

struct pmapx_text px_column_value(const struct px_column *column)
{
	if (column->entry == NULL)
		return (struct pmapx_text){ "-", 1 };
	if (column->entry->digits.length == 0)
		return (struct pmapx_text){ "?", 1 };
	return column->entry->digits;
}

void px_column_count(struct px_column *column)
{
	struct pmapx_text value = px_column_value(column);

	if (value.length > column->longest)
		column->longest = value.length;
	column->count++;
	if (column->entry != NULL && column->entry->digits.length > 0) {
		column->number_count++;
		column->total = px_saturating_add(column->total, column->entry->number);
	}
}

struct pmapx_text px_column_total(const struct px_column *column, char digits[PX_PUT_MAX])
{
	if (column->count > 0 && column->number_count == 0)
		return (struct pmapx_text){ "?", 1 };
	return (struct pmapx_text){ digits,
		(size_t)(px_put_decimal(digits, column->total, 1) - digits) };
}

static void widen(struct px_column *column, size_t width)
{
	if (column->width < width)
		column->width = width;
}

void px_column_widen(struct px_column *column, bool with_heading)
{
	widen(column, column->longest);
	if (with_heading) {
		widen(column, column->key.length);
		widen(column, px_decimal_digits(column->total));
	}
}
