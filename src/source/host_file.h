/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of a host that are about no single process: what the kernel says of the machine,
 * what a capture says of itself, and what PostgreSQL has said beside it.
 */
#ifndef PX_HOST_FILE_H
#define PX_HOST_FILE_H

#include "saved.h"

/** Which file. */
enum px_host_file {
	PX_HOST_MANIFEST, /**< pmapx.json */
	PX_HOST_MEMINFO,  /**< proc/meminfo, or where files of processes are. */
	PX_HOST_VERSION,  /**< version, there. */
	PX_HOST_STAT,     /**< stat, there. */
	PX_HOST_NAME,     /**< sys/kernel/hostname, there. */
	PX_HOST_RELEASE,  /**< sys/kernel/osrelease, there. */
	PX_HOST_BOOT_ID,  /**< sys/kernel/random/boot_id, there. */
	PX_HOST_ACTIVITY, /**< postgres/activity.csv: pg_stat_activity. */
	PX_HOST_LOG,      /**< postgres/log: of a server, with dumps of memory contexts. */
	PX_HOST_SETTINGS, /**< postgres/settings.csv: of a server. */
	PX_HOST_FILES
};

/** A file that is kept. */
struct px_kept_file {
	char *host; /**< As px_host has it; owned. */
	enum px_host_file which;
	uint64_t at, length; /**< In the spool. */
};

/**
 * Ask a saved source for files of hosts, and for all files of processes but numa_maps; before
 * the first process.
 */
void px_source_want_all(struct pmapx_source *source);

/**
 * Read up to @size bytes of a file of @host ("" of a source that has one) from @offset on.  Of
 * an archive that is read as it comes there is what has come.
 *
 * Returns as read(2) does; -ENOENT if there is none.
 */
ssize_t px_host_file_read(struct pmapx_source *source, const char *host, enum px_host_file which,
	uint64_t offset, void *bytes, size_t size);

/** The folder that the process handed out last is in, where there are files of its host. */
const char *px_host_of_member(const struct pmapx_source *source);

/** Whether the source has one host only, whose folder tells nothing. */
bool px_host_is_alone(const struct pmapx_source *source);

/** Whether smaps or maps are to be had of the process handed out last, or else of its host. */
bool px_host_has(const struct pmapx_source *source, enum px_file file);

/** Whether the file of a saved source called @path is to be kept. */
bool px_kept_wants(const struct px_saved *saved, const struct pmapx_text *path);

/** Begin to keep it; 0 or -ENOMEM. */
int px_kept_begin(struct px_saved *saved, const struct pmapx_text *path);

/** Append to what was begun last; as px_spool_append(). */
int px_kept_append(struct px_saved *saved, const void *bytes, size_t size);

/** Free it all. */
void px_kept_deinit(struct px_kept *kept);

#endif
