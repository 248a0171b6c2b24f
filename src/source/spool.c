/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes that must wait, in memory and in a file without a name.
 */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"

void px_spool_init(struct px_spool *spool, const char *folder, size_t memory_max)
{
	*spool = (struct px_spool){ .folder = folder, .memory_max = memory_max, .fd = -1 };
}

void px_spool_deinit(struct px_spool *spool)
{
	free(spool->memory);
	if (spool->fd >= 0)
		close(spool->fd);
	px_spool_init(spool, spool->folder, spool->memory_max);
}

void px_spool_clear(struct px_spool *spool)
{
	spool->length = 0;
	/* What it held goes back to the disk; if that fails, it will be written over. */
	if (spool->fd >= 0 && ftruncate(spool->fd, 0) < 0)
		return;
}

void px_spool_cut(struct px_spool *spool, uint64_t length)
{
	spool->length = length;
}

/* File systems that have no files without a name (NFS, some overlays) lose it at once. */
static int make_and_unlink(const char *folder)
{
	static const char name[] = "/pmapx-XXXXXX";
	char *path = malloc(strlen(folder) + sizeof(name));
	int fd, r;

	if (path == NULL)
		return -ENOMEM;
	stpcpy(stpcpy(path, folder), name);
	fd = mkostemp(path, O_CLOEXEC);
	r = fd < 0 ? -errno : fd;
	if (fd >= 0)
		unlink(path);
	free(path);
	return r;
}

static int make_file(struct px_spool *spool)
{
	int r = px_openat(AT_FDCWD, spool->folder, O_TMPFILE | O_RDWR | O_EXCL, 0600);

	/* Kernels and file systems without O_TMPFILE take it for O_DIRECTORY. */
	if (r == -EOPNOTSUPP || r == -EISDIR || r == -EINVAL)
		r = make_and_unlink(spool->folder);
	if (r < 0)
		return r;
	spool->fd = r;
	return 0;
}

static int write_all(int fd, uint64_t offset, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = pwrite(fd, bytes, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		offset += (uint64_t)n;
		size -= (size_t)n;
	}
	return 0;
}

int px_spool_append(struct px_spool *spool, const void *bytes, size_t size)
{
	uint64_t length = spool->length;
	const char *rest = bytes;
	size_t left = size;
	int r = 0;

	if (size == 0)
		return 0;
	if (spool->memory == NULL && spool->memory_max > 0) {
		spool->memory = malloc(spool->memory_max);
		if (spool->memory == NULL)
			return -ENOMEM;
	}
	if (length < spool->memory_max) {
		size_t room = spool->memory_max - (size_t)length;
		size_t n = left < room ? left : room;

		memcpy(spool->memory + length, rest, n);
		rest += n;
		left -= n;
		length += n;
	}
	if (left > 0 && spool->fd < 0)
		r = make_file(spool);
	if (left > 0 && r == 0)
		r = write_all(spool->fd, length - spool->memory_max, rest, left);
	if (r == 0)
		spool->length = length + left;
	return r;
}

ssize_t px_spool_read(const struct px_spool *spool, uint64_t offset, void *bytes, size_t size)
{
	ssize_t n;

	if (offset >= spool->length)
		return 0;
	if (size > spool->length - offset)
		size = (size_t)(spool->length - offset);
	if (offset < spool->memory_max) {
		if (size > spool->memory_max - offset)
			size = spool->memory_max - (size_t)offset;
		memcpy(bytes, spool->memory + offset, size);
		return (ssize_t)size;
	}
	do
		n = pread(spool->fd, bytes, size, (off_t)(offset - spool->memory_max));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

size_t px_spool_take(struct px_spool *spool, uint64_t offset, char *bytes)
{
	size_t length = (size_t)(spool->length - offset), taken = 0;
	ssize_t n = 1;

	while (n > 0 && taken < length) {
		n = px_spool_read(spool, offset + taken, bytes + taken, length - taken);
		if (n > 0)
			taken += (size_t)n;
	}
	px_spool_cut(spool, offset);
	return taken;
}
