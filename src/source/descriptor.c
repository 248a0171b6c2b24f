/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening files with care.
 */
#include "descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int px_openat(int folder, const char *path, int flags, unsigned mode)
{
	int fd = openat(folder, path, flags | O_CLOEXEC | O_NOCTTY, mode), high;

	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		high = -errno;
	close(fd);
	return high;
}
