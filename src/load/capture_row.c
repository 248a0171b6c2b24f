/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The row of a capture, and what it says of its machine.
 */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "json.h"
#include "load_impl.h"
#include "names.h"
#include "scan.h"
#include "timestamp.h"

/* More than what a kernel says of a machine has. */
#define FACTS_MAX ((size_t)64 * 1024)

/*
 * A file of the host, at most FACTS_MAX of it, terminated and to be freed; NULL if there
 * is none.
 */
static char *read_file(
	struct px_loading *loading, struct pmapx_source *source, enum px_host_file which)
{
	char *bytes = malloc(FACTS_MAX + 1);
	size_t length = 0;
	ssize_t n = bytes != NULL ? 1 : -ENOMEM;

	while (n > 0 && length < FACTS_MAX) {
		n = px_host_file_read(
			source, loading->key, which, length, bytes + length, FACTS_MAX - length);
		length += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		free(bytes);
		return NULL;
	}
	bytes[length] = '\0';
	return bytes;
}

/* The first line of a file, to be freed; NULL if there is none. */
static char *read_line(
	struct px_loading *loading, struct pmapx_source *source, enum px_host_file which)
{
	char *text = read_file(loading, source, which);

	if (text != NULL)
		text[strcspn(text, "\n")] = '\0';
	if (text != NULL && *text == '\0') {
		free(text);
		text = NULL;
	}
	return text;
}

static int digit_of(char byte)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = byte != '\0' ? strchr(digits, byte) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Captures have two backslashes for one, and \xHH for a byte that is of no character. */
static void unescape(char *text)
{
	char *to = text;

	while (*text != '\0') {
		if (text[0] == '\\' && text[1] == 'x' && digit_of(text[2]) >= 0 &&
			digit_of(text[3]) >= 0) {
			*to++ = (char)(digit_of(text[2]) << 4 | digit_of(text[3]));
			text += 4;
			continue;
		}
		text += text[0] == '\\' && text[1] == '\\';
		*to++ = *text++;
	}
	*to = '\0';
}

/* A string of the manifest; NULL for any other value. */
static int take_text(const struct px_json_token *token, char **ret)
{
	ssize_t length;
	char *text;

	if (token->kind != PX_JSON_STRING)
		return 0;
	text = malloc(token->text.length + 1);
	if (text == NULL)
		return -ENOMEM;
	length = px_json_decode(&token->text, text, token->text.length);
	text[length > 0 ? length : 0] = '\0';
	unescape(text);
	free(*ret);
	*ret = text;
	return 0;
}

static void take_number(const struct px_json_token *token, int64_t *ret)
{
	uint64_t number = 0;
	const char *end = token->text.bytes + token->text.length;

	if (token->kind == PX_JSON_NUMBER &&
		px_scan_decimal(token->text.bytes, end, &number) == end && number <= INT64_MAX)
		*ret = (int64_t)number;
}

/* A member of the manifest. */
static int take_member(struct px_capture_facts *facts, const struct pmapx_text *key,
	const struct px_json_token *value)
{
	const struct {
		const char *key;
		char **text;
		int64_t *number;
	} members[] = {
		{ "label", &facts->label, NULL },
		{ "host", &facts->host, NULL },
		{ "kernel", &facts->kernel, NULL },
		{ "machine", &facts->machine, NULL },
		{ "boot_id", &facts->boot_id, NULL },
		{ "pmapx", &facts->tool, NULL },
		{ "page_size", NULL, &facts->page_size },
		{ "clock_ticks", NULL, &facts->clock_ticks },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (!px_json_equals(key, members[i].key))
			continue;
		if (members[i].text != NULL)
			return take_text(value, members[i].text);
		take_number(value, members[i].number);
	}
	if (px_json_equals(key, "start"))
		facts->has_start = value->kind == PX_JSON_STRING &&
			px_timestamp_parse(&value->text, &facts->start_us);
	if (px_json_equals(key, "end"))
		facts->has_end = value->kind == PX_JSON_STRING &&
			px_timestamp_parse(&value->text, &facts->end_us);
	return 0;
}

/* What the capture says of itself, up to its list of processes. */
static int read_manifest(struct px_loading *loading, struct pmapx_source *source)
{
	char *text = read_file(loading, source, PX_HOST_MANIFEST);
	struct px_json_token key, value;
	struct px_json json;
	int r = 0;

	if (text == NULL)
		return 0;
	px_json_init(&json, &(struct pmapx_text){ text, strlen(text) });
	if (px_json_next(&json, &value) == 1 && value.kind == PX_JSON_OBJECT) {
		while (r == 0 && px_json_next(&json, &key) == 1 && key.kind == PX_JSON_KEY &&
			!px_json_equals(&key.text, "processes") &&
			px_json_next(&json, &value) == 1) {
			unsigned depth = json.depth;

			r = take_member(&loading->facts, &key.text, &value);
			/* What is in an array or object is nothing of ours. */
			while (value.kind == PX_JSON_OBJECT || value.kind == PX_JSON_ARRAY)
				if (px_json_skip(&json) != 1 || json.depth < depth)
					break;
		}
	}
	free(text);
	return r;
}

/* What this machine says of itself. */
static void ask_here(struct px_capture_facts *facts)
{
	struct utsname name;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	facts->has_start = true;
	facts->start_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
	facts->is_now = true;
	clock_gettime(CLOCK_MONOTONIC, &facts->began);
	facts->page_size = sysconf(_SC_PAGESIZE);
	facts->clock_ticks = sysconf(_SC_CLK_TCK);
	if (uname(&name) == 0 && facts->machine == NULL)
		facts->machine = strdup(name.machine);
	free(facts->tool);
	facts->tool = strdup(PX_VERSION);
}

/* When the machine was booted: "btime" of its stat. */
static void find_boot(struct px_loading *loading, struct pmapx_source *source)
{
	static const char key[] = "btime ";
	char *text = read_file(loading, source, PX_HOST_STAT);
	const char *at = text;
	uint64_t seconds = 0;

	if (at != NULL && strncmp(at, key, strlen(key)) != 0) {
		at = strstr(at, "\nbtime ");
		at = at != NULL ? at + 1 : NULL;
	}
	if (at != NULL) {
		const char *end = strchrnul(at, '\n');

		at += strlen(key);
		loading->facts.has_boot = px_scan_decimal(at, end, &seconds) == end &&
			seconds <= INT64_MAX / 2000000;
		if (loading->facts.has_boot)
			loading->facts.boot_us = (int64_t)seconds * 1000000;
	}
	free(text);
}

/* What it is called, and whose it is. */
static int find_names(struct px_loading *loading, const struct pmapx_source *source)
{
	const struct px_load_options *options = loading->options;
	struct px_capture_facts *facts = &loading->facts;
	struct utsname name;

	if (options->label != NULL || facts->label == NULL || *facts->label == '\0') {
		free(facts->label);
		facts->label = options->label != NULL ? strdup(options->label)
						      : px_names_label(loading);
	}
	if (options->host != NULL) {
		free(facts->host);
		facts->host = strdup(options->host);
	} else if (facts->host == NULL && !px_host_is_alone(source)) {
		facts->host = strdup(loading->key);
	} else if (facts->host == NULL && uname(&name) == 0) {
		facts->host = strdup(name.nodename);
	}
	return facts->label == NULL || facts->host == NULL ? -ENOMEM : px_names_take(loading);
}

struct px_datum px_load_text(const char *text)
{
	return text != NULL && *text != '\0' ? px_datum_text(text, strlen(text)) : px_datum_null();
}

static struct px_datum number_value(bool is_known, int64_t number)
{
	return is_known ? px_datum_number(number) : px_datum_null();
}

/* "2026-11-21T20:02:21.123456Z" */
static void put_time(int64_t us, char *text, size_t size)
{
	time_t when = (time_t)(us / 1000000);
	struct tm parts;
	size_t length;

	gmtime_r(&when, &parts);
	length = strftime(text, size, "%Y-%m-%dT%H:%M:%S.", &parts);
	us %= 1000000;
	for (int64_t unit = 100000; unit > 0 && length + 2 < size; unit /= 10)
		text[length++] = (char)('0' + us / unit % 10);
	text[length] = 'Z';
	text[length + 1] = '\0';
}

/* @source is NULL for what is no source of processes: it has lines of maps. */
static void add_capture(struct px_loading *loading, struct pmapx_source *source)
{
	const struct px_capture_facts *facts = &loading->facts;
	const char *detail = NULL, *path = loading->from;
	struct px_datum row[PX_CAPTURE_COLUMNS];
	char taken[64] = "";

	if (facts->has_start && facts->start_us > 0)
		put_time(facts->start_us, taken, sizeof(taken));
	if (source == NULL)
		detail = "maps";
	else if (px_host_has(source, PX_FILE_SMAPS))
		detail = "smaps";
	else if (px_host_has(source, PX_FILE_MAPS))
		detail = "maps";
	else if (facts->tool != NULL)
		detail = "smaps"; /* Captures have it, also if its first process may not be read. */
	if (path == NULL)
		path = loading->options->walk.root != NULL ? loading->options->walk.root : "live";
	row[PX_CAPTURE_LABEL] = px_datum_text(facts->label, strlen(facts->label));
	row[PX_CAPTURE_HOST] = px_datum_text(facts->host, strlen(facts->host));
	row[PX_CAPTURE_TAKEN_AT] = px_load_text(taken);
	row[PX_CAPTURE_TAKEN_US] = number_value(facts->has_start, facts->start_us);
	row[PX_CAPTURE_DURATION_US] = number_value(
		facts->has_start && facts->has_end, facts->end_us - facts->start_us);
	row[PX_CAPTURE_KERNEL] = px_load_text(facts->kernel);
	row[PX_CAPTURE_MACHINE] = px_load_text(facts->machine);
	row[PX_CAPTURE_PAGE_SIZE] = number_value(facts->page_size > 0, facts->page_size);
	row[PX_CAPTURE_CLK_TCK] = number_value(facts->clock_ticks > 0, facts->clock_ticks);
	row[PX_CAPTURE_BOOT_ID] = px_load_text(facts->boot_id);
	row[PX_CAPTURE_SOURCE] = px_load_text(path);
	row[PX_CAPTURE_DETAIL] = px_load_text(detail);
	row[PX_CAPTURE_TOOL] = px_load_text(facts->tool);
	loading->failed = px_store_begin(loading->store, row);
}

/* Of several captures, nobody knows which one the files of options are of. */
static void refuse_several(struct px_loading *loading)
{
	if (loading->options->activity == NULL && loading->options->contexts == NULL)
		return;
	px_load_say(loading, loading->from,
		"several hosts are in it: --activity and --contexts are of one");
	loading->failed = -EINVAL;
}

int px_load_capture(struct px_loading *loading, struct pmapx_source *source)
{
	struct px_capture_facts *facts = &loading->facts;
	const char *key = px_host_of_member(source);
	int r = 0;

	if (loading->failed != 0 || (loading->has_begun && strcmp(key, loading->key) == 0))
		return 0;
	if (loading->has_begun)
		refuse_several(loading);
	if (loading->has_begun && loading->failed == 0)
		r = px_load_capture_end(loading, source);
	px_load_capture_clear(loading);
	loading->key = strdup(key);
	if (r < 0 || loading->key == NULL || loading->failed != 0)
		return r < 0 || loading->key != NULL ? r : -ENOMEM;
	loading->has_begun = true;
	loading->captures++;
	r = read_manifest(loading, source);
	if (r < 0)
		return r;
	if (facts->kernel == NULL)
		facts->kernel = read_line(loading, source, PX_HOST_RELEASE);
	if (facts->boot_id == NULL)
		facts->boot_id = read_line(loading, source, PX_HOST_BOOT_ID);
	if (facts->host == NULL)
		facts->host = read_line(loading, source, PX_HOST_NAME);
	find_boot(loading, source);
	if (loading->from == NULL && loading->options->walk.root == NULL)
		ask_here(facts);
	r = find_names(loading, source);
	if (r == 0 && loading->failed == 0)
		add_capture(loading, source);
	return r;
}

int px_load_capture_named(struct px_loading *loading, const char *label, const char *host)
{
	const struct px_load_options *options = loading->options;
	int r;

	px_load_capture_clear(loading);
	loading->key = strdup("");
	loading->facts.label = strdup(options->label != NULL ? options->label : label);
	loading->facts.host = strdup(options->host != NULL ? options->host : host);
	if (loading->key == NULL || loading->facts.label == NULL || loading->facts.host == NULL)
		return -ENOMEM;
	loading->has_begun = true;
	loading->captures++;
	r = px_names_take(loading);
	if (r == 0 && loading->failed == 0)
		add_capture(loading, NULL);
	return r;
}

static void add_fact(struct px_loading *loading, const struct px_datum *name,
	const struct px_datum *value, const struct px_datum *number)
{
	const struct px_datum row[PX_CAPTURE_FACT_COLUMNS] = {
		[PX_CAPTURE_FACT_NAME] = *name,
		[PX_CAPTURE_FACT_VALUE] = *value,
		[PX_CAPTURE_FACT_NUM] = *number,
	};

	px_load_add(loading, PX_TABLE_CAPTURE_FACT, row);
}

/* A line of meminfo, "MemTotal:  24684092 kB", as "meminfo.MemTotal" in bytes. */
static void add_meminfo(struct px_loading *loading, char *line)
{
	static const char before[] = "meminfo.";
	char name[128], *colon = strchr(line, ':');
	struct px_datum named, said, number = px_datum_null();
	const char *digits, *end;
	uint64_t amount = 0;
	size_t length;

	if (colon == NULL || (size_t)(colon - line) >= sizeof(name) - sizeof(before))
		return;
	*colon = '\0';
	stpcpy(stpcpy(name, before), line);
	digits = colon + 1 + strspn(colon + 1, " ");
	length = strlen(digits);
	end = px_scan_decimal(digits, digits + length, &amount);
	if (end != NULL && end > digits && strcmp(end, " kB") == 0 && amount <= INT64_MAX / 1024)
		number = px_datum_number((int64_t)amount * 1024);
	else if (end == digits + length && length > 0 && amount <= INT64_MAX)
		number = px_datum_number((int64_t)amount);
	named = px_load_text(name);
	said = px_load_text(digits);
	add_fact(loading, &named, &said, &number);
}

/* Whether a line before @line, of which add_meminfo() has left the names, has the name of that. */
static bool has_been(const char *before, const char *line)
{
	size_t length = strcspn(line, ":");

	for (; before < line; before += strlen(before) + 1)
		if (strncmp(before, line, length) == 0 && before[length] == '\0')
			return true;
	return false;
}

static void add_facts(struct px_loading *loading, struct pmapx_source *source)
{
	const struct px_datum nothing = px_datum_null();
	char *version = read_line(loading, source, PX_HOST_VERSION);
	char *meminfo = read_file(loading, source, PX_HOST_MEMINFO);
	char *rest = meminfo, *line;

	while (meminfo != NULL && (line = strsep(&rest, "\n")) != NULL)
		if (!has_been(meminfo, line))
			add_meminfo(loading, line);
	if (version != NULL) {
		const struct px_datum name = px_load_text("version"), said = px_load_text(version);

		add_fact(loading, &name, &said, &nothing);
	}
	free(version);
	free(meminfo);
}

/* How long it took to look at this machine. */
static int set_duration(const struct px_loading *loading)
{
	const struct timespec *began = &loading->facts.began;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return px_store_set_duration(loading->store,
		(int64_t)(now.tv_sec - began->tv_sec) * 1000000 +
			(now.tv_nsec - began->tv_nsec) / 1000);
}

int px_load_capture_end(struct px_loading *loading, struct pmapx_source *source)
{
	int r = 0;

	if (loading->failed == 0 && loading->facts.is_now)
		loading->failed = set_duration(loading);
	if (loading->failed == 0)
		add_facts(loading, source);
	if (loading->failed == 0 && source != NULL)
		r = px_load_settings(loading, source);
	if (r == 0 && loading->failed == 0)
		loading->failed = px_servers_settle(&loading->servers, loading->store);
	if (r == 0 && loading->failed == 0)
		r = px_load_activity(loading, source);
	if (r == 0 && loading->failed == 0)
		r = px_load_contexts(loading, source);
	return r;
}

void px_load_capture_clear(struct px_loading *loading)
{
	struct px_capture_facts *facts = &loading->facts;

	free(facts->label);
	free(facts->host);
	free(facts->kernel);
	free(facts->machine);
	free(facts->boot_id);
	free(facts->tool);
	*facts = (struct px_capture_facts){ .label = NULL };
	px_servers_clear(&loading->servers);
	tdestroy(loading->dumps, free);
	loading->dumps = NULL;
	loading->activity_rows = loading->told_by = 0;
	loading->postmaster = 0;
	free(loading->key);
	loading->key = NULL;
	loading->has_begun = false;
}
