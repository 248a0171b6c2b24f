/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order and widths of columns that a process has from those before it.
 */
#include "heritage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"

void px_heritage_deinit(struct px_heritage *heritage)
{
	for (size_t i = 0; i < heritage->count; i++)
		free(heritage->list[i].storage);
	free(heritage->list);
	*heritage = (struct px_heritage){ 0 };
}

/* Forget the keys that no kernel prints, if there are many. */
static void forget_unknown(struct px_heritage *heritage)
{
	size_t unknown = 0, kept = 0;

	for (size_t i = 0; i < heritage->count; i++)
		unknown += heritage->list[i].is_unknown;
	if (unknown <= PX_COLUMNS_UNKNOWN_MAX / 4)
		return;
	for (size_t i = 0; i < heritage->count; i++) {
		if (heritage->list[i].is_unknown)
			free(heritage->list[i].storage);
		else
			heritage->list[kept++] = heritage->list[i];
	}
	heritage->count = kept;
}

static int add(struct px_heritage *heritage, const struct px_column *column)
{
	char *storage;

	if (heritage->count == heritage->size) {
		size_t size = heritage->size ? heritage->size * 2 : 32;
		struct px_heir *list = reallocarray(heritage->list, size, sizeof(*list));

		if (list == NULL)
			return -ENOMEM;
		heritage->list = list;
		heritage->size = size;
	}
	storage = malloc(column->key.length);
	if (storage == NULL)
		return -ENOMEM;
	memcpy(storage, column->key.bytes, column->key.length);
	heritage->list[heritage->count++] = (struct px_heir){
		.key = { storage, column->key.length },
		.storage = storage,
		.is_unknown = column->field == PMAPX_FIELD_UNKNOWN,
	};
	return 0;
}

/* The number of the heir with the key of @column, made if it is new. */
static int find(struct px_heritage *heritage, const struct px_column *column, size_t *ret)
{
	size_t i = 0;

	while (i < heritage->count && !px_text_equals(&heritage->list[i].key, &column->key))
		i++;
	*ret = i;
	return i < heritage->count ? 0 : add(heritage, column);
}

int px_heritage_take(struct px_heritage *heritage, struct px_columns *columns, size_t *order)
{
	size_t places[PX_COLUMNS_MAX];
	int r = 0;

	forget_unknown(heritage);
	for (size_t i = 0; i < columns->count; i++)
		order[i] = i;
	for (size_t i = 0; r == 0 && i < columns->count; i++)
		r = find(heritage, &columns->list[i], &places[i]);
	if (r < 0)
		return r;
	for (size_t i = 0; i < columns->count; i++) {
		struct px_heir *heir = &heritage->list[places[i]];
		struct px_column *column = &columns->list[i];
		size_t at = i;

		if (heir->width < column->width)
			heir->width = column->width;
		column->width = heir->width;
		/* They nearly always come in order. */
		for (; at > 0 && places[order[at - 1]] > places[i]; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	return 0;
}
