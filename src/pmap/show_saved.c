/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a saved source: those that were asked for, or all.
 */
#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "proctable.h"
#include "say.h"
#include "show.h"

/* Show the process that was handed out. */
static int show(
	struct px_sheet *sheet, const struct px_view *view, const struct pmapx_member *member)
{
	int status;

	if (px_rows_leave_out(sheet))
		px_out_settle(&sheet->console->out);
	sheet->member = member;
	status = px_show_process(sheet, view, member->pid);
	sheet->member = NULL;
	return status;
}

/* A process that cannot even be looked at. */
static void say_missing(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_member *member, int error)
{
	sheet->member = member;
	px_say_missing(sheet, member->pid, "", error);
	if (view->done != NULL)
		view->done(sheet, member->pid);
	sheet->member = NULL;
}

/* One that was asked for is not there. */
static int say_not_there(struct px_sheet *sheet, const struct px_view *view, pid_t pid)
{
	const struct pmapx_member member = { .pid = pid, .host = "", .name = "", .boot_id = "" };

	say_missing(sheet, view, &member, ESRCH);
	return PX_STATUS_MISSING;
}

/* Whether the selectors want the process that was handed out; 1, 0, or a shortage. */
static int is_selected(struct px_sheet *sheet)
{
	const struct px_select *select = &sheet->options->select;
	struct pmapx_process *process;
	int r;

	if (!px_select_is_given(select))
		return 1;
	if (select->values[PX_SELECT_TREE] != NULL)
		return px_saved_is_picked(sheet->source);
	r = pmapx_process_open_member(sheet->source, &process, NULL);
	/* Where all are wanted, what cannot be opened is to be named. */
	if (r < 0)
		return px_is_shortage(r) ? r : px_select_is_all(select);
	r = px_proctable_matches(select, process);
	pmapx_process_close(process);
	return r;
}

/* Show what was handed out, if it is wanted; @is_named by its number. */
static int show_wanted(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_member *member, bool is_named, struct px_wanted *wanted)
{
	int r = is_selected(sheet);

	if (r < 0) {
		say_missing(sheet, view, member, -r);
		return PX_STATUS_UNREADABLE;
	}
	if (r == 1)
		wanted->is_empty = false;
	sheet->is_found = !is_named;
	return r == 1 || is_named ? show(sheet, view, member) : 0;
}

/* Who descends from whom is known when all have been looked at; false if that cannot be. */
static bool find_tree(struct px_sheet *sheet)
{
	const struct px_select *select = &sheet->options->select;
	struct pmapx_error error = { .reason = "" };
	int r;

	if (select->values[PX_SELECT_TREE] == NULL)
		return true;
	r = px_saved_pick(sheet->source, select);
	if (r == 0)
		return true;
	error.code = -r;
	if (r == -EXFULL)
		error.reason = PX_SAVED_TOO_MANY;
	px_say_damage(sheet, &error);
	return false;
}

/* A process that is named. */
struct named {
	pid_t pid;     /* By which they are in order. */
	bool is_there; /* Whether it has come by. */
};

/* Those that @wanted names, in order, to be freed; NULL if memory is short. */
static struct named *list_named(const struct px_wanted *wanted)
{
	struct named *list = calloc(wanted->count + 1, sizeof(*list));

	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < wanted->count; i++)
		list[i].pid = wanted->pids[i];
	qsort(list, wanted->count, sizeof(*list), px_compare_pids);
	return list;
}

/* Process @pid among them: of those that are named twice, always the same; or NULL. */
static struct named *find_named(struct named *list, const struct px_wanted *wanted, pid_t pid)
{
	const struct named key = { .pid = pid };

	return bsearch(&key, list, wanted->count, sizeof(*list), px_compare_pids);
}

int px_show_saved(struct px_sheet *sheet, const struct px_view *view, struct px_wanted *wanted)
{
	const struct pmapx_member *member;
	struct pmapx_error error;
	struct named *list = list_named(wanted);
	int status = 0, r;

	if (list == NULL) {
		px_message(sheet->console, "memory allocation failed");
		return PX_STATUS_UNREADABLE;
	}
	if (!find_tree(sheet)) {
		free(list);
		return PX_STATUS_UNREADABLE;
	}
	if (sheet->stacks != NULL)
		px_say_no_threads(sheet);
	wanted->is_empty = px_select_is_given(&sheet->options->select);
	while (sheet->console->out.error == 0 &&
		(r = pmapx_source_next(sheet->source, &member, &error)) != 0) {
		struct named *named;

		if (r < 0) {
			px_say_damage(sheet, &error);
			status |= PX_STATUS_UNREADABLE;
			continue;
		}
		named = find_named(list, wanted, member->pid);
		if (named != NULL)
			named->is_there = true;
		status |= show_wanted(sheet, view, member, named != NULL, wanted);
	}
	for (size_t i = 0; i < wanted->count; i++) {
		const struct named *named = find_named(list, wanted, wanted->pids[i]);

		if (named == NULL || !named->is_there)
			status |= say_not_there(sheet, view, wanted->pids[i]);
	}
	free(list);
	return status;
}
