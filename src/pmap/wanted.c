/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that selectors find, beside those that operands name.
 */
#include "wanted.h"

#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "proctable.h"

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
