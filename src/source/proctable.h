/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes there are, and which of them are selected.
 */
#ifndef PX_PROCTABLE_H
#define PX_PROCTABLE_H

#include <pmapx/process.h>

#include "descriptor.h"
#include "select.h"

/** Where a process is, seen from the root of the tree. */
enum px_branch { PX_BRANCH_UNKNOWN, PX_BRANCH_OUTSIDE, PX_BRANCH_INSIDE };

/**
 * Put numbers of processes in order, or structs that begin with one: for qsort(3) and
 * bsearch(3).
 */
int px_compare_pids(const void *a, const void *b);

/** A process. */
struct px_proctable_row {
	pid_t pid, ppid;
	bool matches; /**< All selectors but --tree. */
	enum px_branch branch;
};

/** Processes; begins as all zero. */
struct px_proctable {
	struct px_proctable_row *rows;
	size_t count, size;
};

/**
 * Find the processes of @source that @select wants, in the order of their
 * numbers.  Threads are no processes, and whoever looks is not among them: a
 * process that reads its own map changes it.
 *
 * Who the processes of the running system are is asked of libproc2, except for
 * texts: those it hands out made printable.  Processes that are gone before
 * they can be looked at are left out.
 *
 * @table  Filled on success; free it with px_proctable_deinit() in any case.
 *
 * Returns 0, -ELIBACC if libproc2 is missing, -ENOMEM, -EMFILE, -ENFILE, or
 * what reading the folder gave.
 */
int px_proctable_read(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select);

/** What px_proctable_read() lacked if it failed with @r, or NULL if it lacked nothing. */
const char *px_proctable_missing(int r);

/** What a negative errno of px_proctable_read() says to the user of the program. */
static inline const char *px_proctable_describe(int r)
{
	const char *missing = px_proctable_missing(r);

	return missing != NULL ? missing : px_describe_error(-r);
}

/** Which process of @source looks at it; 0 if that is not one of them. */
pid_t px_proctable_self(const struct pmapx_source *source);

/** Take a process out of @table, which is in order, if it is there. */
void px_proctable_remove(struct px_proctable *table, pid_t pid);

/** Free what @table holds. */
void px_proctable_deinit(struct px_proctable *table);

/**
 * For saved sources, which are gone through in another way: whether all holds of
 * @process that is asked for, but for --tree, and it is no thread.
 *
 * Returns 1, 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int px_proctable_matches(const struct px_select *select, struct pmapx_process *process);

/**
 * The same, to be remembered in @table.  When all are there, px_proctable_pick().
 *
 * Returns 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int px_proctable_add(
	struct px_proctable *table, const struct px_select *select, struct pmapx_process *process);

/**
 * Look at all processes of @source, which is saved and has handed out none yet, and
 * find out which of them @select wants, its tree included; then they are handed out
 * from the first on.
 *
 * Returns 0, -EXFULL if there are too many to be known at once, -ENOMEM, -EMFILE or
 * -ENFILE.
 */
int px_saved_pick(struct pmapx_source *source, const struct px_select *select);

/** What to say of -EXFULL. */
#define PX_SAVED_TOO_MANY "too many files to be looked at together, as --tree needs it"

/** Whether the process that was handed out last is one of them. */
bool px_saved_is_picked(const struct pmapx_source *source);

/** Put what is in @table in order, and keep only what @select wants. */
void px_proctable_pick(struct px_proctable *table, const struct px_select *select);

#endif
