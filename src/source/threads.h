/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The threads of a process.
 */
#ifndef PX_THREADS_H
#define PX_THREADS_H

#include <pmapx/process.h>

/**
 * A thread of @process that has not exited, other than the one it was opened by: of a
 * process whose first thread has, that is a zombie, and the others go on with its memory.
 *
 * Returns its number; 0 if there is none, or if its source does not list threads; -ENOMEM,
 * -EMFILE or -ENFILE.
 */
pid_t px_process_living_thread(struct pmapx_process *process);

/**
 * Where the stacks of the threads of @process are, but that of the first: addresses
 * within them, sorted, to be freed.  Told by the kernel of threads that wait, to whoever
 * may trace them; of others, and of what was saved, nothing is known.
 *
 * Returns 0, also if there are none, or -ENOMEM, -EMFILE, -ENFILE.
 */
int px_process_stack_pointers(struct pmapx_process *process, uint64_t **ret, size_t *ret_count);

/**
 * Find the stack pointer in the contents of the file syscall of a thread; false if it
 * is running.
 */
bool px_parse_stack_pointer(const struct pmapx_text *file, uint64_t *ret);

#endif
