/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening files with care.
 */
#ifndef PX_DESCRIPTOR_H
#define PX_DESCRIPTOR_H

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>

#include "plain_error.h"

/**
 * openat(2), close-on-exec and never a descriptor below 3: a program whose
 * standard streams are closed must not write its messages into our files.
 * Returns it, or a negative errno.
 */
int px_openat(int folder, const char *path, int flags, unsigned mode);

/**
 * The same for reading a file where anybody may have put anything: a pipe would
 * pass for an empty file, a device might never end.  (Reading a folder fails by
 * itself.)  @flags are more of open(2)'s, or 0.
 *
 * Returns it, -EMEDIUMTYPE if it is no regular file, or another negative errno.
 */
int px_open_regular(int folder, const char *path, int flags);

/** As read(2), which no signal interrupts: the number of bytes, or a negative errno. */
ssize_t px_read(int fd, void *bytes, size_t size);

/** The same until @size bytes are there or there is no more: fewer are all that there is. */
ssize_t px_read_whole(int fd, void *bytes, size_t size);

/** Open a folder to be listed; @flags are more of open(2)'s.  Returns 0 or a negative errno. */
int px_open_folder(int parent, const char *path, int flags, DIR **ret);

/** Whether @r, a negative errno, says that we are short of something, not the other side. */
static inline bool px_is_shortage(int r)
{
	return r == -ENOMEM || r == -EMFILE || r == -ENFILE;
}

/**
 * What @error, a positive errno of these functions or of the system, says to the user of
 * the program, in his language.  Nothing in libpmapx calls it: see px_plain_error().
 */
static inline const char *px_describe_error(int error)
{
	return error == EMEDIUMTYPE ? PX_NO_REGULAR_FILE : strerror(error);
}

#endif
