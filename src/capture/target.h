/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a capture goes: an archive or a folder.  It has a temporary name beside
 * the final one until it is complete; what is given up leaves nothing.
 */
#ifndef PX_TARGET_H
#define PX_TARGET_H

#include <stdbool.h>
#include <time.h>

#include "spool.h"

/** Bytes of a spool. */
struct px_piece {
	const struct px_spool *spool;
	uint64_t offset, length;
};

/** What a target's name asks for. */
enum px_form { PX_FORM_NONE, PX_FORM_FOLDER, PX_FORM_TAR, PX_FORM_GZIP, PX_FORM_XZ, PX_FORM_ZSTD };

struct px_target;

/** What can be done with a form once it has begun; 0 or a negative errno. */
struct px_target_ops {
	int (*add)(struct px_target *target, const char *name, time_t when,
		const struct px_piece *piece);
	int (*add_link)(struct px_target *target, const char *name, time_t when, const char *aim);
	int (*add_folder)(struct px_target *target, const char *name, time_t when);
	int (*end)(struct px_target *target);    /**< NULL if nothing waits. */
	void (*close)(struct px_target *target); /**< NULL if there is nothing to free. */
};

/** A target; set it up with px_target_init(). */
struct px_target {
	enum px_form form;
	const struct px_target_ops *ops; /**< NULL until it has begun. */
	const char *obstacle; /**< What has the name, in words, if that must not be replaced. */
	bool is_stream;       /**< Standard output, which has no name. */
	bool force;           /**< Whether what has the name already may be replaced. */
	char *folder;         /**< Path of the folder that it is made in, owned. */
	char *name;           /**< Its name there, owned. */
	char temporary[sizeof(".pmapx-0123456789abcdef")];
	int parent;     /**< Descriptor of that folder, or -1. */
	int fd;         /**< Of what is being made, or -1. */
	int error;      /**< Negative errno of the first write that failed, or 0. */
	int name_error; /**< Negative errno if it has its name, but that may not be on the disk. */
	uint64_t written;         /**< Bytes that have been written to it. */
	char *buffer;             /**< For what a spool does not have in memory, owned. */
	struct px_packer *packer; /**< What archive.c keeps, owned; NULL of a folder. */
};

/**
 * Take @path, or "-" for standard output, apart.
 *
 * Returns 0, -EINVAL if its ending tells no form, or -ENOMEM.
 */
int px_target_init(struct px_target *target, const char *path, bool force);

/**
 * Begin it.
 *
 * Returns 0; -EEXIST if there is something of that name, which force replaces;
 * -ENOTEMPTY if that is target->obstacle, which nothing replaces; -ELIBACC if
 * libarchive is missing; or what the system gave.
 */
int px_target_begin(struct px_target *target);

/** Add a file; the functions that add return 0 or a negative errno, as all will then. */
int px_target_add(
	struct px_target *target, const char *name, time_t when, const struct px_piece *piece);

/** Add a symbolic link to @aim. */
int px_target_add_link(struct px_target *target, const char *name, time_t when, const char *aim);

/** Add a folder, before what is in it. */
int px_target_add_folder(struct px_target *target, const char *name, time_t when);

/** It is complete: write out what waits.  Returns as those that add. */
int px_target_end(struct px_target *target);

/** Have it on the disk, all of it.  Returns 0 or a negative errno. */
int px_target_sync(struct px_target *target);

/** Give it its name.  Returns as px_target_begin(); 0 as soon as it has it. */
int px_target_publish(struct px_target *target);

/** Free everything, and remove what has not been published. */
void px_target_deinit(struct px_target *target);

/* archive.c: the forms that libarchive writes; as px_target_begin(). */
int px_archive_begin(struct px_target *target);

/* tree.c: a folder of files. */
int px_tree_begin(struct px_target *target);
bool px_tree_may_go(int parent, const char *name); /* A capture, or with nothing in it. */
void px_tree_remove(int parent, const char *name);

/** Write all of it to @fd; 0 or a negative errno. */
int px_write_all(int fd, const char *bytes, size_t length);

/**
 * A part of @piece from *@offset on, in memory of the spool or of @buffer, which
 * has room for PX_PIECE_SIZE bytes.  Returns its length, 0 at the end, or a
 * negative errno, and moves *@offset.
 */
#define PX_PIECE_SIZE ((size_t)128 * 1024)
ssize_t px_piece_next(
	const struct px_piece *piece, uint64_t *offset, char *buffer, const char **ret);

#endif
