/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed as .xz, unpacked within bounds.
 *
 * libarchive has a reader of its own, which takes as much memory as the input
 * asks for: a dictionary of 4 GiB can be stated in any block.
 */
#ifndef PX_UNXZ_H
#define PX_UNXZ_H

#include <stddef.h>
#include <sys/types.h>

/** How much memory may be taken to unpack. */
#define PX_UNXZ_MEMORY_MIB 128

/** A stream that is being unpacked. */
struct px_unxz;

/** Reads what is packed, as read(2) does: the number of bytes, 0 at the end, a negative errno. */
typedef ssize_t px_unxz_input(void *data, void *bytes, size_t size);

/**
 * Begin to unpack what @input hands out, given @data.  Several streams behind
 * each other are read as one.
 *
 * Returns 0, -ELIBACC if liblzma is not installed, or -ENOMEM.
 */
int px_unxz_open(px_unxz_input *input, void *data, struct px_unxz **ret);

/**
 * Read up to @size bytes, one at least, of what was packed.
 *
 * Returns their number; 0 at the end; -ENODATA if the input ends too early,
 * -EBADMSG if it is damaged, or no .xz at all, -EOPNOTSUPP if it is packed in a
 * way that liblzma does not know, -EFBIG if more memory is needed than may be
 * taken, -ENOMEM; or what @input gave.  What can be unpacked is handed out
 * first.  After an error, all calls return it.
 */
ssize_t px_unxz_read(struct px_unxz *unxz, void *bytes, size_t size);

/**
 * What is wrong with what is packed, for people; NULL if nothing is known to
 * be, as when @input failed.  Lives as long as the handle, until the next call.
 */
const char *px_unxz_trouble(const struct px_unxz *unxz);

/** Free it all; NULL is fine. */
void px_unxz_close(struct px_unxz *unxz);

#endif
