/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads of a process.
 */
#include "threads.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "saved_name.h"
#include "scan.h"
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

/* Nine numbers, eight of them addresses; or "running". */
#define SYSCALL_SIZE 256

/*
 * "NUMBER ARGUMENTS SP PC", or "-1 SP PC" of what waits for something else
 * (proc_pid_syscall() in fs/proc/base.c).
 */
bool px_parse_stack_pointer(const struct pmapx_text *file, uint64_t *ret)
{
	const char *begin = file->bytes, *end = begin + file->length, *space;
	uint64_t address;

	while (end > begin && end[-1] == '\n')
		end--;
	space = end > begin ? memrchr(begin, ' ', (size_t)(end - begin)) : NULL;
	end = space;
	space = space != NULL ? memrchr(begin, ' ', (size_t)(space - begin)) : NULL;
	if (space == NULL || end - space <= 3 || memcmp(space, " 0x", 3) != 0 ||
		px_scan_hex(space + 3, end, &address) != end)
		return false;
	*ret = address;
	return true;
}

/* The stack pointer of @thread, the name of a folder in @tasks: 1, 0 if nothing tells, or a shortage. */
static int read_stack_pointer(int tasks, const char *thread, uint64_t *ret)
{
	char path[NAME_MAX + sizeof("/syscall")], bytes[SYSCALL_SIZE];
	struct pmapx_text file = { bytes, 0 };
	ssize_t n;
	int fd;

	stpcpy(stpcpy(path, thread), "/syscall");
	fd = px_openat(tasks, path, O_RDONLY, 0);
	if (fd < 0)
		return px_is_shortage(fd) ? fd : 0;
	n = px_read_whole(fd, bytes, sizeof(bytes));
	close(fd);
	file.length = n > 0 ? (size_t)n : 0;
	return px_parse_stack_pointer(&file, ret);
}

static int compare_addresses(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

/* Append the stack pointer of @thread to *@list, if it is known. */
static int add_stack_pointer(int tasks, const char *thread, uint64_t **list, size_t *count)
{
	uint64_t address;
	int r = read_stack_pointer(tasks, thread, &address);

	if (r != 1)
		return r;
	/* There is room up to the next power of two. */
	if ((*count & (*count - 1)) == 0) {
		uint64_t *more = reallocarray(*list, *count > 0 ? *count * 2 : 1, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		*list = more;
	}
	(*list)[(*count)++] = address;
	return 0;
}

int px_process_stack_pointers(struct pmapx_process *process, uint64_t **ret, size_t *ret_count)
{
	const struct dirent *entry;
	uint64_t *list = NULL;
	size_t count = 0;
	DIR *folder;
	int r;

	*ret = NULL;
	*ret_count = 0;
	if (!process->place.is_procfs)
		return 0;
	r = px_open_folder(process->place.fd, "task", 0, &folder);
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	while (r == 0 && (entry = readdir(folder)) != NULL) {
		pid_t tid = px_saved_pid(
			&(struct pmapx_text){ entry->d_name, strlen(entry->d_name) });

		if (tid != 0 && tid != process->identity.tgid)
			r = add_stack_pointer(dirfd(folder), entry->d_name, &list, &count);
	}
	closedir(folder);
	if (r < 0) {
		free(list);
		return r;
	}
	if (count > 0)
		qsort(list, count, sizeof(*list), compare_addresses);
	*ret = list;
	*ret_count = count;
	return 0;
}
