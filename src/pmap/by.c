/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --by: what the workers have added up, as a table.
 */
#include "by.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "scan.h"
#include "table.h"
#include "who.h"

/* All columns: keys but the last, then sums, then the last key, which may be long. */
#define COLUMNS_MAX (PX_KEYS + PX_MEASURES)

/* What is printed. */
struct sums_table {
	const struct px_options *options;
	const struct px_key_list *keys;
	size_t first; /* Of the keys, the first that is shown: hosts only if there are several. */
	struct px_table_column columns[COLUMNS_MAX];
	size_t count;
	struct px_users users;
	struct px_sums total;
	bool is_complete; /* Nothing that was asked for is missing. */
};

static struct px_table_column key_column(enum px_key key)
{
	return (struct px_table_column){ px_key_name(key),
		key == PX_KEY_PID ? PX_VALUE_NUMBER : PX_VALUE_TEXT };
}

static void list_columns(struct sums_table *sums, bool has_hosts)
{
	const struct px_key_list *keys = sums->keys;

	sums->first = !has_hosts && keys->keys[0] == PX_KEY_HOST;
	for (size_t i = sums->first; i + 1 < keys->count; i++)
		sums->columns[sums->count++] = key_column(keys->keys[i]);
	for (int i = 0; i < PX_MEASURES; i++)
		sums->columns[sums->count++] = px_measure_columns[i];
	sums->columns[sums->count++] = key_column(keys->keys[keys->count - 1]);
}

bool px_by_check(struct px_console *console, const struct px_options *options)
{
	struct sums_table sums = { .keys = &options->by };

	/* Whether there are several hosts is not known yet. */
	list_columns(&sums, true);
	if (options->shape.sort == NULL ||
		px_table_find(sums.columns, sums.count, options->shape.sort) < sums.count)
		return true;
	px_say_no_column(console, NULL, &options->shape, sums.columns, sums.count);
	return false;
}

void px_by_deinit(struct px_by *by)
{
	px_groups_clear(&by->groups);
}

static bool has_hosts(const struct px_key_list *keys, const struct px_groups *groups)
{
	if (keys->keys[0] != PX_KEY_HOST)
		return false;
	for (const struct px_group *group = groups->last; group != NULL; group = group->next)
		if (group->texts[0].length > 0)
			return true;
	return false;
}

/* A key as it is printed: users have names on the machine that they are of. */
static int tell_key(struct sums_table *sums, enum px_key key, const struct pmapx_text *text,
	struct px_value *ret)
{
	bool is_here = sums->options->root == NULL && sums->options->from == NULL;
	uint64_t number = 0;
	const char *name;
	int r;

	*ret = (struct px_value){ .type = PX_VALUE_TEXT, .text = *text };
	if (text->bytes == NULL)
		ret->type = PX_VALUE_NOTHING;
	if (text->bytes == NULL || (key != PX_KEY_PID && key != PX_KEY_USER))
		return 0;
	px_scan_decimal(text->bytes, text->bytes + text->length, &number);
	if (key == PX_KEY_PID) {
		*ret = (struct px_value){ .type = PX_VALUE_NUMBER, .number = number };
		return 0;
	}
	r = px_users_find(&sums->users, (uint32_t)number, is_here, &name);
	if (r == 0)
		ret->text = (struct pmapx_text){ name, strlen(name) };
	return r;
}

static int add_row(struct sums_table *sums, struct px_table *table, const struct px_group *group)
{
	const struct px_key_list *keys = sums->keys;
	struct px_value values[COLUMNS_MAX];
	size_t count = 0;
	int r = 0;

	for (size_t i = sums->first; r == 0 && i < keys->count; i++) {
		bool is_last = i + 1 == keys->count;

		r = tell_key(sums, keys->keys[i], &group->texts[i],
			&values[is_last ? count + PX_MEASURES : count]);
		count += !is_last;
	}
	for (int i = 0; i < PX_MEASURES; i++)
		values[count++] = px_sums_value(&group->sums, (enum px_measure)i);
	return r < 0 ? r : px_table_add(table, values);
}

static int add_total(const struct sums_table *sums, struct px_table *table)
{
	size_t before = sums->keys->count - 1 - sums->first;
	struct px_value values[COLUMNS_MAX] = { { .type = PX_VALUE_NOTHING } };

	for (int i = 0; i < PX_MEASURES; i++) {
		struct px_value *value = &values[before + (size_t)i];

		*value = px_sums_value(&sums->total, (enum px_measure)i);
		/* Below numbers people see that there is none of all. */
		if (value->type == PX_VALUE_NOTHING && (sums->total.known >> i & 1) != 0 &&
			sums->options->shape.notation == PX_NOTATION_TEXT)
			*value = (struct px_value){ .type = PX_VALUE_TEXT, .text = { "?", 1 } };
	}
	return px_table_total(table, values);
}

/* Fill @table with the groups in the order of their texts, and the total. */
static int fill(struct sums_table *sums, struct px_table *table, const struct px_groups *groups)
{
	struct px_group **list = px_groups_sorted(groups);
	int r = list == NULL ? -ENOMEM : 0;

	/* No mappings are none, of no size; but not where some could not be read. */
	if (sums->is_complete)
		sums->total.known = 1U << PX_MEASURE_COUNT | 1U << PX_MEASURE_SIZE;
	for (size_t i = 0; r == 0 && i < groups->count; i++) {
		px_sums_merge(&sums->total, &list[i]->sums);
		r = add_row(sums, table, list[i]);
	}
	free(list);
	return r < 0 ? r : add_total(sums, table);
}

/* As asked for; else by what is most honest of what is known, the largest first. */
static int sort(const struct sums_table *sums, struct px_table *table)
{
	const struct px_shape *shape = &sums->options->shape;
	enum px_measure measure = PX_MEASURE_SIZE;
	const char *name = shape->sort;
	size_t column;

	if ((sums->total.known >> PX_MEASURE_PSS & 1) != 0)
		measure = PX_MEASURE_PSS;
	else if ((sums->total.known >> PX_MEASURE_RSS & 1) != 0)
		measure = PX_MEASURE_RSS;
	column = px_table_find(
		sums->columns, sums->count, name != NULL ? name : px_measure_columns[measure].name);
	/* There may be no hosts to sort by. */
	return column == sums->count
		? 0
		: px_table_sort(table, column, name != NULL ? shape->descending : true);
}

static void put_facts(struct px_out *out, const void *context)
{
	const struct sums_table *sums = context;

	px_out_string(out, sums->is_complete ? "\"complete\":true," : "\"complete\":false,");
}

int px_by_print(struct px_console *console, const struct px_options *options, struct px_by *by,
	bool is_complete)
{
	struct sums_table sums = {
		.options = options, .keys = &options->by, .is_complete = is_complete
	};
	const struct px_table_frame frame = { .schema = "pmapx.by",
		.version = 1,
		.quiet = options->quiet,
		.put_facts = put_facts,
		.context = &sums };
	struct px_table *table;
	int r;

	list_columns(&sums, has_hosts(&options->by, &by->groups));
	table = px_table_new(sums.columns, sums.count);
	r = table == NULL || by->is_short ? -ENOMEM : fill(&sums, table, &by->groups);
	if (r == 0)
		r = sort(&sums, table);
	if (r == 0)
		r = px_table_print(table, console, &options->shape, &frame);
	px_table_free(table);
	px_users_deinit(&sums.users);
	if (r == 0)
		return 0;
	px_message(console, r == -ENOMEM ? "memory allocation failed" : px_describe_error(-r));
	return 1;
}
