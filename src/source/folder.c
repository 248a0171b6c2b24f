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
#include "digits.h"

const char *const px_file_names[PX_FILE_COUNT] = {
	[PX_FILE_STAT] = "stat",
	[PX_FILE_STATUS] = "status",
	[PX_FILE_CMDLINE] = "cmdline",
	[PX_FILE_COMM] = "comm",
	[PX_FILE_CGROUP] = "cgroup",
	[PX_FILE_MAPS] = "maps",
	[PX_FILE_SMAPS] = "smaps",
	[PX_FILE_SMAPS_ROLLUP] = "smaps_rollup",
	[PX_FILE_NUMA_MAPS] = "numa_maps",
	[PX_FILE_EXE] = "exe",
	[PX_FILE_OOM_SCORE_ADJ] = "oom_score_adj",
};

int px_folder_open_place(struct pmapx_source *source, pid_t pid, struct px_place *ret)
{
	char name[PX_DIGITS_SIZE];
	int r;

	*ret = (struct px_place){ .is_procfs = source->is_procfs };
	r = px_openat(source->fd, px_digits((uint64_t)pid, name), O_PATH | O_DIRECTORY, 0);
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

int px_place_open(const struct px_place *place, const char *path)
{
	/* Where no kernel answers, anybody may have put anything. */
	return place->is_procfs ? px_openat(place->fd, path, O_RDONLY, 0)
				: px_open_regular(place->fd, path, 0);
}

int px_folder_open_file(const struct px_place *place, enum px_file file, struct px_stream *ret)
{
	int fd = px_place_open(place, px_file_names[file]);

	if (fd < 0)
		return fd;
	*ret = (struct px_stream){ .fd = fd };
	return 0;
}

ssize_t px_folder_read(struct px_stream *stream, void *bytes, size_t size)
{
	return px_read(stream->fd, bytes, size);
}

void px_folder_close_stream(struct px_stream *stream)
{
	close(stream->fd);
}
