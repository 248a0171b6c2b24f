/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is odd about the memory of processes: from what is asked for to lines.
 */
#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inspect.h"
#include "look.h"
#include "put.h"
#include "table.h"
#include "text.h"

/* A process that something was found in. */
struct suspect {
	size_t number;             /* Where it is in the order of processes. */
	pid_t pid;                 /* 0 if nothing tells, */
	char *host;                /* Of several in one source, else ""; */
	char *name;                /* what else it is called then, else "". */
	char *bytes;               /* Of @command. */
	struct pmapx_text command; /* The name of its program; empty if nothing tells. */
	struct px_findings findings;
};

struct report {
	const struct px_check_options *options;
	struct suspect *suspects;
	size_t count, size;
	size_t torn;         /* Processes whose map was changing while it was read, */
	size_t incomparable; /* and those whose page tables could not be compared. */
	unsigned found;      /* Checks that have found something, as bits. */
	struct px_walk_counts counts;
};

static bool is_wanted(const struct report *report, const struct px_finding *finding)
{
	return finding->check < PX_CHECKS && (report->options->checks & 1U << finding->check) != 0;
}

static void free_suspect(struct suspect *suspect)
{
	free(suspect->host);
	free(suspect->name);
	free(suspect->bytes);
	px_findings_clear(&suspect->findings);
}

/* Who it is; 0 or -ENOMEM, and then, too, free_suspect(). */
static int identify(const struct px_visit *visit, struct suspect *ret)
{
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);
	const struct pmapx_member *member = visit->member;

	*ret = (struct suspect){
		.number = visit->number,
		.pid = identity->tgid,
		.host = strdup(member != NULL ? member->host : ""),
		.name = strdup(member != NULL ? member->name : ""),
		.bytes = malloc(identity->comm.length + 1),
	};
	if (ret->host == NULL || ret->name == NULL || ret->bytes == NULL)
		return -ENOMEM;
	if (identity->comm.length > 0)
		memcpy(ret->bytes, identity->comm.bytes, identity->comm.length);
	ret->command = (struct pmapx_text){ ret->bytes, identity->comm.length };
	return 0;
}

/* Room for one more process; 0 or -ENOMEM. */
static int make_room(struct report *report)
{
	size_t size = report->size * 2 + 64;
	struct suspect *more;

	if (report->count < report->size)
		return 0;
	more = reallocarray(report->suspects, size, sizeof(*more));
	if (more == NULL)
		return -ENOMEM;
	report->suspects = more;
	report->size = size;
	return 0;
}

/* Keep findings, which are the report's then. */
static int add_suspect(
	struct report *report, const struct px_visit *visit, struct px_findings *findings)
{
	struct suspect suspect;
	int r = identify(visit, &suspect);

	if (r == 0)
		r = make_room(report);
	if (r < 0) {
		free_suspect(&suspect);
		return r;
	}
	suspect.findings = *findings;
	*findings = (struct px_findings){ 0 };
	report->suspects[report->count++] = suspect;
	return 0;
}

static int take(struct report *report, const struct px_visit *visit, struct px_inspection *found)
{
	unsigned checks = 0;

	for (const struct px_finding *one = found->findings.first; one != NULL; one = one->next)
		if (is_wanted(report, one))
			checks |= 1U << one->check;
	if (checks != 0 && add_suspect(report, visit, &found->findings) < 0)
		return -ENOMEM;
	report->found |= checks;
	report->torn += found->is_torn;
	report->incomparable += !found->has_tables;
	return 0;
}

/* A px_visitor. */
static int visit_process(void *context, struct px_visit *visit)
{
	struct report *report = context;
	struct px_inspection found;
	int r = px_inspect(visit, report->options->checks, &found);

	if (r == 0) {
		px_walk_lock(visit);
		r = take(report, visit, &found);
		px_walk_unlock(visit);
	}
	px_inspection_deinit(&found);
	return r;
}

static int compare_numbers(const void *a, const void *b)
{
	const struct suspect *one = a, *other = b;

	return (one->number > other->number) - (one->number < other->number);
}

/* What is done with a finding; 0 or -ENOMEM. */
typedef int finding_user(
	void *context, const struct suspect *suspect, const struct px_finding *finding);

/* Each process, each check, and findings as their first mappings come. */
static int for_each(struct report *report, finding_user *use, void *context)
{
	int r = 0;

	for (size_t i = 0; i < report->count; i++)
		for (enum px_check check = 0; check < PX_CHECKS; check++) {
			const struct px_finding *one = report->suspects[i].findings.first;

			for (; r == 0 && one != NULL; one = one->next)
				if (one->check == check && is_wanted(report, one))
					r = use(context, &report->suspects[i], one);
		}
	return r;
}

static void put_name(struct px_console *console, const struct pmapx_text *text, const char *unnamed)
{
	if (text->length > 0)
		px_out_text(&console->out, &console->locale, text->bytes, text->length);
	else
		px_out_string(&console->out, unnamed);
}

static void put_number(struct px_out *out, const char *before, uint64_t number, const char *behind)
{
	px_out_string(out, before);
	px_out_number(out, number);
	px_out_string(out, behind);
}

static void put_address(struct px_out *out, uint64_t address)
{
	px_out_written(out, px_put_hex(px_out_room(out, PX_PUT_MAX), address, 1));
}

/* ", rwxp, 2 mappings, 8 kB, first at 7f0000000000" */
static void put_mappings(struct px_console *console, const struct px_finding *finding)
{
	struct px_out *out = &console->out;
	bool is_one = finding->mappings == 1;

	if (finding->check == PX_CHECK_WRITABLE || finding->check == PX_CHECK_STACK) {
		px_out_string(out, ", ");
		put_name(console, &finding->note, "nothing");
		px_out_string(out, finding->check == PX_CHECK_STACK ? " below" : "");
	}
	put_number(out, ", ", finding->mappings, is_one ? " mapping" : " mappings");
	put_number(out, ", ", finding->size_kb, is_one ? " kB, at " : " kB, first at ");
	put_address(out, finding->address);
}

/* "58000 mappings, 88 % of vm.max_map_count 65530, 51000 of them anon" */
static void put_count(struct px_console *console, const struct px_finding *finding)
{
	struct px_out *out = &console->out;

	put_number(
		out, "", finding->mappings, finding->mappings == 1 ? " mapping, " : " mappings, ");
	px_out_number(out, finding->mappings * 100 / finding->limit);
	put_number(out,
		finding->is_limit_default ? " % of the default vm.max_map_count "
					  : " % of vm.max_map_count ",
		finding->limit, ", ");
	put_number(out, "", finding->leading, " of them ");
	put_name(console, &finding->name, "");
	if (finding->guessed > 0)
		put_number(out, " (", finding->guessed, " guessed)");
}

static void put_what(struct px_console *console, const struct px_finding *finding)
{
	struct px_out *out = &console->out;

	if (finding->check == PX_CHECK_MAP_COUNT) {
		put_count(console, finding);
	} else if (finding->check == PX_CHECK_PAGE_TABLES) {
		put_number(out, "", finding->size_kb, " kB of page tables, ");
		put_number(out, "", finding->limit, " kB of private memory");
	} else {
		put_name(console, &finding->name, "[ anon ]");
		put_mappings(console, finding);
	}
}

/* "1100: deleted-file: sshd: /lib/a.so (deleted), 1 mapping, 4 kB, at 7f0000000000" */
static int put_line(void *context, const struct suspect *suspect, const struct px_finding *finding)
{
	struct px_console *console = context;
	struct px_out *out = &console->out;

	if (*suspect->host != '\0') {
		px_out_text(out, &console->locale, suspect->host, strlen(suspect->host));
		px_out_string(out, "/");
	}
	if (suspect->pid != 0)
		px_out_number(out, (uint64_t)suspect->pid);
	else
		px_out_text(out, &console->locale, suspect->name, strlen(suspect->name));
	px_out_string(out, ": ");
	px_out_string(out, px_checks[finding->check].name);
	px_out_string(out, ": ");
	put_name(console, &suspect->command, "?");
	px_out_string(out, ": ");
	put_what(console, finding);
	px_out_string(out, "\n");
	return 0;
}

enum column {
	COLUMN_HOST,
	COLUMN_PID,
	COLUMN_CMD,
	COLUMN_CHECK,
	COLUMN_NAME,
	COLUMN_NOTE,
	COLUMN_ADDRESS,
	COLUMN_MAPPINGS,
	COLUMN_SIZE,
	COLUMN_LIMIT,
	COLUMN_LEADING,
	COLUMNS
};

static const struct px_table_column columns[COLUMNS] = {
	[COLUMN_HOST] = { "host", PX_VALUE_TEXT },
	[COLUMN_PID] = { "pid", PX_VALUE_NUMBER },
	[COLUMN_CMD] = { "cmd", PX_VALUE_TEXT },
	[COLUMN_CHECK] = { "check", PX_VALUE_TEXT },
	[COLUMN_NAME] = { "name", PX_VALUE_TEXT },
	[COLUMN_NOTE] = { "note", PX_VALUE_TEXT },
	[COLUMN_ADDRESS] = { "address", PX_VALUE_ADDRESS },
	[COLUMN_MAPPINGS] = { "mappings", PX_VALUE_NUMBER },
	[COLUMN_SIZE] = { "size", PX_VALUE_SIZE },
	[COLUMN_LIMIT] = { "limit", PX_VALUE_NUMBER },
	[COLUMN_LEADING] = { "leading", PX_VALUE_NUMBER },
};

static void set_text(struct px_value *value, const struct pmapx_text *text)
{
	*value = (struct px_value){ .type = PX_VALUE_TEXT, .text = *text };
}

static void set_string(struct px_value *value, const char *string)
{
	set_text(value, &(struct pmapx_text){ string, strlen(string) });
}

static void set_number(struct px_value *value, enum px_value_type type, uint64_t number)
{
	*value = (struct px_value){ .type = type, .number = number };
}

/* What is only known of some checks. */
static void set_what(struct px_value *values, const struct px_finding *finding)
{
	bool is_count = finding->check == PX_CHECK_MAP_COUNT;

	if (finding->has_mappings)
		set_number(&values[COLUMN_ADDRESS], PX_VALUE_ADDRESS, finding->address);
	if (finding->has_mappings || is_count) {
		set_text(&values[COLUMN_NAME], &finding->name);
		set_number(&values[COLUMN_MAPPINGS], PX_VALUE_NUMBER, finding->mappings);
	}
	if (finding->check == PX_CHECK_WRITABLE || finding->check == PX_CHECK_STACK)
		set_text(&values[COLUMN_NOTE], &finding->note);
	if (is_count && finding->is_limit_default)
		set_string(&values[COLUMN_NOTE], "default");
	if (!is_count)
		set_number(&values[COLUMN_SIZE], PX_VALUE_SIZE, finding->size_kb);
	if (!finding->has_mappings)
		set_number(&values[COLUMN_LIMIT], PX_VALUE_NUMBER, finding->limit);
	if (is_count)
		set_number(&values[COLUMN_LEADING], PX_VALUE_NUMBER, finding->leading);
}

static int add_row(void *context, const struct suspect *suspect, const struct px_finding *finding)
{
	struct px_value values[COLUMNS] = { 0 };

	if (*suspect->host != '\0')
		set_string(&values[COLUMN_HOST], suspect->host);
	if (suspect->pid != 0)
		set_number(&values[COLUMN_PID], PX_VALUE_NUMBER, (uint64_t)suspect->pid);
	if (suspect->command.length > 0)
		set_text(&values[COLUMN_CMD], &suspect->command);
	set_string(&values[COLUMN_CHECK], px_checks[finding->check].name);
	set_what(values, finding);
	return px_table_add(context, values);
}

/* What a JSON document says of itself. */
static void put_facts(struct px_out *out, const void *context)
{
	const struct report *report = context;
	const struct px_walk_counts *counts = &report->counts;

	px_walk_put_facts(out, counts);
	px_put_fact(out, ",\"changing\":", report->torn);
	px_put_fact(out, ",\"without_page_tables\":", report->incomparable);
	px_out_string(out, "},\"complete\":");
	px_out_string(out,
		px_unread_count(&counts->unread) == 0 && report->incomparable == 0 &&
				!counts->has_gap
			? "true,"
			: "false,");
}

static int print_table(struct report *report, struct px_console *console)
{
	const struct px_shape shape = { .notation = report->options->notation };
	const struct px_table_frame frame = {
		.schema = "pmapx.check",
		.version = 1,
		.put_facts = put_facts,
		.context = report,
	};
	struct px_table *table = px_table_new(columns, COLUMNS);
	int r;

	if (table == NULL)
		return -ENOMEM;
	r = for_each(report, add_row, table);
	if (r == 0)
		r = px_table_print(table, console, &shape, &frame);
	px_table_free(table);
	return r;
}

static int print(struct report *report, struct px_console *console)
{
	int r;

	if (report->count > 0)
		qsort(report->suspects, report->count, sizeof(*report->suspects), compare_numbers);
	if (report->options->notation != PX_NOTATION_TEXT)
		return print_table(report, console);
	r = for_each(report, put_line, console);
	if (r == 0 && report->options->explain && report->found != 0) {
		px_out_string(&console->out, "\n");
		px_check_explain(console, report->found);
	}
	return r;
}

/* What was not looked at, or not as it was. */
static void say_caveats(const struct report *report, struct px_console *console)
{
	const char *verb = report->options->walk.verb;

	px_out_flush(&console->out);
	px_unread_tell(console, verb, NULL, &report->counts.unread);
	px_walk_say_count(console, verb, report->torn,
		" process was changing its map while it was read",
		" processes were changing their maps while they were read");
	px_walk_say_count(console, verb, report->incomparable,
		" process was not checked for page-tables: what that needs is missing",
		" processes were not checked for page-tables: what that needs is missing");
}

/* Nothing was looked at: that nothing was found would look like an answer. */
static void say_in_vain(const struct report *report, struct px_console *console)
{
	const char *verb = report->options->walk.verb;

	px_unread_tell(console, verb, NULL, &report->counts.unread);
	if (px_unread_count(&report->counts.unread) == 0)
		px_message_verb(console, verb, NULL, PX_LOOK_IN_VAIN);
}

int px_check(struct px_console *console, const struct px_check_options *options)
{
	struct report report = { .options = options };
	int r = px_walk(console, &options->walk, visit_process, &report, &report.counts);

	if (r == 0 && report.counts.read == 0) {
		say_in_vain(&report, console);
		r = -ESRCH;
	} else if (r == 0) {
		r = print(&report, console);
		if (r < 0)
			px_message(console, "memory allocation failed");
		else
			say_caveats(&report, console);
	}
	for (size_t i = 0; i < report.count; i++)
		free_suspect(&report.suspects[i]);
	free(report.suspects);
	if (r < 0)
		return 2;
	return px_walk_status(&options->walk, &report.counts,
		report.count > 0 || (options->walk.strict && report.incomparable > 0));
}
