/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command lines of verbs have in common: options that mean the same in
 * each, operands that stand for processes, and what is said of those that make
 * no sense.  All of it refers to the option that getopt_long() is at.
 */
#ifndef PX_ARGUMENTS_H
#define PX_ARGUMENTS_H

#include <getopt.h>

#include "cmd.h"
#include "key.h"
#include "select.h"
#include "sift.h"
#include "shape.h"
#include "walk.h"

/** Begin the help of a verb: everything up to the name of the program. */
void px_usage_begin(struct px_console *console, struct px_out *out);

/** Say what is wrong with the value of an option.  Returns false. */
bool px_refuse_value(
	struct px_console *console, const char *verb, const char *option, const char *why);

/**
 * Say what is wrong with a word, an operand or an option itself; or, if it is NULL, with
 * all of them together.  Returns false.
 */
bool px_refuse_word(
	struct px_console *console, const char *verb, const char *word, const char *why);

/** Why "-", which is a stream elsewhere, is refused as a database. */
#define PX_NO_STREAM "a database is a file, and no stream; ./- is one of that name"

/** How the options of a verb are read. */
struct px_verb_options {
	const char *verb;                                              /**< For messages. */
	const char *letters;                                           /**< As getopt() has them, */
	const struct option *words;                                    /**< and getopt_long(). */
	void (*usage)(struct px_console *console, struct px_out *out); /**< For -h. */
	/** Take one of them; false after a message. */
	bool (*take)(struct px_console *console, int letter, void *request);
};

/**
 * Take all options into @request.  Returns false after a message, or after what --help
 * says; *@ret_status is what the verb ends with then.
 */
bool px_take_options(struct px_console *console, const struct px_verb_options *options, int argc,
	char **argv, void *request, int *ret_status);

/** Take --sort, --top, --format or --units; false after a message. */
bool px_take_shape(struct px_console *console, const char *verb, enum px_shape_option option,
	struct px_shape *shape);

/** Take the value of --jobs; false after a message. */
bool px_take_jobs(struct px_console *console, const char *verb, unsigned *ret);

/** Take --all, --name=RE, --user=NAME, --tree=PID or --cgroup=PATH; false after a message. */
bool px_take_selector(struct px_console *console, const char *verb, enum px_selector selector,
	struct px_select *select);

/** Take --map=RE, --kind=KIND, --perm=LETTERS or --min=SIZE; false after a message. */
bool px_take_sieve(
	struct px_console *console, const char *verb, enum px_sieve sieve, struct px_sift *sift);

/**
 * Take operands that stand for processes.
 *
 * @select  What is selected beside them: without any, words that stand for no
 *          process are refused, as all processes are no answer to them.
 * @ret     Set on success; free it.
 *
 * Returns false after a message.
 */
bool px_take_operands(struct px_console *console, const char *verb, char **operands, size_t count,
	const struct px_select *select, pid_t **ret, size_t *ret_count);

/**
 * Rows for a table of getopt_long() that fill struct px_walk_options, with values from
 * @first on.
 */
#define PX_WALK_OPTIONS(first)                                               \
	{ "root", required_argument, NULL, (first) + PX_WALK_ROOT },         \
		{ "from", required_argument, NULL, (first) + PX_WALK_FROM }, \
		{ "jobs", required_argument, NULL, (first) + PX_WALK_JOBS }, \
		{ "strict", no_argument, NULL, (first) + PX_WALK_STRICT },   \
		PX_SELECT_OPTIONS((first) + PX_WALK_SELECT)

/** Their values. */
enum {
	PX_WALK_ROOT,
	PX_WALK_FROM,
	PX_WALK_JOBS,
	PX_WALK_STRICT,
	PX_WALK_SELECT,
	PX_WALK_OPTIONS_COUNT = PX_WALK_SELECT + PX_SELECTORS
};

/** Take one of them, @option being its value less @first; false after a message. */
bool px_take_walk_option(struct px_console *console, struct px_walk_options *options, int option);

/** Whether they go together; false after a message. */
bool px_check_walk_options(struct px_console *console, const struct px_walk_options *options);

/** Take the value of --by where mappings are compared: an address has its name beside it. */
bool px_take_diff_keys(struct px_console *console, const char *verb, struct px_key_list *ret);

#endif
