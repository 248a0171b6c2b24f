/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture as a folder of files.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "target.h"

/* Make the folders that @name is in. */
static int make_folders(int folder, const char *name)
{
	for (const char *slash = strchr(name, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		char part[64];

		if ((size_t)(slash - name) >= sizeof(part))
			return -ENAMETOOLONG;
		*(char *)mempcpy(part, name, (size_t)(slash - name)) = '\0';
		if (mkdirat(folder, part, 0700) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int tree_add(
	struct px_target *target, const char *name, time_t when, const struct px_piece *piece)
{
	uint64_t offset = 0;
	const char *bytes;
	ssize_t n;
	int fd, r;

	(void)when;
	r = make_folders(target->fd, name);
	if (r < 0)
		return r;
	fd = px_openat(target->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd;
	while ((n = px_piece_next(piece, &offset, target->buffer, &bytes)) > 0) {
		r = px_write_all(fd, bytes, (size_t)n);
		if (r < 0)
			break;
	}
	if (n < 0)
		r = (int)n;
	if (close(fd) < 0 && r == 0 && errno != EINTR)
		r = -errno;
	target->written += piece->length;
	return r;
}

static int tree_add_link(struct px_target *target, const char *name, time_t when, const char *aim)
{
	(void)when;
	return symlinkat(aim, target->fd, name) < 0 ? -errno : 0;
}

static int tree_add_folder(struct px_target *target, const char *name, time_t when)
{
	(void)when;
	return mkdirat(target->fd, name, 0700) < 0 ? -errno : 0;
}

int px_tree_begin(struct px_target *target)
{
	static const struct px_target_ops ops = {
		.add = tree_add,
		.add_link = tree_add_link,
		.add_folder = tree_add_folder,
	};

	target->ops = &ops;
	return 0;
}

/* Whether a folder has pmapx.json, and that begins as ours does. */
static bool is_capture(int folder)
{
	static const char beginning[] = "{\n\"pmapx_capture\":";
	char bytes[sizeof(beginning) - 1];
	int fd = px_open_regular(folder, "pmapx.json", O_NOFOLLOW);
	bool result;

	if (fd < 0)
		return false;
	result = pread(fd, bytes, sizeof(bytes), 0) == (ssize_t)sizeof(bytes) &&
		memcmp(bytes, beginning, sizeof(bytes)) == 0;
	close(fd);
	return result;
}

/* The next of what is in a folder, NULL behind the last. */
static const char *next_name(DIR *folder)
{
	const struct dirent *entry;

	do
		entry = readdir(folder);
	while (entry != NULL &&
		(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry != NULL ? entry->d_name : NULL;
}

bool px_tree_may_go(int parent, const char *name)
{
	bool result;
	DIR *folder;

	if (px_open_folder(parent, name, O_NOFOLLOW, &folder) < 0)
		return false;
	result = is_capture(dirfd(folder)) || next_name(folder) == NULL;
	closedir(folder);
	return result;
}

/*
 * What is in it goes first; a folder that cannot be emptied stays.  Captures are
 * three folders deep.
 */
/* NOLINTNEXTLINE(misc-no-recursion) */
void px_tree_remove(int parent, const char *name)
{
	const char *inside;
	DIR *folder;

	if (unlinkat(parent, name, 0) == 0)
		return;
	if (px_open_folder(parent, name, O_NOFOLLOW, &folder) < 0)
		return;
	while ((inside = next_name(folder)) != NULL)
		px_tree_remove(dirfd(folder), inside);
	closedir(folder);
	unlinkat(parent, name, AT_REMOVEDIR);
}
