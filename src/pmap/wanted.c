/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that selectors find, beside those that operands name.
 */
#include "wanted.h"

#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "proctable.h"
#include "source_impl.h"

static int fail(struct px_console *console, const struct pmapx_source *source, int r)
{
	if (r == -ENOMEM) {
		px_message(console, "memory allocation failed");
		return r;
	}
	px_message_begin(console);
	px_message_text(console, pmapx_source_path(source));
	px_out_string(&console->err, ": ");
	px_out_string(&console->err, px_proctable_describe(r));
	px_message_end(console);
	return r;
}

/* Append what is in @table and not yet in @wanted. */
static int append(struct px_wanted *wanted, struct px_proctable *table)
{
	pid_t *pids;

	for (size_t i = 0; i < wanted->count; i++)
		px_proctable_remove(table, wanted->pids[i]);
	if (table->count == 0)
		return 0;
	pids = reallocarray(wanted->pids, wanted->count + table->count, sizeof(*pids));
	if (pids == NULL)
		return -ENOMEM;
	wanted->pids = pids;
	for (size_t i = 0; i < table->count; i++)
		pids[wanted->count++] = table->rows[i].pid;
	return 0;
}

int px_wanted_add(struct px_console *console, struct px_wanted *wanted, struct pmapx_source *source,
	const struct px_select *select)
{
	struct px_proctable table;
	int r = px_proctable_read(&table, source, select);

	wanted->is_empty = table.count == 0;
	if (r == 0)
		r = append(wanted, &table);
	px_proctable_deinit(&table);
	return r < 0 ? fail(console, source, r) : 0;
}

/* Whose number is at a place in the list. */
struct place {
	pid_t process;
	size_t index;
	bool is_again; /* The same process is at a place before. */
};

static int compare_processes(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	if (one->process != other->process)
		return one->process < other->process ? -1 : 1;
	return (one->index > other->index) - (one->index < other->index);
}

static int compare_places(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	return (one->index > other->index) - (one->index < other->index);
}

/* The process that @pid is of: 0 or a shortage.  What cannot be looked at is told of later. */
static int find_process(struct pmapx_source *source, pid_t pid, pid_t *ret)
{
	struct pmapx_process *process;
	int r = px_process_look(source, pid, &process, NULL);

	*ret = pid;
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	*ret = pmapx_process_identity(process)->tgid;
	pmapx_process_close(process);
	return 0;
}

/* What was selected is a process; what was named may be a thread. */
static int find_places(
	const struct px_wanted *wanted, struct pmapx_source *source, struct place *places)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < wanted->count; i++) {
		places[i] = (struct place){ .process = wanted->pids[i], .index = i };
		if (source != NULL && i < wanted->named)
			r = find_process(source, wanted->pids[i], &places[i].process);
	}
	return r;
}

/* Leave those that are not there again. */
static void keep_first(struct px_wanted *wanted, struct place *places)
{
	size_t count = wanted->count, named = wanted->named;

	qsort(places, count, sizeof(*places), compare_processes);
	for (size_t i = 1; i < count; i++)
		places[i].is_again = places[i].process == places[i - 1].process;
	qsort(places, count, sizeof(*places), compare_places);
	wanted->count = wanted->named = 0;
	for (size_t i = 0; i < count; i++) {
		if (places[i].is_again)
			continue;
		wanted->pids[wanted->count++] = wanted->pids[i];
		wanted->named += i < named;
	}
}

int px_wanted_once(struct px_wanted *wanted, struct pmapx_source *source)
{
	struct place *places = calloc(wanted->count + 1, sizeof(*places));
	int r = places == NULL ? -ENOMEM : find_places(wanted, source, places);

	if (r == 0)
		keep_first(wanted, places);
	free(places);
	return r;
}

void px_wanted_nobody(struct px_console *console, const struct px_select *select)
{
	px_message_begin(console);
	px_out_string(&console->err, "no process is selected by");
	for (size_t i = 0; i < PX_SELECTORS; i++) {
		if (select->values[i] == NULL)
			continue;
		px_out_string(&console->err, " --");
		px_out_string(&console->err, px_selector_names[i]);
		if (i == PX_SELECT_ALL)
			continue;
		px_out_string(&console->err, "=");
		px_message_text(console, select->values[i]);
	}
	px_message_end(console);
}
