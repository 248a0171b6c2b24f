/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads of a process.
 */
#ifndef PX_THREADS_H
#define PX_THREADS_H

#include <pmapx/process.h>

/** Whether a thread has exited that is in @state, which stat tells: others may go on. */
static inline bool px_has_exited(char state)
{
	return state == 'Z' || state == 'X';
}

/**
 * A thread of @process that has not exited, other than the one it was opened by: of a
 * process whose first thread has, that is a zombie, and the others go on with its memory.
 *
 * Returns its number; 0 if there is none, or if its source does not list threads; -ENOMEM,
 * -EMFILE or -ENFILE.
 */
pid_t px_process_living_thread(struct pmapx_process *process);

/**
 * Have *@process, whose first thread has exited, be read by another that goes on, if there is
 * one; it is called as before, and has begun when it had.
 *
 * @looks_only  As px_process_look() has it.
 * @error       As of pmapx_process_open().
 *
 * Returns 0; -ESRCH if that thread, too, has gone meanwhile, or -ENOMEM, -EMFILE or -ENFILE:
 * *@process is what it was.
 */
int px_process_go_on(struct pmapx_process **process, bool looks_only, struct pmapx_error *error);

/** Whether it is known where a thread has its stack, or why not. */
enum px_thread_state {
	PX_THREAD_TOLD,
	PX_THREAD_RUNNING, /**< The kernel tells it of threads that wait. */
	PX_THREAD_DENIED,  /**< It tells those who may trace the thread. */
	PX_THREAD_UNTOLD,  /**< It does not, or a copy lacks the file. */
	PX_THREAD_STATES
};

/** What the kernel keeps of the name of a thread, without the zero behind it. */
#define PX_THREAD_NAME_MAX 15

/** A thread. */
struct px_thread {
	pid_t tid;
	enum px_thread_state state;
	uint64_t stack_pointer;        /**< An address in its stack, if that is told. */
	char name[PX_THREAD_NAME_MAX]; /**< Any bytes: it chooses them itself. */
	uint8_t name_length;           /**< 0 also if it was not asked for, or not to be had. */
};

/** The threads of a process but its first; zero to begin with. */
struct px_threads {
	/** By stack pointers; behind these, by their numbers, those of which it is not told. */
	struct px_thread *list;
	size_t count;
	size_t states[PX_THREAD_STATES]; /**< How many of them are in which. */
};

/**
 * Look at the threads of @process, with their names if @with_names.  Those that have ended
 * meanwhile are left out, and those that run are looked at once and again.
 *
 * Returns 0; -EOPNOTSUPP of what was saved, which does not tell; or what kept them from
 * being listed: then there are none.
 */
int px_process_threads(struct pmapx_process *process, bool with_names, struct px_threads *ret);

/** Free what @threads holds, and have none. */
void px_threads_clear(struct px_threads *threads);

/**
 * How many threads have their stack pointers from @start up to @end; *@ret is the first of
 * them in the list, which the others follow.
 */
size_t px_threads_within(
	const struct px_threads *threads, uint64_t start, uint64_t end, size_t *ret);

/** Thread @tid, if it is one of those of which no stack pointer is told; else NULL. */
const struct px_thread *px_threads_find_untold(const struct px_threads *threads, pid_t tid);

/**
 * Find the stack pointer in the contents of the file syscall of a thread; false if it
 * is running.
 */
bool px_parse_stack_pointer(const struct pmapx_text *file, uint64_t *ret);

#endif
