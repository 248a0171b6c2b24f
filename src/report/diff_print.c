/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between looks, as a table.
 */
#include "diff_print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

#define MILLISECONDS_PER_HOUR 3600000.0

/* Looks that are closer tell nothing of an hour. */
#define RATE_AFTER_MS 1000

/* What is printed. */
struct printing {
	const struct px_diff_options *options;
	const struct px_differences *differences;
	const struct px_diff_columns *columns;
};

static struct px_value text_value(const char *text)
{
	return (struct px_value){ .type = PX_VALUE_TEXT, .text = { text, strlen(text) } };
}

/*
 * Growth in an hour, where it is known when the looks were taken, and where it is one
 * process that has grown: not of two that are compared as each look has only one.
 */
static struct px_value rate_of(
	const struct px_differences *differences, const struct px_difference *row)
{
	uint64_t first = differences->looks[0].when_ms;
	uint64_t last = differences->looks[differences->look_count - 1].when_ms;
	double rate;

	if (!row->has_growth || first == 0 || last < first || last - first < RATE_AFTER_MS ||
		px_same_is_of_two(&differences->same))
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	rate = (double)row->growth * MILLISECONDS_PER_HOUR / (double)(last - first);
	/* Beyond, no number of kB is meant. */
	if (rate > 1e18 || rate < -1e18)
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	return (struct px_value){ .type = PX_VALUE_CHANGE,
		.number = (uint64_t)(int64_t)(rate < 0 ? rate - 0.5 : rate + 0.5) };
}

/* Write a key of a mapping where a line for people goes on. */
static char *put_key(char *at, enum px_key key, const struct pmapx_text *text)
{
	size_t skipped = 0;

	*at++ = ' ';
	/* Padded to be sorted; a terminal has room for better things. */
	while (key == PX_KEY_ADDRESS && skipped + 1 < text->length && text->bytes[skipped] == '0')
		skipped++;
	return text->length > 0 ? mempcpy(at, text->bytes + skipped, text->length - skipped) : at;
}

/*
 * "host/cmd: key key", as far as that is known; what may be long is last, as it may be
 * cut.  *@ret_bytes is to be freed.  0 or -ENOMEM.
 */
static int join(const struct px_key_list *keys, const struct px_looked *process,
	const struct pmapx_text *texts, struct px_value *ret, char **ret_bytes)
{
	static const unsigned long_keys = 1U << PX_KEY_NAME | 1U << PX_KEY_PATH;
	size_t size = strlen(process->host) + strlen(process->command) + sizeof("/:");
	bool begins;
	char *at;

	for (size_t i = 0; i < keys->count; i++)
		size += texts[i].length + 1;
	at = *ret_bytes = malloc(size);
	if (at == NULL)
		return -ENOMEM;
	if (*process->host != '\0')
		at = stpcpy(stpcpy(at, process->host), "/");
	at = stpcpy(at, process->command);
	begins = at == *ret_bytes;
	if (!begins)
		*at++ = ':';
	for (int is_long = 0; is_long <= 1; is_long++)
		for (size_t i = 0; i < keys->count; i++)
			if (keys->keys[i] != PX_KEY_PID &&
				(int)(long_keys >> keys->keys[i] & 1) == is_long)
				at = put_key(at, keys->keys[i], &texts[i]);
	/* Of nobody, it begins with a blank. */
	ret->type = PX_VALUE_TEXT;
	ret->text = (struct pmapx_text){ *ret_bytes + begins, (size_t)(at - *ret_bytes) - begins };
	return 0;
}

/* A number of a look, or what it has changed by. */
static struct px_value number_of(const struct px_differences *differences,
	const struct px_difference *row, const struct px_diff_column *column)
{
	size_t last = differences->look_count - 1;
	enum px_measure measure = (enum px_measure)column->which;
	struct px_value value = { .type = column->column.type };
	int64_t change = 0;
	bool is_known;

	if (column->what == PX_DIFF_CHANGE) {
		is_known = px_difference_change(differences, row, 0, last, measure, &change);
		value.number = (uint64_t)change;
	} else {
		is_known = px_difference_at(differences, row,
			column->what == PX_DIFF_OLD ? 0 : last, measure, &value.number);
	}
	if (!is_known)
		value.type = PX_VALUE_NOTHING;
	return value;
}

/* A key; addresses are numbers, and were written by px_keyer_tell(). */
static struct px_value key_value(enum px_value_type type, const struct pmapx_text *text)
{
	struct px_value value = { .type = type };

	if (type == PX_VALUE_ADDRESS)
		(void)px_scan_hex(text->bytes, text->bytes + text->length, &value.number);
	else
		value.text = *text;
	return value;
}

/* One value; *@ret_bytes is to be freed. */
static int value_of(const struct printing *printing, const struct px_difference *row,
	const struct px_diff_column *column, struct px_value *ret, char **ret_bytes)
{
	const struct px_differences *differences = printing->differences;
	const struct pmapx_text *texts = px_difference_texts(differences, row);
	const struct px_looked *process = px_difference_process(differences, row);

	*ret = (struct px_value){ .type = PX_VALUE_NOTHING };
	switch (column->what) {
	case PX_DIFF_STATE:
		*ret = text_value(px_difference_state(differences, row));
		break;
	case PX_DIFF_HOST:
		if (*process->host != '\0')
			*ret = text_value(process->host);
		break;
	case PX_DIFF_PID:
		if (process->pid != 0 && differences->same.sameness != PX_SAME_COMMAND)
			*ret = (struct px_value){ .type = PX_VALUE_NUMBER,
				.number = (uint64_t)process->pid };
		break;
	case PX_DIFF_COMMAND:
		if (*process->command != '\0')
			*ret = text_value(process->command);
		break;
	case PX_DIFF_KEY:
		*ret = key_value(column->column.type, &texts[column->which]);
		break;
	case PX_DIFF_MAPPING:
		return join(&printing->options->keys, process, texts, ret, ret_bytes);
	case PX_DIFF_RATE:
		*ret = rate_of(differences, row);
		break;
	default:
		*ret = number_of(differences, row, column);
		break;
	}
	return 0;
}

static int fill_row(
	const struct printing *printing, const struct px_difference *row, struct px_table *table)
{
	struct px_value values[PX_DIFF_COLUMNS_MAX];
	char *bytes = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < printing->columns->count; i++)
		r = value_of(printing, row, &printing->columns->list[i], &values[i], &bytes);
	if (r == 0)
		r = px_table_add(table, values);
	free(bytes);
	return r;
}

/* What a measure has changed by in all, nothing if that is not known. */
static struct px_value change_of(const struct px_differences *differences, enum px_measure measure)
{
	struct px_value before = px_sums_value(&differences->totals[0], measure);
	struct px_value after = px_sums_value(
		&differences->totals[differences->look_count - 1], measure);

	if (before.type == PX_VALUE_NOTHING || after.type == PX_VALUE_NOTHING)
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	return (struct px_value){ .type = measure == PX_MEASURE_COUNT ? PX_VALUE_BALANCE
								      : PX_VALUE_CHANGE,
		.number = (uint64_t)px_change(before.number, after.number) };
}

/* What all mappings add up to, whether they differ or not. */
static int fill_total(const struct printing *printing, struct px_table *table)
{
	const struct px_differences *differences = printing->differences;
	size_t last = differences->look_count - 1;
	struct px_value values[PX_DIFF_COLUMNS_MAX];

	for (size_t i = 0; i < printing->columns->count; i++) {
		const struct px_diff_column *column = &printing->columns->list[i];
		enum px_measure measure = (enum px_measure)column->which;

		values[i] = (struct px_value){ .type = PX_VALUE_NOTHING };
		if (column->what == PX_DIFF_OLD)
			values[i] = px_sums_value(&differences->totals[0], measure);
		else if (column->what == PX_DIFF_NEW)
			values[i] = px_sums_value(&differences->totals[last], measure);
		else if (column->what == PX_DIFF_CHANGE)
			values[i] = change_of(differences, measure);
	}
	return px_table_total(table, values);
}

/* What was compared, for a JSON document. */
static void put_facts(struct px_out *out, const void *context)
{
	const struct px_differences *differences = context;

	px_out_string(out, "\"matched_by\":\"");
	px_out_string(out, px_sameness_name(differences->same.sameness));
	px_out_string(out, "\",\"growth\":\"");
	px_out_string(out, px_measure_columns[differences->growth].name);
	px_out_string(out, "\",\"left_out\":");
	px_out_number(out, differences->left_out);
	px_out_string(out, ",\"looks\":[");
	for (size_t i = 0; i < differences->look_count; i++) {
		const struct px_look *look = &differences->looks[i];
		struct px_record record;

		px_out_string(out, i > 0 ? ",\n" : "\n");
		record = px_record_begin(out, PX_NOTATION_JSON);
		px_record_text(&record, "source", look->name, strlen(look->name));
		if (look->when_ms > 0)
			px_record_number(&record, "time_ms", look->when_ms);
		else
			px_record_nothing(&record, "time_ms");
		px_record_number(&record, "processes", look->count - look->unread);
		px_record_number(&record, "unread", px_unread_count(&look->counts.unread));
		px_record_number(&record, "compared", differences->compared[i].count);
		px_record_number(&record, "only", differences->compared[i].only);
		px_record_end(&record);
	}
	px_out_string(out, "\n],\n");
}

const char *px_diff_unit(enum px_units units)
{
	static const char *const names[] = { "kB", "MB", "GB", "" };

	return names[units];
}

/* The totals of the first and the last look, for people. */
static int print_totals(struct px_console *console, const struct printing *printing)
{
	const struct px_differences *differences = printing->differences;
	const struct px_shape shape = { .units = printing->options->shape.units };
	const struct px_table_column columns[] = { { px_diff_unit(shape.units), PX_VALUE_TEXT },
		{ "old", PX_VALUE_SIZE }, { "new", PX_VALUE_SIZE }, { "change", PX_VALUE_CHANGE } };
	const struct px_table_frame frame = { .quiet = false };
	struct px_table *table = px_table_new(columns, 4);
	size_t last = differences->look_count - 1;
	int r = table == NULL ? -ENOMEM : 0;

	for (int i = 0; r == 0 && i < PX_MEASURES; i++) {
		enum px_measure measure = (enum px_measure)i;
		const struct px_value values[4] = { text_value(px_measure_columns[i].name),
			px_sums_value(&differences->totals[0], measure),
			px_sums_value(&differences->totals[last], measure),
			change_of(differences, measure) };

		if ((PX_DIFF_SHOWN >> i & 1) != 0)
			r = px_table_add(table, values);
	}
	if (r == 0)
		r = px_table_print(table, console, &shape, &frame);
	px_table_free(table);
	return r;
}

static struct px_value number_value(size_t number)
{
	return (struct px_value){ .type = PX_VALUE_NUMBER, .number = number };
}

/* What a look is called beside others: the first is old, the last is new. */
static struct px_value look_name(const struct px_differences *differences, size_t look)
{
	if (look == 0)
		return text_value("old");
	return look + 1 == differences->look_count ? text_value("new") : number_value(look + 1);
}

/* What was compared, for people. */
static int print_looks(struct px_console *console, const struct px_differences *differences)
{
	const struct px_table_column columns[] = { { "look", PX_VALUE_TEXT },
		{ differences->same.sameness == PX_SAME_COMMAND ? "programs" : "processes",
			PX_VALUE_NUMBER },
		{ "only", PX_VALUE_NUMBER }, { "unread", PX_VALUE_NUMBER },
		{ "source", PX_VALUE_TEXT } };
	const struct px_table_frame frame = { .quiet = false };
	const struct px_shape shape = { 0 };
	struct px_table *table = px_table_new(columns, 5);
	int r = table == NULL ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < differences->look_count; i++) {
		const struct px_look *look = &differences->looks[i];
		const struct px_value values[5] = { look_name(differences, i),
			number_value(differences->compared[i].count),
			number_value(differences->compared[i].only),
			number_value(px_unread_count(&look->counts.unread)),
			text_value(look->name) };

		r = px_table_add(table, values);
	}
	if (r == 0)
		r = px_table_print(table, console, &shape, &frame);
	px_table_free(table);
	return r;
}

/*
 * That there are no rows; that is no news of what could not be compared, so it is said of
 * how many it is known.
 */
static void print_nothing(struct px_out *out, const struct px_differences *differences)
{
	bool is_program = differences->same.sameness == PX_SAME_COMMAND;

	/* Messages say so. */
	if (differences->in_both == 0)
		return;
	px_out_string(out,
		differences->look_count > 2 ? "nothing has grown each time in "
					    : "nothing differs in ");
	px_out_number(out, differences->in_both);
	if (is_program)
		px_out_string(out, differences->in_both == 1 ? " program" : " programs");
	else
		px_out_string(out, differences->in_both == 1 ? " process" : " processes");
	if (differences->left_out > 0) {
		px_out_string(out, ", and ");
		px_out_number(out, differences->left_out);
		px_out_string(out, " left out");
	}
	px_out_string(out, "\n");
}

/* Rows, and their totals if those are not shown on their own. */
static int fill(const struct printing *printing, bool has_total, struct px_table *table)
{
	const struct px_diff_options *options = printing->options;
	const struct px_differences *differences = printing->differences;
	int r = 0;

	for (size_t i = 0; r == 0 && i < differences->count; i++)
		r = fill_row(printing, &differences->rows[i], table);
	if (r == 0 && has_total)
		r = fill_total(printing, table);
	if (r == 0 && printing->columns->sort < printing->columns->count)
		r = px_table_sort(table, printing->columns->sort, options->shape.descending);
	return r;
}

int px_diff_print_rows(struct px_console *console, const struct px_diff_options *options,
	const struct px_differences *differences, const struct px_diff_columns *columns,
	bool has_total, const char *(*colour)(const struct px_value *row))
{
	const struct printing printing = { options, differences, columns };
	const struct px_table_frame frame = { .schema = "pmapx.diff",
		.version = 1,
		.quiet = options->quiet,
		.all_columns = options->fields != NULL,
		.colour = colour,
		.put_facts = put_facts,
		.context = differences };
	bool is_text = options->shape.notation == PX_NOTATION_TEXT;
	struct px_table_column names[PX_DIFF_COLUMNS_MAX];
	struct px_table *table;
	int r;

	for (size_t i = 0; i < columns->count; i++)
		names[i] = columns->list[i].column;
	table = px_table_new(names, columns->count);
	r = table == NULL ? -ENOMEM : fill(&printing, has_total, table);
	if (r == 0 && is_text && !options->quiet && differences->count == 0)
		print_nothing(&console->out, differences);
	else if (r == 0)
		r = px_table_print(table, console, &options->shape, &frame);
	px_table_free(table);
	return r;
}

int px_diff_print(struct px_console *console, const struct px_diff_options *options,
	const struct px_differences *differences, const struct px_diff_columns *columns)
{
	const struct printing printing = { options, differences, columns };
	bool has_totals_below = options->shape.notation == PX_NOTATION_TEXT &&
		options->fields == NULL && !options->quiet;
	int r = px_diff_print_rows(console, options, differences, columns, !has_totals_below, NULL);

	if (r == 0 && has_totals_below) {
		if (differences->count > 0 || differences->in_both > 0)
			px_out_string(&console->out, "\n");
		r = print_totals(console, &printing);
		if (r == 0) {
			px_out_string(&console->out, "\n");
			r = print_looks(console, differences);
		}
	}
	return r;
}
