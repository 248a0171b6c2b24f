/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals that end a capture.  They are blocked, not caught: a signal that waits
 * can be asked for by every thread, needs no global variable, and once it is let
 * through ends the program as if nothing had been in its way.
 */
#include "interrupt.h"

#include <stddef.h>

static const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGXCPU, SIGUSR1,
	SIGUSR2 };

void px_patience_begin(struct px_patience *patience)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction action;

		/* Blocked, even those that are ignored (nohup) would wait. */
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	}
	pthread_sigmask(SIG_BLOCK, &set, &patience->before);
	/* Beyond a limit on the size of files there is an error to be reported. */
	patience->on_limit = signal(SIGXFSZ, SIG_IGN);
}

bool px_interrupted(void)
{
	sigset_t set;

	if (sigpending(&set) < 0)
		return false;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigismember(&set, signals[i]))
			return true;
	return false;
}

void px_patience_end(const struct px_patience *patience)
{
	(void)signal(SIGXFSZ, patience->on_limit);
	pthread_sigmask(SIG_SETMASK, &patience->before, NULL);
}
