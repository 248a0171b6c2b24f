/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What those share who find out which processes there are.
 */
#ifndef PX_PROCTABLE_IMPL_H
#define PX_PROCTABLE_IMPL_H

#include "proctable.h"
#include "who.h"

/** @r, or 0 if it only says that a process, or a file of it, is not there to be looked at. */
int px_unless_shortage(int r);

/** Ask @process whether its texts are as @select wants them: 1, 0, or a shortage. */
int px_proctable_ask_texts(const struct px_select *select, struct pmapx_process *process);

/**
 * Add a process, and whether it @matches; without a tree, those that do not need not be
 * known.  0 or -ENOMEM.
 */
int px_proctable_add_row(struct px_proctable *table, const struct px_select *select,
	const struct px_who *who, bool matches);

/** Add all of @source, as its folders tell of them. */
int px_proctable_read_folders(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select);

/** The same of the running system, as libproc2 tells of it; -ELIBACC if that is missing. */
int px_proctable_read_system(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select);

#endif
