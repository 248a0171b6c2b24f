/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed, unpacked within bounds.
 *
 * libarchive has readers of its own.  They take as much memory as the input asks
 * for, throw away what they were unpacking when it ends too early, and do not
 * look at all checksums.
 */
#ifndef PX_UNPACK_H
#define PX_UNPACK_H

#include <pmapx/base.h>

#include <stddef.h>
#include <sys/types.h>

/** How much memory may be taken to unpack. */
#define PX_UNPACK_MEMORY_MIB 128

/** The ways of compression that are understood. */
enum px_packing {
	PX_PACKING_NONE,
	PX_PACKING_GZIP,
	PX_PACKING_BZIP2,
	PX_PACKING_XZ,
	PX_PACKING_ZSTD,
};

/** A stream that is being unpacked. */
struct px_unpack;

/** Reads what is packed, as read(2) does: the number of bytes, 0 at the end, a negative errno. */
typedef ssize_t px_unpack_input(void *data, void *bytes, size_t size);

/** How a file is compressed that begins with @text. */
enum px_packing px_unpack_find(const struct pmapx_text *text);

/**
 * Begin to unpack what @input hands out, given @data; @packing is not
 * PX_PACKING_NONE.  Several streams behind each other are read as one.
 *
 * Returns 0, -ELIBACC if the library for it cannot be loaded, or -ENOMEM.
 */
int px_unpack_open(
	enum px_packing packing, px_unpack_input *input, void *data, struct px_unpack **ret);

/** What to say when px_unpack_open() gives -ELIBACC. */
const char *px_unpack_missing(enum px_packing packing);

/**
 * Read up to @size bytes, one at least, of what was packed.
 *
 * Returns their number; 0 at the end; -ENODATA if the input ends too early,
 * -EBADMSG if it is damaged, -EOPNOTSUPP if it is packed in a way that the
 * library does not know, -EFBIG if more memory is needed than may be taken,
 * -ENOMEM; or what @input gave.  What can be unpacked is handed out first.
 * After an error, all calls return it.
 */
ssize_t px_unpack_read(struct px_unpack *unpack, void *bytes, size_t size);

/**
 * What is wrong with what is packed, for people; NULL if nothing is known to
 * be, as when @input failed.  Lives as long as the handle, until the next call.
 */
const char *px_unpack_trouble(const struct px_unpack *unpack);

/** Free it all; NULL is fine. */
void px_unpack_close(struct px_unpack *unpack);

#endif
