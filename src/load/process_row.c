/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process as a row of the table process.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "load_impl.h"
#include "procinfo.h"
#include "scan.h"
#include "source_impl.h"
#include "title.h"

/* What a row is made of. */
struct making {
	struct px_loading *loading;
	const struct px_visit *visit;
	struct px_datum row[PX_PROCESS_COLUMNS];
	char *status, *oom, *exe, *cgroup, *cmdline; /* Owned. */
	struct pmapx_text told;                      /* All of the command line. */
	struct px_server server;
};

/* A file of the process; NULL and 0 where there is none. */
static int read_file(struct making *making, enum px_file file, char **ret, size_t *ret_length)
{
	int r = px_process_read(making->visit->process, file, ret, ret_length);

	if (r < 0) {
		*ret = NULL;
		*ret_length = 0;
	}
	return px_is_shortage(r) ? r : 0;
}

static int fill_status(struct making *making)
{
	static const struct {
		const char *key;
		enum px_PROCESS_column column;
		unsigned unit;
	} numbers[] = {
		{ "PPid:", PX_PROCESS_PPID, 1 },
		{ "Threads:", PX_PROCESS_THREADS, 1 },
		{ "VmSize:", PX_PROCESS_VM_SIZE, 1024 },
		{ "VmRSS:", PX_PROCESS_VM_RSS, 1024 },
		{ "VmHWM:", PX_PROCESS_VM_HWM, 1024 },
		{ "RssAnon:", PX_PROCESS_RSS_ANON, 1024 },
		{ "RssFile:", PX_PROCESS_RSS_FILE, 1024 },
		{ "RssShmem:", PX_PROCESS_RSS_SHMEM, 1024 },
		{ "VmSwap:", PX_PROCESS_VM_SWAP, 1024 },
		{ "VmPTE:", PX_PROCESS_VM_PTE, 1024 },
		{ "HugetlbPages:", PX_PROCESS_HUGETLB, 1024 },
	};
	struct pmapx_text status = { NULL, 0 };
	uint64_t number = 0;
	pid_t ns_pid;
	int r = read_file(making, PX_FILE_STATUS, &making->status, &status.length);

	status.bytes = making->status;
	if (r < 0 || status.length == 0)
		return r;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (px_parse_number(&status, numbers[i].key, &number) == 0 &&
			number <= (numbers[i].unit == 1 ? INT32_MAX : INT64_MAX / 1024))
			making->row[numbers[i].column] = px_datum_number(
				(int64_t)number * numbers[i].unit);
	if (px_parse_ns_pid(&status, &ns_pid) == 0) {
		making->row[PX_PROCESS_NS_PID] = px_datum_number(ns_pid);
		making->server.ns_pid = ns_pid;
	}
	return 0;
}

/* Who it is, by stat and the rest. */
static void fill_identity(struct making *making)
{
	const struct pmapx_identity *identity = pmapx_process_identity(making->visit->process);
	const struct px_capture_facts *facts = &making->loading->facts;
	struct px_datum *row = making->row;

	if (identity->has_stat)
		row[PX_PROCESS_PPID] = px_datum_number(identity->ppid);
	if (row[PX_PROCESS_PPID].type == PX_DATUM_NUMBER) {
		making->server.ppid = row[PX_PROCESS_PPID].number;
		making->server.has_parent = true;
	}
	if (identity->state != '\0')
		row[PX_PROCESS_PROC_STATE] = px_datum_text(&identity->state, 1);
	if (identity->comm.length > 0)
		row[PX_PROCESS_COMM] = px_datum_text(identity->comm.bytes, identity->comm.length);
	if (!identity->has_stat || identity->start_ticks > INT64_MAX)
		return;
	row[PX_PROCESS_STARTTIME] = px_datum_number((int64_t)identity->start_ticks);
	if (!facts->has_boot || facts->clock_ticks <= 0 ||
		identity->start_ticks > INT64_MAX / 4000000)
		return;
	making->server.has_start = true;
	making->server.start_us = facts->boot_us +
		(int64_t)identity->start_ticks * 1000000 / facts->clock_ticks;
	row[PX_PROCESS_START_US] = px_datum_number(making->server.start_us);
}

static int fill_user(struct making *making)
{
	bool is_here = making->loading->from == NULL;
	const char *name;
	uint32_t uid;
	int r = px_process_euid(making->visit->process, &uid);

	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	making->row[PX_PROCESS_UID] = px_datum_number(uid);
	if (!is_here)
		return 0;
	r = px_users_find(&making->loading->users, uid, is_here, &name);
	if (r < 0)
		return r;
	/* A number is no name. */
	if (*name < '0' || *name > '9')
		making->row[PX_PROCESS_USER_NAME] = px_load_text(name);
	return 0;
}

/* The arguments, with blanks between. */
static int fill_command(struct making *making)
{
	size_t length;
	int r = pmapx_process_cmdline(making->visit->process, &making->told);

	if (r < 0) {
		making->told = (struct pmapx_text){ NULL, 0 };
		return px_is_shortage(r) ? r : 0;
	}
	length = making->told.length;
	while (length > 0 && making->told.bytes[length - 1] == '\0')
		length--;
	if (length == 0)
		return 0;
	making->cmdline = malloc(length);
	if (making->cmdline == NULL)
		return -ENOMEM;
	memcpy(making->cmdline, making->told.bytes, length);
	for (size_t i = 0; i < length; i++)
		if (making->cmdline[i] == '\0')
			making->cmdline[i] = ' ';
	making->row[PX_PROCESS_CMDLINE] = px_datum_text(making->cmdline, length);
	return 0;
}

/* The file it runs: what its link says, or a capture has of that, or what its map tells. */
static int fill_exe(struct making *making, const char *mapped)
{
	const struct pmapx_process *process = making->visit->process;
	size_t length = 0;
	int r = 0;

	if (making->visit->member != NULL) {
		r = read_file(making, PX_FILE_EXE, &making->exe, &length);
		if (length > 0 && making->exe[length - 1] == '\n')
			length--;
	} else {
		ssize_t n;

		making->exe = malloc(PATH_MAX);
		if (making->exe == NULL)
			return -ENOMEM;
		n = readlinkat(process->place.fd, "exe", making->exe, PATH_MAX);
		length = n > 0 ? (size_t)n : 0;
	}
	if (length > 0)
		making->row[PX_PROCESS_EXE] = px_datum_text(making->exe, length);
	else
		making->row[PX_PROCESS_EXE] = px_load_text(mapped);
	return r;
}

static int fill_rest(struct making *making)
{
	struct pmapx_text text = { NULL, 0 };
	uint64_t number = 0;
	size_t length;
	int r = px_process_cgroup(making->visit->process, &making->cgroup, &text);
	const char *at, *end;

	if (r == 0)
		making->row[PX_PROCESS_CGROUP] = px_datum_text(text.bytes, text.length);
	if (px_is_shortage(r))
		return r;
	r = read_file(making, PX_FILE_OOM_SCORE_ADJ, &making->oom, &length);
	if (r < 0 || making->oom == NULL)
		return r;
	at = making->oom + (*making->oom == '-');
	end = px_scan_decimal(at, making->oom + length, &number);
	if (end != NULL && end > at && number <= 1000)
		making->row[PX_PROCESS_OOM_ADJ] = px_datum_number(
			at > making->oom ? -(int64_t)number : (int64_t)number);
	return 0;
}

static struct px_datum text_value(const struct pmapx_text *text)
{
	return text->bytes != NULL ? px_datum_text(text->bytes, text->length) : px_datum_null();
}

/* Whether its short name is that of the server's program. */
static bool is_called_postgres(const struct making *making)
{
	static const char name[] = "postgres";
	const struct pmapx_text *comm = &pmapx_process_identity(making->visit->process)->comm;

	return comm->length == sizeof(name) - 1 && memcmp(comm->bytes, name, comm->length) == 0;
}

/* What PostgreSQL says in its title; false if it is none of its processes. */
static bool fill_title(struct making *making)
{
	const struct px_datum *exe = &making->row[PX_PROCESS_EXE];
	struct px_datum *row = making->row;
	struct px_title title;
	bool has_title = making->told.length > 0 && px_title_parse(&making->told, &title);
	unsigned redacted = making->visit->member != NULL ? making->visit->member->redacted : 0;

	/* Of a program's name that was replaced nothing follows, but from what it calls itself. */
	if ((redacted & PMAPX_REDACTED_PATHS) != 0   ? !has_title && !is_called_postgres(making)
			: exe->type == PX_DATUM_TEXT ? !px_title_is_server(&exe->text)
						     : !has_title)
		return false;
	if (!has_title) {
		/* Where the command line is not known, it may be any. */
		if (making->told.length > 0 && (redacted & PMAPX_REDACTED_ARGS) == 0)
			row[PX_PROCESS_PG_ROLE] = px_load_text("postmaster");
		return true;
	}
	making->server.is_child = true;
	row[PX_PROCESS_PG_ROLE] = title.kind == PX_TITLE_BACKEND ? px_load_text("client backend")
								 : text_value(&title.role);
	row[PX_PROCESS_PG_USER] = text_value(&title.user);
	row[PX_PROCESS_PG_DB] = text_value(&title.database);
	row[PX_PROCESS_PG_CLIENT] = text_value(&title.client);
	row[PX_PROCESS_PG_ACTIVITY] = text_value(&title.activity);
	return true;
}

static int fill(struct making *making, const char *mapped)
{
	int r = fill_status(making);

	if (r < 0)
		return r;
	fill_identity(making);
	r = fill_user(making);
	if (r == 0)
		r = fill_command(making);
	if (r == 0)
		r = fill_exe(making, mapped);
	if (r == 0)
		r = fill_rest(making);
	return r;
}

/* Add the row; those of servers wait until it is known who belongs together. */
static int add(struct making *making)
{
	struct px_loading *loading = making->loading;

	if (fill_title(making))
		return px_servers_add(&loading->servers, &making->server, making->row);
	px_load_add(loading, PX_TABLE_PROCESS, making->row);
	return 0;
}

int px_load_process(struct px_loading *loading, const struct px_visit *visit, pid_t pid,
	const char *status, int64_t mappings, const char *exe)
{
	struct making making = { .loading = loading, .visit = visit };
	int r = 0;

	for (int i = 0; i < PX_PROCESS_COLUMNS; i++)
		making.row[i] = px_datum_null();
	making.server.pid = making.server.ns_pid = pid;
	making.row[PX_PROCESS_PID] = px_datum_number(pid);
	making.row[PX_PROCESS_STATUS] = px_load_text(status);
	if (mappings >= 0)
		making.row[PX_PROCESS_N_MAPPINGS] = px_datum_number(mappings);
	if (visit->process != NULL)
		r = fill(&making, exe);
	else
		making.row[PX_PROCESS_EXE] = px_load_text(exe);
	if (r == 0)
		r = add(&making);
	free(making.status);
	free(making.oom);
	free(making.exe);
	free(making.cgroup);
	free(making.cmdline);
	return r;
}
