/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ELF core files: what the kernel, or a debugger, has written of a process.
 */
#ifndef PX_COREFILE_H
#define PX_COREFILE_H

#include "index.h"
#include "spool.h"

/**
 * What the map that is made of a core file has where the number of an inode
 * would be, which a core file does not tell.
 */
enum {
	PX_CORE_NOT_DUMPED = 1, /**< Not all of the contents are in the file. */
	PX_CORE_NO_MODE = 2     /**< The permissions are not known. */
};

/**
 * Read the core file that is @fd from @begin on into @index and @spool: the files
 * maps, and cmdline and comm if it tells them, of one process of the host "".
 *
 * Returns 0 or a negative errno, with *@ret_reason set to why, or "" if the code
 * says all.  After an error too, what is in @index can be shown.
 */
int px_corefile_index(int fd, uint64_t begin, struct px_index *index, struct px_spool *spool,
	const char **ret_reason);

#endif
