/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes by what they really cost: from what is asked for to a table.
 */
#include "rank.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "descriptor.h"
#include "table.h"

static const struct px_table_column all_columns[PX_RANK_FIELDS] = {
	[PX_RANK_TEXT + PX_RANK_HOST] = { "host", PX_VALUE_TEXT },
	[PX_RANK_TEXT + PX_RANK_USER] = { "user", PX_VALUE_TEXT },
	[PX_RANK_TEXT + PX_RANK_CGROUP] = { "cgroup", PX_VALUE_TEXT },
	[PX_RANK_TEXT + PX_RANK_CMD] = { "cmd", PX_VALUE_TEXT },
	[PX_RANK_TEXT + PX_RANK_COMMAND] = { "command", PX_VALUE_TEXT },
	[PX_RANK_PID] = { "pid", PX_VALUE_NUMBER },
	[PX_RANK_PROCESSES] = { "processes", PX_VALUE_NUMBER },
	[PX_RANK_MEMORY_OF] = { "memory_of", PX_VALUE_NUMBER },
	[PX_RANK_AMOUNT + PX_AMOUNT_VSS] = { "vss", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_RSS] = { "rss", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_PSS] = { "pss", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_USS] = { "uss", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_SWAP] = { "swap", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_SWAP_PSS] = { "swap_pss", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_HUGETLB] = { "hugetlb", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_FOOTPRINT] = { "footprint", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_OWN] = { "own", PX_VALUE_SIZE },
	[PX_RANK_AMOUNT + PX_AMOUNT_OWN_SWAP] = { "own_swap", PX_VALUE_SIZE },
};

/* What is shown where nothing else is asked for, in front of the command, or of the key. */
static const enum px_rank_field usual_amounts[] = {
	PX_RANK_AMOUNT + PX_AMOUNT_SWAP,
	PX_RANK_AMOUNT + PX_AMOUNT_USS,
	PX_RANK_AMOUNT + PX_AMOUNT_PSS,
	PX_RANK_AMOUNT + PX_AMOUNT_RSS,
};

/* All fields, hosts once more, and what the totals are of. */
#define COLUMNS_MAX (PX_RANK_FIELDS + 2)

/* A table that is being made. */
struct report {
	const struct px_rank_options *options;
	enum px_rank_field fields[COLUMNS_MAX];
	struct px_table_column columns[COLUMNS_MAX];
	size_t count;          /* Of fields, each of which is a column. */
	bool has_label_column; /* Behind them there is one for the label. */
	struct px_ranking ranking;
	struct px_walk_counts counts;
	char label[128]; /* Beside the totals. */
};

bool px_rank_add_fields(
	struct px_console *console, struct px_rank_options *options, const char *list)
{
	return px_table_fields(console, options->walk.verb, list, all_columns, PX_RANK_FIELDS,
		options->fields, &options->field_count);
}

bool px_rank_add_keys(struct px_console *console, struct px_rank_options *options, const char *list)
{
	const unsigned allowed = 1U << PX_KEY_CMD | 1U << PX_KEY_USER | 1U << PX_KEY_CGROUP;

	return px_keys_read(console, options->walk.verb, list, allowed, &options->by);
}

static enum px_rank_text text_of(enum px_key key)
{
	return key == PX_KEY_CMD ? PX_RANK_CMD : key == PX_KEY_USER ? PX_RANK_USER : PX_RANK_CGROUP;
}

/* Whether a field has a value that all processes of a group share, or that adds up. */
static bool is_of_groups(const struct px_rank_options *options, enum px_rank_field field)
{
	for (size_t i = 0; i < options->by.count; i++)
		if (field == PX_RANK_TEXT + (enum px_rank_field)text_of(options->by.keys[i]))
			return true;
	return field >= PX_RANK_AMOUNT || field == PX_RANK_PROCESSES ||
		field == PX_RANK_TEXT + PX_RANK_HOST;
}

/* Whether --fields names what groups have; false after a message. */
static bool has_fields_of_groups(struct px_console *console, const struct px_rank_options *options)
{
	for (size_t i = 0; options->by.count > 0 && i < options->field_count; i++) {
		if (is_of_groups(options, (enum px_rank_field)options->fields[i]))
			continue;
		px_message_begin_verb(console, options->walk.verb);
		px_out_string(&console->err, "--fields: only a single process has '");
		px_out_string(&console->err, all_columns[options->fields[i]].name);
		px_out_string(&console->err, "', not what --by makes");
		px_message_end(console);
		return false;
	}
	return true;
}

static bool has_field(const struct report *report, enum px_rank_field field)
{
	for (size_t i = 0; i < report->count; i++)
		if (report->fields[i] == field)
			return true;
	return false;
}

static void add_field(struct report *report, enum px_rank_field field)
{
	report->fields[report->count++] = field;
}

static void choose_usual_fields(struct report *report)
{
	bool is_grouped = report->options->by.count > 0;

	add_field(report, is_grouped ? PX_RANK_PROCESSES : PX_RANK_PID);
	if (!is_grouped)
		add_field(report, PX_RANK_TEXT + PX_RANK_USER);
	for (size_t i = 0; i < sizeof(usual_amounts) / sizeof(usual_amounts[0]); i++)
		add_field(report, usual_amounts[i]);
	if (!is_grouped)
		add_field(report, PX_RANK_TEXT + PX_RANK_COMMAND);
}

static void choose_fields(struct report *report)
{
	const struct px_rank_options *options = report->options;

	for (size_t i = 0; i < options->field_count; i++)
		add_field(report, (enum px_rank_field)options->fields[i]);
	if (options->field_count == 0)
		choose_usual_fields(report);
	/* Rows that nothing tells apart are of no use. */
	for (size_t i = 0; i < options->by.count; i++) {
		enum px_rank_field key = PX_RANK_TEXT +
			(enum px_rank_field)text_of(options->by.keys[i]);

		if (!has_field(report, key))
			add_field(report, key);
	}
}

/* What must be read for the columns. */
static void choose_readings(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		enum px_rank_field field = report->fields[i];

		if (field >= PX_RANK_AMOUNT)
			report->ranking.amounts |= 1U << (field - PX_RANK_AMOUNT);
		else if (field < PX_RANK_PID)
			report->ranking.texts |= 1U << (field - PX_RANK_TEXT);
	}
}

/* Of several hosts, whose a process is comes first. */
static void make_columns(struct report *report)
{
	if (report->ranking.has_hosts && !has_field(report, PX_RANK_TEXT + PX_RANK_HOST)) {
		memmove(report->fields + 1, report->fields,
			report->count * sizeof(*report->fields));
		report->fields[0] = PX_RANK_TEXT + PX_RANK_HOST;
		report->count++;
	}
	for (size_t i = 0; i < report->count; i++)
		report->columns[i] = all_columns[report->fields[i]];
}

static struct px_value number(enum px_value_type type, uint64_t value)
{
	return (struct px_value){ .type = type, .number = value };
}

/* What a column shows of a row. */
static struct px_value value_of(const struct px_rank_row *row, enum px_rank_field field)
{
	const struct pmapx_text *text;

	if (field >= PX_RANK_AMOUNT) {
		enum px_amount amount = (enum px_amount)(field - PX_RANK_AMOUNT);

		if ((row->memory.known & 1U << amount) == 0)
			return (struct px_value){ .type = PX_VALUE_NOTHING };
		return number(PX_VALUE_SIZE, row->memory.kb[amount]);
	}
	/* Of one map that was saved nothing may tell whose it is. */
	if (row->pid == 0 && (field == PX_RANK_PID || field == PX_RANK_MEMORY_OF))
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	if (field == PX_RANK_PID)
		return number(PX_VALUE_NUMBER, (uint64_t)row->pid);
	if (field == PX_RANK_PROCESSES)
		return number(PX_VALUE_NUMBER, row->processes);
	if (field == PX_RANK_MEMORY_OF)
		return number(PX_VALUE_NUMBER, (uint64_t)row->memory_of);
	text = &row->texts[field - PX_RANK_TEXT];
	if (text->bytes == NULL)
		return (struct px_value){ .type = PX_VALUE_NOTHING };
	return (struct px_value){ .type = PX_VALUE_TEXT, .text = *text };
}

static int add_row(
	const struct report *report, struct px_table *table, const struct px_rank_row *row)
{
	struct px_value values[COLUMNS_MAX];

	for (size_t i = 0; i < report->count; i++)
		values[i] = value_of(row, report->fields[i]);
	values[report->count] = (struct px_value){ .type = PX_VALUE_TEXT, .text = { "", 0 } };
	return px_table_add(table, values);
}

/* Of how many processes the totals are. */
static void make_label(struct report *report, size_t unread)
{
	size_t read = report->counts.read;

	if (unread > 0)
		(void)snprintf(report->label, sizeof(report->label), "%zu of %zu%s processes", read,
			read + unread, report->counts.has_gap ? " or more" : "");
	else
		(void)snprintf(report->label, sizeof(report->label), "%zu process%s%s", read,
			read == 1 ? "" : "es", report->counts.has_gap ? ", perhaps not all" : "");
}

/* Whether the totals may be of less than all. */
static bool is_partial(const struct report *report)
{
	return px_unread_count(&report->counts.unread) > 0 || report->counts.has_gap;
}

static bool adds_up(enum px_rank_field field)
{
	return field == PX_RANK_PROCESSES || field >= PX_RANK_AMOUNT;
}

/* Whether there is a line of totals. */
static bool has_total(const struct report *report)
{
	/* Of nobody there is none. */
	for (size_t i = 0; report->ranking.count > 0 && i < report->count; i++)
		if (adds_up(report->fields[i]))
			return true;
	return false;
}

/*
 * For people the totals say of how many processes they are: in the last column, if it has
 * words.  Those of less than all say so in any case, if need be in a column without a name.
 * Returns which column has that; the number of columns if none does.
 */
static size_t place_label(struct report *report)
{
	size_t last = report->count - 1;

	if (report->options->shape.notation != PX_NOTATION_TEXT || !has_total(report))
		return report->count;
	if (report->columns[last].type == PX_VALUE_TEXT)
		return last;
	if (is_partial(report)) {
		report->columns[report->count] = (struct px_table_column){ "", PX_VALUE_TEXT };
		report->has_label_column = true;
	}
	return report->count;
}

/* The line of totals, with the label in column @label if there is one. */
static int add_total(struct report *report, struct px_table *table, size_t label)
{
	struct px_value values[COLUMNS_MAX] = { 0 };
	struct px_rank_row total;

	if (!has_total(report))
		return 0;
	px_ranking_total(&report->ranking, &total);
	for (size_t i = 0; i < report->count; i++)
		if (adds_up(report->fields[i]))
			values[i] = value_of(&total, report->fields[i]);
	if (label < report->count + report->has_label_column) {
		make_label(report, px_unread_count(&report->counts.unread));
		values[label].type = PX_VALUE_TEXT;
		values[label].text = (struct pmapx_text){ report->label, strlen(report->label) };
	}
	return px_table_total(table, values);
}

/* The column of @field; the number of columns if it is not shown. */
static size_t column_of(const struct report *report, enum px_rank_field field)
{
	size_t column = 0;

	while (column < report->count && report->fields[column] != field)
		column++;
	return column;
}

/* The largest first, by what tells most of those that are shown. */
static int sort(const struct report *report, struct px_table *table)
{
	static const enum px_amount telling[] = { PX_AMOUNT_PSS, PX_AMOUNT_FOOTPRINT, PX_AMOUNT_OWN,
		PX_AMOUNT_USS, PX_AMOUNT_RSS, PX_AMOUNT_SWAP_PSS, PX_AMOUNT_SWAP, PX_AMOUNT_HUGETLB,
		PX_AMOUNT_OWN_SWAP, PX_AMOUNT_VSS };
	const struct px_shape *shape = &report->options->shape;
	size_t column = report->count;

	if (shape->sort != NULL)
		return px_table_sort(table,
			px_table_find(report->columns, report->count, shape->sort),
			shape->descending);
	for (size_t i = 0; column == report->count && i < PX_AMOUNTS; i++)
		column = column_of(report, PX_RANK_AMOUNT + (enum px_rank_field)telling[i]);
	return column < report->count ? px_table_sort(table, column, true) : 0;
}

/* What a JSON document says of itself. */
static void put_facts(struct px_out *out, const void *context)
{
	const struct report *report = context;
	const struct px_walk_counts *counts = &report->counts;

	px_walk_put_facts(out, counts);
	px_put_fact(out, ",\"changing\":", report->ranking.torn);
	px_put_fact(out, ",\"sharing_memory\":", report->ranking.copies);
	px_put_fact(out, ",\"sharing_unknown\":", report->ranking.incomparable);
	px_put_fact(out, ",\"summed_from_smaps\":", report->ranking.from_smaps);
	px_out_string(out, "},\"complete\":");
	px_out_string(out,
		px_unread_count(&counts->unread) == 0 && !counts->has_gap ? "true," : "false,");
}

static int print(struct report *report, struct px_console *console)
{
	const struct px_table_frame frame = {
		.schema = "pmapx.rank",
		.version = 1,
		.all_columns = report->options->field_count > 0,
		.put_facts = put_facts,
		.context = report,
	};
	enum px_rank_text keys[PX_RANK_TEXTS];
	size_t label = place_label(report);
	struct px_table *table;
	int r = 0;

	table = px_table_new(report->columns, report->count + report->has_label_column);
	if (table == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < report->options->by.count; i++)
		keys[i] = text_of(report->options->by.keys[i]);
	if (report->options->by.count > 0)
		px_ranking_group(&report->ranking, keys, report->options->by.count);
	for (size_t i = 0; r == 0 && i < report->ranking.count; i++)
		r = add_row(report, table, &report->ranking.rows[i]);
	if (r == 0)
		r = add_total(report, table, label);
	if (r == 0)
		r = sort(report, table);
	if (r == 0)
		r = px_table_print(table, console, &report->options->shape, &frame);
	px_table_free(table);
	return r;
}

/* What the numbers alone would let one misunderstand. */
static void say_caveats(const struct report *report, struct px_console *console)
{
	const struct px_ranking *ranking = &report->ranking;
	const char *verb = report->options->walk.verb;

	px_out_flush(&console->out);
	px_unread_tell(console, verb, NULL, &report->counts.unread);
	px_walk_say_count(console, verb, ranking->torn,
		" process was changing its map while it was read",
		" processes were changing their maps while they were read");
	px_walk_say_count(console, verb, ranking->copies,
		" process shares the memory of another: totals count it once",
		" processes share the memory of another: totals count it once");
	px_walk_say_count(console, verb, ranking->incomparable,
		" process may share the memory of another, which the kernel does not tell: "
		"totals may count it twice",
		" processes may share the memory of another, which the kernel does not tell: "
		"totals may count it twice");
	if ((ranking->amounts & PX_MEMORY_OF_MAPPINGS) == 0)
		px_walk_say_count(console, verb, ranking->from_smaps,
			" process without smaps_rollup: its smaps was added up",
			" processes without smaps_rollup: their smaps were added up");
	if (!has_field(report, PX_RANK_AMOUNT + PX_AMOUNT_HUGETLB))
		px_walk_say_count(console, verb, ranking->huge,
			" process has pages of hugetlbfs, which are in no column but hugetlb, "
			"footprint and own",
			" processes have pages of hugetlbfs, which are in no column but hugetlb, "
			"footprint and own");
}

/* Whether rows can be sorted by what --sort names; false after a message. */
static bool has_sort_column(const struct report *report, struct px_console *console)
{
	const char *sort_by = report->options->shape.sort;

	if (sort_by == NULL ||
		px_table_find(report->columns, report->count, sort_by) < report->count)
		return true;
	px_say_no_column(console, report->options->walk.verb, &report->options->shape,
		report->columns, report->count);
	return false;
}

/* Whether that is the host, which is shown without being asked for if there are several. */
static bool sorts_by_host(const struct report *report)
{
	const char *sort_by = report->options->shape.sort;

	return sort_by != NULL && report->options->walk.from != NULL &&
		px_table_find(all_columns, PX_RANK_FIELDS, sort_by) == PX_RANK_TEXT + PX_RANK_HOST;
}

/* Everything that is refused before anything is read. */
static bool prepare(struct report *report, struct px_console *console)
{
	if (!has_fields_of_groups(console, report->options))
		return false;
	choose_fields(report);
	choose_readings(report);
	make_columns(report);
	return sorts_by_host(report) || has_sort_column(report, console);
}

/* All has been read; the exit status. */
static int finish(struct report *report, struct px_console *console)
{
	int r;

	/* No table of nobody: that would look like an answer. */
	if (px_walk_is_vain(&report->counts)) {
		px_unread_tell(console, report->options->walk.verb, NULL, &report->counts.unread);
		return 2;
	}
	r = px_ranking_finish(&report->ranking);
	make_columns(report);
	if (r == 0 && !has_sort_column(report, console))
		return 2;
	if (r == 0)
		r = print(report, console);
	if (r < 0) {
		px_message(
			console, r == -ENOMEM ? "memory allocation failed" : px_describe_error(-r));
		return 2;
	}
	say_caveats(report, console);
	return px_walk_status(&report->options->walk, &report->counts, false);
}

int px_rank(struct px_console *console, const struct px_rank_options *options)
{
	struct px_walk_options walk = options->walk;
	struct report report = { .options = options };
	int status = 2;

	if (!prepare(&report, console))
		return status;
	report.ranking.is_live = walk.root == NULL && walk.from == NULL;
	walk.looks_only = (report.ranking.amounts & PX_MEMORY_OF_MAPS) == 0;
	if (px_walk(console, &walk, px_ranking_visit, &report.ranking, &report.counts) == 0)
		status = finish(&report, console);
	px_ranking_deinit(&report.ranking);
	return status;
}
