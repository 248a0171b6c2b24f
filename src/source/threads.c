/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads of a process.
 */
#include "threads.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "digits.h"
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
	result = thread->identity.tgid == process->identity.tgid &&
		!px_has_exited(thread->identity.state);
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

/*
 * Have @process, which was opened by a thread that goes on, be called as @first, its first
 * thread, is, and have begun when that did: what tells one process from others is the same
 * before and after the first thread has exited.  @first loses its own name.
 */
static void identify_as(struct pmapx_process *process, struct pmapx_process *first)
{
	char *stat = process->stat;

	/* The name is a part of that. */
	process->stat = first->stat;
	process->identity.comm = first->identity.comm;
	process->identity.start_ticks = first->identity.start_ticks;
	first->stat = stat;
	first->identity.comm = (struct pmapx_text){ "", 0 };
}

int px_process_go_on(struct pmapx_process **process, bool looks_only, struct pmapx_error *error)
{
	struct pmapx_process *first = *process, *other;
	pid_t tid = px_process_living_thread(first);
	int r;

	if (tid <= 0)
		return tid;
	r = looks_only ? px_process_look(first->source, tid, &other, error)
		       : pmapx_process_open(first->source, tid, &other, error);
	if (r < 0)
		return r;
	identify_as(other, first);
	pmapx_process_close(first);
	*process = other;
	return 0;
}

/* Nine numbers, eight of them addresses; or "running". */
#define SYSCALL_SIZE 256
/* How often those that run are looked at once more. */
#define LOOKS_MORE 2

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

/* A file of thread @tid: how many bytes there are, or a negative errno. */
static ssize_t read_file(
	struct pmapx_process *process, pid_t tid, const char *name, char *bytes, size_t size)
{
	char path[sizeof("task/") + PX_DIGITS_SIZE + sizeof("/syscall")], digits[PX_DIGITS_SIZE];
	ssize_t n;
	int fd;

	stpcpy(stpcpy(stpcpy(stpcpy(path, "task/"), px_digits((uint64_t)tid, digits)), "/"), name);
	fd = px_place_open(&process->place, path);
	if (fd < 0)
		return fd;
	n = px_read_whole(fd, bytes, size);
	close(fd);
	return n;
}

/* Whether a file that is not there is one of a thread that has ended; a copy may lack any. */
static bool has_ended(struct pmapx_process *process, pid_t tid)
{
	char name[1];
	ssize_t n;

	if (!process->place.is_procfs)
		return false;
	n = read_file(process, tid, "comm", name, sizeof(name));
	return n == -ENOENT || n == -ESRCH;
}

/* Where its stack is, or why that is not known; 0, -ESRCH if it has ended, or a shortage. */
static int read_stack_pointer(struct pmapx_process *process, struct px_thread *thread)
{
	char bytes[SYSCALL_SIZE];
	ssize_t n = read_file(process, thread->tid, "syscall", bytes, sizeof(bytes));
	const struct pmapx_text file = { bytes, n > 0 ? (size_t)n : 0 };

	if (n == -ENOENT && has_ended(process, thread->tid))
		return -ESRCH;
	if (n == -ESRCH || (n < 0 && px_is_shortage((int)n)))
		return (int)n;
	if (n < 0)
		thread->state = n == -EACCES || n == -EPERM ? PX_THREAD_DENIED : PX_THREAD_UNTOLD;
	else if (px_parse_stack_pointer(&file, &thread->stack_pointer))
		thread->state = PX_THREAD_TOLD;
	else
		thread->state = PX_THREAD_RUNNING;
	return 0;
}

/* Its name, which is there as long as it is; 0, -ESRCH if it has ended, or a shortage. */
static int read_name(struct pmapx_process *process, struct px_thread *thread)
{
	char bytes[PX_THREAD_NAME_MAX + 1] = { 0 };
	ssize_t n = read_file(process, thread->tid, "comm", bytes, sizeof(bytes));

	if (n == -ENOENT && process->place.is_procfs)
		return -ESRCH;
	if (n < 0)
		return n == -ESRCH || px_is_shortage((int)n) ? (int)n : 0;
	/* The kernel puts one newline behind it, whatever is in it. */
	if (n > 0 && (bytes[n - 1] == '\n' || n > PX_THREAD_NAME_MAX))
		n--;
	memcpy(thread->name, bytes, (size_t)n);
	thread->name_length = (uint8_t)n;
	return 0;
}

/* Append thread @tid, unless it has ended. */
static int add_thread(
	struct pmapx_process *process, pid_t tid, bool with_names, struct px_threads *threads)
{
	struct px_thread *thread;
	int r;

	/* There is room up to the next power of two. */
	if ((threads->count & (threads->count - 1)) == 0) {
		size_t room = threads->count > 0 ? threads->count * 2 : 1;
		struct px_thread *more = reallocarray(threads->list, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		threads->list = more;
	}
	thread = &threads->list[threads->count];
	*thread = (struct px_thread){ .tid = tid };
	r = read_stack_pointer(process, thread);
	if (r == 0 && with_names)
		r = read_name(process, thread);
	if (r == 0)
		threads->count++;
	return r == -ESRCH ? 0 : r;
}

static int list_threads(struct pmapx_process *process, bool with_names, struct px_threads *threads)
{
	const struct dirent *entry;
	DIR *folder;
	int r = px_open_folder(process->place.fd, "task", 0, &folder);

	if (r < 0)
		return r;
	while (r == 0 && (entry = readdir(folder)) != NULL) {
		pid_t tid = px_saved_pid(
			&(struct pmapx_text){ entry->d_name, strlen(entry->d_name) });

		if (tid != 0 && tid != process->identity.tgid)
			r = add_thread(process, tid, with_names, threads);
	}
	closedir(folder);
	return r;
}

/* Most threads that run do so for a moment: they wait when all others have been looked at. */
static int look_again(struct pmapx_process *process, struct px_threads *threads)
{
	size_t i = 0;

	while (i < threads->count) {
		struct px_thread *thread = &threads->list[i];
		int r = thread->state == PX_THREAD_RUNNING ? read_stack_pointer(process, thread)
							   : 0;

		if (r < 0 && r != -ESRCH)
			return r;
		/* One that has ended gives its place to another, which is looked at as well. */
		if (r == -ESRCH)
			*thread = threads->list[--threads->count];
		else
			i++;
	}
	return 0;
}

static int compare_numbers(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int compare_threads(const void *a, const void *b)
{
	const struct px_thread *one = a, *other = b;
	bool is_told = one->state == PX_THREAD_TOLD;
	int r = 0;

	if (is_told != (other->state == PX_THREAD_TOLD))
		return is_told ? -1 : 1;
	if (is_told)
		r = compare_numbers(one->stack_pointer, other->stack_pointer);
	return r != 0 ? r : compare_numbers((uint64_t)one->tid, (uint64_t)other->tid);
}

int px_process_threads(struct pmapx_process *process, bool with_names, struct px_threads *ret)
{
	int r;

	*ret = (struct px_threads){ 0 };
	if (process->source->saved != NULL)
		return -EOPNOTSUPP;
	r = list_threads(process, with_names, ret);
	/* What is in a copy does not change. */
	for (int i = 0; r == 0 && process->place.is_procfs && i < LOOKS_MORE; i++)
		r = look_again(process, ret);
	if (r < 0) {
		px_threads_clear(ret);
		return r;
	}
	if (ret->count > 0)
		qsort(ret->list, ret->count, sizeof(*ret->list), compare_threads);
	for (size_t i = 0; i < ret->count; i++)
		ret->states[ret->list[i].state]++;
	return 0;
}

void px_threads_clear(struct px_threads *threads)
{
	free(threads->list);
	*threads = (struct px_threads){ 0 };
}

/* The first whose stack pointer is told and not below @address. */
static size_t first_from(const struct px_threads *threads, uint64_t address)
{
	size_t low = 0, high = threads->states[PX_THREAD_TOLD];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (threads->list[middle].stack_pointer < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t px_threads_within(
	const struct px_threads *threads, uint64_t start, uint64_t end, size_t *ret)
{
	*ret = first_from(threads, start);
	return end > start ? first_from(threads, end) - *ret : 0;
}

const struct px_thread *px_threads_find_untold(const struct px_threads *threads, pid_t tid)
{
	const struct px_thread wanted = { .tid = tid, .state = PX_THREAD_RUNNING };
	size_t told = threads->states[PX_THREAD_TOLD];

	if (threads->count == told)
		return NULL;
	return bsearch(&wanted, threads->list + told, threads->count - told, sizeof(wanted),
		compare_threads);
}
