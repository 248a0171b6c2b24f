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

#endif
