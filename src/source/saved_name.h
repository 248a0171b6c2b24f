/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the name of a saved file tells: of which process it is, and which file.
 */
#ifndef PX_SAVED_NAME_H
#define PX_SAVED_NAME_H

#include "source_impl.h"

/** What a name tells. */
struct px_saved_name {
	struct pmapx_text
		folder;    /**< The folder that it is in, or the folder of its process is in. */
	bool is_collected; /**< NAME-PID, not PID/NAME. */
	bool is_manifest;  /**< pmapx.json: of no process. */
	pid_t pid;         /**< Of which process. */
	enum px_file file; /**< Which file of it. */
};

/** The number that @text is, in digits as the kernel writes them; 0 if it is none. */
pid_t px_saved_pid(const struct pmapx_text *text);

/**
 * Take the last component from @path, which may be all of it, and slashes behind
 * it; what is left ends in a slash, or is empty.
 */
struct pmapx_text px_saved_take_last(struct pmapx_text *path);

/** What @path tells; false if it is not about a process, or none that we read. */
bool px_saved_name(const struct pmapx_text *path, struct px_saved_name *ret);

/**
 * Whether @path is that of a map that nothing tells the process of: called maps or
 * smaps, and not below the folder of a host.  Its number is 0.
 */
bool px_saved_is_nameless(const struct pmapx_text *path, struct px_saved_name *ret);

/**
 * Whether @path is that of the file sys/vm/max_map_count of a host; then *@ret is the
 * folder that is laid out like /proc.
 */
bool px_saved_is_map_limit(const struct pmapx_text *path, struct pmapx_text *ret);

/** What @folder stands for: itself, without a last component "proc" and slashes at its end. */
struct pmapx_text px_saved_host(const struct pmapx_text *folder);

#endif
