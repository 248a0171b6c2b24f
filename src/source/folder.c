/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A folder laid out like /proc: FOLDER/PID/maps and so on.  Everything of one
 * process is opened through one descriptor of its folder, so that a PID that
 * is used again in between cannot mix two processes.
 */
#include "source_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "descriptor.h"

const char *const px_file_names[PX_FILE_COUNT] = {
	[PX_FILE_STAT] = "stat",
	[PX_FILE_STATUS] = "status",
	[PX_FILE_CMDLINE] = "cmdline",
	[PX_FILE_COMM] = "comm",
	[PX_FILE_CGROUP] = "cgroup",
	[PX_FILE_MAPS] = "maps",
	[PX_FILE_SMAPS] = "smaps",
};

int px_folder_open_place(struct pmapx_source *source, pid_t pid, struct px_place *ret)
{
	char name[16], *digits = name + sizeof(name) - 1;
	unsigned number = (unsigned)pid;
	int r;

	*ret = (struct px_place){ .is_procfs = source->is_procfs };
	/* By hand: most runs have no other use for the pages that printf() is in. */
	*digits = '\0';
	do
		*--digits = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	r = px_openat(source->fd, digits, O_PATH | O_DIRECTORY, 0);
	if (r == -ENOENT || r == -ENOTDIR)
		return -ESRCH;
	if (r < 0)
		return r;
	ret->fd = r;
	return 0;
}

void px_folder_close_place(struct px_place *place)
{
	close(place->fd);
}

int px_folder_open_file(const struct px_place *place, enum px_file file, struct px_stream *ret)
{
	int fd = px_openat(place->fd, px_file_names[file], O_RDONLY | O_NONBLOCK, 0), r;

	if (fd < 0)
		return fd;
	/* Where no kernel answers, anybody may have put anything. */
	r = place->is_procfs ? 0 : px_check_readable(fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	*ret = (struct px_stream){ .fd = fd };
	return 0;
}

ssize_t px_folder_read(struct px_stream *stream, void *bytes, size_t size)
{
	ssize_t n;

	do
		n = read(stream->fd, bytes, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

void px_folder_close_stream(struct px_stream *stream)
{
	close(stream->fd);
}
