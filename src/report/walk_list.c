/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes a walk visits: those that are named, that are selected, or all.
 */
#include <errno.h>
#include <stdlib.h>

#include "proctable.h"
#include "source_impl.h"
#include "walk_impl.h"

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

/* Put them in order, each once. */
static void sort_pids(struct px_walk *walk)
{
	size_t count = 0;

	if (walk->count > 0)
		qsort(walk->pids, walk->count, sizeof(*walk->pids), px_compare_pids);
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
		if (r == -ESRCH && error.file == NULL)
			px_walk_say_missing(walk, pid);
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
		px_walk_fail(walk, pmapx_source_path(source), px_proctable_describe(r), r);
	for (size_t i = 0; r == 0 && i < table.count; i++)
		r = add_pid(walk, table.rows[i].pid);
	px_proctable_deinit(&table);
	return r;
}

/* Which processes of a folder laid out like /proc: in order, each once. */
int px_walk_list_folder(struct px_walk *walk, struct pmapx_source *source)
{
	const struct px_walk_options *options = walk->options;
	bool is_select = px_select_is_given(&options->select);
	int r;

	if (options->pid_count == 0 && !is_select)
		r = list_all(walk, source);
	else
		r = list_named(walk, source);
	if (r < 0)
		return px_walk_fail(walk, pmapx_source_path(source), "", r);
	if (is_select)
		r = list_selected(walk, source);
	if (r == 0)
		sort_pids(walk);
	return r;
}

/* Those that are named, to be looked up. */
int px_walk_list_wanted(struct px_walk *walk)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < walk->options->pid_count; i++)
		r = add_pid(walk, walk->options->pids[i]);
	sort_pids(walk);
	walk->is_there = r == 0 ? calloc(walk->count + 1, sizeof(*walk->is_there)) : NULL;
	return walk->is_there == NULL ? px_walk_no_memory(walk) : 0;
}
