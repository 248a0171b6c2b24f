/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmapx.json: what a capture says of itself.  doc/CAPTURE.md explains it.
 */
#include "about.h"

#include <errno.h>
#include <string.h>

#include "descriptor.h"
#include "put.h"
#include "text.h"

static void take(struct px_sink *sink, struct px_out *out)
{
	struct px_spool *spool = ((struct px_spool_sink *)sink)->spool;

	if (out->error == 0)
		out->error = -px_spool_append(spool, out->bytes, out->length);
}

/* From now on @out goes into @spool. */
static void begin(struct px_about *about, struct px_out *out, struct px_spool *spool)
{
	about->sink = (struct px_spool_sink){ { .take = take }, spool };
	out->sink = &about->sink.sink;
	out->error = 0;
	out->length = 0;
}

static int finish(struct px_out *out)
{
	px_out_flush(out);
	out->sink = NULL;
	return -out->error;
}

/* With at least so many digits, at most nine. */
static void put_digits(struct px_out *out, uint64_t number, unsigned digits)
{
	for (unsigned count = px_decimal_digits(number); count < digits; count++)
		px_out_string(out, "0");
	px_out_number(out, number);
}

/*
 * A string: any bytes, such that it is valid UTF-8 without controls, and that
 * they can be found out: one that is not part of such a character is \xHH, a
 * backslash is two.
 */
static void put_string(struct px_out *out, const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes, *stop = at + length;

	px_out_string(out, "\"");
	while (at < stop) {
		size_t size = px_utf8_length(at, stop);

		if (size == 0) {
			char *p = px_out_room(out, 8);

			p = px_put_hex((char *)mempcpy(p, "\\\\x", 3), *at, 2);
			px_out_written(out, p);
			size = 1;
		} else if (*at == '\\') {
			px_out_string(out, "\\\\\\\\");
		} else {
			if (*at == '"')
				px_out_string(out, "\\");
			px_out_bytes(out, (const char *)at, size);
		}
		at += size;
	}
	px_out_string(out, "\"");
}

static void put_text(struct px_out *out, const char *text)
{
	if (text == NULL || *text == '\0')
		px_out_string(out, "null");
	else
		put_string(out, text, strlen(text));
}

/* RFC 3339, UTC, milliseconds. */
static void put_time(struct px_out *out, const struct timespec *when)
{
	char text[64];
	struct tm parts;

	gmtime_r(&when->tv_sec, &parts);
	px_out_bytes(out, text, strftime(text, sizeof(text), "\"%Y-%m-%dT%H:%M:%S.", &parts));
	put_digits(out, (uint64_t)when->tv_nsec / 1000000, 3);
	px_out_string(out, "Z\"");
}

const char *px_missing_text(int why)
{
	switch (why) {
	case PX_MISSING_RSS:
		return "more memory than --max-rss";
	case PX_MISSING_CHANGED:
		return "the process exited or began another program each time";
	case PX_MISSING_TORN:
		return "the map was changing while it was read";
	default:
		return px_describe_error(why);
	}
}

/* The same in English, whoever captures. */
static const char *plain_text(int why)
{
	return why < PX_MISSING_RSS ? px_plain_error(why) : px_missing_text(why);
}

static void put_missing(struct px_out *out, const struct px_taken *record)
{
	px_out_string(out, ", \"missing\": [");
	for (unsigned i = 0; i < record->gap_count; i++) {
		px_out_string(out, i == 0 ? "{\"file\": \"" : ", {\"file\": \"");
		px_out_string(out, record->gaps[i].name);
		px_out_string(out, "\", \"why\": ");
		put_text(out, plain_text(record->gaps[i].why));
		px_out_string(out, "}");
	}
	px_out_string(out, "]");
}

static void put_process(struct px_out *out, const struct px_taken *record)
{
	static const char *const kinds[] = {
		[PX_KIND_PROCESS] = "process",
		[PX_KIND_KERNEL] = "kernel thread",
		[PX_KIND_ZOMBIE] = "zombie",
		[PX_KIND_VANISHED] = "vanished",
	};

	px_out_string(out, "{\"pid\": ");
	px_out_number(out, (uint64_t)record->pid);
	px_out_string(out, ", \"kind\": \"");
	px_out_string(out, kinds[record->kind]);
	px_out_string(out, "\"");
	if (record->state != '\0') {
		px_out_string(out, ", \"comm\": ");
		put_string(out, record->comm, record->comm_length);
		px_out_string(out, ", \"state\": ");
		put_string(out, &record->state, 1);
		px_out_string(out, ", \"start_ticks\": ");
		px_out_number(out, record->start_ticks);
	}
	px_out_string(out, ", \"when\": ");
	put_time(out, &record->when);
	px_out_string(out, ", \"read_ms\": ");
	px_out_number(out, record->read_ns / 1000000);
	px_out_string(out, ".");
	put_digits(out, record->read_ns / 1000 % 1000, 3);
	px_out_string(out, ", \"files\": [");
	for (unsigned i = 0; i < record->part_count; i++) {
		px_out_string(out, i == 0 ? "\"" : ", \"");
		px_out_string(out, record->parts[i].name);
		px_out_string(out, "\"");
	}
	px_out_string(out, "]");
	put_missing(out, record);
	px_out_string(out, "}");
}

int px_about_note(struct px_about *about, const struct px_taken *record, struct px_out *out)
{
	begin(about, out, &about->processes);
	px_out_string(out, about->processes.length > 0 ? ",\n" : "\n");
	put_process(out, record);
	return finish(out);
}

static void put_rights(struct px_out *out, const struct px_host *host)
{
	px_out_string(out, ",\n\"rights\": {\"uid\": ");
	px_out_number(out, host->uid);
	px_out_string(out, ", \"capabilities\": ");
	put_text(out, host->capabilities);
	px_out_string(out, ", \"hidepid\": ");
	put_text(out, host->hidepid);
	px_out_string(out, ", \"ptrace_scope\": ");
	put_text(out, host->ptrace_scope);
	px_out_string(out, "}");
}

static void put_redacted(struct px_out *out, unsigned redact)
{
	const char *separator = "";

	px_out_string(out, ",\n\"redacted\": [");
	for (unsigned what = 1; px_redaction_name(what) != NULL; what *= 2) {
		if ((redact & what) == 0)
			continue;
		px_out_string(out, separator);
		put_text(out, px_redaction_name(what));
		separator = ", ";
	}
	px_out_string(out, "]");
}

static void put_named_text(struct px_out *out, const char *name, const char *text)
{
	px_out_string(out, ",\n\"");
	px_out_string(out, name);
	px_out_string(out, "\": ");
	put_text(out, text);
}

static void put_device(struct px_out *out, const struct px_host *host)
{
	char *at;

	px_out_string(out, ",\n\"shm_device\": ");
	if (!host->has_shm) {
		px_out_string(out, "null");
		return;
	}
	/* As maps has it: in hexadecimal, two digits at least. */
	at = px_out_room(out, 2 * PX_PUT_MAX);
	*at++ = '"';
	at = px_put_hex(at, host->shm.major, 2);
	*at++ = ':';
	at = px_put_hex(at, host->shm.minor, 2);
	*at++ = '"';
	px_out_written(out, at);
}

/* All but the processes. */
static void put_facts(struct px_out *out, const struct px_about *about, bool is_complete)
{
	const struct px_host *host = &about->host;

	px_out_string(out, "{\n\"pmapx_capture\": 1,\n\"complete\": ");
	px_out_string(out, is_complete ? "true" : "false");
	px_out_string(out, ",\n\"order\": \"pid\"");
	put_named_text(out, "label", about->options->label);
	put_named_text(out, "host", host->name.nodename);
	put_named_text(out, "kernel", host->name.release);
	put_named_text(out, "machine", host->name.machine);
	px_out_string(out, ",\n\"page_size\": ");
	px_out_number(out, (uint64_t)host->page_size);
	px_out_string(out, ",\n\"clock_ticks\": ");
	px_out_number(out, (uint64_t)host->clock_ticks);
	put_named_text(out, "boot_id", host->boot_id);
	put_device(out, host);
	px_out_string(out, ",\n\"start\": ");
	put_time(out, &about->start);
	px_out_string(out, ",\n\"end\": ");
	if (is_complete)
		put_time(out, &about->end);
	else
		px_out_string(out, "null");
	put_rights(out, host);
	put_redacted(out, about->options->redact);
	put_named_text(out, "pmapx", PX_VERSION);
}

/* Append the lines of all processes. */
static int put_processes(struct px_out *out, const struct px_spool *processes)
{
	uint64_t offset = 0;
	ssize_t n;

	px_out_string(out, ",\n\"processes\": [");
	do {
		char *at = px_out_room(out, 4096);

		n = px_spool_read(processes, offset, at, 4096);
		if (n > 0) {
			px_out_written(out, at + n);
			offset += (uint64_t)n;
		}
	} while (n > 0);
	px_out_string(out, "\n]");
	return (int)n;
}

int px_about_write(
	struct px_about *about, bool is_complete, struct px_out *out, struct px_spool *spool)
{
	int r = 0, written;

	px_spool_clear(spool);
	begin(about, out, spool);
	put_facts(out, about, is_complete);
	if (is_complete)
		r = put_processes(out, &about->processes);
	px_out_string(out, "\n}\n");
	written = finish(out);
	return r < 0 ? r : written;
}
