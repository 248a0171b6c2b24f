/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whom a process belongs to: its user and its control group.
 */
#ifndef PX_PROCESS_WHO_H
#define PX_PROCESS_WHO_H

#include <pmapx/process.h>

/**
 * The effective user of @process: where a kernel answers, the owner of its folder, else
 * that of its status.
 *
 * Returns 0; -ENODATA if status does not tell; what opening or reading it gave.
 */
int px_process_euid(struct pmapx_process *process, uint32_t *ret);

/**
 * The number of the user of this machine that is called @name.
 *
 * Returns 0; -ENOENT if there is none; else a negative errno that says what stands in the way.
 */
int px_user_number(const char *name, uint32_t *ret);

/** What users are called that have been asked for; zero to begin with. */
struct px_users {
	void *tree; /**< As tsearch() has it. */
};

/**
 * What user @uid is called, asked once: on this machine if @is_here, and its number if
 * that has no name for it.  *@ret is owned by @users.
 *
 * Returns 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int px_users_find(struct px_users *users, uint32_t uid, bool is_here, const char **ret);

/** Free what @users holds. */
void px_users_deinit(struct px_users *users);

/**
 * The control group of @process: its path in the hierarchy that accounts for memory, or,
 * if none of version 1 does, in the one of version 2; else in the first.
 *
 * @ret_bytes  Set on success to what is to be freed; @ret points into it.
 *
 * Returns 0; -ENODATA if there is none; what opening or reading the file gave.
 */
int px_process_cgroup(struct pmapx_process *process, char **ret_bytes, struct pmapx_text *ret);

/** The same from @file, the contents of a cgroup file. */
int px_parse_cgroup(const struct pmapx_text *file, struct pmapx_text *ret);

#endif
