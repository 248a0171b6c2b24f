/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking a capture, from beginning to end.
 */
#include "capture.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "interrupt.h"
#include "pool.h"
#include "postgres.h"
#include "proctable.h"
#include "redact.h"
#include "report.h"
#include "target.h"
#include "with_libarchive.h"

/* What the manifest keeps in memory. */
#define MANIFEST_MEMORY ((size_t)1024 * 1024)

/* A capture that is being taken. */
struct capture {
	struct px_console *console;
	struct px_capture_options options; /* With all processes in it. */
	struct pmapx_source *source;
	struct px_redaction redaction;
	struct px_target target;
	struct px_about about;
	struct px_spool spool; /* For the files of the host. */
	struct px_report report;
	struct px_out text; /* What the manifest is written with. */
	char *path;         /* What the target is called in messages, owned. */
	pid_t *pids;        /* Of all processes, owned. */
	size_t pid_count, pid_room;
	uint64_t sync_ms; /* How long it took to have it on the disk. */
};

static int say(struct capture *capture, const char *what, const char *why)
{
	px_report_clear(&capture->report);
	px_message_begin(capture->console);
	if (what != NULL) {
		px_message_text(capture->console, what);
		px_out_string(&capture->console->err, ": ");
	}
	px_out_string(&capture->console->err, why);
	px_message_end(capture->console);
	return -ENOMSG;
}

static int add_pid(struct capture *capture, pid_t pid)
{
	if (capture->pid_count == capture->pid_room) {
		size_t room = capture->pid_room * 2 + 256;
		pid_t *more = reallocarray(capture->pids, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		capture->pids = more;
		capture->pid_room = room;
	}
	capture->pids[capture->pid_count++] = pid;
	return 0;
}

/*
 * All processes there are, but this: one that reads its own map changes it.  What is
 * mounted on /proc that is none has other processes of any number.
 */
static int list_all(struct capture *capture)
{
	pid_t self = capture->source->is_procfs ? getpid() : 0;
	const struct pmapx_member *member;
	int r = 0;

	while (r == 0 && (r = pmapx_source_next(capture->source, &member, NULL)) == 1)
		r = member->pid != self ? add_pid(capture, member->pid) : 0;
	if (r == 0 && capture->pid_count == 0)
		r = say(capture, "/proc", "no other process is to be seen");
	return r;
}

/*
 * Those that were named; a thread's number stands for its process.  One that has
 * gone since somebody listed them is noted as that, but not if all have.
 */
static int list_operands(struct capture *capture)
{
	const struct px_capture_options *options = &capture->options;
	size_t found = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->pid_count; i++) {
		pid_t pid = options->pids[i];
		struct pmapx_process *process;

		r = px_process_look(capture->source, pid, &process, NULL);
		if (r == 0) {
			found++;
			pid = pmapx_process_identity(process)->tgid;
			pmapx_process_close(process);
		}
		if (r == 0 || r == -ESRCH)
			r = add_pid(capture, pid);
	}
	if (r < 0 || found > 0 || options->pid_count == 0)
		return r;
	px_message_format(capture->console, "capture: %d: no such process",
		&(struct px_format_value){ .number = (uint64_t)options->pids[0] }, 1);
	return -ENOMSG;
}

/* And those that are selected; that there are none is said. */
static int list_selected(struct capture *capture)
{
	struct px_proctable table;
	int r = px_proctable_read(&table, capture->source, &capture->options.select);

	if (r < 0)
		r = say(capture, "/proc", px_proctable_describe(r));
	else if (table.count + capture->pid_count == 0)
		r = say(capture, NULL, "capture: no process is selected");
	for (size_t i = 0; r == 0 && i < table.count; i++)
		r = add_pid(capture, table.rows[i].pid);
	px_proctable_deinit(&table);
	return r;
}

/* Which processes: in order, each once. */
static int list_processes(struct capture *capture)
{
	bool is_select = px_select_is_given(&capture->options.select);
	size_t count = 0;
	int r = capture->options.pid_count == 0 && !is_select ? list_all(capture)
							      : list_operands(capture);

	if (r == 0 && is_select)
		r = list_selected(capture);
	if (r < 0)
		return r;
	if (capture->pid_count > 0)
		qsort(capture->pids, capture->pid_count, sizeof(*capture->pids), px_compare_pids);
	for (size_t i = 0; i < capture->pid_count; i++)
		if (count == 0 || capture->pids[i] != capture->pids[count - 1])
			capture->pids[count++] = capture->pids[i];
	capture->options.pids = capture->pids;
	capture->options.pid_count = count;
	return 0;
}

/*
 * HOST-DATE.pmapx.tar.zst; what a host is called may be no name for a file.  The
 * date has milliseconds: of small captures there are some in a second.
 */
static char *default_path(const struct px_about *about)
{
	const char *host = about->host.name.nodename;
	size_t size = strlen(host) + sizeof("host-20001231T235959.123Z.pmapx.tar.zst");
	char *path = malloc(size), *at = path;
	struct tm parts;

	if (path == NULL)
		return NULL;
	if (*host == '\0')
		host = "host";
	for (; *host != '\0'; host++) {
		char c = *host;
		bool is_plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!is_plain && (at == path || (c != '.' && c != '-')))
			c = '_';
		*at++ = c;
	}
	gmtime_r(&about->start.tv_sec, &parts);
	at += strftime(at, size - (size_t)(at - path), "-%Y%m%dT%H%M%S", &parts);
	(void)snprintf(at, size - (size_t)(at - path), ".%03uZ.pmapx.tar.zst",
		(unsigned)(about->start.tv_nsec / 1000000));
	return path;
}

/* Where files are made that must wait: beside the target, or where such files go. */
static const char *spool_folder(const struct capture *capture)
{
	const char *folder = getenv("TMPDIR");

	if (!capture->target.is_stream)
		return capture->target.folder;
	return folder != NULL && *folder != '\0' ? folder : "/tmp";
}

static const char *target_name(const struct capture *capture)
{
	return capture->target.is_stream ? "standard output" : capture->path;
}

/* That something has the name which is not replaced. */
static void say_obstacle(struct capture *capture)
{
	char why[128];

	(void)snprintf(why, sizeof(why), "that is %s, which --force does not replace",
		capture->target.obstacle);
	say(capture, capture->path, why);
}

/* Say why there is no capture, once. */
static void say_error(struct capture *capture, int r)
{
	switch (r) {
	case -ENOMSG:
		break;
	case -ECANCELED:
		/* By a signal that somebody has blocked. */
		say(capture, NULL, "capture: interrupted");
		break;
	case -ENOMEM:
		say(capture, NULL, "memory allocation failed");
		break;
	case -ELIBACC:
		say(capture, NULL, PX_LIBARCHIVE_MISSING);
		break;
	case -EEXIST:
		say(capture, capture->path, "there is one already; --force replaces it");
		break;
	case -ENOTEMPTY:
		say_obstacle(capture);
		break;
	default:
		say(capture, target_name(capture), strerror(-r));
	}
}

/* Add pmapx.json. */
static int add_manifest(struct capture *capture, bool is_complete)
{
	struct px_piece piece = { .spool = &capture->spool };
	int r = px_about_write(&capture->about, is_complete, &capture->text, &capture->spool);

	if (r < 0)
		return r;
	piece.length = capture->spool.length;
	return px_target_add(&capture->target, "pmapx.json",
		is_complete ? capture->about.end.tv_sec : capture->about.start.tv_sec, &piece);
}

/* Add the aim of a link. */
static int add_link(
	struct capture *capture, const char *name, time_t when, const struct px_piece *piece)
{
	char aim[PATH_MAX];
	size_t length = 0;

	while (length < piece->length && length < sizeof(aim) - 1) {
		ssize_t n = px_spool_read(piece->spool, piece->offset + length, aim + length,
			sizeof(aim) - 1 - length);

		if (n <= 0)
			return n < 0 ? (int)n : -EIO;
		length += (size_t)n;
	}
	aim[piece->length < length ? piece->length : length] = '\0';
	return px_target_add_link(&capture->target, name, when, aim);
}

/* What keeps a reader from going on is no fault of standard output's. */
static int reading_error(struct capture *capture, int r)
{
	if (!capture->target.is_stream || r == -ENOMEM || r == -ECANCELED)
		return r;
	return say(capture, spool_folder(capture), strerror(-r));
}

static int add_record(struct capture *capture, const struct px_taken *record)
{
	if (record->error < 0)
		return reading_error(capture, record->error);
	for (unsigned i = 0; i < record->part_count; i++) {
		const struct px_part *part = &record->parts[i];
		struct px_piece piece = { &record->bytes, part->offset, part->length };
		char name[64];
		int r;

		(void)snprintf(name, sizeof(name), "proc/%d/%s", (int)record->pid, part->name);
		r = part->name == px_part_exe
			? add_link(capture, name, record->when.tv_sec, &piece)
			: px_target_add(&capture->target, name, record->when.tv_sec, &piece);
		if (r < 0)
			return r;
	}
	px_report_note(&capture->report, record);
	return px_about_note(&capture->about, record, &capture->text);
}

static int add_processes(struct capture *capture)
{
	const struct px_taken *record;
	struct px_pool *pool;
	int r = px_pool_open(&capture->options, &capture->redaction, spool_folder(capture), &pool);

	if (r < 0)
		return r;
	while ((r = px_pool_next(pool, &record)) != 0) {
		if (r > 0)
			r = add_record(capture, record);
		if (r < 0 && r != -EAGAIN)
			break;
		if (px_interrupted()) {
			r = -ECANCELED;
			break;
		}
		px_report_progress(&capture->report, px_pool_bytes(pool));
	}
	px_pool_close(pool);
	return r;
}

/*
 * Behind the processes, for what is asked for changes them.  Of a stream, too, signals wait as
 * long as there is a psql to be ended.
 */
static int add_postgres(struct capture *capture)
{
	const struct px_postgres postgres = { &capture->options, &capture->redaction,
		&capture->report, &capture->target, spool_folder(capture) };
	struct px_patience patience;
	int r;

	if (!capture->options.postgres)
		return 0;
	if (capture->target.is_stream)
		px_patience_begin(&patience);
	r = px_postgres_add(&postgres);
	if (capture->target.is_stream)
		px_patience_end(&patience);
	return r;
}

/* Write it all, in order: what reads a stream of it knows the host first. */
static int write_all(struct capture *capture)
{
	time_t start = capture->about.start.tv_sec;
	uint64_t before;
	int r = px_target_begin(&capture->target);

	if (r == 0)
		r = add_manifest(capture, false);
	if (r == 0)
		r = px_target_add_folder(&capture->target, "proc", start);
	if (r == 0)
		r = px_host_add(capture->source, &capture->redaction, &capture->spool, start,
			&capture->target);
	if (r == 0)
		r = add_processes(capture);
	if (r == 0)
		r = add_postgres(capture);
	if (r == 0) {
		clock_gettime(CLOCK_REALTIME, &capture->about.end);
		r = add_manifest(capture, true);
	}
	if (r == 0)
		r = px_target_end(&capture->target);
	before = px_report_ms(&capture->report);
	if (r == 0)
		r = px_target_sync(&capture->target);
	if (r == 0 && px_interrupted())
		r = -ECANCELED;
	if (r == 0)
		r = px_target_publish(&capture->target);
	capture->sync_ms = px_report_ms(&capture->report) - before;
	return r;
}

/* Everything that must be known before the first byte is written. */
static int prepare(struct capture *capture)
{
	const char *output = capture->options.output;
	int r = pmapx_source_open_live(NULL, &capture->source);

	if (r < 0)
		return say(capture, "/proc", strerror(-r));
	clock_gettime(CLOCK_REALTIME, &capture->about.start);
	r = list_processes(capture);
	if (r == 0)
		r = px_report_begin(&capture->report, capture->console, &capture->options);
	if (r == 0)
		r = px_redaction_init(&capture->redaction, capture->options.redact);
	if (r == 0)
		r = px_host_read(capture->source, &capture->about.host);
	if (r < 0)
		return r;
	capture->path = output != NULL ? strdup(output) : default_path(&capture->about);
	if (capture->path == NULL)
		return -ENOMEM;
	r = px_target_init(&capture->target, capture->path, capture->options.force);
	if (r == -EINVAL)
		return say(capture, capture->path,
			"not a name for a capture, which ends in .tar, .tar.gz, .tar.xz, .tar.zst "
			"or a slash");
	if (r == 0 && capture->target.is_stream && isatty(STDOUT_FILENO))
		return say(capture, NULL, "capture: standard output is a terminal");
	px_spool_init(&capture->spool, spool_folder(capture), MANIFEST_MEMORY);
	px_spool_init(&capture->about.processes, spool_folder(capture), MANIFEST_MEMORY);
	return r;
}

static void say_done(struct capture *capture)
{
	struct px_console *console = capture->console;
	bool is_stream = capture->target.is_stream;

	px_report_end(
		&capture->report, target_name(capture), capture->target.written, capture->sync_ms);
	if (capture->target.name_error < 0) {
		px_message_begin(console);
		px_message_text(console, capture->path);
		px_out_string(&console->err, ": complete, but a crash may still lose it: ");
		px_message_text(console, strerror(-capture->target.name_error));
		px_message_end(console);
	}
	if (!capture->options.cost)
		return;
	px_report_costs(&capture->report, is_stream ? &console->err : &console->out);
	px_out_flush(is_stream ? &console->err : &console->out);
}

int px_capture(struct px_console *console, const struct px_capture_options *options)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	struct px_patience patience;
	bool is_patient;
	int r;

	if (capture == NULL) {
		px_message(console, "memory allocation failed");
		return -1;
	}
	capture->console = console;
	capture->options = *options;
	capture->about.options = &capture->options;
	px_target_init(&capture->target, "-", false);
	px_spool_init(&capture->spool, NULL, 0);
	px_spool_init(&capture->about.processes, NULL, 0);
	r = prepare(capture);
	/* A stream leaves nothing behind, and whoever reads it may have stopped. */
	is_patient = r == 0 && !capture->target.is_stream;
	if (is_patient)
		px_patience_begin(&patience);
	if (r == 0)
		r = write_all(capture);
	px_target_deinit(&capture->target);
	if (r == 0)
		say_done(capture);
	if (is_patient)
		px_patience_end(&patience);
	if (r < 0)
		say_error(capture, r);
	if (r == 0)
		r = capture->target.name_error < 0 ||
			(options->strict && px_report_has_findings(&capture->report));
	px_report_deinit(&capture->report);
	px_spool_deinit(&capture->spool);
	px_spool_deinit(&capture->about.processes);
	pmapx_source_close(capture->source);
	free(capture->pids);
	free(capture->path);
	free(capture);
	return r < 0 ? -1 : r;
}
