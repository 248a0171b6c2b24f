/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going through processes for a verb.
 */
#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "jobs.h"
#include "saved.h"
#include "source_impl.h"
#include "threads.h"
#include "walk_impl.h"

/* How often a process is visited that begins another program meanwhile. */
#define VISITS_MAX 3

void px_walk_lock(struct px_visit *visit)
{
	pthread_mutex_lock(&visit->walk->lock);
}

void px_walk_unlock(struct px_visit *visit)
{
	pthread_mutex_unlock(&visit->walk->lock);
}

bool px_visit_is_copy(const struct px_visit *visit)
{
	return visit->member != NULL || !pmapx_source_in_order(visit->source);
}

/* What the result of a visit counts as. */
static size_t *counter(const struct px_visit *visit, int r)
{
	struct px_walk_counts *counts = visit->walk->counts;

	switch (r) {
	case 0:
		return &counts->read;
	case 1:
		return &counts->empty;
	case -EACCES:
	case -EPERM:
		return &counts->unread.denied;
	case -ESRCH:
	case -ESTALE:
		return visit->member != NULL ? &counts->unread.damaged : &counts->unread.vanished;
	case -ENOENT:
		return px_visit_is_copy(visit) ? &counts->unread.unsaved : &counts->unread.vanished;
	default:
		return &counts->unread.damaged;
	}
}

/* Note what became of process @pid. */
static void note(struct px_visit *visit, pid_t pid, int r)
{
	struct px_unread *counts = &visit->walk->counts->unread;
	px_unread_visitor *unread = visit->walk->options->unread;
	size_t *counted = counter(visit, r);

	if (px_is_shortage(r)) {
		visit->walk->error = -r;
		return;
	}
	/* Of the others the number says all. */
	if (counted == &counts->damaged) {
		if (visit->error.code == 0)
			visit->error.code = -r;
		if (!visit->walk->options->is_again)
			px_walk_say_damaged(visit, pid);
	}
	if (r == 1)
		px_walk_say_empty(visit, pid);
	visit->result = r;
	px_walk_lock(visit);
	if (counted == &counts->unsaved)
		px_unread_add_unsaved(counts, visit->file);
	else
		++*counted;
	/* What is another program now is there. */
	if (unread != NULL && r < 0 &&
		(counted != &counts->vanished || r == -ESTALE ||
			visit->walk->options->is_complete) &&
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
	return px_has_exited(pmapx_process_identity(visit->process)->state);
}

/* A process whose first thread has exited is a zombie by its number; others may go on. */
static int open_living(struct px_visit *visit, pid_t pid)
{
	int r = open_process(visit, pid);

	if (r < 0 || visit->member != NULL || !is_zombie(visit))
		return r;
	r = px_process_go_on(&visit->process, visit->walk->options->looks_only, &visit->error);
	if (r == 0)
		return 0;
	/* It had memory when the walk was begun: it has vanished. */
	pmapx_process_close(visit->process);
	visit->process = NULL;
	return r;
}

/*
 * Whether it has memory; or a shortage.  What was saved of a process whose first thread had
 * exited is what others told: whether there is anything says more than the state.
 */
static int has_memory(const struct px_visit *visit)
{
	if (pmapx_process_identity(visit->process)->is_kernel)
		return 0;
	if (!is_zombie(visit))
		return 1;
	return visit->member != NULL ? px_process_has_saved_map(visit->process) : 0;
}

/* Visit what is open; as a visitor. */
static int visit_open(struct px_visit *visit)
{
	int has = has_memory(visit);
	int r;

	if (has < 0 || (has == 0 && !visit->walk->options->is_complete))
		return has < 0 ? has : 1;
	visit->error = (struct pmapx_error){ .reason = "" };
	r = visit->walk->visit(visit->walk->context, visit);
	return r == 0 && has == 0 ? 1 : r;
}

/* What it counts as that a process could not be opened: @r, or what is wrong with its stat. */
static int judge_unopened(struct px_visit *visit, int r)
{
	int code = visit->error.code;

	/* A file that may not be read is not one that is not there. */
	if (code == EACCES || code == EPERM)
		return -code;
	if (r != -ESRCH || visit->error.file == NULL || !px_visit_is_copy(visit))
		return r;
	/* The process is there; the copy lacks its stat, or has nothing in it. */
	visit->file = visit->error.file;
	return -code;
}

/* Look up a process and visit it. */
void px_walk_visit(struct px_visit *visit, pid_t pid)
{
	int r, visits = 0;

	visit->process = NULL;
	do {
		pmapx_process_close(visit->process);
		visit->file = NULL;
		visit->error = (struct pmapx_error){ .reason = "" };
		visit->process = NULL;
		r = open_living(visit, pid);
		r = r == 0 ? visit_open(visit) : judge_unopened(visit, r);
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
		px_walk_visit(visit, visit->walk->pids[job]);
	return 0;
}

static void end_worker(void *data)
{
	struct px_visit *visit = data;

	pmapx_source_close(visit->source);
	free(visit);
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
	int status, r = px_walk_list_folder(walk, source);

	if (r < 0)
		return r;
	if (walk->count == 0 && walk->options->is_again)
		return 0;
	if (walk->count == 0 && walk->counts->unread.vanished > 0)
		return -ESRCH;
	if (walk->count == 0)
		return px_walk_say(walk, NULL,
			px_select_is_given(&walk->options->select) ? "no process is selected"
								   : "there is no process",
			-ESRCH);
	counted.count = walk->count;
	if (px_jobs_run(walk->console, &counted, &status) < 0)
		return px_walk_no_memory(walk);
	return 0;
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
		r = options->input != NULL
			? px_source_open_input(options->input, &source_options, ret, &error)
			: pmapx_source_open_saved(path, &source_options, ret, &error);
	} else if (options->root != NULL) {
		path = options->root;
		r = pmapx_source_open_root(path, NULL, ret);
	} else {
		r = pmapx_source_open_live(NULL, ret);
	}
	if (r < 0)
		px_walk_fail(walk, path, error.reason, r);
	return r;
}

static int visit_source(struct px_walk *walk, px_source_visitor *visit, struct pmapx_source *source)
{
	return visit != NULL ? visit(walk->context, source) : 0;
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
	r = options->from != NULL ? px_walk_list_wanted(&walk) : 0;
	if (r == 0)
		r = open_source(&walk, &source);
	if (r == 0) {
		r = visit_source(&walk, options->opened, source);
		if (r == 0)
			r = options->from != NULL ? px_walk_saved(&walk, source)
						  : walk_folder(&walk, source);
		if (r == 0 && walk.error == 0)
			r = visit_source(&walk, options->ending, source);
		pmapx_source_close(source);
	}
	if (walk.error == ENOMEM)
		r = px_walk_no_memory(&walk);
	else if (walk.error != 0)
		r = px_walk_say(&walk, NULL, px_describe_error(walk.error), -walk.error);
	pthread_mutex_destroy(&walk.lock);
	free(walk.is_there);
	free(walk.pids);
	return r;
}
