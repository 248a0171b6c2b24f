/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An smaps file through a view: what is printed is a row for each mapping in
 * range, with its numbers whole, and the sums of those rows.
 *
 * The first line says how to print, letter by letter: see take_letter().
 */
#include <inttypes.h>
#include <string.h>

#include "columns.h"
#include "expected.h"
#include "labels.h"
#include "maps.h"
#include "mutate.h"
#include "name.h"
#include "stage.h"

/* A run: how it is asked for, what there is to print, and what was printed. */
struct run {
	struct px_stage *stage;
	struct px_expected expected;
	struct pmapx_text out; /* What has not been looked at. */
	/* Sums of the rows. */
	size_t count;
	uint64_t bytes, shared_bytes, writable_bytes;
	size_t rss_count, dirty_count;
	uint64_t rss_kb, dirty_kb;
};

/* A column of -X. */
struct column {
	struct pmapx_text key;
	bool shown;
	size_t count; /* Rows with a number. */
	uint64_t total;
};

struct columns {
	struct column list[PX_COLUMNS_MAX];
	size_t count, unknown_count;
	bool any_shown, has_vm_flags;
};

static void take_letter(struct px_stage *stage, char letter)
{
	struct px_options *options = &stage->options;

	switch (letter) {
	case 'x':
		options->view = PX_VIEW_EXTENDED;
		break;
	case 'd':
		options->view = PX_VIEW_DEVICE;
		break;
	case 'X':
		options->every_field = options->view == PX_VIEW_FIELDS;
		options->view = PX_VIEW_FIELDS;
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'p':
		options->show_path = true;
		break;
	case 'k':
		options->kernel_names = true;
		break;
	case '3':
		options->compat_3_2 = true;
		break;
	case 'P':
		stage->source.is_procfs = true;
		break;
	case '1':
		stage->chunk = 1;
		break;
	case '7':
		stage->chunk = 777;
		break;
	case 'L':
		options->low = options->low * 2 + 0x1000;
		break;
	case 'H':
		options->high = options->high == UINT64_MAX ? 0x2000 : options->high * 2;
		break;
	default:
		break;
	}
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static struct pmapx_text next_line(struct run *run)
{
	struct pmapx_text line;

	px_must(px_next_line(&run->out, &line));
	return line;
}

static void must_be_line(struct run *run, const char *text)
{
	struct pmapx_text line = next_line(run);

	px_must(line.length == strlen(text) && memcmp(line.bytes, text, line.length) == 0);
}

/* A line that is @text, and then @name, which is freed. */
static void must_be_row(struct run *run, const char *text, struct px_bytes name)
{
	struct pmapx_text line = next_line(run);
	size_t length = strlen(text);

	px_must(line.length == length + name.length);
	px_must(memcmp(line.bytes, text, length) == 0);
	if (name.length > 0)
		px_must(memcmp(line.bytes + length, name.bytes, name.length) == 0);
	px_bytes_drop(&name);
}

static bool is_selected(const struct px_options *options, const struct pmapx_mapping *mapping)
{
	uint64_t last = mapping->end - (mapping->end > mapping->start);

	return last >= options->low && mapping->start <= options->high;
}

/* Take a word from between blanks. */
static struct pmapx_text take_word(struct pmapx_text *rest)
{
	struct pmapx_text word;

	while (rest->length > 0 && *rest->bytes == ' ') {
		rest->bytes++;
		rest->length--;
	}
	word = (struct pmapx_text){ rest->bytes, 0 };
	while (word.length < rest->length && word.bytes[word.length] != ' ')
		word.length++;
	rest->bytes += word.length;
	rest->length -= word.length;
	return word;
}

static void must_be_word(struct pmapx_text *rest, const char *bytes, size_t length)
{
	struct pmapx_text word = take_word(rest), want = { bytes, length };

	px_must(px_text_equals(&word, &want));
}

static void must_be_string(struct pmapx_text *rest, const char *string)
{
	must_be_word(rest, string, strlen(string));
}

static const char *kb_or_not(char text[24], bool known, uint64_t kb)
{
	snprintf(text, 24, "%" PRIu64, kb);
	return known ? text : "?";
}

/* The numbers of a row of the default view, -x or -d. */
static void look_at_row(struct run *run, const struct px_expected_mapping *expected)
{
	const struct pmapx_mapping *mapping = &expected->mapping;
	uint64_t kb = (mapping->end - mapping->start) / 1024;
	char shared = mapping->perms[3] == 'p' ? '-' : 's', mode[6], rss[24], dirty[24];
	char device[64], text[512];
	struct pmapx_text name;

	snprintf(mode, sizeof(mode), "%.3s%c-", mapping->perms, shared);
	switch (run->stage->options.view) {
	case PX_VIEW_EXTENDED:
		snprintf(text, sizeof(text), "%016" PRIx64 " %7" PRIu64 " %7s %7s %s ",
			mapping->start, kb, kb_or_not(rss, expected->has_rss, expected->rss_kb),
			kb_or_not(dirty, expected->has_dirty, expected->dirty_kb), mode);
		break;
	case PX_VIEW_DEVICE:
		snprintf(device, sizeof(device), "%03" PRIx64 ":%05" PRIx64, mapping->dev_major,
			mapping->dev_minor);
		snprintf(text, sizeof(text), "%016" PRIx64 " %7" PRIu64 " %s %016" PRIx64 " %9s ",
			mapping->start, kb, mode, mapping->offset, device);
		break;
	default:
		snprintf(text, sizeof(text), "%016" PRIx64 " %6" PRIu64 "K %s ", mapping->start, kb,
			mode);
	}
	name = px_expected_text(&run->expected, expected->name);
	must_be_row(run, text, px_label_of(run->stage, mapping, &name));
}

static void count_row(struct run *run, const struct px_expected_mapping *expected)
{
	const struct pmapx_mapping *mapping = &expected->mapping;
	uint64_t size = mapping->end - mapping->start;

	run->count++;
	run->bytes = sum(run->bytes, size);
	if (mapping->perms[3] != 'p')
		run->shared_bytes = sum(run->shared_bytes, size);
	else if (mapping->perms[1] == 'w')
		run->writable_bytes = sum(run->writable_bytes, size);
	run->rss_count += expected->has_rss;
	run->rss_kb = sum(run->rss_kb, expected->rss_kb);
	run->dirty_count += expected->has_dirty;
	run->dirty_kb = sum(run->dirty_kb, expected->dirty_kb);
}

static void look_at_totals(struct run *run)
{
	struct pmapx_text line;
	char text[256], rss[24], dirty[24];

	switch (run->stage->options.view) {
	case PX_VIEW_EXTENDED:
		next_line(run);
		line = next_line(run);
		must_be_string(&line, "total");
		must_be_string(&line, "kB");
		snprintf(text, sizeof(text), "%" PRIu64, run->bytes / 1024);
		must_be_string(&line, text);
		must_be_string(
			&line, kb_or_not(rss, run->rss_count > 0 || run->count == 0, run->rss_kb));
		must_be_string(&line,
			kb_or_not(dirty, run->dirty_count > 0 || run->count == 0, run->dirty_kb));
		px_must(line.length == 0);
		break;
	case PX_VIEW_DEVICE:
		snprintf(text, sizeof(text),
			"mapped: %" PRIu64 "K    writeable/private: %" PRIu64
			"K    shared: %" PRIu64 "K",
			run->bytes / 1024, run->writable_bytes / 1024, run->shared_bytes / 1024);
		must_be_line(run, text);
		break;
	default:
		snprintf(text, sizeof(text), " total %16" PRIu64 "K", run->bytes / 1024);
		must_be_line(run, text);
	}
}

/* The default view, -x and -d. */
static void look_at_stream(struct run *run)
{
	const struct px_options *options = &run->stage->options;

	if (options->view != PX_VIEW_PLAIN && !options->quiet)
		next_line(run);
	for (size_t i = 0; i < px_expected_count(&run->expected); i++) {
		const struct px_expected_mapping *expected = px_expected_mapping_at(
			&run->expected, i);

		if (run->stage->source.is_procfs && expected->mapping.start > options->high)
			break;
		if (!is_selected(options, &expected->mapping))
			continue;
		look_at_row(run, expected);
		count_row(run, expected);
	}
	if (!options->quiet)
		look_at_totals(run);
}

/* Keys that -X leaves out. */
static bool is_shown(const struct px_options *options, const struct pmapx_text *key)
{
	static const char *const hidden[] = { "AnonHugePages", "KernelPageSize", "MMUPageSize",
		"Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty" };

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (key->length == strlen(hidden[i]) &&
			memcmp(key->bytes, hidden[i], key->length) == 0)
			return options->every_field;
	return true;
}

static void find_columns(const struct run *run, struct columns *columns)
{
	size_t entries = run->expected.entries.length / sizeof(struct px_expected_entry);

	columns->count = columns->unknown_count = 0;
	columns->any_shown = columns->has_vm_flags = false;
	for (size_t i = 0; i < px_expected_count(&run->expected); i++)
		columns->has_vm_flags |= run->stage->options.every_field &&
			px_expected_mapping_at(&run->expected, i)->has_vm_flags;
	for (size_t i = 0; i < entries; i++) {
		const struct px_expected_entry *entry = px_expected_entry_at(&run->expected, i);
		struct pmapx_text key = px_expected_text(&run->expected, entry->key);
		size_t column = 0;

		while (column < columns->count && !px_text_equals(&columns->list[column].key, &key))
			column++;
		if (column < columns->count ||
			(!entry->is_known && columns->unknown_count == PX_COLUMNS_UNKNOWN_MAX))
			continue;
		columns->unknown_count += !entry->is_known;
		columns->list[columns->count] = (struct column){
			.key = key,
			.shown = is_shown(&run->stage->options, &key),
		};
		columns->any_shown |= columns->list[columns->count++].shown;
	}
}

/* The value of a mapping in a column, which is counted. */
static void look_at_value(const struct run *run, const struct px_expected_mapping *expected,
	struct column *column, struct pmapx_text *line)
{
	const struct px_expected_entry *last = NULL;
	struct pmapx_text digits;

	for (size_t i = expected->first_entry; i < expected->past_entry; i++) {
		const struct px_expected_entry *entry = px_expected_entry_at(&run->expected, i);
		struct pmapx_text key = px_expected_text(&run->expected, entry->key);

		if (px_text_equals(&key, &column->key))
			last = entry;
	}
	if (last == NULL) {
		must_be_string(line, "-");
		return;
	}
	digits = px_expected_text(&run->expected, last->digits);
	if (digits.length == 0) {
		must_be_string(line, "?");
		return;
	}
	must_be_word(line, digits.bytes, digits.length);
	column->count++;
	column->total = sum(column->total, last->number);
}

/* What stands behind the numbers: flags, in their column, and the name. */
static void look_at_end(struct run *run, const struct px_expected_mapping *expected,
	struct pmapx_text line, bool has_vm_flags)
{
	struct pmapx_text flags = px_expected_text(&run->expected, expected->vm_flags);
	struct pmapx_text name = px_expected_text(&run->expected, expected->name);
	struct px_bytes shown = px_table_name_of(run->stage, &name);

	if (has_vm_flags) {
		flags = px_flags_of(&flags);
		while (line.length > 0 && *line.bytes == ' ') {
			line.bytes++;
			line.length--;
		}
		px_must(line.length >= flags.length);
		px_must(memcmp(line.bytes, flags.bytes, flags.length) == 0);
		line.bytes += flags.length;
		line.length -= flags.length;
	}
	px_must(line.length == 1 + shown.length && line.bytes[0] == ' ');
	if (shown.length > 0)
		px_must(memcmp(line.bytes + 1, shown.bytes, shown.length) == 0);
	px_bytes_drop(&shown);
}

static void look_at_fields(
	struct run *run, const struct px_expected_mapping *expected, struct columns *columns)
{
	struct pmapx_mapping mapping = expected->mapping;
	struct pmapx_text words[PX_WORD_COUNT], line = next_line(run);

	mapping.text = px_expected_text(&run->expected, expected->line);
	px_maps_words(&mapping, words);
	for (int i = 0; i < PX_WORD_COUNT; i++)
		must_be_word(&line, words[i].bytes, words[i].length);
	for (size_t i = 0; i < columns->count; i++)
		if (columns->list[i].shown)
			look_at_value(run, expected, &columns->list[i], &line);
	look_at_end(run, expected, line, columns->has_vm_flags);
	run->count++;
}

static void look_at_headings(struct run *run, const struct columns *columns)
{
	static const char *const words[] = { "Address", "Perm", "Offset", "Device", "Inode" };
	struct pmapx_text line = next_line(run);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		must_be_string(&line, words[i]);
	for (size_t i = 0; i < columns->count; i++)
		if (columns->list[i].shown)
			must_be_word(
				&line, columns->list[i].key.bytes, columns->list[i].key.length);
	if (columns->has_vm_flags)
		must_be_string(&line, "VmFlags");
	must_be_string(&line, "Mapping");
	px_must(line.length == 0);
}

static void look_at_sums(struct run *run, const struct columns *columns)
{
	struct pmapx_text line;

	if (!columns->any_shown)
		return;
	next_line(run);
	line = next_line(run);
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->list[i];
		char text[24];

		if (column->shown)
			must_be_string(&line,
				kb_or_not(
					text, column->count > 0 || run->count == 0, column->total));
	}
	must_be_string(&line, "KB");
}

/* -X and -XX. */
static void look_at_table(struct run *run)
{
	static struct columns columns;
	bool quiet = run->stage->options.quiet;

	if (px_expected_count(&run->expected) == 0)
		return;
	find_columns(run, &columns);
	if (!quiet)
		look_at_headings(run, &columns);
	for (size_t i = 0; i < px_expected_count(&run->expected); i++) {
		const struct px_expected_mapping *expected = px_expected_mapping_at(
			&run->expected, i);

		if (is_selected(&run->stage->options, &expected->mapping))
			look_at_fields(run, expected, &columns);
	}
	if (!quiet)
		look_at_sums(run, &columns);
}

/* 3.2 lays out other columns; there the lines are counted. */
static void count_lines(struct run *run)
{
	const struct px_options *options = &run->stage->options;
	size_t lines = 0,
	       frame = options->view == PX_VIEW_EXTENDED ? 3
		: options->view == PX_VIEW_DEVICE        ? 2
							 : 1;
	struct pmapx_text line;

	for (size_t i = 0; i < px_expected_count(&run->expected); i++) {
		const struct pmapx_mapping *mapping = &px_expected_mapping_at(&run->expected, i)
							       ->mapping;

		if (run->stage->source.is_procfs && mapping->start > options->high)
			break;
		run->count += is_selected(options, mapping);
	}
	while (px_next_line(&run->out, &line))
		lines++;
	px_must(lines == run->count + (options->quiet ? 0 : frame));
}

/* Whether a kernel cannot have listed these mappings, as far as they are read. */
static bool is_torn(const struct run *run)
{
	const struct px_options *options = &run->stage->options;
	uint64_t end = 0;

	if (!run->stage->source.is_procfs)
		return false;
	for (size_t i = 0; i < px_expected_count(&run->expected); i++) {
		const struct pmapx_mapping *mapping = &px_expected_mapping_at(&run->expected, i)
							       ->mapping;

		if (options->view != PX_VIEW_FIELDS && mapping->start > options->high)
			return false;
		if (mapping->start < end)
			return true;
		end = mapping->end;
	}
	return false;
}

static void show(struct px_stage *stage, const struct pmapx_text *text, bool is_utf8)
{
	static const char stat[] =
		"100 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 55 0 0 0 0 0 8191 0 0 0\n";
	struct run run = { .stage = stage };
	bool stops_early;
	int status;

	stage->files[PX_FILE_STAT].text = (struct pmapx_text){ stat, sizeof(stat) - 1 };
	stage->files[PX_FILE_SMAPS].text = stage->files[PX_FILE_MAPS].text = *text;
	run.expected = px_expected_of(text,
		stage->options.view == PX_VIEW_PLAIN || stage->options.view == PX_VIEW_DEVICE);
	status = px_stage_show(stage);
	px_must_be_harmless(&stage->said.out, is_utf8);
	px_must_be_harmless(&stage->said.err, is_utf8);
	stops_early = stage->source.is_procfs && stage->options.high != UINT64_MAX;
	px_must((status == 0) == (stage->said.err.length == 0));
	px_must(status == 1 || !run.expected.has_errors || stops_early);
	/* A file in memory is as torn the sixth time as the first. */
	px_must(stage->said.undone == (is_torn(&run) ? 5 : 0));
	px_must(status == 1 || stage->said.undone == 0);
	run.out = (struct pmapx_text){ stage->said.out.bytes, stage->said.out.length };
	must_be_line(&run, "100:   [x]");
	if (stage->options.view == PX_VIEW_FIELDS)
		look_at_table(&run);
	else if (stage->options.compat_3_2)
		count_lines(&run);
	else
		look_at_stream(&run);
	px_must(run.out.length == 0);
	px_expected_drop(&run.expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct px_stage stage;
	struct pmapx_text text = { (const char *)data, size }, letters;
	bool is_utf8 = false;
	char *copy;

	if (!px_next_line(&text, &letters))
		return 0;
	is_utf8 = memchr(letters.bytes, 'u', letters.length) != NULL;
	px_stage_begin(&stage, is_utf8);
	for (size_t i = 0; i < letters.length; i++)
		take_letter(&stage, letters.bytes[i]);
	stage.options.compat_3_2 &= stage.options.view != PX_VIEW_FIELDS;
	copy = px_exact_copy(text.bytes, text.length);
	text.bytes = copy;
	show(&stage, &text, is_utf8);
	px_stage_end(&stage);
	free(copy);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_lines(data, size, max_size, seed, true);
}
