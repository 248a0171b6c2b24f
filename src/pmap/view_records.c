/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --format: the columns of a view as records for programs; doc/FORMATS.md says how they
 * look.
 *
 * In JSON, each process is an object that begins with the header and ends when it
 * is known whether all was well, so that there is one for each process whatever
 * happens, and who has come before is known from the number of the job.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chosen.h"
#include "columns.h"
#include "field.h"
#include "name.h"
#include "rc.h"
#include "records.h"

/* How far the object of a process has been written. */
enum stage { STAGE_NONE, STAGE_OPEN, STAGE_MAPPINGS, STAGE_TOTALS };

struct px_records {
	struct px_field fields[PX_CHOSEN_MAX];
	size_t count;
	size_t keys_at;             /* Before which of them the keys of smaps are. */
	bool has_keys;              /* Whether there are such: those that are met. */
	struct px_columns columns;  /* For these. */
	struct px_chosen_sums sums; /* Of --fields. */
	uint64_t layout;            /* Of the mapping that was last looked at for other keys. */
	char *command;              /* Of this process, owned. */
	size_t command_length;
	size_t rows; /* Of this process. */
	enum stage stage;
};

static enum px_notation notation_of(const struct px_sheet *sheet)
{
	return sheet->options->shape.notation;
}

static void add_field(struct px_records *records, struct px_field field)
{
	records->fields[records->count++] = field;
}

/* The columns of a view; those that are read from maps and shown before keys come first. */
static void list_own(struct px_records *records, const struct px_sheet *sheet, bool behind_keys)
{
	struct px_field_set set = px_field_set_of(sheet->options->view);

	for (int i = 0; i < PX_OWN_COUNT; i++) {
		bool is_behind = i == PX_OWN_MAPPING || i == PX_OWN_NAME;
		struct px_field field = px_field_own((enum px_own)i);

		if (is_behind != behind_keys)
			continue;
		/* What an rc file does not ask for; the address and the name are always there. */
		if (sheet->rc != NULL && i != PX_OWN_ADDRESS && i != PX_OWN_NAME &&
			!px_rc_wants_heading(sheet->rc, sheet->console, field.name.bytes))
			continue;
		if ((set.own >> i & 1) != 0 || i == PX_OWN_NAME)
			add_field(records, field);
	}
}

/* Where there are headings, the columns are the same in each process: all known keys. */
static void list_keys(struct px_records *records, const struct px_sheet *sheet)
{
	for (int i = 0; i < PMAPX_FIELD_COUNT; i++) {
		struct px_field field = px_field_key((enum pmapx_field)i);
		struct pmapx_entry entry = { .key = field.name, .field = field.key };

		if (i == PMAPX_FIELD_NAME || i == PMAPX_FIELD_VM_FLAGS)
			continue;
		if (px_wants_key(sheet, &entry))
			add_field(records, field);
	}
}

static void list_fields(struct px_records *records, const struct px_sheet *sheet)
{
	struct px_field flags = px_field_key(PMAPX_FIELD_VM_FLAGS);

	records->count = 0;
	records->has_keys = false;
	if (sheet->options->view == PX_VIEW_CHOSEN) {
		const struct px_chosen *chosen = sheet->options->arrange.chosen;

		for (size_t i = 0; i < chosen->count; i++)
			add_field(records, chosen->list[i]);
		return;
	}
	list_own(records, sheet, false);
	records->keys_at = records->count;
	if (sheet->options->view == PX_VIEW_FIELDS) {
		records->has_keys = !px_notation_has_headings(notation_of(sheet));
		if (!records->has_keys)
			list_keys(records, sheet);
		if (sheet->rc != NULL ? px_rc_wants(sheet->rc, &flags.name)
				      : sheet->options->every_field)
			add_field(records, flags);
	}
	list_own(records, sheet, true);
}

static int records_open(struct px_sheet *sheet)
{
	sheet->records = calloc(1, sizeof(*sheet->records));
	if (sheet->records == NULL)
		return -ENOMEM;
	list_fields(sheet->records, sheet);
	return 0;
}

static void records_close(struct px_sheet *sheet)
{
	px_columns_deinit(&sheet->records->columns);
	free(sheet->records->command);
	free(sheet->records);
	sheet->records = NULL;
}

/* Who it is: of what was saved without a number, nobody knows. */
static void put_pid(struct px_record *record, pid_t pid)
{
	bool is_long = px_notation_has_headings(record->notation);

	if (pid != 0)
		px_record_number(record, is_long ? "PID" : "pid", (uint64_t)pid);
	else
		px_record_nothing(record, is_long ? "PID" : "pid");
}

static void put_command(struct px_sheet *sheet, struct px_record *record)
{
	const struct px_records *records = sheet->records;
	const char *key = px_notation_has_headings(record->notation) ? "Command" : "command";

	if (records->command != NULL)
		px_record_text(record, key, records->command, records->command_length);
	else
		px_record_nothing(record, key);
}

static void put_host(struct px_sheet *sheet, struct px_record *record)
{
	const char *host = sheet->member != NULL ? sheet->member->host : "";

	if (px_notation_has_headings(record->notation)) {
		if (sheet->options->from != NULL)
			px_record_text(record, "Host", host, strlen(host));
	} else if (*host != '\0') {
		px_record_text(record, "host", host, strlen(host));
	}
}

/* Begin the object of a process. */
static void open_process(struct px_sheet *sheet, pid_t pid)
{
	struct px_out *out = &sheet->console->out;
	struct px_record record;

	px_out_string(out, sheet->number > 0 ? ",\n" : "\n");
	record = px_record_begin(out, PX_NOTATION_JSON);
	put_pid(&record, pid);
	put_host(sheet, &record);
	if (sheet->records->command != NULL)
		put_command(sheet, &record);
	sheet->records->stage = STAGE_OPEN;
}

static pid_t pid_of(const struct px_sheet *sheet)
{
	return sheet->member != NULL && sheet->member->pid == 0 ? 0 : sheet->identity->tgid;
}

static int records_head(struct px_sheet *sheet, struct pmapx_process *process)
{
	struct px_records *records = sheet->records;
	int r;

	free(records->command);
	records->command = NULL;
	r = px_read_command(sheet, process, &records->command, &records->command_length);
	if (notation_of(sheet) == PX_NOTATION_JSON)
		open_process(sheet, pid_of(sheet));
	return r;
}

static void records_begin(struct px_sheet *sheet)
{
	struct px_records *records = sheet->records;

	records->rows = 0;
	records->layout = 0;
	records->sums = (struct px_chosen_sums){ 0 };
	px_columns_begin(&records->columns);
	/* Words of pmap's, in no language. */
	sheet->anon = (struct pmapx_text){ "[ anon ]", 8 };
	sheet->stack = (struct pmapx_text){ "[ stack ]", 9 };
	if (notation_of(sheet) != PX_NOTATION_JSON)
		return;
	px_out_string(&sheet->console->out, ",\"mappings\":[");
	records->stage = STAGE_MAPPINGS;
}

/* A px_column_test. */
static bool is_column(const void *context, const struct pmapx_entry *entry)
{
	return px_wants_key(context, entry);
}

static void put_field(struct px_sheet *sheet, struct px_record *record,
	const struct px_field *field, const struct pmapx_mapping *mapping)
{
	const char *key = field->name.bytes;
	struct px_field_value value;

	px_field_read(sheet, field, mapping, &value);
	if (!value.is_known) {
		px_record_nothing(record, key);
		return;
	}
	switch (field->kind) {
	case PX_FIELD_TEXT:
	case PX_FIELD_DEVICE:
		px_record_text(record, key, value.text.bytes, value.text.length);
		break;
	case PX_FIELD_ADDRESS:
		px_record_address(record, key, value.number);
		break;
	default:
		px_record_number(record, key, value.number);
	}
}

/* Whether a member that is not of smaps is called @key. */
static bool is_taken(const char *key)
{
	static const char *const members[] = { "Address", "Perm", "Offset", "Device", "Inode",
		"VmFlags", "Mapping", "Name", "pid", "command", "host" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (strcmp(key, members[i]) == 0)
			return true;
	return false;
}

/* The keys of smaps that this process has had so far. */
static void put_keys(struct px_record *record, const struct px_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		const char *key = columns->list[i].key.bytes;
		uint64_t number;

		/* A saved file may have keys that are called as other members are. */
		if (!columns->list[i].shown || is_taken(key))
			continue;
		if (px_columns_number(columns, i, &number))
			px_record_number(record, key, number);
		else
			px_record_nothing(record, key);
	}
}

static void put_row(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	struct px_records *records = sheet->records;
	struct px_out *out = &sheet->console->out;
	struct px_record record;

	if (notation_of(sheet) == PX_NOTATION_JSON)
		px_out_string(out, records->rows++ > 0 ? ",\n" : "\n");
	record = px_record_begin(out, notation_of(sheet));
	if (notation_of(sheet) != PX_NOTATION_JSON) {
		put_pid(&record, pid_of(sheet));
		put_command(sheet, &record);
		put_host(sheet, &record);
	}
	for (size_t i = 0; i < records->count; i++) {
		if (records->has_keys && i == records->keys_at)
			put_keys(&record, &records->columns);
		put_field(sheet, &record, &records->fields[i], mapping);
	}
	px_record_end(&record);
}

/* Whether there are keys that have no column where headings are the same for all. */
static void look_for_others(struct px_sheet *sheet, const struct pmapx_smaps *smaps)
{
	struct pmapx_entry entry;

	if (sheet->records->layout == smaps->layout)
		return;
	sheet->records->layout = smaps->layout;
	for (size_t i = 0; pmapx_smaps_entry(smaps, i, &entry); i++)
		if (entry.field == PMAPX_FIELD_UNKNOWN && px_wants_key(sheet, &entry))
			*sheet->has_left_out = true;
}

static int records_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	struct px_records *records = sheet->records;
	int r = 0;

	if (selection == PX_SKIPPED)
		return 0;
	px_totals_add(&sheet->totals, mapping);
	if (sheet->options->view == PX_VIEW_CHOSEN)
		px_chosen_add(&records->sums, sheet, mapping);
	if (records->has_keys)
		r = px_columns_fill(&records->columns, mapping->smaps, is_column, sheet);
	else if (sheet->options->view == PX_VIEW_FIELDS)
		look_for_others(sheet, mapping->smaps);
	if (r == -ENOMEM)
		return r;
	if (records->has_keys)
		px_columns_count(&records->columns);
	if (selection == PX_SHOWN)
		put_row(sheet, mapping);
	return r;
}

static void put_sum(struct px_record *record, const char *key, bool is_known, uint64_t sum)
{
	if (is_known)
		px_record_number(record, key, sum);
	else
		px_record_nothing(record, key);
}

static void put_chosen_sums(struct px_sheet *sheet, struct px_record *record)
{
	const struct px_chosen *chosen = sheet->options->arrange.chosen;
	const struct px_chosen_sums *sums = &sheet->records->sums;

	for (size_t i = 0; i < chosen->count; i++)
		if (chosen->list[i].kind == PX_FIELD_KB)
			put_sum(record, chosen->list[i].name.bytes, px_chosen_has_sum(sums, i),
				sums->kb[i]);
}

static void put_key_sums(struct px_sheet *sheet, struct px_record *record)
{
	struct px_columns *columns = &sheet->records->columns;

	px_columns_end(columns, false);
	for (size_t i = 0; i < columns->count; i++)
		if (columns->list[i].shown)
			put_sum(record, columns->list[i].key.bytes,
				columns->list[i].number_count > 0 || columns->row_count == 0,
				columns->list[i].total);
}

/* The sums that the view has below its rows. */
static void put_totals(struct px_sheet *sheet)
{
	const struct px_totals *totals = &sheet->totals;
	struct px_record record = px_record_begin(&sheet->console->out, PX_NOTATION_JSON);

	switch (sheet->options->view) {
	case PX_VIEW_DEVICE:
		px_record_number(&record, "mapped", totals->mapped_bytes / 1024);
		px_record_number(
			&record, "writeable/private", totals->writable_private_bytes / 1024);
		px_record_number(&record, "shared", totals->shared_bytes / 1024);
		break;
	case PX_VIEW_FIELDS:
		put_key_sums(sheet, &record);
		break;
	case PX_VIEW_CHOSEN:
		put_chosen_sums(sheet, &record);
		break;
	default:
		px_record_number(&record, "Kbytes", totals->mapped_bytes / 1024);
		if (sheet->options->view != PX_VIEW_EXTENDED)
			break;
		put_sum(&record, "RSS", totals->rss_count > 0 || totals->count == 0,
			totals->rss_kb);
		put_sum(&record, "Dirty", totals->dirty_count > 0 || totals->count == 0,
			totals->dirty_kb);
	}
	px_record_end(&record);
}

static int records_end(struct px_sheet *sheet)
{
	struct px_out *out = &sheet->console->out;

	if (notation_of(sheet) != PX_NOTATION_JSON)
		return 0;
	px_out_string(out, sheet->records->rows > 0 ? "\n]" : "]");
	if (!sheet->options->quiet) {
		px_out_string(out, ",\"totals\":");
		put_totals(sheet);
	}
	sheet->records->stage = STAGE_TOTALS;
	return 0;
}

static void records_done(struct px_sheet *sheet, pid_t pid)
{
	struct px_records *records = sheet->records;
	struct px_out *out = &sheet->console->out;

	if (notation_of(sheet) == PX_NOTATION_JSON) {
		if (records->stage == STAGE_NONE) {
			free(records->command);
			records->command = NULL;
			open_process(sheet, pid);
		}
		if (sheet->failure != NULL) {
			px_out_string(out, ",\"error\":");
			px_out_json_string(out, sheet->failure, strlen(sheet->failure));
		}
		px_out_string(out, "}");
	}
	records->stage = STAGE_NONE;
	sheet->number++;
}

void px_records_wrap(const struct px_view *view, struct px_view *ret)
{
	*ret = (struct px_view){
		.file = view->file,
		.mappings_only = view->mappings_only,
		.fields = view->fields,
		.numa_column = view->numa_column,
		.open = records_open,
		.close = records_close,
		.head = records_head,
		.begin = records_begin,
		.row = records_row,
		.end = records_end,
		.done = records_done,
	};
}

static const char *view_name(const struct px_options *options)
{
	if (options->read_rc)
		return "chosen";
	switch (options->view) {
	case PX_VIEW_EXTENDED:
		return "extended";
	case PX_VIEW_DEVICE:
		return "device";
	case PX_VIEW_FIELDS:
		return options->every_field ? "everything" : "more";
	case PX_VIEW_CHOSEN:
		return "fields";
	default:
		return "default";
	}
}

static int put_headings(
	struct px_console *console, const struct px_options *options, const struct px_rc *rc)
{
	/* A sheet of no process, which says what the others will have. */
	struct px_sheet sheet = { .console = console, .options = options, .rc = rc };
	struct px_record record = px_record_begin(&console->out, options->shape.notation);
	struct px_records *records = calloc(1, sizeof(*records));

	if (records == NULL)
		return -ENOMEM;
	list_fields(records, &sheet);
	px_record_heading(&record, "PID");
	px_record_heading(&record, "Command");
	if (options->from != NULL)
		px_record_heading(&record, "Host");
	for (size_t i = 0; i < records->count; i++)
		px_record_heading(&record, records->fields[i].name.bytes);
	px_record_end(&record);
	free(records);
	return 0;
}

int px_records_begin(
	struct px_console *console, const struct px_options *options, const struct px_rc *rc)
{
	struct px_out *out = &console->out;

	if (px_notation_has_headings(options->shape.notation) &&
		put_headings(console, options, rc) < 0)
		return -ENOMEM;
	if (options->shape.notation == PX_NOTATION_JSON) {
		px_out_string(out, "{\"schema\":\"pmapx.mappings\",\"version\":1,\"view\":\"");
		px_out_string(out, view_name(options));
		px_out_string(out, "\",\"processes\":[");
	}
	px_out_flush(out);
	return 0;
}

void px_records_end(struct px_console *console, const struct px_options *options, bool has_left_out)
{
	if (options->shape.notation == PX_NOTATION_JSON)
		px_out_string(&console->out, "\n]}\n");
	if (!has_left_out)
		return;
	px_out_flush(&console->out);
	px_message(console,
		"keys of smaps that pmapx does not know are left out of csv and tsv; json has them");
}
