/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes are wanted, in the words of the options --all, --name,
 * --user, --tree and --cgroup.
 */
#ifndef PX_SELECT_H
#define PX_SELECT_H

#include <pmapx/base.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "pattern.h"

/** The options there are; all but the first take a value. */
enum px_selector {
	PX_SELECT_ALL,    /**< Every process, kernel threads included. */
	PX_SELECT_NAME,   /**< Its name is matched by a regular expression. */
	PX_SELECT_USER,   /**< Its effective user is this one. */
	PX_SELECT_TREE,   /**< It is this one, or descends from it. */
	PX_SELECT_CGROUP, /**< It is in this cgroup, or in one below. */
	PX_SELECTORS
};

/** What they are called, without dashes. */
extern const char *const px_selector_names[PX_SELECTORS];

/** Rows for a table of getopt_long(), with values from @first on. */
#define PX_SELECT_OPTIONS(first)                                               \
	{ "all", no_argument, NULL, (first) + PX_SELECT_ALL },                 \
		{ "name", required_argument, NULL, (first) + PX_SELECT_NAME }, \
		{ "user", required_argument, NULL, (first) + PX_SELECT_USER }, \
		{ "tree", required_argument, NULL, (first) + PX_SELECT_TREE }, \
	{                                                                      \
		"cgroup", required_argument, NULL, (first) + PX_SELECT_CGROUP  \
	}

/** The longest name that is matched, in bytes; that of a file is no longer. */
#define PX_SELECT_NAME_MAX ((size_t)255)

/**
 * Which processes are wanted: those of which all holds that was asked for; none
 * if nothing was.  Begins as all zero.
 */
struct px_select {
	const char *values[PX_SELECTORS]; /**< As they were given, "" for --all; NULL if not. */
	struct px_pattern name;
	uint32_t uid;
	pid_t root;           /**< Of the tree. */
	size_t cgroup_length; /**< Of its path, without slashes at the end. */
};

/** What is known of a process without reading texts about it. */
struct px_who {
	pid_t pid, ppid;
	uint32_t uid; /**< Effective; UINT32_MAX if unknown. */
	bool is_kernel;
};

/**
 * Add a selector.
 *
 * @value       Borrowed until px_select_deinit(); NULL for --all.
 * @ret_reason  Set on failure to what is wrong with it; valid as long as @select.
 *
 * Returns 0 or -EINVAL.
 */
int px_select_add(struct px_select *select, enum px_selector selector, const char *value,
	const char **ret_reason);

/** Free what @select holds. */
void px_select_deinit(struct px_select *select);

/** Whether anything was asked for. */
bool px_select_is_given(const struct px_select *select);

/** Whether nothing is asked of a process but to be there. */
bool px_select_is_all(const struct px_select *select);

/**
 * Whether texts about a process must be looked at, not only numbers.
 */
bool px_select_wants_texts(const struct px_select *select);

/** Whether what is asked of the numbers holds; the tree, which takes all processes, is not. */
bool px_select_numbers(const struct px_select *select, const struct px_who *who);

/**
 * Whether the expression matches @comm, or the base name of the first of the
 * arguments in @cmdline: the kernel keeps but 15 bytes of a name.
 *
 * Returns 1, 0 or -ENOMEM.
 */
int px_select_name(const struct px_select *select, const struct pmapx_text *comm,
	const struct pmapx_text *cmdline);

/** Whether one of the lines of @file, the contents of a cgroup file, is of the cgroup. */
bool px_select_cgroup(const struct px_select *select, const struct pmapx_text *file);

#endif
