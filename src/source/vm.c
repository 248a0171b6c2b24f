/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said of memory outside of maps.
 */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "descriptor.h"
#include "procinfo.h"
#include "saved.h"
#include "scan.h"

bool px_parse_map_limit(const struct pmapx_text *file, uint64_t *ret)
{
	const char *end = file->bytes + file->length, *p;
	uint64_t number = 0;

	p = file->length > 0 ? px_scan_decimal(file->bytes, end, &number) : NULL;
	if (p == NULL || number == 0 || (p < end && *p != '\n'))
		return false;
	*ret = number;
	return true;
}

int px_source_map_limit(struct pmapx_source *source, uint64_t *ret)
{
	struct pmapx_text file;
	char bytes[PX_MAP_LIMIT_SIZE];
	ssize_t n;
	int fd;

	if (source->saved != NULL)
		return px_saved_map_limit(source->saved, ret);
	fd = px_open_regular(source->fd, PX_MAP_LIMIT_PATH, 0);
	if (fd < 0)
		return px_is_shortage(fd) ? fd : -ENODATA;
	n = px_read_whole(fd, bytes, sizeof(bytes));
	close(fd);
	file = (struct pmapx_text){ bytes, n > 0 ? (size_t)n : 0 };
	return px_parse_map_limit(&file, ret) ? 0 : -ENODATA;
}

int px_process_page_tables(struct pmapx_process *process, uint64_t *ret)
{
	size_t length;
	char *bytes;
	int r = px_process_read(process, PX_FILE_STATUS, &bytes, &length);

	if (r < 0)
		return r;
	r = px_parse_page_tables(&(struct pmapx_text){ bytes, length }, ret);
	free(bytes);
	return r;
}

int px_process_open_root(struct pmapx_process *process)
{
	if (!process->place.is_procfs)
		return -EOPNOTSUPP;
	return px_openat(process->place.fd, "root", O_PATH | O_DIRECTORY, 0);
}

/* What is at @path below @root; a negative errno if nothing is, or nobody can tell. */
static int stat_below(int root, const char *path, struct stat *ret)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int r, fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	if (fd < 0)
		return -errno;
	r = fstat(fd, ret) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/*
 * The mapped file itself, as its file system shows it.  Whoever may follow that link
 * (CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE) need not go by maps, where btrfs and
 * overlayfs have other numbers of devices and inodes than stat(2).
 */
static bool stat_mapped(
	struct pmapx_process *process, const struct pmapx_mapping *mapping, struct stat *ret)
{
	char path[sizeof("map_files/-") + 32];

	(void)snprintf(
		path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64, mapping->start, mapping->end);
	return fstatat(process->place.fd, path, ret, 0) == 0;
}

static enum px_named compare(struct pmapx_process *process, const struct pmapx_mapping *mapping,
	const struct stat *found)
{
	struct stat mapped;
	bool is_device;

	if (stat_mapped(process, mapping, &mapped))
		return found->st_dev == mapped.st_dev && found->st_ino == mapped.st_ino
			? PX_NAMED_SAME
			: PX_NAMED_OTHER;
	is_device = major(found->st_dev) == mapping->dev_major &&
		minor(found->st_dev) == mapping->dev_minor;
	if (!is_device)
		return PX_NAMED_UNKNOWN;
	return found->st_ino == mapping->inode ? PX_NAMED_SAME : PX_NAMED_OTHER;
}

enum px_named px_process_look_up(
	struct pmapx_process *process, int root, const struct pmapx_mapping *mapping, size_t length)
{
	char path[PATH_MAX];
	struct stat found = { .st_mode = 0 };
	int r;

	/* The kernel writes \012 for a newline, and a backslash as itself. */
	if (length >= sizeof(path) || memchr(mapping->name.bytes, '\\', length) != NULL)
		return PX_NAMED_UNKNOWN;
	memcpy(path, mapping->name.bytes, length);
	path[length] = '\0';
	r = stat_below(root, path, &found);
	if (r == -ENOENT || r == -ENOTDIR)
		return PX_NAMED_NOTHING;
	if (r < 0 || !S_ISREG(found.st_mode))
		return PX_NAMED_UNKNOWN;
	return compare(process, mapping, &found);
}
