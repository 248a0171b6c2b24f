/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes of a saved source descend from one.  That is known when all
 * have been looked at, host by host: each has numbers of its own.
 */
#include "saved.h"

#include <errno.h>

#include "descriptor.h"
#include "proctable.h"

/* Look at the process that has been handed out, and remember it. */
static int add_member(
	struct px_proctable *table, const struct px_select *select, struct pmapx_source *source)
{
	struct pmapx_process *process;
	int r = pmapx_process_open_member(source, &process, NULL);

	/* What cannot be looked at is not what is looked for. */
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	r = px_proctable_add(table, select, process);
	pmapx_process_close(process);
	return r;
}

/* Pick from the processes of one host, whose files begin at @first; *@ret is where they end. */
static int pick_host(
	struct px_saved *saved, const struct px_select *select, size_t first, size_t *ret)
{
	const struct px_index *index = &saved->index;
	struct px_proctable table = { 0 };
	uint32_t host = index->list[first].host;
	size_t end = first;
	int r = 0;

	while (r == 0 && end < index->count && index->list[end].host == host) {
		px_saved_take(saved, end);
		r = add_member(&table, select, saved->source);
		end = saved->next;
	}
	if (r == 0) {
		size_t row = 0;

		px_proctable_pick(&table, select);
		/* Both are in the order of numbers. */
		for (size_t i = first; i < end; i++) {
			while (row < table.count && table.rows[row].pid < index->list[i].pid)
				row++;
			index->list[i].is_picked = row < table.count &&
				table.rows[row].pid == index->list[i].pid;
		}
	}
	px_proctable_deinit(&table);
	*ret = end;
	return r;
}

int px_saved_pick(struct pmapx_source *source, const struct px_select *select)
{
	struct px_saved *saved = source->saved;
	int r = px_saved_read_all(saved);

	for (size_t first = 0; r == 0 && first < saved->index.count;)
		r = pick_host(saved, select, first, &first);
	/* The next to be handed out is the first again. */
	saved->next = saved->run = 0;
	return r;
}

bool px_saved_is_picked(const struct pmapx_source *source)
{
	const struct px_saved *saved = source->saved;

	return saved->run > 0 && saved->index.list[saved->first].is_picked;
}
