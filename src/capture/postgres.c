/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking a PostgreSQL server, and saying what it did not answer.
 *
 * All of it comes behind the processes: to be asked for a dump has a backend allocate
 * memory and touch pages.
 */
#include "postgres.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "activity.h"
#include "descriptor.h"
#include "instance.h"
#include "scan.h"
#include "server_log.h"
#include "settings.h"

/* The first version that can be asked for dumps. */
#define VERSION_WITH_DUMPS 140000

/* What of the log stays in memory. */
#define LOG_MEMORY ((size_t)1024 * 1024)

/* How many of those that have not answered are named. */
#define NAMED_MAX 5

/* As much as an answer of numbers has. */
#define PIDS_MAX ((size_t)4 * 1024 * 1024)

/* Neither those that need rights nor those that have secrets: what tells how memory is used. */
#define SETTINGS_QUERY                                                                              \
	PX_PSQL_SAFELY                                                                              \
	"COPY (SELECT name, pg_catalog.current_setting(name) AS value FROM pg_catalog.pg_settings " \
	"WHERE name IN ("                                                                           \
	"'autovacuum_max_workers', 'autovacuum_work_mem', 'block_size', 'cluster_name', "           \
	"'data_directory', 'dynamic_shared_memory_type', 'effective_cache_size', "                  \
	"'hash_mem_multiplier', 'huge_page_size', 'huge_pages', 'huge_pages_status', 'jit', "       \
	"'jit_above_cost', 'local_preload_libraries', 'log_destination', 'log_timezone', "          \
	"'logging_collector', 'logical_decoding_work_mem', 'maintenance_work_mem', "                \
	"'max_connections', 'max_locks_per_transaction', 'max_parallel_workers', "                  \
	"'max_parallel_workers_per_gather', 'max_prepared_transactions', 'max_stack_depth', "       \
	"'max_wal_senders', 'max_worker_processes', 'min_dynamic_shared_memory', "                  \
	"'plan_cache_mode', 'port', 'server_encoding', 'server_version', 'server_version_num', "    \
	"'session_preload_libraries', 'shared_buffers', 'shared_memory_size', "                     \
	"'shared_memory_size_in_huge_pages', 'shared_memory_type', 'shared_preload_libraries', "    \
	"'temp_buffers', 'track_activity_query_size', 'update_process_title', 'wal_buffers', "      \
	"'work_mem') "                                                                              \
	"UNION ALL SELECT 'version', pg_catalog.version() "                                         \
	"UNION ALL SELECT 'postmaster_start', pg_catalog.pg_postmaster_start_time()::text "         \
	"ORDER BY 1) TO STDOUT (FORMAT csv, HEADER)"

#define ACTIVITY_QUERY \
	PX_PSQL_SAFELY \
	"COPY (SELECT * FROM pg_catalog.pg_stat_activity) TO STDOUT (FORMAT csv, HEADER)"

/* Itself is no process that was looked at, nor are those that have asked before and may be ending. */
#define DUMPS_QUERY                                                                     \
	PX_PSQL_SAFELY                                                                  \
	"SELECT a.pid FROM (SELECT pid, pg_catalog.pg_log_backend_memory_contexts(pid)" \
	" AS is_asked FROM pg_catalog.pg_stat_activity"                                 \
	" WHERE pid <> pg_catalog.pg_backend_pid()"                                     \
	" AND application_name IS DISTINCT FROM 'pmapx' OFFSET 0) AS a WHERE a.is_asked"

/* What to do instead. */
#define ACTIVITY_ADVICE PX_ACTIVITY_COMMAND ", and give activity.csv to --activity"
#define CONTEXTS_ADVICE                                                                   \
	"psql -X -c \"select pg_log_backend_memory_contexts(pid) from pg_stat_activity\"" \
	", and give the server's log to --contexts"
#define GDB_ADVICE "run what pmapx report --gdb PID prints, and give the server's log to --contexts"

/* A server that is being asked. */
struct asking {
	const struct px_postgres *postgres;
	struct px_psql psql;
	struct px_answer settings, activity;
	pid_t postmaster;              /* 0 if it is not known. */
	uint64_t version;              /* 0 if it is not told. */
	struct pmapx_text folder;      /* Its data_directory; of @room. */
	struct pmapx_text destination; /* Its log_destination. */
	bool is_collected;             /* Its log goes to files that it can name, or may. */
	char *room;                    /* Owned. */
};

/* "pmapx: capture: --postgres: WHAT: WHY; ADVICE"; @why is text from outside. */
static void say(struct asking *asking, const char *what, const char *why, const char *advice)
{
	struct px_report *report = asking->postgres->report;
	struct px_console *console = report->console;

	px_report_clear(report);
	report->postgres_lacks = true;
	px_message_begin_verb(console, "capture");
	px_out_string(&console->err, "--postgres: ");
	px_out_string(&console->err, what);
	px_out_string(&console->err, ": ");
	px_message_text(console, why);
	px_out_string(&console->err, "; ");
	px_out_string(&console->err, advice);
	px_message_end(console);
}

/* Whether the capture cannot go on. */
static bool is_fatal(int r)
{
	return r == -ECANCELED || px_is_shortage(r);
}

/* Say why psql did not answer; 0, or what keeps the capture from going on. */
static int say_answer(
	struct asking *asking, const char *what, int r, const char *said, const char *advice)
{
	char text[96];

	if (is_fatal(r))
		return r;
	switch (r) {
	case -ENOENT:
		say(asking, what, "there is no psql in PATH", advice);
		break;
	case -EPROTO:
		say(asking, what, *said != '\0' ? said : "psql failed and said nothing", advice);
		break;
	case -ETIMEDOUT:
		(void)snprintf(text, sizeof(text), "psql has not answered within %u.%03u s",
			asking->psql.wait_ms / 1000, asking->psql.wait_ms % 1000);
		say(asking, what, text, advice);
		break;
	case -EFBIG:
		say(asking, what, "the answer is too long", advice);
		break;
	case -EBADMSG:
		say(asking, what, "the answer is not what was asked for", advice);
		break;
	default:
		say(asking, what, strerror(-r), advice);
	}
	return 0;
}

static struct pmapx_text text_of(const struct px_answer *answer)
{
	return (struct pmapx_text){ answer->out.bytes != NULL ? answer->out.bytes : "",
		answer->out.length };
}

static bool is_named(const struct px_setting *setting, const char *name)
{
	return setting->name.length == strlen(name) &&
		memcmp(setting->name.bytes, name, setting->name.length) == 0;
}

static bool is_off(const struct pmapx_text *value)
{
	return value->length == 3 && memcmp(value->bytes, "off", 3) == 0;
}

/* Find in the settings what has to be known. */
static int read_settings(struct asking *asking)
{
	struct pmapx_text text = text_of(&asking->settings);
	struct px_settings settings;
	struct px_setting setting;
	int r;

	asking->is_collected = true;
	asking->room = malloc(text.length + 1);
	if (asking->room == NULL)
		return -ENOMEM;
	r = px_settings_init(&settings, &text, asking->room);
	while (r == 0 && px_settings_next(&settings, &setting) == 1) {
		if (is_named(&setting, "server_version_num") && setting.has_number)
			asking->version = (uint64_t)setting.number;
		else if (is_named(&setting, "data_directory"))
			asking->folder = setting.value;
		else if (is_named(&setting, "log_destination"))
			asking->destination = setting.value;
		else if (is_named(&setting, "logging_collector"))
			asking->is_collected = !is_off(&setting.value);
	}
	return r;
}

/* Find out which processes of this host the server has. */
static int find_postmaster(struct asking *asking)
{
	struct pmapx_text text = text_of(&asking->activity);
	enum px_activity_refusal refusal;
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	struct px_bytes peers = { .bytes = NULL };
	int r = px_activity_open(&text, &activity, &refusal);

	if (r < 0)
		return r == -ENOMEM ? r : -EBADMSG;
	while ((r = px_activity_next(activity, &row, &error)) == 1) {
		const struct px_peer peer = { row.pid, row.has_backend_start,
			row.backend_start_us };

		px_bytes_put(&peers, (const char *)&peer, sizeof(peer));
	}
	px_activity_close(activity);
	if (r < 0)
		r = -EBADMSG;
	if (peers.failed)
		r = -ENOMEM;
	if (r == 0)
		r = px_instance_find((const struct px_peer *)(const void *)peers.bytes,
			peers.length / sizeof(struct px_peer), &asking->postmaster);
	free(peers.bytes);
	return r;
}

static int add_file(struct asking *asking, const char *name, const struct px_spool *spool)
{
	const struct px_piece piece = { .spool = spool, .length = spool->length };

	return px_target_add(asking->postgres->target, name, time(NULL), &piece);
}

static int add_bytes(struct asking *asking, const char *name, const struct px_bytes *bytes)
{
	struct px_spool spool;
	int r;

	px_spool_init(&spool, asking->postgres->folder, LOG_MEMORY);
	r = px_spool_append(&spool, bytes->bytes, bytes->length);
	if (r == 0)
		r = add_file(asking, name, &spool);
	px_spool_deinit(&spool);
	return r;
}

/* Add what has been answered, with what has been found out beside it. */
static int add_answers(struct asking *asking)
{
	const struct px_redaction *redaction = asking->postgres->redaction;
	struct px_bytes *settings = &asking->settings.out, made = { .bytes = NULL };
	struct pmapx_text activity = text_of(&asking->activity);
	char row[64];
	int r;

	r = px_redact_settings(redaction, settings);
	if (r < 0)
		return r;
	(void)snprintf(row, sizeof(row), PX_SETTING_POSTMASTER ",%d\n", (int)asking->postmaster);
	if (asking->postmaster != 0)
		px_bytes_put(settings, row, strlen(row));
	r = px_redact_activity(redaction, &activity, &made);
	if (r == 0 && (made.failed || settings->failed))
		r = -ENOMEM;
	if (r == 0)
		r = px_target_add_folder(asking->postgres->target, "postgres", time(NULL));
	if (r == 0)
		r = add_bytes(asking, "postgres/settings.csv", settings);
	if (r == 0)
		r = add_bytes(asking, "postgres/activity.csv", &made);
	free(made.bytes);
	return r;
}

/* Say who has not answered. */
static int say_missing(struct asking *asking, const struct px_server_log *log)
{
	static const char advice[] =
		"what is missing may come to the server's log later: give that to --contexts";
	char text[256];
	unsigned named = 0;
	int length;

	if (log->missing <= log->other_dumps)
		return 0;
	length = snprintf(text, sizeof(text),
		"%zu of %zu processes have not written a whole dump within %u.%03u s:",
		log->missing - (size_t)log->other_dumps, log->asked_count,
		asking->psql.wait_ms / 1000, asking->psql.wait_ms % 1000);
	for (size_t i = 0; i < log->asked_count && named <= NAMED_MAX; i++) {
		if (log->asked[i].is_there)
			continue;
		if (named++ == NAMED_MAX)
			(void)snprintf(text + length, sizeof(text) - (size_t)length, " ...");
		else
			length += snprintf(text + length, sizeof(text) - (size_t)length, " %u",
				(unsigned)log->asked[i].pid);
	}
	say(asking, "memory contexts", text, advice);
	return 0;
}

/* Ask for dumps, the log being open, and add what comes. */
static int take_dumps(struct asking *asking, struct px_server_log *log)
{
	struct px_answer answer = { .why = "" };
	struct pmapx_text pids;
	int r = px_psql_ask(&asking->psql, DUMPS_QUERY, PIDS_MAX, &answer);

	pids = text_of(&answer);
	if (r < 0) {
		r = say_answer(asking, "memory contexts", r, answer.why,
			"where they are allowed: " CONTEXTS_ADVICE);
		px_answer_deinit(&answer);
		return r;
	}
	r = px_server_log_expect(log, &pids);
	px_answer_deinit(&answer);
	if (r == 0)
		r = px_server_log_follow(log, &asking->psql, asking->psql.wait_ms);
	if (is_fatal(r))
		return r;
	if (r < 0) {
		say(asking, "the server's log",
			r == -EFBIG ? "it is too long" : px_describe_error(-r),
			"give it to --contexts");
		r = 0;
	} else {
		r = say_missing(asking, log);
	}
	return log->spool->length > 0 ? add_file(asking, "postgres/log", log->spool) : r;
}

/* Say why there is no log to be read. */
static int say_log(struct asking *asking, const struct px_server_log *log, int r)
{
	static const char advice[] = "as who may read it: " CONTEXTS_ADVICE;
	const char *why = r == -ESRCH ? "it is not known where it is" : px_describe_error(-r);
	char *text;

	if (is_fatal(r))
		return r;
	if (log->path == NULL) {
		say(asking, "the server's log",
			r == -EMEDIUMTYPE ? "the server writes it to no file" : why, advice);
		return 0;
	}
	text = malloc(strlen(log->path) + strlen(why) + sizeof(": "));
	if (text == NULL)
		return -ENOMEM;
	stpcpy(stpcpy(stpcpy(text, log->path), ": "), why);
	say(asking, "the server's log", text, advice);
	free(text);
	return 0;
}

/* Whether any of the log goes to a file; where that is not told, it may. */
static bool has_log_file(const struct asking *asking)
{
	static const char *const files[] = { "stderr", "csvlog", "jsonlog" };
	const struct pmapx_text *to = &asking->destination;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (to->length > 0 && memmem(to->bytes, to->length, files[i], strlen(files[i])))
			return true;
	return to->bytes == NULL;
}

/* Find the log, and have dumps written to it. */
static int add_dumps(struct asking *asking)
{
	const struct px_postgres *postgres = asking->postgres;
	struct px_answer answer = { .why = "" };
	struct px_server_log log;
	struct px_spool spool;
	int r;

	px_spool_init(&spool, postgres->folder, LOG_MEMORY);
	r = px_server_log_init(
		&log, postgres->redaction, &spool, asking->postmaster, &asking->folder);
	if (r == 0) {
		if (asking->is_collected)
			r = px_psql_ask(&asking->psql, PX_SERVER_LOG_QUERY, PX_SERVER_LOG_PATH_MAX,
				&answer);
		if (r < 0) {
			r = say_answer(asking, "the server's log", r, answer.why,
				"as a superuser: " CONTEXTS_ADVICE);
		} else {
			struct pmapx_text path = text_of(&answer);

			path.length -= path.length > 0;
			r = px_server_log_open(&log, &path);
			r = r < 0 ? say_log(asking, &log, r) : take_dumps(asking, &log);
		}
	}
	px_answer_deinit(&answer);
	px_server_log_deinit(&log);
	px_spool_deinit(&spool);
	return r;
}

/* The dumps, if the server can be asked for them. */
static int take_contexts(struct asking *asking)
{
	if (asking->version != 0 && asking->version < VERSION_WITH_DUMPS) {
		char text[96];

		(void)snprintf(text, sizeof(text),
			"a server of version %u cannot be asked for them",
			(unsigned)(asking->version / 10000));
		say(asking, "memory contexts", text, GDB_ADVICE);
		return 0;
	}
	if (!has_log_file(asking)) {
		say(asking, "the server's log", "the server writes it to no file", CONTEXTS_ADVICE);
		return 0;
	}
	return add_dumps(asking);
}

/* Ask both questions that each server can answer; 1 if it has. */
static int ask(struct asking *asking)
{
	static const char advice[] =
		"where it can connect: " ACTIVITY_ADVICE
		"; and as a superuser of version 14 or later: " CONTEXTS_ADVICE;
	struct px_answer *answer = &asking->settings;
	int r = px_psql_ask(&asking->psql, SETTINGS_QUERY, PX_SETTINGS_MAX, answer);

	if (r == 0)
		r = read_settings(asking);
	if (r == 0) {
		answer = &asking->activity;
		r = px_psql_ask(&asking->psql, ACTIVITY_QUERY, PX_ACTIVITY_MAX, answer);
	}
	return r == 0 ? 1 : say_answer(asking, "psql", r, answer->why, advice);
}

int px_postgres_add(const struct px_postgres *postgres)
{
	struct asking asking = {
		.postgres = postgres,
		.psql = { postgres->options->conninfo, postgres->options->wait_ms },
	};
	int r = ask(&asking);

	if (r == 1) {
		r = find_postmaster(&asking);
		if (r == -ESRCH) {
			say(&asking, "the server", "none of its processes is to be seen here",
				"capture where it runs");
			r = 0;
		} else if (r == 0 || r == -EEXIST) {
			r = add_answers(&asking);
			if (r == 0)
				r = take_contexts(&asking);
		}
		if (r == -EBADMSG)
			r = say_answer(&asking, "activity", r, "", ACTIVITY_ADVICE);
	}
	px_answer_deinit(&asking.settings);
	px_answer_deinit(&asking.activity);
	free(asking.room);
	return r;
}
