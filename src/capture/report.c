/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a capture says of itself to people.
 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "put.h"
#include "text.h"

/* Between one progress line and the next. */
#define REDRAW_MS 100

/* What it took to read a process. */
struct px_cost {
	uint64_t ns;
	pid_t pid;
	unsigned char comm_length;
	char comm[sizeof(((struct px_taken *)NULL)->comm)];
};

int px_report_begin(struct px_report *report, struct px_console *console,
	const struct px_capture_options *options)
{
	*report = (struct px_report){
		.console = console,
		.is_live = isatty(console->err.fd),
		.total = options->pid_count,
	};
	clock_gettime(CLOCK_MONOTONIC, &report->start);
	if (!options->cost)
		return 0;
	report->costs = calloc(options->pid_count + 1, sizeof(*report->costs));
	return report->costs != NULL ? 0 : -ENOMEM;
}

void px_report_deinit(struct px_report *report)
{
	free(report->costs);
}

static void note_reason(struct px_report *report, const struct px_gap *gap)
{
	struct px_reason *reason = report->reasons, *end = reason + report->reason_count;

	while (reason < end && (reason->name != gap->name || reason->why != gap->why))
		reason++;
	if (reason == end) {
		if (report->reason_count == PX_REASONS_MAX)
			return;
		report->reason_count++;
		*reason = (struct px_reason){ gap->name, gap->why, 0 };
	}
	reason->count++;
}

void px_report_note(struct px_report *report, const struct px_taken *record)
{
	report->kinds[record->kind]++;
	report->incomplete += record->gap_count > 0;
	for (unsigned i = 0; i < record->gap_count; i++)
		note_reason(report, &record->gaps[i]);
	for (unsigned i = 0; i < record->part_count; i++)
		report->read_bytes += record->parts[i].length;
	if (report->costs != NULL) {
		struct px_cost *cost = &report->costs[report->count];

		*cost = (struct px_cost){ .ns = record->read_ns,
			.pid = record->pid,
			.comm_length = (unsigned char)record->comm_length };
		memcpy(cost->comm, record->comm, record->comm_length);
	}
	report->count++;
}

uint64_t px_report_ms(const struct px_report *report)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)(now.tv_sec - report->start.tv_sec) * 1000 +
		(uint64_t)now.tv_nsec / 1000000 - (uint64_t)report->start.tv_nsec / 1000000;
}

/* A number of hundredths or tenths, as @digits says, with a point. */
static void put_fixed(struct px_out *out, uint64_t number, unsigned digits)
{
	uint64_t unit = digits == 2 ? 100 : 10;

	px_out_number(out, number / unit);
	px_out_string(out, ".");
	if (digits == 2)
		px_out_number(out, number / 10 % 10);
	px_out_number(out, number % 10);
}

static void put_size(struct px_out *out, uint64_t bytes)
{
	bool is_small = bytes < 1 << 20;

	put_fixed(out, bytes * 10 >> (is_small ? 10 : 20), 1);
	px_out_string(out, is_small ? " KiB" : " MiB");
}

static void put_seconds(struct px_out *out, uint64_t ms)
{
	put_fixed(out, ms / 10, 2);
	px_out_string(out, " s");
}

void px_report_progress(struct px_report *report, size_t bytes)
{
	struct px_out *err = &report->console->err;
	uint64_t ms;

	if (!report->is_live)
		return;
	ms = px_report_ms(report);
	if (ms - report->drawn_ms < REDRAW_MS)
		return;
	report->drawn_ms = ms;
	px_out_string(err, "\r\033[K");
	px_out_number(err, report->count);
	px_out_string(err, " of ");
	px_out_number(err, report->total);
	px_out_string(err, " processes, ");
	put_size(err, bytes);
	px_out_string(err, ", ");
	put_seconds(err, ms);
	px_out_flush(err);
}

void px_report_clear(struct px_report *report)
{
	if (report->drawn_ms == 0)
		return;
	px_out_string(&report->console->err, "\r\033[K");
	report->drawn_ms = 0;
}

/* "3 zombies", behind @before, if there are any. */
static const char *put_count(
	struct px_out *out, const char *before, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return before;
	px_out_string(out, before);
	px_out_number(out, count);
	px_out_string(out, " ");
	px_out_string(out, count == 1 ? one : many);
	return ", ";
}

/* What was not captured, and why. */
static void put_reasons(struct px_report *report, struct px_out *err)
{
	put_count(err, "; ", report->kinds[PX_KIND_VANISHED], "vanished", "vanished");
	for (unsigned i = 0; i < report->reason_count; i++) {
		const struct px_reason *reason = &report->reasons[i];

		px_out_string(err, "; ");
		px_out_number(err, reason->count);
		px_out_string(err, reason->why == PX_MISSING_TORN ? " with torn " : " without ");
		px_out_string(err, reason->name);
		px_out_string(err, " (");
		px_message_text(report->console, px_missing_text(reason->why));
		px_out_string(err, ")");
	}
}

void px_report_end(
	struct px_report *report, const char *name, uint64_t written_bytes, uint64_t sync_ms)
{
	struct px_out *err = &report->console->err;
	const char *separator;

	px_report_clear(report);
	px_message_begin(report->console);
	px_message_text(report->console, name);
	separator = put_count(err, ": ", report->kinds[PX_KIND_PROCESS], "process", "processes");
	separator = put_count(
		err, separator, report->kinds[PX_KIND_KERNEL], "kernel thread", "kernel threads");
	separator = put_count(err, separator, report->kinds[PX_KIND_ZOMBIE], "zombie", "zombies");
	px_out_string(err, *separator == ':' ? ": no process, " : ", ");
	put_size(err, report->read_bytes);
	px_out_string(err, " read, ");
	put_size(err, written_bytes);
	px_out_string(err, " written in ");
	put_seconds(err, px_report_ms(report));
	if (sync_ms > 0) {
		px_out_string(err, " (");
		put_seconds(err, sync_ms);
		px_out_string(err, " to the disk)");
	}
	put_reasons(report, err);
	px_message_end(report->console);
}

static int compare_costs(const void *a, const void *b)
{
	const struct px_cost *one = a, *other = b;

	if (one->ns != other->ns)
		return one->ns < other->ns ? 1 : -1;
	return one->pid < other->pid ? -1 : one->pid > other->pid;
}

void px_report_costs(struct px_report *report, struct px_out *out)
{
	static const char heading[] = "        ms      PID  COMMAND\n";

	qsort(report->costs, report->count, sizeof(*report->costs), compare_costs);
	px_out_string(out, heading);
	for (size_t i = 0; i < report->count; i++) {
		const struct px_cost *cost = &report->costs[i];
		char *at = px_out_room(out, 3 * PX_PUT_MAX);

		at = px_put_decimal(at, cost->ns / 1000000, 8);
		*at++ = '.';
		at = px_put_decimal(at, cost->ns / 100000 % 10, 1);
		at = px_put_decimal(at, (uint64_t)cost->pid, 9);
		px_out_written(out, at);
		px_out_string(out, "  ");
		px_out_text(out, &report->console->locale, cost->comm, cost->comm_length);
		px_out_string(out, "\n");
	}
}

bool px_report_has_findings(const struct px_report *report)
{
	return report->incomplete + report->kinds[PX_KIND_VANISHED] > 0 || report->postgres_lacks;
}
