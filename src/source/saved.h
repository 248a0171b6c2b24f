/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What saved sources share: an index of the files that there are, a spool for
 * those that must wait, and what went wrong.  Kinds differ in how they fill it.
 */
#ifndef PX_SAVED_H
#define PX_SAVED_H

#include "index.h"
#include "saved_name.h"
#include "spool.h"

struct px_saved;

/** What a kind of saved source does. */
struct px_saved_ops {
	/**
	 * Read on, until the index, which is empty, holds what is to be handed out next:
	 * all, if @saved->is_whole and there is room.  Returns 1, or 0 if there is nothing
	 * left.  What cannot be read is told by px_saved_trouble(), and passed over.
	 */
	int (*fill)(struct px_saved *saved);
	/** Open a file of the index; NULL if all are in the spool. */
	int (*open)(struct px_saved *saved, const struct px_found *found, struct px_stream *ret);
	/** Free @saved->reader; NULL if there is none. */
	void (*close)(struct px_saved *saved);
};

/** The longest reason that is told; names in it may be longer, and are cut. */
#define PX_TROUBLE_MAX 512

/** Files of hosts that are kept, of which the last of a name counts. */
struct px_kept {
	struct px_kept_file *list; /**< Owned. */
	size_t count;
	struct px_spool spool; /**< Their contents. */
};

/** What is saved. */
struct px_saved {
	const struct px_saved_ops *ops;
	struct pmapx_source *source; /**< Whose; borrowed. */
	void *reader;                /**< What @ops keeps. */
	struct px_index index;
	struct px_spool spool;
	struct px_kept kept;         /**< Files of hosts. */
	const pid_t *pids;           /**< What is wanted, NULL for all; borrowed. */
	size_t pid_count;            /**< How many. */
	pid_t *sorted_pids;          /**< The same in order, to look them up; owned. */
	bool wants_numa;             /**< So are numa_maps. */
	bool wants_all;              /**< So is what px_source_want_all() asks for. */
	bool is_whole;               /**< All is to be in the index before any is handed out. */
	bool has_ended;              /**< There is nothing more to fill the index with. */
	size_t first, run;           /**< The files of the process that was handed out last. */
	size_t next;                 /**< Where in the index to go on. */
	size_t wanted;               /**< And for which of @pids. */
	struct pmapx_member member;  /**< Handed out last. */
	char *name;                  /**< Its name if it has no number, owned. */
	int trouble;                 /**< Negative errno of what is to be told, or 0. */
	size_t trouble_count;        /**< How many there have been since the last was told. */
	char reason[PX_TROUBLE_MAX]; /**< Why, of the first. */
};

/** Make a saved source called @path, which closes @fd. */
int px_saved_new(const struct px_saved_ops *ops, const char *path, int fd,
	const struct pmapx_source_options *options, struct pmapx_source **ret);

/** Call a process that has no number by the base name of @path; 0 or -ENOMEM. */
int px_saved_call(struct px_saved *saved, const char *path);

/** Free @saved; NULL is fine. */
void px_saved_close(struct px_saved *saved);

/** As pmapx_source_shm_device(), for the host of the process that was handed out last. */
int px_saved_shm_device(struct pmapx_source *source, struct pmapx_device *ret);

/** As px_source_map_limit(), but that nothing can be short. */
int px_saved_map_limit(const struct px_saved *saved, uint64_t *ret);

/** Whether files of process @pid are wanted. */
bool px_saved_wants(const struct px_saved *saved, pid_t pid);

/** Whether a file is one that nobody asks for. */
bool px_saved_ignores(const struct px_saved *saved, const struct px_saved_name *name);

/**
 * Keep what went wrong for pmapx_source_next(), if nothing has before: @r, a
 * negative errno, with @what, a name or "", @at, a place in it in bytes (or
 * PX_NO_PLACE), and @why, or "" if @r says all.
 */
void px_saved_trouble(
	struct px_saved *saved, int r, const char *what, uint64_t at, const char *why);
#define PX_NO_PLACE UINT64_MAX

/** Tell that @name, which is wanted, is no regular file; @is_link if it is a link. */
void px_saved_no_file(struct px_saved *saved, const char *name, bool is_link);

/**
 * Take what @json, the beginning of a pmapx.json called @name, says of @host, a
 * number of the index.  What is wrong with it is a trouble.
 *
 * Returns whether it could be read, with what it says in *@ret.
 */
bool px_saved_manifest(struct px_saved *saved, const char *name, uint32_t host,
	const struct pmapx_text *json, struct px_manifest *ret);

/** Have @manifest say what @host is. */
void px_saved_know_host(struct px_saved *saved, uint32_t host, const struct px_manifest *manifest);

/** Hand out the process whose files begin at @first of the index. */
void px_saved_take(struct px_saved *saved, size_t first);

/**
 * Before any process has been handed out: have all of them in the index, to be gone
 * through more than once.  Returns 0, or -EXFULL if there are too many.
 */
int px_saved_read_all(struct px_saved *saved);

/** All has been read: what is in the index of captures that lack their end is a trouble. */
void px_saved_check_ends(struct px_saved *saved);

/** The same for what could not be kept in the spool. */
void px_saved_spool_trouble(struct px_saved *saved, int r);

/** Open what lies in the spool; as the operation. */
void px_saved_open_spooled(
	struct px_saved *saved, const struct px_found *found, struct px_stream *ret);

/** How much is read of a file to find out what it is. */
#define PX_INPUT_SIZE ((size_t)64 * 1024)

/** What has been read of a file to find out what it is. */
struct px_input {
	int fd;           /**< Where there is more. */
	const char *path; /**< What it is called, as it was given; "-" for standard input. */
	char *bytes;      /**< What has been read, owned by whoever opens. */
	size_t length;    /**< How much of @bytes is filled. */
	bool is_all;      /**< There is no more. */
	bool is_folder;   /**< @fd is one, and nothing has been read. */
	bool is_seekable; /**< @fd is a regular file, */
	uint64_t offset;  /**< and this is where @bytes were. */
};

/**
 * Open @path, which is borrowed, and read the beginning of what is no folder.  Returns 0 or a
 * negative errno; @input is to be closed in any case.
 */
int px_input_open(const char *path, struct px_input *input);

/** Close and free what nobody has taken of it. */
void px_input_close(struct px_input *input);

/** As pmapx_source_open_saved(), of what has been begun; takes what @input has if it can. */
int px_source_open_input(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, struct pmapx_error *error);

/** Open a folder. */
int px_collection_open(const char *path, int fd, const struct pmapx_source_options *options,
	struct pmapx_source **ret);

/** Whether a file that begins with @text is an archive for certain. */
bool px_archive_is(const struct pmapx_text *text);

/**
 * Whether @text begins with a header of tar: it holds the sum of its own bytes, in
 * octal, taken with blanks in that place.  Archives of the first kind, as smemcap
 * writes them, have nothing else by which to know them.
 */
bool px_tar_is(const struct pmapx_text *text);

/** Open an archive; takes what @input has.  *@ret_reason is why not, or "". */
int px_archive_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason);

/** The same of what may be one, and does not begin like it: -EMEDIUMTYPE if it is none. */
int px_archive_try(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret);

/** Whether a file that begins with @text is a core file, or another ELF file. */
bool px_corefile_is(const struct pmapx_text *text);

/** Open a core file; takes what @input has.  *@ret_reason is why not, or "". */
int px_corefile_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason);

#endif
