/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening files with care.
 */
#ifndef PX_DESCRIPTOR_H
#define PX_DESCRIPTOR_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/**
 * openat(2), close-on-exec and never a descriptor below 3: a program whose
 * standard streams are closed must not write its messages into our files.
 * Returns it, or a negative errno.
 */
int px_openat(int folder, const char *path, int flags, unsigned mode);

/**
 * Whether @fd may be read, when it was opened where anybody may have put
 * anything: a pipe would pass for an empty file, a device might never end.
 * (Reading a folder fails by itself.)
 *
 * Returns 0, -EMEDIUMTYPE, or what fstat(2) gave.
 */
int px_check_readable(int fd);

/** Whether @r, a negative errno, says that we are short of something, not the other side. */
static inline bool px_is_shortage(int r)
{
	return r == -ENOMEM || r == -EMFILE || r == -ENFILE;
}

/** What @error, a positive errno of these functions or of the system, says to people. */
static inline const char *px_describe_error(int error)
{
	return error == EMEDIUMTYPE ? "Not a regular file" : strerror(error);
}

#endif
