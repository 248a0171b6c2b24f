/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes the running system has, as libproc2 tells it.
 */
#include <errno.h>

#include "libproc2.h"
#include "procinfo.h"
#include "proctable_impl.h"
#include "source_impl.h"
#include "who.h"

/* What libproc2 is asked for; the last only if a user is looked for. */
enum { ITEM_PID, ITEM_PPID, ITEM_FLAGS, ITEM_EUID, ITEM_COUNT };

/* A process that libproc2 has told of. */
static int add_stack(struct px_proctable *table, const struct px_select *select,
	struct pmapx_source *source, const struct pids_result *results)
{
	bool wants_user = select->values[PX_SELECT_USER] != NULL;
	struct px_who who = {
		.pid = results[ITEM_PID].result.s_int,
		.ppid = results[ITEM_PPID].result.s_int,
		.uid = wants_user ? results[ITEM_EUID].result.u_int : UINT32_MAX,
		.is_kernel = (results[ITEM_FLAGS].result.ul_int & PX_KERNEL_THREAD) != 0,
	};
	struct pmapx_process *process;
	int r = px_select_numbers(select, &who);

	if (r == 1 && px_select_wants_texts(select)) {
		r = px_process_look(source, who.pid, &process, NULL);
		if (r < 0)
			return px_unless_shortage(r);
		r = px_proctable_ask_texts(select, process);
		pmapx_process_close(process);
	}
	return r < 0 ? r : px_proctable_add_row(table, select, &who, r);
}

int px_proctable_read_system(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select)
{
	enum pids_item items[ITEM_COUNT] = {
		[ITEM_PID] = PIDS_ID_PID,
		[ITEM_PPID] = PIDS_ID_PPID,
		[ITEM_FLAGS] = PIDS_FLAGS,
		[ITEM_EUID] = PIDS_ID_EUID,
	};
	bool wants_user = select->values[PX_SELECT_USER] != NULL;
	struct px_libproc2 library;
	struct pids_stack *stack;
	struct pids_info *info = NULL;
	int r = px_libproc2_open(&library);

	if (r < 0)
		return r;
	r = library.procps_pids_new(&info, items, wants_user ? ITEM_COUNT : ITEM_EUID);
	/*
	 * To the end in any case, as libproc2 keeps the name of the process at hand
	 * until the next is asked for.  At the end it leaves what kept it from going on;
	 * a process that has gone is no reason.
	 */
	while (info != NULL &&
		(errno = 0, stack = library.procps_pids_get(info, PIDS_FETCH_TASKS_ONLY)) != NULL)
		if (r == 0)
			r = add_stack(table, select, source, stack->head);
	if (r == 0)
		r = px_unless_shortage(-errno);
	if (info != NULL)
		library.procps_pids_unref(&info);
	px_libproc2_close(&library);
	return r;
}

const char *px_proctable_missing(int r)
{
	return r == -ELIBACC ? PX_LIBPROC2_MISSING : NULL;
}
