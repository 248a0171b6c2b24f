/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes there are in a folder laid out like /proc: those of its
 * folders that are called by a number, or those that were asked for.
 */
#include "source_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "proctable.h"
#include "saved_name.h"

static int add_pid(struct pmapx_source *source, size_t *room, pid_t pid)
{
	if (source->pids == NULL || source->pid_count == *room) {
		size_t more = *room != 0 ? *room * 2 : 256;
		pid_t *pids = reallocarray(source->pids, more, sizeof(*pids));

		if (pids == NULL)
			return -ENOMEM;
		source->pids = pids;
		*room = more;
	}
	source->pids[source->pid_count++] = pid;
	return 0;
}

/* Read the folder once: what comes and goes later is not seen, as in any list. */
static int list(struct pmapx_source *source)
{
	struct dirent *entry;
	size_t room = 0;
	DIR *folder;
	int r = px_open_folder(source->fd, ".", 0, &folder);

	if (r < 0)
		return r;
	while (r == 0 && (errno = 0, entry = readdir(folder)) != NULL) {
		pid_t pid = px_saved_pid(
			&(struct pmapx_text){ entry->d_name, strlen(entry->d_name) });

		if (pid != 0)
			r = add_pid(source, &room, pid);
	}
	if (r == 0)
		r = -errno;
	closedir(folder);
	if (source->pids != NULL)
		qsort(source->pids, source->pid_count, sizeof(*source->pids), px_compare_pids);
	return r;
}

void px_folder_rewind(struct pmapx_source *source)
{
	free(source->pids);
	source->pids = NULL;
	source->pid_count = source->next_pid = 0;
}

/* The next of all. */
static int next_listed(struct pmapx_source *source, pid_t *ret)
{
	if (source->pids == NULL && source->next_pid == 0) {
		int r = list(source);

		/* What is short now may not be short the next time; all else is not tried again. */
		if (px_is_shortage(r))
			px_folder_rewind(source);
		else
			source->next_pid = 1;
		if (r < 0)
			return r;
	}
	if (source->pids == NULL || source->next_pid > source->pid_count)
		return 0;
	*ret = source->pids[source->next_pid++ - 1];
	return 1;
}

/* The next of those that were asked for, if it is there: any may have gone meanwhile. */
static int next_wanted(struct pmapx_source *source, pid_t *ret)
{
	for (; source->next_pid < source->wanted_count; source->next_pid++) {
		pid_t pid = source->wanted[source->next_pid];
		struct px_place place;
		int r = pid > 0 ? px_folder_open_place(source, pid, &place) : -ESRCH;

		if (px_is_shortage(r))
			return r;
		if (r == 0)
			px_folder_close_place(&place);
		if (r == -ESRCH)
			continue;
		source->next_pid++;
		*ret = pid;
		return 1;
	}
	return 0;
}

int px_folder_next(
	struct pmapx_source *source, const struct pmapx_member **ret, struct pmapx_error *error)
{
	pid_t pid;
	int r = source->wanted != NULL ? next_wanted(source, &pid) : next_listed(source, &pid);

	if (r < 0)
		*error = (struct pmapx_error){ .code = -r, .reason = "" };
	if (r <= 0)
		return r;
	source->member = (struct pmapx_member){
		.pid = pid,
		.host = "",
		.name = "",
		.boot_id = "",
	};
	*ret = &source->member;
	return 1;
}

int px_folder_open_member(struct pmapx_source *source, struct px_place *ret)
{
	return source->member.pid != 0 ? px_folder_open_place(source, source->member.pid, ret)
				       : -ESRCH;
}
