/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening files with care.
 */
#include "descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int px_openat(int folder, const char *path, int flags, unsigned mode)
{
	int fd, high;

	/* File systems of other machines and of programs may be interrupted here. */
	do
		fd = openat(folder, path, flags | O_CLOEXEC | O_NOCTTY, mode);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	/* The limit is what it is too large for. */
	if (high < 0)
		high = errno == EINVAL ? -EMFILE : -errno;
	close(fd);
	return high;
}

int px_open_regular(int folder, const char *path, int flags)
{
	int fd = px_openat(folder, path, O_RDONLY | O_NONBLOCK | flags, 0), r = 0;
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		r = -errno;
	else if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
		r = -EMEDIUMTYPE;
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

ssize_t px_read(int fd, void *bytes, size_t size)
{
	ssize_t n;

	do
		n = read(fd, bytes, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t px_read_whole(int fd, void *bytes, size_t size)
{
	size_t length = 0;
	ssize_t n = 1;

	while (n > 0 && length < size) {
		n = px_read(fd, (char *)bytes + length, size - length);
		if (n > 0)
			length += (size_t)n;
	}
	return n < 0 ? n : (ssize_t)length;
}

int px_open_folder(int parent, const char *path, int flags, DIR **ret)
{
	int fd = px_openat(parent, path, O_RDONLY | O_DIRECTORY | flags, 0);

	if (fd < 0)
		return fd;
	*ret = fdopendir(fd);
	if (*ret != NULL)
		return 0;
	close(fd);
	return -ENOMEM;
}
