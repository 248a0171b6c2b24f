/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A walk through what was saved: its processes are visited as they are handed out, if they
 * are wanted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "proctable.h"
#include "walk_impl.h"

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
	found = bsearch(&pid, walk->pids, walk->count, sizeof(pid), px_compare_pids);
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
		px_walk_visit(visit, visit->member->pid);
	return r;
}

/* A part of the source that cannot be read is told of, and the rest goes on. */
static void say_gap(
	struct px_walk *walk, struct pmapx_source *source, const struct pmapx_error *error)
{
	px_walk_say(walk, pmapx_source_path(source),
		*error->reason != '\0' ? error->reason : px_describe_error(error->code), 0);
	walk->counts->has_gap = true;
}

/* Who descends from whom is known when all have been looked at. */
static int find_tree(struct px_walk *walk, struct pmapx_source *source)
{
	int r = 0;

	if (walk->options->select.values[PX_SELECT_TREE] != NULL)
		r = px_saved_pick(source, &walk->options->select);
	if (r < 0)
		px_walk_fail(
			walk, pmapx_source_path(source), r == -EXFULL ? PX_SAVED_TOO_MANY : "", r);
	return r;
}

int px_walk_saved(struct px_walk *walk, struct pmapx_source *source)
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
			px_walk_say_missing(walk, walk->pids[i]);
	if (walk->error == 0 && seen == 0 && walk->counts->unread.vanished == 0 &&
		!walk->counts->has_gap)
		px_walk_say(walk, pmapx_source_path(source),
			px_select_is_given(&walk->options->select) ? "no process is selected"
								   : "there is no process",
			0);
	return seen > 0 ? 0 : -ESRCH;
}
