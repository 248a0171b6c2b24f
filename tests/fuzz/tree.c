/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder as a tar archive describes it, in one of the process's own that is
 * removed at its end.  Nothing is made through a link.
 */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a part of a path is that is to be long. */
#define LONG_PART 250

/* Opens a folder that must not be a link. */
#define FOLDER (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* What links lead to: a map, and a folder of such. */
#define OUTSIDE_FILE "outside/maps-1"
static const char outside_map[] = "1000-2000 r-xp 00000000 00:01 1 /" PX_TREE_OUTSIDE "\n";

/* The folder that all is made in. */
static int workshop = -1;
static char workshop_path[64];

static void put_file(int folder, const char *name, const void *bytes, size_t length)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	px_must(fd >= 0);
	px_must(write(fd, bytes, length) == (ssize_t)length);
	close(fd);
}

/* Remove all that is in @fd, a folder, and close it. */
static void empty_folder(int fd)
{
	DIR *folder = fdopendir(fd);
	const struct dirent *entry;

	px_must(folder != NULL);
	while ((entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0)
			continue;
		px_must(errno == EISDIR);
		empty_folder(openat(fd, entry->d_name, FOLDER));
		px_must(unlinkat(fd, entry->d_name, AT_REMOVEDIR) == 0);
	}
	closedir(folder);
}

static void close_workshop(void)
{
	empty_folder(workshop);
	rmdir(workshop_path);
}

/* In memory, where that is to be had. */
static void open_workshop(void)
{
	const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(workshop_path, sizeof(workshop_path), "%s/pmapx-fuzz-XXXXXX", folder);
	px_must(mkdtemp(workshop_path) != NULL);
	workshop = open(workshop_path, FOLDER);
	px_must(workshop >= 0 && mkdirat(workshop, "outside", 0700) == 0);
	put_file(workshop, OUTSIDE_FILE, outside_map, sizeof(outside_map) - 1);
	atexit(close_workshop);
}

/*
 * The next part of @path, which is moved behind it, in @ret; false at the end.
 * There is none that leads up.
 */
static bool next_part(const char **path, char ret[LONG_PART + 1])
{
	size_t length;

	do {
		*path += strspn(*path, "/");
		length = strcspn(*path, "/");
		memcpy(ret, *path, length);
		ret[length] = '\0';
		*path += length;
	} while (strcmp(ret, ".") == 0 || strcmp(ret, "..") == 0);
	if (*ret == '*' && length < LONG_PART) {
		memset(ret + length, '*', LONG_PART - length);
		ret[LONG_PART] = '\0';
	}
	return length > 0;
}

/*
 * Go down to the folder that @path is in, making what is missing, and put the last
 * part of it into @name.  Returns the folder; -1 if it cannot be.
 */
static int enter(const struct px_tree *tree, const char *path, char name[LONG_PART + 1])
{
	int fd = fcntl(tree->fd, F_DUPFD_CLOEXEC, 0);
	char next[LONG_PART + 1];
	bool is_there = next_part(&path, name);

	while (fd >= 0 && is_there && next_part(&path, next)) {
		int below;

		mkdirat(fd, name, 0700);
		below = openat(fd, name, FOLDER);
		close(fd);
		fd = below;
		strcpy(name, next);
	}
	if (fd >= 0 && !is_there) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Where links lead to, seen from anywhere; there may be something of that name already. */
static int link_outside(int folder, const char *name, bool is_folder)
{
	char target[128];

	snprintf(target, sizeof(target), "%s/%s", workshop_path,
		is_folder ? "outside" : OUTSIDE_FILE);
	return symlinkat(target, folder, name);
}

/* Keep what has been made, under the path that it has now. */
static void add_file(struct px_tree *tree, const char *name, const struct pmapx_text *contents)
{
	struct px_tree_file *file = &tree->files[tree->count++];
	char part[LONG_PART + 1];

	while (next_part(&name, part)) {
		px_bytes_add(&file->path, "/", file->path.length > 0);
		px_bytes_add(&file->path, part, strlen(part));
	}
	px_bytes_add(&file->path, "", 1);
	file->contents = *contents;
}

/* How far down @path leads. */
static void measure(struct px_tree *tree, const char *path, bool is_folder)
{
	size_t parts = 0, length = 0;
	char part[LONG_PART + 1];

	while (next_part(&path, part)) {
		parts++;
		length += strlen(part) + 1;
	}
	parts -= parts > 0 && !is_folder;
	tree->depth = parts > tree->depth ? parts : tree->depth;
	tree->length = length > tree->length ? length : tree->length;
}

static void make_entry(
	struct px_tree *tree, const char *path, char type, const struct pmapx_text *contents)
{
	char name[LONG_PART + 1];
	int folder = enter(tree, path, name);
	struct stat status;

	measure(tree, path, type == '5');
	tree->has_odd |= type == '2' || type == '6';
	if (folder < 0)
		return;
	if (type == '5') {
		mkdirat(folder, name, 0700);
	} else if (type == '2') {
		link_outside(folder, name, contents->length % 2 == 0);
	} else if (type == '6') {
		mkfifoat(folder, name, 0600);
	} else if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
		put_file(folder, name, contents->bytes, contents->length);
		add_file(tree, path, contents);
	}
	close(folder);
}

void px_tree_make(struct px_tree *tree, const uint8_t *data, size_t size)
{
	struct px_tar_entry entries[PX_TAR_ENTRIES];
	size_t count = px_tar_find(data, size, entries);

	if (workshop < 0)
		open_workshop();
	px_must(mkdirat(workshop, "tree", 0700) == 0);
	tree->fd = openat(workshop, "tree", FOLDER);
	tree->files = calloc(count + 1, sizeof(*tree->files));
	tree->count = tree->depth = tree->length = 0;
	tree->has_odd = false;
	px_must(tree->fd >= 0 && tree->files != NULL);
	for (size_t i = 0; i < count; i++) {
		const char *header = (const char *)data + entries[i].at;
		char name[PX_TAR_NAME_LENGTH + 1];
		struct pmapx_text contents = { header + PX_TAR_BLOCK, entries[i].size };

		memcpy(name, header + PX_TAR_NAME, PX_TAR_NAME_LENGTH);
		name[PX_TAR_NAME_LENGTH] = '\0';
		make_entry(tree, name, header[PX_TAR_TYPE], &contents);
	}
}

void px_tree_exchange(const struct px_tree *tree, const char *path, enum px_exchange what)
{
	char name[LONG_PART + 1];
	int folder = enter(tree, path, name);

	px_must(folder >= 0 && unlinkat(folder, name, 0) == 0);
	if (what == PX_EXCHANGE_PIPE)
		px_must(mkfifoat(folder, name, 0600) == 0);
	else if (what == PX_EXCHANGE_FOLDER)
		px_must(mkdirat(folder, name, 0700) == 0);
	else if (what == PX_EXCHANGE_LINK)
		px_must(link_outside(folder, name, false) == 0);
	else if (what == PX_EXCHANGE_EMPTY)
		put_file(folder, name, "", 0);
	close(folder);
}

void px_tree_drop(struct px_tree *tree)
{
	empty_folder(tree->fd);
	px_must(unlinkat(workshop, "tree", AT_REMOVEDIR) == 0);
	for (size_t i = 0; i < tree->count; i++)
		px_bytes_drop(&tree->files[i].path);
	free(tree->files);
}
