/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --by: what is shown of a process is kept, and added to what others have.
 */
#include <errno.h>
#include <stdlib.h>

#include "by.h"
#include "sheet.h"

/* What a worker adds up. */
struct px_by_view {
	struct px_keyer keyer;
	struct px_groups process; /* Of the process at hand, as far as it has been read. */
	struct px_groups all;     /* Of those before it. */
	struct px_unread unread;  /* Of those, too: which could not be read, */
	struct px_untold untold;  /* and threads of the others. */
	bool is_short;            /* Some of that is missing. */
};

static int by_open(struct px_sheet *sheet)
{
	sheet->by_view = calloc(1, sizeof(*sheet->by_view));
	return sheet->by_view == NULL ? -ENOMEM : 0;
}

/* All that the worker has goes to the run. */
static void by_close(struct px_sheet *sheet)
{
	struct px_by_view *view = sheet->by_view;

	pthread_mutex_lock(&sheet->by->lock);
	if (px_groups_take(&sheet->by->groups, &view->all) < 0 || view->is_short)
		sheet->by->is_short = true;
	sheet->by->unread.denied += view->unread.denied;
	sheet->by->unread.unsaved += view->unread.unsaved;
	px_untold_merge(&sheet->by->untold, &view->untold);
	pthread_mutex_unlock(&sheet->by->lock);
	px_keyer_end(&view->keyer);
	px_groups_clear(&view->process);
	px_groups_clear(&view->all);
	free(view);
}

/* What the process is called by each key; it may have begun another program since the last time. */
static int by_head(struct px_sheet *sheet, struct pmapx_process *process)
{
	struct px_by_view *view = sheet->by_view;
	int r;

	px_keyer_end(&view->keyer);
	r = px_keyer_begin(&view->keyer, &sheet->options->by, process, sheet->member);
	view->keyer.stacks = sheet->stacks;
	return r;
}

static void by_begin(struct px_sheet *sheet)
{
	px_groups_clear(&sheet->by_view->process);
}

static int by_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	struct px_by_view *view = sheet->by_view;
	struct pmapx_text texts[PX_KEYS];
	struct px_group *group;

	/* What a mapping is for depends on those before it, asked for or not. */
	px_keyer_tell(&view->keyer, mapping, texts);
	if (selection == PX_SKIPPED)
		return 0;
	group = px_groups_find(&view->process, texts, view->keyer.list->count);
	if (group == NULL)
		return -ENOMEM;
	px_sums_add(&group->sums, mapping);
	return 0;
}

static int by_end(struct px_sheet *sheet)
{
	(void)sheet;
	return 0;
}

/*
 * There is one table of all processes: those of them that nobody named are counted by
 * reason, not told of one by one.
 */
bool px_by_count(struct px_sheet *sheet, enum px_counted_as what)
{
	if (sheet->options->view != PX_VIEW_BY || !sheet->is_found)
		return false;
	sheet->counted_as |= what;
	return true;
}

/* Count the process at hand: once if it could not be read, whatever it lacks. */
static void count(struct px_sheet *sheet, struct px_by_view *view)
{
	if ((sheet->counted_as & PX_COUNT_AS_DENIED) != 0)
		view->unread.denied++;
	else if ((sheet->counted_as & PX_COUNT_AS_UNSAVED) != 0)
		view->unread.unsaved++;
	/* Of what was saved, that has been said. */
	if ((sheet->counted_as & PX_COUNT_AS_THREADS) != 0 && sheet->member == NULL)
		px_untold_add(&view->untold, sheet->stacks);
	sheet->counted_as = 0;
}

/* The process has been shown for good. */
static void by_done(struct px_sheet *sheet, pid_t pid)
{
	struct px_by_view *view = sheet->by_view;

	(void)pid;
	if (px_groups_take(&view->all, &view->process) < 0)
		view->is_short = true;
	count(sheet, view);
}

const struct px_view px_view_by = {
	.file = PMAPX_FILE_SMAPS,
	.fields = PX_MEASURE_FIELDS | PX_KEY_KIND_FIELDS,
	.needs_all = true,
	.open = by_open,
	.close = by_close,
	.head = by_head,
	.head_file = "",
	.begin = by_begin,
	.row = by_row,
	.end = by_end,
	.done = by_done,
};
