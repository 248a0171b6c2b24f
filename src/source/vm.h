/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said of memory outside of maps: by a process, by its kernel, and by the
 * files that are mapped.
 */
#ifndef PX_VM_H
#define PX_VM_H

#include <pmapx/mapping.h>
#include <pmapx/process.h>

/** What kernels begin with: DEFAULT_MAX_MAP_COUNT of include/linux/mm.h. */
#define PX_MAP_LIMIT_DEFAULT UINT64_C(65530)

/** Of the setting, below the folder that /proc is. */
#define PX_MAP_LIMIT_PATH "sys/vm/max_map_count"

/** How much of it is enough: an int in decimal, and a newline. */
#define PX_MAP_LIMIT_SIZE ((size_t)32)

/** The contents of that file; false if it is none, or 0, which allows nothing. */
bool px_parse_map_limit(const struct pmapx_text *file, uint64_t *ret);

/**
 * How many mappings a process of @source may have, vm.max_map_count; of saved data, at
 * the host of the process that was handed out last.
 *
 * Returns 0; -ENODATA if nothing tells; -ENOMEM, -EMFILE, -ENFILE.
 */
int px_source_map_limit(struct pmapx_source *source, uint64_t *ret);

/**
 * The page tables of @process, from its status, in kB.
 *
 * Returns 0; -ENODATA if status does not tell; what opening or reading it gave.
 */
int px_process_page_tables(struct pmapx_process *process, uint64_t *ret);

/** What the path of a mapping names now. */
enum px_named {
	PX_NAMED_UNKNOWN, /**< Nobody can tell, or nobody may. */
	PX_NAMED_SAME,    /**< The file that is mapped. */
	PX_NAMED_OTHER,   /**< Another file. */
	PX_NAMED_NOTHING  /**< No file. */
};

/**
 * Open the root folder of @process, which is to be closed.  Returns a descriptor, or a
 * negative errno: -EOPNOTSUPP if no kernel answers for the process.
 */
int px_process_open_root(struct pmapx_process *process);

/**
 * Look up the file of @mapping by the first @length bytes of its name, below @root of
 * @process.  What is found is neither opened nor read, and nothing above @root is
 * looked at, whatever links there are.
 */
enum px_named px_process_look_up(struct pmapx_process *process, int root,
	const struct pmapx_mapping *mapping, size_t length);

#endif
