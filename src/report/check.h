/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is odd about the memory of processes.
 */
#ifndef PX_REPORT_CHECK_H
#define PX_REPORT_CHECK_H

#include "finding.h"
#include "record.h"
#include "walk.h"

/** What is to be checked, and how that is shown. */
struct px_check_options {
	struct px_walk_options walk;
	unsigned checks; /**< Bits (1 << PX_CHECK_…). */
	enum px_notation notation;
	bool explain; /**< What findings mean is shown behind them. */
};

/** All checks. */
#define PX_CHECK_ALL ((1U << PX_CHECKS) - 1)

/**
 * Add the checks that a comma list names to the bits in @ret; false after a message about
 * the option.
 */
bool px_check_read(struct px_console *console, const char *verb, const char *list, unsigned *ret);

/** Say what the findings of @checks mean. */
void px_check_explain(struct px_console *console, unsigned checks);

/**
 * Check processes.
 *
 * Returns 0 if nothing was found; 1 if something was, or could not be read and that is
 * worth a status; 2 after a message if nothing, or part of a source, could be checked.
 */
int px_check(struct px_console *console, const struct px_check_options *options);

#endif
