/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of a table of what differs.
 */
#include "diff_print.h"

static const char *const old_names[PX_MEASURES] = { "count_old", "size_old", "rss_old", "pss_old",
	"private_old", "dirty_old", "anonymous_old", "swap_old", "hugetlb_old" };
static const char *const new_names[PX_MEASURES] = { "count_new", "size_new", "rss_new", "pss_new",
	"private_new", "dirty_new", "anonymous_new", "swap_new", "hugetlb_new" };

static void add_column(struct px_diff_columns *columns, const char *name, enum px_value_type type,
	enum px_diff_what what, size_t which)
{
	columns->list[columns->count++] = (struct px_diff_column){ { name, type }, what, which };
}

static void add_measure(struct px_diff_columns *columns, enum px_measure measure)
{
	const struct px_table_column *column = &px_measure_columns[measure];

	add_column(columns, old_names[measure], column->type, PX_DIFF_OLD, measure);
	add_column(columns, new_names[measure], column->type, PX_DIFF_NEW, measure);
	add_column(columns, column->name,
		measure == PX_MEASURE_COUNT ? PX_VALUE_BALANCE : PX_VALUE_CHANGE, PX_DIFF_CHANGE,
		measure);
}

/* All that there are. */
static void list_all(const struct px_diff_options *options, struct px_diff_columns *ret)
{
	const struct px_key_list *keys = &options->keys;

	*ret = (struct px_diff_columns){ 0 };
	add_column(ret, "state", PX_VALUE_TEXT, PX_DIFF_STATE, 0);
	add_column(ret, "host", PX_VALUE_TEXT, PX_DIFF_HOST, 0);
	add_column(ret, "pid", PX_VALUE_NUMBER, PX_DIFF_PID, 0);
	add_column(ret, "cmd", PX_VALUE_TEXT, PX_DIFF_COMMAND, 0);
	for (int i = 0; i < PX_MEASURES; i++)
		add_measure(ret, (enum px_measure)i);
	add_column(ret, "per_hour", PX_VALUE_CHANGE, PX_DIFF_RATE, 0);
	for (size_t i = 0; i < keys->count; i++) {
		enum px_key key = keys->keys[i];

		if (key != PX_KEY_PID)
			add_column(ret, px_key_name(key),
				key == PX_KEY_ADDRESS ? PX_VALUE_ADDRESS : PX_VALUE_TEXT,
				PX_DIFF_KEY, i);
	}
	add_column(ret, "mapping", PX_VALUE_TEXT, PX_DIFF_MAPPING, 0);
}

/* Whether a column is shown if none are asked for. */
static bool suits(const struct px_diff_options *options, const struct px_diff_column *column)
{
	bool is_text = options->shape.notation == PX_NOTATION_TEXT;
	bool has_mappings = options->keys.set != 1U << PX_KEY_PID;
	bool is_shown = (PX_DIFF_SHOWN >> column->which & 1) != 0;

	switch (column->what) {
	case PX_DIFF_STATE:
		return true;
	case PX_DIFF_PID:
		return options->match != PX_MATCH_COMMAND;
	case PX_DIFF_OLD:
	case PX_DIFF_NEW:
		return !is_text && is_shown;
	case PX_DIFF_CHANGE:
		return is_shown;
	case PX_DIFF_RATE:
		return options->input_count > 2;
	case PX_DIFF_COMMAND:
		return !is_text || !has_mappings;
	case PX_DIFF_MAPPING:
		return is_text && has_mappings;
	default:
		return !is_text;
	}
}

/* The columns as a table has them. */
static void as_table(
	const struct px_diff_columns *columns, struct px_table_column ret[PX_DIFF_COLUMNS_MAX])
{
	for (size_t i = 0; i < columns->count; i++)
		ret[i] = columns->list[i].column;
}

/* The columns called so; false after a message. */
static bool choose_fields(struct px_console *console, const struct px_diff_options *options,
	const struct px_diff_columns *all, struct px_diff_columns *ret)
{
	struct px_table_column table[PX_DIFF_COLUMNS_MAX];
	size_t indexes[PX_DIFF_COLUMNS_MAX];

	as_table(all, table);
	if (!px_table_fields(console, options->walk.verb, options->fields, table, all->count,
		    indexes, &ret->count))
		return false;
	for (size_t i = 0; i < ret->count; i++)
		ret->list[i] = all->list[indexes[i]];
	return true;
}

/* The column to sort by, and what growth is then; false after a message. */
static bool choose_sort(struct px_console *console, const struct px_diff_options *options,
	struct px_diff_columns *columns)
{
	struct px_table_column table[PX_DIFF_COLUMNS_MAX];
	const struct px_diff_column *column;

	columns->sort = columns->count;
	if (options->shape.sort == NULL)
		return true;
	as_table(columns, table);
	columns->sort = px_table_find(table, columns->count, options->shape.sort);
	if (columns->sort == columns->count) {
		px_say_no_column(
			console, options->walk.verb, &options->shape, table, columns->count);
		return false;
	}
	column = &columns->list[columns->sort];
	columns->has_growth = column->what == PX_DIFF_OLD || column->what == PX_DIFF_NEW ||
		column->what == PX_DIFF_CHANGE;
	if (columns->has_growth)
		columns->growth = (enum px_measure)column->which;
	return true;
}

bool px_diff_choose(struct px_console *console, const struct px_diff_options *options,
	struct px_diff_columns *ret)
{
	struct px_diff_columns all;

	list_all(options, &all);
	*ret = (struct px_diff_columns){ 0 };
	if (options->fields != NULL && !choose_fields(console, options, &all, ret))
		return false;
	for (size_t i = 0; options->fields == NULL && i < all.count; i++)
		if (suits(options, &all.list[i]))
			ret->list[ret->count++] = all.list[i];
	return choose_sort(console, options, ret);
}
