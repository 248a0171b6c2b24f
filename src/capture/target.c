/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a capture goes: its names, and how it gets the final one.
 *
 * Whoever opens a capture sees addresses, command lines and names: so it is
 * made with the rights of a private file whatever the umask, under a name that
 * is tried until nobody has it.
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptor.h"

int px_write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

ssize_t px_piece_next(
	const struct px_piece *piece, uint64_t *offset, char *buffer, const char **ret)
{
	const struct px_spool *spool = piece->spool;
	uint64_t left = piece->length - *offset, at = piece->offset + *offset;
	ssize_t n;

	if (left == 0)
		return 0;
	if (at < spool->memory_max) {
		uint64_t room = spool->memory_max - at;

		n = (ssize_t)(left < room ? left : room);
		*ret = spool->memory + at;
	} else {
		n = px_spool_read(
			spool, at, buffer, left < PX_PIECE_SIZE ? (size_t)left : PX_PIECE_SIZE);
		*ret = buffer;
	}
	/* Somebody else has cut it short. */
	if (n == 0)
		return -EIO;
	if (n > 0)
		*offset += (uint64_t)n;
	return n;
}

static bool ends_in(const char *name, size_t length, const char *ending)
{
	size_t size = strlen(ending);

	return length > size && memcmp(name + length - size, ending, size) == 0;
}

static enum px_form form_of(const char *name, size_t length)
{
	static const struct {
		const char *ending;
		enum px_form form;
	} forms[] = {
		{ ".tar", PX_FORM_TAR },
		{ ".tar.gz", PX_FORM_GZIP },
		{ ".tar.xz", PX_FORM_XZ },
		{ ".tar.zst", PX_FORM_ZSTD },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ends_in(name, length, forms[i].ending))
			return forms[i].form;
	return PX_FORM_NONE;
}

int px_target_init(struct px_target *target, const char *path, bool force)
{
	size_t length = strlen(path), start;

	*target = (struct px_target){ .parent = -1, .fd = -1, .force = force };
	if (strcmp(path, "-") == 0) {
		target->is_stream = true;
		target->form = PX_FORM_ZSTD;
		return 0;
	}
	if (length > 0 && path[length - 1] == '/') {
		target->form = PX_FORM_FOLDER;
		while (length > 0 && path[length - 1] == '/')
			length--;
	}
	for (start = length; start > 0 && path[start - 1] != '/'; start--)
		;
	if (target->form == PX_FORM_NONE)
		target->form = form_of(path + start, length - start);
	if (target->form == PX_FORM_NONE || start == length)
		return -EINVAL;
	target->name = strndup(path + start, length - start);
	target->folder = start > 0 ? strndup(path, start) : strdup(".");
	return target->name != NULL && target->folder != NULL ? 0 : -ENOMEM;
}

/* What is not replaced: in words, NULL if it may go. */
static const char *find_obstacle(const struct px_target *target, mode_t mode)
{
	bool is_folder = target->form == PX_FORM_FOLDER;

	switch (mode & S_IFMT) {
	case S_IFREG:
		return is_folder ? "a file" : NULL;
	case S_IFDIR:
		if (!is_folder)
			return "a folder";
		return px_tree_may_go(target->parent, target->name)
			? NULL
			: "a folder that is neither a capture nor empty";
	case S_IFLNK:
		return "a symbolic link";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

/*
 * Whether what there is of the final name may be replaced: a file by a file, a
 * capture, or a folder with nothing in it, by a folder.
 */
static int check_name(struct px_target *target)
{
	struct stat status;

	if (fstatat(target->parent, target->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	target->obstacle = find_obstacle(target, status.st_mode);
	if (target->obstacle != NULL)
		return -ENOTEMPTY;
	return target->force ? 0 : -EEXIST;
}

/* Make it under a name that nobody has. */
static int make(struct px_target *target)
{
	int r = -EEXIST;

	for (int tries = 0; r == -EEXIST && tries < 100; tries++) {
		unsigned long long number;

		if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
			return -EIO;
		(void)snprintf(
			target->temporary, sizeof(target->temporary), ".pmapx-%016llx", number);
		if (target->form != PX_FORM_FOLDER)
			r = px_openat(target->parent, target->temporary,
				O_WRONLY | O_CREAT | O_EXCL, 0600);
		else if (mkdirat(target->parent, target->temporary, 0700) < 0)
			r = -errno;
		else
			r = px_openat(target->parent, target->temporary,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	}
	if (r < 0) {
		/* Of what has not been made the name may be somebody else's. */
		if (target->form != PX_FORM_FOLDER || r == -EEXIST)
			target->temporary[0] = '\0';
		return r;
	}
	target->fd = r;
	return 0;
}

int px_target_begin(struct px_target *target)
{
	int r = 0;

	target->buffer = malloc(PX_PIECE_SIZE);
	if (target->buffer == NULL)
		return -ENOMEM;
	if (target->is_stream) {
		target->fd = STDOUT_FILENO;
	} else {
		r = px_openat(AT_FDCWD, target->folder, O_RDONLY | O_DIRECTORY, 0);
		if (r < 0)
			return r;
		target->parent = r;
		/* A mask may also take what the owner needs, who could not open it then. */
		(void)umask(S_IRWXG | S_IRWXO);
		r = check_name(target);
		if (r == 0)
			r = make(target);
	}
	if (r < 0)
		return r;
	return target->form == PX_FORM_FOLDER ? px_tree_begin(target) : px_archive_begin(target);
}

int px_target_add(
	struct px_target *target, const char *name, time_t when, const struct px_piece *piece)
{
	if (target->error == 0)
		target->error = target->ops->add(target, name, when, piece);
	return target->error;
}

int px_target_add_link(struct px_target *target, const char *name, time_t when, const char *aim)
{
	if (target->error == 0)
		target->error = target->ops->add_link(target, name, when, aim);
	return target->error;
}

int px_target_add_folder(struct px_target *target, const char *name, time_t when)
{
	if (target->error == 0)
		target->error = target->ops->add_folder(target, name, when);
	return target->error;
}

int px_target_end(struct px_target *target)
{
	if (target->error == 0 && target->ops->end != NULL)
		target->error = target->ops->end(target);
	return target->error;
}

/* Some file systems cannot sync, which is no fault of the file's. */
static int check_sync(int r)
{
	return r < 0 && errno != EINVAL && errno != EROFS && errno != ENOSYS ? -errno : 0;
}

int px_target_sync(struct px_target *target)
{
	int fd = target->fd, r;

	if (target->is_stream)
		return 0;
	/* One for all: a call for each of ten thousand small files takes minutes. */
	r = check_sync(target->form == PX_FORM_FOLDER ? syncfs(fd) : fsync(fd));
	target->fd = -1;
	if (close(fd) < 0 && r == 0 && errno != EINTR)
		r = -errno;
	return r;
}

/* Renames in a way that @flags, of linux/fs.h, asks for; not every C library has a function for it. */
static int rename_by(const struct px_target *target, unsigned flags)
{
	int parent = target->parent;

	return (int)syscall(SYS_renameat2, parent, target->temporary, parent, target->name, flags);
}

/* Give it the final name if nobody has that. */
static int rename_new(const struct px_target *target)
{
	int parent = target->parent;

	if (rename_by(target, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* File systems that do not know how: a folder replaces none but an empty one. */
	if (target->form == PX_FORM_FOLDER) {
		if (renameat(parent, target->temporary, parent, target->name) == 0)
			return 0;
		return errno == ENOTEMPTY ? -EEXIST : -errno;
	}
	if (linkat(parent, target->temporary, parent, target->name, 0) < 0)
		return -errno;
	unlinkat(parent, target->temporary, 0);
	return 0;
}

/* Give it the final name, whatever has it. */
static int rename_over(struct px_target *target)
{
	int parent = target->parent, r = check_name(target);

	if (r < 0)
		return r;
	if (renameat(parent, target->temporary, parent, target->name) == 0)
		return 0;
	if (target->form != PX_FORM_FOLDER || (errno != ENOTEMPTY && errno != EEXIST))
		return -errno;
	/* The earlier capture gets the temporary name, and goes with it. */
	if (rename_by(target, RENAME_EXCHANGE) < 0)
		return -errno;
	px_tree_remove(parent, target->temporary);
	return 0;
}

int px_target_publish(struct px_target *target)
{
	int r;

	if (target->is_stream)
		return 0;
	r = target->force ? rename_over(target) : rename_new(target);
	if (r < 0)
		return r;
	target->temporary[0] = '\0';
	target->name_error = check_sync(fsync(target->parent));
	return 0;
}

void px_target_deinit(struct px_target *target)
{
	if (target->ops != NULL && target->ops->close != NULL)
		target->ops->close(target);
	if (target->fd >= 0 && !target->is_stream)
		close(target->fd);
	if (target->temporary[0] != '\0')
		px_tree_remove(target->parent, target->temporary);
	if (target->parent >= 0)
		close(target->parent);
	free(target->folder);
	free(target->name);
	free(target->buffer);
}
