/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The map of a process, made from the segments of a core file and from its list
 * of mapped files.
 */
#ifndef PX_CORE_MAP_H
#define PX_CORE_MAP_H

#include "core_notes.h"
#include "spool.h"

/**
 * Append the text of a maps file to @spool, one line for each mapping, with the
 * marks of corefile.h where the number of an inode would be.
 *
 * Returns 0; -ENODATA if the core file is cut short, -EBADMSG if it is damaged,
 * or what pread(2) gave, with *@ret_whole set, as all that could be read is there;
 * or what px_spool_append() gave, -EFBIG if there is too much, -ENOMEM, without.
 */
int px_core_map_write(const struct px_elf *elf, const struct px_core_notes *notes,
	struct px_spool *spool, bool *ret_whole);

#endif
