/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --by: what the workers have added up, as a table.
 */
#include "by.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"
#include "table.h"
#include "who.h"

/* All columns: keys but the last, then sums, then the last key, which may be long. */
#define COLUMNS_MAX (PX_KEYS + PX_MEASURES)

static size_t list_columns(const struct px_key_list *keys, struct px_table_column *ret)
{
	size_t count = 0;

	for (size_t i = 0; i + 1 < keys->count; i++)
		ret[count++] = (struct px_table_column){ px_key_name(keys->keys[i]),
			PX_VALUE_TEXT };
	for (int i = 0; i < PX_MEASURES; i++)
		ret[count++] = px_measure_columns[i];
	ret[count++] = (struct px_table_column){ px_key_name(keys->keys[keys->count - 1]),
		PX_VALUE_TEXT };
	return count;
}

bool px_by_check(struct px_console *console, const struct px_options *options)
{
	struct px_table_column columns[COLUMNS_MAX];
	size_t count = list_columns(&options->by, columns);

	if (options->shape.sort == NULL ||
		px_table_find(columns, count, options->shape.sort) < count)
		return true;
	px_say_no_column(console, NULL, options->shape.sort, columns, count);
	return false;
}

void px_by_deinit(struct px_by *by)
{
	px_groups_clear(&by->groups);
}

/* What is printed of a key: users have names on the machine that they are of. */
static int name_key(enum px_key key, bool is_live, struct px_value *value, char **ret_bytes)
{
	uint64_t uid = 0;
	const char *end = value->text.bytes + value->text.length;
	int r;

	if (key != PX_KEY_USER || !is_live ||
		px_scan_decimal(value->text.bytes, end, &uid) != end || value->text.length == 0)
		return 0;
	r = px_user_name((uint32_t)uid, ret_bytes);
	if (r == 0)
		value->text = (struct pmapx_text){ *ret_bytes, strlen(*ret_bytes) };
	return r == -ENOMEM ? r : 0;
}

static int add_row(struct px_table *table, const struct px_key_list *keys,
	const struct px_group *group, bool is_live)
{
	struct px_value values[COLUMNS_MAX];
	char *bytes = NULL;
	size_t count = 0;
	int r = 0;

	for (size_t i = 0; i < keys->count; i++) {
		struct px_value value = { .type = PX_VALUE_TEXT, .text = group->texts[i] };

		/* Each key once, so that there is one name at most. */
		if (r == 0)
			r = name_key(keys->keys[i], is_live, &value, &bytes);
		if (i + 1 < keys->count)
			values[count++] = value;
		else
			values[count + PX_MEASURES] = value;
	}
	for (int i = 0; i < PX_MEASURES; i++)
		values[count++] = px_sums_value(&group->sums, (enum px_measure)i);
	if (r == 0)
		r = px_table_add(table, values);
	free(bytes);
	return r;
}

static int add_total(
	struct px_table *table, const struct px_key_list *keys, const struct px_sums *sums)
{
	struct px_value values[COLUMNS_MAX] = { { .type = PX_VALUE_NOTHING } };

	for (int i = 0; i < PX_MEASURES; i++)
		values[keys->count - 1 + (size_t)i] = px_sums_value(sums, (enum px_measure)i);
	return px_table_total(table, values);
}

/* Fill @table with the groups in the order of their texts, and the total. */
static int fill(struct px_table *table, const struct px_key_list *keys,
	const struct px_groups *groups, bool is_live, unsigned *ret_known)
{
	struct px_group **list = px_groups_sorted(groups);
	struct px_sums total = { 0 };
	int r = list == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < groups->count; i++) {
		px_sums_merge(&total, &list[i]->sums);
		r = add_row(table, keys, list[i], is_live);
	}
	free(list);
	*ret_known = total.known;
	return r < 0 ? r : add_total(table, keys, &total);
}

/* As asked for; else by what is most honest of what is known, the largest first. */
static int sort(struct px_table *table, const struct px_table_column *columns, size_t count,
	const struct px_shape *shape, unsigned known)
{
	enum px_measure measure = (known >> PX_MEASURE_PSS & 1) != 0 ? PX_MEASURE_PSS
		: (known >> PX_MEASURE_RSS & 1) != 0                 ? PX_MEASURE_RSS
								     : PX_MEASURE_SIZE;
	bool is_given = shape->sort != NULL;
	const char *name = is_given ? shape->sort : px_measure_columns[measure].name;

	return px_table_sort(
		table, px_table_find(columns, count, name), is_given ? shape->descending : true);
}

int px_by_print(struct px_console *console, const struct px_options *options, struct px_by *by)
{
	bool is_live = options->root == NULL && options->from == NULL;
	const struct px_table_frame frame = {
		.schema = "pmapx.by", .version = 1, .quiet = options->quiet
	};
	struct px_table_column columns[COLUMNS_MAX];
	size_t count = list_columns(&options->by, columns);
	struct px_table *table = px_table_new(columns, count);
	unsigned known = 0;
	int r = table == NULL || by->is_short ? -ENOMEM : 0;

	if (r == 0)
		r = fill(table, &options->by, &by->groups, is_live, &known);
	if (r == 0)
		r = sort(table, columns, count, &options->shape, known);
	if (r == 0)
		r = px_table_print(table, console, &options->shape, &frame);
	px_table_free(table);
	if (r == 0)
		return 0;
	px_message(console, "memory allocation failed");
	return 1;
}
