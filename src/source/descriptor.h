/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening files with care.
 */
#ifndef PX_DESCRIPTOR_H
#define PX_DESCRIPTOR_H

/**
 * openat(2), close-on-exec and never a descriptor below 3: a program whose
 * standard streams are closed must not write its messages into our files.
 * Returns it, or a negative errno.
 */
int px_openat(int folder, const char *path, int flags, unsigned mode);

#endif
