/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a saved source holds: which files of which processes of which hosts, in
 * the order in which they are shown.
 */
#ifndef PX_INDEX_H
#define PX_INDEX_H

#include "manifest.h"
#include "source_impl.h"

/** A file of a process. */
struct px_found {
	uint64_t at;       /**< Where it is: an offset, or the number of a folder. */
	uint64_t length;   /**< In bytes, if @at is an offset. */
	uint32_t host;     /**< Whose, an index into @hosts. */
	pid_t pid;         /**< Of which process; 0 if nothing tells. */
	enum px_file file; /**< Which. */
	bool is_picked;    /**< Its process is, by px_saved_pick(). */
};

/** A machine, or whatever else one folder of a source stands for. */
struct px_host {
	const char *name;        /**< That folder, "" for the source itself; in @names. */
	size_t length;           /**< Of @name. */
	bool is_capture;         /**< A manifest says that pmapx captured it, */
	bool is_cut;             /**< and the end of that is missing. */
	bool shm_asked;          /**< Whether @shm_result and @shm are known. */
	int shm_result;          /**< What finding out gave. */
	struct pmapx_device shm; /**< Where shared memory lives, if @shm_result is 0. */

	char boot_id[PX_BOOT_ID_SIZE]; /**< As in its manifest. */
	uint64_t start_ms;             /**< The same. */
	unsigned redacted;             /**< The same. */

	uint64_t map_limit; /**< Its vm.max_map_count; 0 if nothing tells. */

	/** How sure @shm is by what has been seen, before it is asked for. */
	enum px_shm_answer shm_seen;
};

/** A list of files, and of the hosts that they are of; all zero is empty. */
struct px_index {
	struct px_found *list;
	size_t count, room;
	struct px_host *hosts;
	uint32_t host_count, host_room;
	void *names;        /**< Of the hosts, a tree of tsearch(3). */
	uint32_t last_host; /**< The one that was asked for last. */
	bool is_bounded;    /**< It holds no more than is sensible at once. */
};

/** Forget all but the bounds, and give the memory back. */
void px_index_clear(struct px_index *index);

/**
 * Find the host called @name, or make it.
 *
 * Returns 0 with its number in *@ret, -ENOMEM, or -EXFULL if there are so many
 * that others should be shown first.
 */
int px_index_host(struct px_index *index, const struct pmapx_text *name, uint32_t *ret);

/** Add a file; 0, -ENOMEM, or -EXFULL as above. */
int px_index_add(struct px_index *index, const struct px_found *found);

/**
 * Bring all into order: by name of host, process, file.  Of files that are
 * there twice the one that was added last stays, as when tar unpacks.
 */
void px_index_sort(struct px_index *index);

/**
 * Where the files of process @pid begin, of whatever host, at @first or behind it: once
 * all is in order.  The number of files if there is none.
 */
size_t px_index_find(struct px_index *index, size_t first, pid_t pid);

/** How many files from @first on are of the same process. */
size_t px_index_run(const struct px_index *index, size_t first);

#endif
