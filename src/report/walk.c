/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going through processes for a verb.
 */
#include "walk.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "jobs.h"
#include "proctable.h"
#include "source_impl.h"
#include "threads.h"

/* How often a process is visited that begins another program meanwhile. */
#define VISITS_MAX 3

struct px_walk {
	const struct px_walk_options *options;
	struct px_console *console; /* Of the calling thread. */
	px_visitor *visit;
	void *context;
	pthread_mutex_t lock;
	/* Under the lock: */
	struct px_walk_counts *counts;

	_Atomic int error; /* Why it cannot go on, a positive errno; any thread may look. */

	/* Of a folder laid out like /proc those to visit, of a saved source those that are named: */
	pid_t *pids; /* In order, each once; owned. */
	size_t count, room;
	bool *is_there; /* Of those that are named, whether they have come by; owned. */
};

void px_walk_lock(struct px_visit *visit)
{
	pthread_mutex_lock(&visit->walk->lock);
}

void px_walk_unlock(struct px_visit *visit)
{
	pthread_mutex_unlock(&visit->walk->lock);
}

/* "pmapx: rank: WHAT: WHY"; @what may be NULL.  Returns @r. */
static int say(struct px_walk *walk, const char *what, const char *why, int r)
{
	struct px_console *console = walk->console;

	px_message_begin(console);
	px_out_string(&console->err, walk->options->verb);
	px_out_string(&console->err, ": ");
	if (what != NULL) {
		px_message_text(console, what);
		px_out_string(&console->err, ": ");
	}
	px_message_text(console, why);
	px_message_end(console);
	return r;
}

static int say_no_memory(struct px_walk *walk)
{
	return say(walk, NULL, "memory allocation failed", -ENOMEM);
}

/* Why the source called @path cannot be gone through, in words if @reason is not "". */
static int fail(struct px_walk *walk, const char *path, const char *reason, int r)
{
	if (r == -ENOMEM)
		return say_no_memory(walk);
	return say(walk, path, *reason != '\0' ? reason : px_describe_error(-r), r);
}

/* What is wrong with a file of a process, or with itself, for no reason that is only counted. */
static void say_damaged(const struct px_visit *visit, pid_t pid)
{
	struct px_console *console = visit->console;
	const struct pmapx_error *error = &visit->error;
	struct px_out *err = &console->err;

	px_message_begin(console);
	px_out_string(err, visit->walk->options->verb);
	px_out_string(err, ": ");
	px_message_text(console, pmapx_source_path(visit->source));
	if (visit->member != NULL && *visit->member->host != '\0') {
		px_out_string(err, ": ");
		px_message_text(console, visit->member->host);
	}
	/* Of one map that was saved nothing may tell whose it is. */
	if (pid != 0) {
		px_out_string(err, visit->member != NULL ? ": " : "/");
		px_out_number(err, (uint64_t)pid);
	}
	if (visit->file != NULL) {
		px_out_string(err, visit->member != NULL ? ": " : "/");
		px_out_string(err, visit->file);
	}
	if (error->line > 0) {
		px_out_string(err, ": line ");
		px_out_number(err, error->line);
	}
	if (error->column > 0) {
		px_out_string(err, ", column ");
		px_out_number(err, error->column);
	}
	px_out_string(err, ": ");
	px_out_string(err, *error->reason != '\0' ? error->reason : px_describe_error(error->code));
	px_message_end(console);
}

/* What the result of a visit counts as. */
static size_t *counter(struct px_walk_counts *counts, bool is_saved, int r)
{
	switch (r) {
	case 0:
		return &counts->read;
	case 1:
		return &counts->empty;
	case -EACCES:
	case -EPERM:
		return &counts->denied;
	case -ESRCH:
	case -ESTALE:
		return is_saved ? &counts->damaged : &counts->vanished;
	case -ENOENT:
		return is_saved ? &counts->unsaved : &counts->vanished;
	default:
		return &counts->damaged;
	}
}

/* Note what became of process @pid. */
static void note(struct px_visit *visit, pid_t pid, int r)
{
	struct px_walk_counts *counts = visit->walk->counts;
	px_unread_visitor *unread = visit->walk->options->unread;
	size_t *counted = counter(counts, visit->member != NULL, r);

	if (px_is_shortage(r)) {
		visit->walk->error = -r;
		return;
	}
	/* Of the others the number says all. */
	if (counted == &counts->damaged) {
		if (visit->error.code == 0)
			visit->error.code = -r;
		say_damaged(visit, pid);
	}
	px_walk_lock(visit);
	++*counted;
	/* What is another program now is there. */
	if (unread != NULL && r < 0 && (counted != &counts->vanished || r == -ESTALE) &&
		unread(visit->walk->context, visit, pid) < 0)
		visit->walk->error = ENOMEM;
	px_walk_unlock(visit);
}

/* Open process @pid, or the one that a saved source has handed out. */
static int open_process(struct px_visit *visit, pid_t pid)
{
	if (visit->member != NULL)
		return pmapx_process_open_member(visit->source, &visit->process, &visit->error);
	if (visit->walk->options->looks_only)
		return px_process_look(visit->source, pid, &visit->process, &visit->error);
	return pmapx_process_open(visit->source, pid, &visit->process, &visit->error);
}

static bool is_zombie(const struct px_visit *visit)
{
	char state = pmapx_process_identity(visit->process)->state;

	return state == 'Z' || state == 'X';
}

/* A process whose first thread has exited is a zombie by its number; others may go on. */
static int open_living(struct px_visit *visit, pid_t pid)
{
	int r = open_process(visit, pid);
	pid_t thread;

	if (r < 0 || visit->member != NULL || !is_zombie(visit))
		return r;
	thread = px_process_living_thread(visit->process);
	if (thread <= 0)
		return thread;
	pmapx_process_close(visit->process);
	visit->process = NULL; /* Where the thread has gone, too, nothing is open. */
	return open_process(visit, thread);
}

/* Visit what is open; as a visitor. */
static int visit_open(struct px_visit *visit)
{
	if (pmapx_process_identity(visit->process)->is_kernel || is_zombie(visit))
		return 1;
	visit->error = (struct pmapx_error){ .reason = "" };
	return visit->walk->visit(visit->walk->context, visit);
}

/* Look up a process and visit it. */
static void visit_process(struct px_visit *visit, pid_t pid)
{
	int r, visits = 0;

	visit->process = NULL;
	do {
		pmapx_process_close(visit->process);
		visit->file = NULL;
		visit->error = (struct pmapx_error){ .reason = "" };
		visit->process = NULL;
		r = open_living(visit, pid);
		if (r == 0)
			r = visit_open(visit);
		/* A file that may not be read is not one that is not there. */
		else if (visit->error.code == EACCES || visit->error.code == EPERM)
			r = -visit->error.code;
		/* Another program is another memory: from the beginning. */
	} while (r == -ESTALE && visit->member == NULL && ++visits < VISITS_MAX);
	if (!(px_is_shortage(r) && px_out_give_up(&visit->console->out)))
		note(visit, pid, r);
	pmapx_process_close(visit->process);
}

/* A worker: it visits one process after the other. */
static void *begin_worker(void *context, struct px_console *console)
{
	struct px_walk *walk = context;
	struct px_visit *visit = calloc(1, sizeof(*visit));
	int r = visit == NULL ? -ENOMEM : 0;

	if (r == 0)
		r = walk->options->root != NULL
			? pmapx_source_open_root(walk->options->root, NULL, &visit->source)
			: pmapx_source_open_live(NULL, &visit->source);
	if (r < 0) {
		free(visit);
		return NULL;
	}
	visit->walk = walk;
	visit->console = console;
	return visit;
}

static int run_worker(void *data, size_t job)
{
	struct px_visit *visit = data;

	visit->number = job;
	if (visit->walk->error == 0)
		visit_process(visit, visit->walk->pids[job]);
	return 0;
}

static void end_worker(void *data)
{
	struct px_visit *visit = data;

	pmapx_source_close(visit->source);
	free(visit);
}

static int add_pid(struct px_walk *walk, pid_t pid)
{
	if (walk->count == walk->room) {
		size_t room = walk->room * 2 + 256;
		pid_t *more = reallocarray(walk->pids, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		walk->pids = more;
		walk->room = room;
	}
	walk->pids[walk->count++] = pid;
	return 0;
}

static int compare_pids(const void *a, const void *b)
{
	const pid_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Put them in order, each once. */
static void sort_pids(struct px_walk *walk)
{
	size_t count = 0;

	if (walk->count > 0)
		qsort(walk->pids, walk->count, sizeof(*walk->pids), compare_pids);
	for (size_t i = 0; i < walk->count; i++)
		if (count == 0 || walk->pids[i] != walk->pids[count - 1])
			walk->pids[count++] = walk->pids[i];
	walk->count = count;
}

/* All there are, but whoever looks. */
static int list_all(struct px_walk *walk, struct pmapx_source *source)
{
	pid_t self = px_proctable_self(source);
	const struct pmapx_member *member;
	struct pmapx_error error;
	int r = 0;

	while (r == 0 && (r = pmapx_source_next(source, &member, &error)) == 1)
		r = member->pid != self ? add_pid(walk, member->pid) : 0;
	return r;
}

/* One that is named is not there: a list of them may be old, so that is no trouble. */
static void say_missing(struct px_walk *walk, pid_t pid)
{
	struct px_console *console = walk->console;

	px_message_begin(console);
	px_out_string(&console->err, walk->options->verb);
	px_out_string(&console->err, ": ");
	px_out_number(&console->err, (uint64_t)pid);
	px_out_string(&console->err, ": no such process");
	px_message_end(console);
	walk->counts->vanished++;
}

/* Those that are named; a thread's number stands for its process. */
static int list_named(struct px_walk *walk, struct pmapx_source *source)
{
	for (size_t i = 0; i < walk->options->pid_count; i++) {
		pid_t pid = walk->options->pids[i];
		struct pmapx_process *process;
		struct pmapx_error error;
		int r = px_process_look(source, pid, &process, &error);

		if (r == 0) {
			pid = pmapx_process_identity(process)->tgid;
			pmapx_process_close(process);
		}
		/* What is there and cannot be looked at is told of later. */
		if (r == -ESRCH && *error.reason == '\0')
			say_missing(walk, pid);
		else if (r == 0 || r == -ESRCH)
			r = add_pid(walk, pid);
		if (r < 0 && r != -ESRCH)
			return r;
	}
	return 0;
}

static int list_selected(struct px_walk *walk, struct pmapx_source *source)
{
	struct px_proctable table;
	int r = px_proctable_read(&table, source, &walk->options->select);

	if (r < 0)
		fail(walk, pmapx_source_path(source), px_proctable_describe(r), r);
	for (size_t i = 0; r == 0 && i < table.count; i++)
		r = add_pid(walk, table.rows[i].pid);
	px_proctable_deinit(&table);
	return r;
}

/* Which processes of a folder laid out like /proc: in order, each once. */
static int list_folder(struct px_walk *walk, struct pmapx_source *source)
{
	const struct px_walk_options *options = walk->options;
	bool is_select = px_select_is_given(&options->select);
	int r;

	if (options->pid_count == 0 && !is_select)
		r = list_all(walk, source);
	else
		r = list_named(walk, source);
	if (r < 0)
		return fail(walk, pmapx_source_path(source), "", r);
	if (is_select)
		r = list_selected(walk, source);
	if (r == 0)
		sort_pids(walk);
	return r;
}

static int walk_folder(struct px_walk *walk, struct pmapx_source *source)
{
	const struct px_jobs jobs = {
		.workers = walk->options->jobs,
		.context = walk,
		.begin = begin_worker,
		.run = run_worker,
		.end = end_worker,
	};
	struct px_jobs counted = jobs;
	int status, r = list_folder(walk, source);

	if (r < 0)
		return r;
	if (walk->count == 0 && walk->counts->vanished > 0)
		return -ESRCH;
	if (walk->count == 0)
		return say(walk, NULL,
			px_select_is_given(&walk->options->select) ? "no process is selected"
								   : "there is no process",
			-ESRCH);
	counted.count = walk->count;
	if (px_jobs_run(walk->console, &counted, &status) < 0)
		return say_no_memory(walk);
	return 0;
}

/* Whether the process that was handed out is selected; 1, 0, or a shortage. */
static int is_selected(const struct px_walk *walk, struct pmapx_source *source)
{
	const struct px_select *select = &walk->options->select;
	struct pmapx_process *process;
	int r;

	if (!px_select_is_given(select))
		return walk->options->pid_count == 0;
	if (select->values[PX_SELECT_TREE] != NULL)
		return px_saved_is_picked(source);
	r = pmapx_process_open_member(source, &process, NULL);
	/* Where all are wanted, what cannot be opened is to be told of. */
	if (r < 0)
		return px_is_shortage(r) ? r : px_select_is_all(select);
	r = px_proctable_matches(select, process);
	pmapx_process_close(process);
	return r;
}

/* Note that what was handed out has come by; whether it is named. */
static bool is_named(struct px_walk *walk, pid_t pid)
{
	const pid_t *found;

	if (walk->count == 0)
		return false;
	/* What has no number may be any. */
	if (pid == 0) {
		memset(walk->is_there, true, walk->count);
		return true;
	}
	found = bsearch(&pid, walk->pids, walk->count, sizeof(pid), compare_pids);
	if (found != NULL)
		walk->is_there[found - walk->pids] = true;
	return found != NULL;
}

/* Visit what was handed out, if it is wanted; 1 if it is, 0, or a shortage. */
static int visit_member(struct px_visit *visit)
{
	struct px_walk *walk = visit->walk;
	int r = 1;

	if (!is_named(walk, visit->member->pid))
		r = is_selected(walk, visit->source);
	if (r == 1)
		visit_process(visit, visit->member->pid);
	return r;
}

/* A part of the source that cannot be read is told of, and the rest goes on. */
static void say_gap(
	struct px_walk *walk, struct pmapx_source *source, const struct pmapx_error *error)
{
	say(walk, pmapx_source_path(source),
		*error->reason != '\0' ? error->reason : px_describe_error(error->code), 0);
	walk->counts->has_gap = true;
}

/* Those that are named, to be looked up. */
static int list_wanted(struct px_walk *walk)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < walk->options->pid_count; i++)
		r = add_pid(walk, walk->options->pids[i]);
	sort_pids(walk);
	walk->is_there = r == 0 ? calloc(walk->count + 1, sizeof(*walk->is_there)) : NULL;
	return walk->is_there == NULL ? say_no_memory(walk) : 0;
}

/* Who descends from whom is known when all have been looked at. */
static int find_tree(struct px_walk *walk, struct pmapx_source *source)
{
	int r = 0;

	if (walk->options->select.values[PX_SELECT_TREE] != NULL)
		r = px_saved_pick(source, &walk->options->select);
	if (r < 0)
		fail(walk, pmapx_source_path(source), r == -EXFULL ? PX_SAVED_TOO_MANY : "", r);
	return r;
}

static int walk_saved(struct px_walk *walk, struct pmapx_source *source)
{
	struct px_visit visit = { .walk = walk, .console = walk->console, .source = source };
	size_t seen = 0;
	struct pmapx_error error;
	int r = find_tree(walk, source);

	if (r < 0)
		return r;
	while (walk->error == 0 && (r = pmapx_source_next(source, &visit.member, &error)) != 0) {
		if (r < 0) {
			say_gap(walk, source, &error);
			continue;
		}
		visit.number = seen;
		r = visit_member(&visit);
		if (r < 0)
			walk->error = -r;
		seen += r == 1;
	}
	for (size_t i = 0; walk->error == 0 && i < walk->count; i++)
		if (!walk->is_there[i] && walk->pids[i] != 0)
			say_missing(walk, walk->pids[i]);
	if (walk->error == 0 && seen == 0 && walk->counts->vanished == 0 && !walk->counts->has_gap)
		say(walk, pmapx_source_path(source),
			px_select_is_given(&walk->options->select) ? "no process is selected"
								   : "there is no process",
			0);
	return seen > 0 ? 0 : -ESRCH;
}

/* Open the source; 0, or a negative errno after a message. */
static int open_source(struct px_walk *walk, struct pmapx_source **ret)
{
	const struct px_walk_options *options = walk->options;
	const char *folder = getenv("TMPDIR");
	const struct pmapx_source_options source_options = {
		.size = sizeof(source_options),
		.temporary_folder = folder != NULL && *folder != '\0' ? folder : NULL,
		/* To select, all must be looked at. */
		.pids = px_select_is_given(&options->select) ? NULL : walk->pids,
		.pid_count = px_select_is_given(&options->select) ? 0 : walk->count,
	};
	struct pmapx_error error = { .reason = "" };
	const char *path = "/proc";
	int r;

	if (options->from != NULL) {
		path = options->from;
		r = pmapx_source_open_saved(path, &source_options, ret, &error);
	} else if (options->root != NULL) {
		path = options->root;
		r = pmapx_source_open_root(path, NULL, ret);
	} else {
		r = pmapx_source_open_live(NULL, ret);
	}
	if (r < 0)
		fail(walk, path, error.reason, r);
	return r;
}

int px_walk(struct px_console *console, const struct px_walk_options *options, px_visitor *visit,
	void *context, struct px_walk_counts *ret)
{
	struct px_walk walk = {
		.options = options,
		.console = console,
		.visit = visit,
		.context = context,
		.counts = ret,
	};
	struct pmapx_source *source;
	int r;

	*ret = (struct px_walk_counts){ 0 };
	pthread_mutex_init(&walk.lock, NULL);
	r = options->from != NULL ? list_wanted(&walk) : 0;
	if (r == 0)
		r = open_source(&walk, &source);
	if (r == 0) {
		r = options->from != NULL ? walk_saved(&walk, source) : walk_folder(&walk, source);
		pmapx_source_close(source);
	}
	if (walk.error == ENOMEM)
		r = say_no_memory(&walk);
	else if (walk.error != 0)
		r = say(&walk, NULL, px_describe_error(walk.error), -walk.error);
	pthread_mutex_destroy(&walk.lock);
	free(walk.is_there);
	free(walk.pids);
	return r;
}
