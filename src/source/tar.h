/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tar archive, compressed or not, read once from its beginning to its end, with
 * libarchive.
 *
 * Whoever made it is not trusted: no size is believed, and what is held at a time
 * is bounded.
 */
#ifndef PX_TAR_H
#define PX_TAR_H

#include "saved.h"

/** An archive that is being read. */
struct px_tar;

/** What an entry of an archive is, if it is no folder. */
enum px_tar_kind {
	PX_TAR_FILE, /**< A regular file. */
	PX_TAR_LINK, /**< A link, hard or symbolic, which is never followed. */
	PX_TAR_ODD   /**< A device or a pipe. */
};

/** What is wrong with an archive. */
struct px_tar_damage {
	int code;        /**< Negative errno. */
	uint64_t at;     /**< Where, in what has been unpacked. */
	const char *why; /**< For people; lives until the next call. */
};

/**
 * Open an archive; takes the bytes of @input, and borrows its descriptor.
 *
 * Returns 0; -ELIBACC if a library is missing, with what to say of that in
 * *@ret_reason; or -ENOMEM.
 */
int px_tar_open(struct px_input *input, struct px_tar **ret, const char **ret_reason);

/**
 * Go on to the next entry that is no folder.  *@ret_name lives until the next call;
 * NULL if what it is called cannot be known.
 *
 * Returns 1; 0 at the end; or a negative errno, with more in px_tar_damage(), and
 * that is the end too.
 */
int px_tar_next(struct px_tar *tar, const char **ret_name, enum px_tar_kind *ret_kind);

/**
 * Read the next part of the file, which lives until the next call.  *@ret_offset
 * is where in it that was, or at its end, how long it is: there may be holes.
 *
 * Returns its length, 0 at the end; or a negative errno, with more in
 * px_tar_damage().
 */
ssize_t px_tar_read(struct px_tar *tar, const void **ret, uint64_t *ret_offset);

/** What is wrong; after a function returned that. */
void px_tar_damage(const struct px_tar *tar, struct px_tar_damage *ret);

/** Free it all; NULL is fine. */
void px_tar_close(struct px_tar *tar);

#endif
