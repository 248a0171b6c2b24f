/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads of a process.
 */
#include "threads.h"

#include <dirent.h>
#include <string.h>

#include "descriptor.h"
#include "saved_name.h"
#include "source_impl.h"

/* Whether thread @tid is one of @process, and goes on: 1, 0, or a shortage. */
static int is_living(struct pmapx_process *process, pid_t tid)
{
	struct pmapx_process *thread;
	int r = px_process_look(process->source, tid, &thread, NULL);
	bool result;

	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	result = thread->identity.tgid == process->identity.tgid && thread->identity.state != 'Z' &&
		thread->identity.state != 'X';
	pmapx_process_close(thread);
	return result;
}

pid_t px_process_living_thread(struct pmapx_process *process)
{
	const struct dirent *entry;
	pid_t found = 0;
	DIR *folder;
	int r;

	if (process->source->saved != NULL)
		return 0;
	r = px_open_folder(process->place.fd, "task", 0, &folder);
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	while (found == 0 && (entry = readdir(folder)) != NULL) {
		pid_t tid = px_saved_pid(
			&(struct pmapx_text){ entry->d_name, strlen(entry->d_name) });

		if (tid == 0 || tid == process->identity.pid)
			continue;
		r = is_living(process, tid);
		if (r != 0)
			found = r < 0 ? r : tid;
	}
	closedir(folder);
	return found;
}
