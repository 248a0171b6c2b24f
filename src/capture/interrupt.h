/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that end a capture: they wait until it has cleaned up.
 */
#ifndef PX_INTERRUPT_H
#define PX_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/** The signals that were let through before. */
struct px_patience {
	sigset_t before;
	void (*on_limit)(int);
};

/** From now on have this thread, and those it starts, keep signals waiting. */
void px_patience_begin(struct px_patience *patience);

/** Whether one waits. */
bool px_interrupted(void);

/** Let them through: if one waits, this does not return. */
void px_patience_end(const struct px_patience *patience);

#endif
