/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's command line, and the options that pmapx adds to it.
 */
#ifndef PX_PMAP_OPTIONS_H
#define PX_PMAP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "arrange.h"
#include "console.h"
#include "key.h"
#include "select.h"
#include "sift.h"

/** The layouts there are. */
enum px_view_kind {
	PX_VIEW_PLAIN,    /**< No option: address, size, mode, name. */
	PX_VIEW_EXTENDED, /**< -x */
	PX_VIEW_DEVICE,   /**< -d */
	PX_VIEW_FIELDS,   /**< -X, -XX, -c, -C: the columns of smaps. */
	PX_VIEW_CHOSEN,   /**< --fields: columns of one's own. */
	PX_VIEW_BY        /**< --by: one table, of what mappings have in common. */
};

/** What the command line asks for. */
struct px_options {
	enum px_view_kind view;
	bool every_field;     /**< -XX */
	bool quiet;           /**< -q: no header, no footer. */
	bool show_path;       /**< -p */
	bool kernel_names;    /**< -k */
	bool compat_3_2;      /**< --compat=3.2 */
	bool threads;         /**< --threads */
	uint64_t low, high;   /**< -A: addresses, both inclusive. */
	const char *root;     /**< --root, or NULL. */
	const char *from;     /**< --from, or NULL. */
	unsigned jobs;        /**< --jobs: processes read at a time; 0 for as many as processors. */
	bool read_rc;         /**< -c or -C: columns come from an rc file. */
	bool create_rc;       /**< -n or -N: write one, do nothing else. */
	const char *rc_path;  /**< -C's or -N's file, or NULL for the default. */
	char **operands;      /**< What stands for processes; borrowed from argv. */
	size_t operand_count; /**< How many. */

	const char *fields;    /**< --fields, or NULL. */
	struct px_key_list by; /**< --by; empty if it was not given. */

	/** --map, --kind, --perm, --min; px_sift_deinit() in any case. */
	struct px_sift sift;

	struct px_shape shape; /**< --sort, --top, --format, --units. */
	/** What these mean in the view; px_arrange_deinit() in any case. */
	struct px_arrange arrange;

	/** --all, --name, --user, --tree, --cgroup; px_select_deinit() in any case. */
	struct px_select select;
};

/** What to do after the command line has been read. */
enum px_verdict {
	PX_GO_ON,   /**< Do what the options ask for. */
	PX_DONE,    /**< All is done: status 0. */
	PX_REFUSED, /**< It was refused, and said why: status 1. */
};

/**
 * Read the command line into @ret, up to and including pmap's checks of what
 * goes together; operands are not looked at.
 *
 * @as_pmap  pmap's own options only.
 */
enum px_verdict px_options_read(
	struct px_console *console, bool as_pmap, int argc, char **argv, struct px_options *ret);

#endif
