/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verbs: jobs that are not a view.  Each has a file with its table of options
 * and one call into the layer that does the job.
 */
#ifndef PX_CMD_H
#define PX_CMD_H

#include "console.h"

/** Exit statuses of verbs. */
enum {
	PX_VERB_DONE = 0,
	PX_VERB_FINDINGS = 1, /**< Done, but something was unreadable under --strict. */
	PX_VERB_TROUBLE = 2,  /**< Not done, or asked for in a way that makes no sense. */
};

/** A verb. */
struct px_verb {
	const char *name;    /**< The exact word. */
	const char *summary; /**< What it does, in some words. */
	/** Do it; @argv[0] is its name.  Returns an exit status. */
	int (*run)(struct px_console *console, int argc, char **argv);
	/** Print what --help prints. */
	void (*usage)(struct px_console *console, struct px_out *out);
};

/** The verb that a command line begins with, or NULL. */
const struct px_verb *px_verb_find(int argc, char **argv);

/** "pmapx capture ..."; see capture.c. */
int px_verb_capture(struct px_console *console, int argc, char **argv);
void px_verb_capture_usage(struct px_console *console, struct px_out *out);

/** "pmapx load ..."; see load.c. */
int px_verb_load(struct px_console *console, int argc, char **argv);
void px_verb_load_usage(struct px_console *console, struct px_out *out);

/** "pmapx sql ..."; see sql.c. */
int px_verb_sql(struct px_console *console, int argc, char **argv);
void px_verb_sql_usage(struct px_console *console, struct px_out *out);

/** "pmapx report ..."; see report.c. */
int px_verb_report(struct px_console *console, int argc, char **argv);
void px_verb_report_usage(struct px_console *console, struct px_out *out);

/** "pmapx rank ..."; see rank.c. */
int px_verb_rank(struct px_console *console, int argc, char **argv);
void px_verb_rank_usage(struct px_console *console, struct px_out *out);

/** "pmapx diff ..."; see diff.c. */
int px_verb_diff(struct px_console *console, int argc, char **argv);
void px_verb_diff_usage(struct px_console *console, struct px_out *out);

/** "pmapx watch ..."; see watch.c. */
int px_verb_watch(struct px_console *console, int argc, char **argv);
void px_verb_watch_usage(struct px_console *console, struct px_out *out);

/** "pmapx check ..."; see check.c. */
int px_verb_check(struct px_console *console, int argc, char **argv);
void px_verb_check_usage(struct px_console *console, struct px_out *out);

#endif
