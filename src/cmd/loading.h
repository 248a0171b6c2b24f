/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What verbs have in common that load captures or processes: load puts them into
 * a database, report into memory.
 */
#ifndef PX_LOADING_H
#define PX_LOADING_H

#include "arguments.h"
#include "load.h"

/**
 * Rows for a table of getopt_long() that fill struct px_load_options, with values from
 * @first on.
 */
#define PX_LOAD_OPTIONS(first)                                                              \
	{ "label", required_argument, NULL, (first) + PX_LOAD_LABEL },                      \
		{ "host", required_argument, NULL, (first) + PX_LOAD_HOST },                \
		{ "activity", required_argument, NULL, (first) + PX_LOAD_ACTIVITY },        \
		{ "contexts", required_argument, NULL, (first) + PX_LOAD_CONTEXTS },        \
		{ "root", required_argument, NULL, (first) + PX_LOAD_WALK + PX_WALK_ROOT }, \
		{ "jobs", required_argument, NULL, (first) + PX_LOAD_WALK + PX_WALK_JOBS }, \
		{ "strict", no_argument, NULL, (first) + PX_LOAD_WALK + PX_WALK_STRICT },   \
		PX_SELECT_OPTIONS((first) + PX_LOAD_WALK + PX_WALK_SELECT)

/** Their values. */
enum { PX_LOAD_LABEL, PX_LOAD_HOST, PX_LOAD_ACTIVITY, PX_LOAD_CONTEXTS, PX_LOAD_WALK };

/** Take one of them, @option being its value less @first; false after a message. */
bool px_take_load_option(struct px_console *console, struct px_load_options *options, int option);

/** Whether a word stands for a process that runs, and not for a source. */
bool px_is_process(const char *word, pid_t *ret);

/** How a verb says what does not go together. */
struct px_load_texts {
	const char *mixed;   /**< Sources and processes. */
	const char *nothing; /**< Neither sources nor processes. */
};

/**
 * What does not go together of the options and of the words behind them, which are
 * sources or processes; NULL if all does.
 *
 * @ret_processes  How many of @words are processes.
 */
const char *px_check_load_words(const struct px_load_options *options, char **words, size_t count,
	const struct px_load_texts *texts, size_t *ret_processes);

#endif
