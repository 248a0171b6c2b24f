/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A folder that files of processes were saved to: maps-1100, smaps-1100, … or
 * 1100/maps, 1100/smaps, …, at any depth.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "digits.h"
#include "host_file.h"
#include "saved.h"
#include "vm.h"

/* Deeper than anybody would save it; each level has a descriptor open. */
#define DEPTH_MAX 32

/* How files are named in a folder. */
enum form {
	FORM_PROC,      /* PID/NAME */
	FORM_COLLECTED, /* NAME-PID */
	FORM_ITSELF     /* NAME: the collection is the folder of one process, or nothing tells. */
};

/* A folder that files of the index are in: what @at of them is an index of. */
struct folder {
	char *path; /* As seen from the collection; owned. */
	enum form form;
};

struct collection {
	struct folder *folders;
	size_t count;
	pid_t own_pid;       /* If the collection is the folder of one process; else 0. */
	char path[PATH_MAX]; /* Of what is being looked at, as seen from the collection. */
	size_t length;       /* Of @path. */
};

static bool is_folder(const struct folder *folder, enum form form, const struct pmapx_text *path)
{
	return folder->form == form && strlen(folder->path) == path->length &&
		memcmp(folder->path, path->bytes, path->length) == 0;
}

/* Find or make the folder @path. */
static int find_folder(
	struct collection *collection, enum form form, const struct pmapx_text *path, uint64_t *ret)
{
	struct folder *folders;
	char *copy;

	/* Files of one folder come together, in whatever form. */
	for (size_t i = collection->count; i > 0 && collection->count - i < 3; i--)
		if (is_folder(&collection->folders[i - 1], form, path)) {
			*ret = i - 1;
			return 0;
		}
	folders = reallocarray(collection->folders, collection->count + 1, sizeof(*folders));
	if (folders == NULL)
		return -ENOMEM;
	collection->folders = folders;
	copy = strndup(path->bytes, path->length);
	if (copy == NULL)
		return -ENOMEM;
	*ret = collection->count;
	folders[collection->count++] = (struct folder){ copy, form };
	return 0;
}

/* Open a file by its path as seen from the collection; links are not followed. */
static int open_file(struct px_saved *saved, const char *path, struct px_stream *ret)
{
	int fd = px_open_regular(saved->source->fd, path, O_NOFOLLOW);

	if (fd < 0)
		return fd;
	*ret = (struct px_stream){ .fd = fd };
	return 0;
}

/* What the name of the file at collection->path tells, and how it does. */
static bool read_name(
	const struct collection *collection, struct px_saved_name *ret, enum form *form)
{
	struct pmapx_text path = { collection->path, collection->length };
	char own[PATH_MAX + 16];

	*form = FORM_PROC;
	if (px_saved_name(&path, ret)) {
		if (ret->is_collected)
			*form = FORM_COLLECTED;
		return true;
	}
	*form = FORM_ITSELF;
	if (collection->own_pid == 0)
		return px_saved_is_nameless(&path, ret);
	if (memchr(path.bytes, '/', path.length) != NULL)
		return false;
	own[0] = '1';
	own[1] = '/';
	memcpy(own + 2, path.bytes, path.length);
	path = (struct pmapx_text){ own, path.length + 2 };
	if (!px_saved_name(&path, ret) || ret->is_manifest)
		return false;
	ret->pid = collection->own_pid;
	ret->folder = (struct pmapx_text){ "", 0 };
	return true;
}

/* The pmapx.json at collection->path. */
static int read_manifest(struct px_saved *saved, uint32_t host)
{
	const struct collection *collection = saved->reader;
	struct px_manifest manifest;
	struct px_stream stream;
	char *bytes;
	ssize_t n;
	int r;

	r = open_file(saved, collection->path, &stream);
	if (r < 0) {
		px_saved_trouble(saved, r, collection->path, PX_NO_PLACE, "");
		return 0;
	}
	bytes = malloc(PX_MANIFEST_SIZE);
	n = bytes != NULL ? px_read_whole(stream.fd, bytes, PX_MANIFEST_SIZE) : -ENOMEM;
	px_folder_close_stream(&stream);
	if (n >= 0)
		px_saved_manifest(saved, collection->path, host,
			&(struct pmapx_text){ bytes, (size_t)n }, &manifest);
	else
		px_saved_trouble(saved, (int)n, collection->path, PX_NO_PLACE, "");
	free(bytes);
	return n == -ENOMEM ? -ENOMEM : 0;
}

/* The setting at collection->path, of the host whose folder like /proc is @folder. */
static int read_map_limit(struct px_saved *saved, const struct pmapx_text *folder)
{
	const struct collection *collection = saved->reader;
	struct pmapx_text name = px_saved_host(folder), file;
	char bytes[PX_MAP_LIMIT_SIZE];
	struct px_stream stream;
	uint32_t host;
	ssize_t n;
	int r = px_index_host(&saved->index, &name, &host);

	if (r < 0)
		return r;
	r = open_file(saved, collection->path, &stream);
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	n = px_read_whole(stream.fd, bytes, sizeof(bytes));
	px_folder_close_stream(&stream);
	file = (struct pmapx_text){ bytes, n > 0 ? (size_t)n : 0 };
	px_parse_map_limit(&file, &saved->index.hosts[host].map_limit);
	return 0;
}

/* Keep the file at collection->path, if it is one of a host that is wanted. */
static int keep_file(struct px_saved *saved, const struct pmapx_text *path)
{
	const struct collection *collection = saved->reader;
	struct px_stream stream;
	char *bytes;
	ssize_t n = 0;
	int r;

	if (!px_kept_wants(saved, path) || open_file(saved, collection->path, &stream) < 0)
		return 0;
	bytes = malloc(PX_MANIFEST_SIZE);
	r = bytes != NULL ? px_kept_begin(saved, path) : -ENOMEM;
	while (r == 0 && (n = px_read(stream.fd, bytes, PX_MANIFEST_SIZE)) > 0)
		r = px_kept_append(saved, bytes, (size_t)n);
	px_folder_close_stream(&stream);
	free(bytes);
	if (r < 0)
		px_saved_spool_trouble(saved, r);
	else if (n < 0)
		px_saved_trouble(saved, (int)n, collection->path, PX_NO_PLACE, "");
	return r == -ENOMEM ? r : 0;
}

/* Add the file at collection->path to the index, if it is one that is wanted. */
static int add_file(struct px_saved *saved)
{
	struct collection *collection = saved->reader;
	const struct pmapx_text path = { collection->path, collection->length };
	struct px_saved_name name;
	struct pmapx_text host;
	struct px_found found;
	enum form form;
	int r;

	if (px_saved_is_map_limit(&path, &host))
		return read_map_limit(saved, &host);
	r = keep_file(saved, &path);
	if (r < 0)
		return r;
	/* Those that are not wanted may tell where shared memory lives. */
	if (!read_name(collection, &name, &form) || px_saved_ignores(saved, &name))
		return 0;
	found = (struct px_found){ .pid = name.pid, .file = name.file };
	host = px_saved_host(&name.folder);
	r = px_index_host(&saved->index, &host, &found.host);
	if (r == 0 && name.is_manifest)
		return read_manifest(saved, found.host);
	if (r == 0)
		r = find_folder(collection, form, &name.folder, &found.at);
	if (r == 0)
		r = px_index_add(&saved->index, &found);
	return r;
}

/*
 * Tell of what is at collection->path, if it is called as a file that is wanted; @type is
 * none's.
 */
static void tell_no_file(struct px_saved *saved, unsigned char type)
{
	const struct collection *collection = saved->reader;
	struct px_saved_name name;
	enum form form;

	if (read_name(collection, &name, &form) && !px_saved_ignores(saved, &name) &&
		name.file != PX_FILE_EXE && (name.is_manifest || px_saved_wants(saved, name.pid)))
		px_saved_no_file(saved, collection->path, type == DT_LNK);
}

/*
 * What else there is below a process in /proc: much, and none of it ours.  What
 * is called by a number may be something else, such as a case.
 */
static bool is_passed_over(const struct collection *collection)
{
	static const char *const names[] = { "attr", "fd", "fdinfo", "map_files", "net", "ns",
		"task" };
	struct pmapx_text rest = { collection->path, collection->length };
	struct pmapx_text name = px_saved_take_last(&rest), parent = px_saved_take_last(&rest);

	if ((parent.length > 0 ? px_saved_pid(&parent) : collection->own_pid) == 0)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name.bytes, names[i]) == 0)
			return true;
	return false;
}

/* A folder that is being looked through. */
struct level {
	DIR *folder;
	size_t length; /* Of its path. */
};

/* Go down into the folder that is called so in @parent. */
static int enter(struct collection *collection, int parent, const char *name, struct level *level)
{
	level->length = collection->length;
	return px_open_folder(parent, name, O_NOFOLLOW, &level->folder);
}

/* Put @name behind the path of @level; false, and a trouble, if it is too long. */
static bool append(struct px_saved *saved, const struct level *level, const char *name)
{
	struct collection *collection = saved->reader;
	size_t length = strlen(name);

	collection->length = level->length;
	if (collection->length + length + 2 > sizeof(collection->path)) {
		px_saved_trouble(saved, -ENAMETOOLONG, name, PX_NO_PLACE, "");
		return false;
	}
	if (collection->length > 0)
		collection->path[collection->length++] = '/';
	memcpy(collection->path + collection->length, name, length + 1);
	collection->length += length;
	return true;
}

static unsigned char type_of(const struct level *level, const struct dirent *entry)
{
	struct stat status;

	if (entry->d_type != DT_UNKNOWN ||
		fstatat(dirfd(level->folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return entry->d_type;
	return (unsigned char)IFTODT(status.st_mode);
}

/*
 * Look at what is called so in @level; 1 if it is a folder that has been gone down
 * into, which is @below then, NULL if that would be too deep.
 */
static int look_at(struct px_saved *saved, const struct level *level, const struct dirent *entry,
	struct level *below)
{
	unsigned char type = type_of(level, entry);
	struct collection *collection = saved->reader;
	int r = -ELOOP;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		!append(saved, level, entry->d_name))
		return 0;
	if (type == DT_REG)
		return add_file(saved);
	if (type != DT_DIR) {
		tell_no_file(saved, type);
		return 0;
	}
	if (is_passed_over(collection))
		return 0;
	if (below != NULL)
		r = enter(collection, dirfd(level->folder), entry->d_name, below);
	if (r == 0)
		return 1;
	if (px_is_shortage(r))
		return r;
	px_saved_trouble(saved, r, collection->path, PX_NO_PLACE,
		below == NULL ? "folders are too deep" : "");
	return 0;
}

/* All that is below the folder. */
static int walk(struct px_saved *saved)
{
	struct level levels[DEPTH_MAX], *level = levels;
	struct collection *collection = saved->reader;
	int r = enter(collection, saved->source->fd, ".", level);
	size_t depth = r == 0;

	while (depth > 0) {
		const struct dirent *entry;

		level = &levels[depth - 1];
		errno = 0;
		entry = r >= 0 ? readdir(level->folder) : NULL;
		if (entry != NULL) {
			r = look_at(saved, level, entry, depth < DEPTH_MAX ? &levels[depth] : NULL);
			depth += r == 1;
			continue;
		}
		collection->path[level->length] = '\0';
		if (r >= 0 && errno != 0)
			px_saved_trouble(saved, -errno, collection->path, PX_NO_PLACE, "");
		closedir(level->folder);
		depth--;
	}
	return r;
}

static int collection_fill(struct px_saved *saved)
{
	int r = walk(saved);

	if (r < 0)
		px_saved_trouble(saved, r, "", PX_NO_PLACE, "");
	else if (saved->index.count == 0 && saved->pids == NULL)
		px_saved_trouble(saved, -ENODATA, "", PX_NO_PLACE,
			"no maps or smaps of processes are in it");
	px_saved_check_ends(saved);
	saved->has_ended = true;
	return 1;
}

static int collection_open(
	struct px_saved *saved, const struct px_found *found, struct px_stream *ret)
{
	const struct collection *collection = saved->reader;
	const struct folder *folder = &collection->folders[found->at];
	char path[PATH_MAX + 32], number[PX_DIGITS_SIZE], *at = path;
	const char *digits = px_digits((uint64_t)found->pid, number);

	at = stpcpy(at, folder->path);
	if (at > path && at[-1] != '/')
		*at++ = '/';
	if (folder->form == FORM_PROC)
		at = stpcpy(stpcpy(at, digits), "/");
	at = stpcpy(at, px_file_names[found->file]);
	if (folder->form == FORM_COLLECTED)
		stpcpy(stpcpy(at, "-"), digits);
	return open_file(saved, path, ret);
}

static void collection_close(struct px_saved *saved)
{
	struct collection *collection = saved->reader;

	for (size_t i = 0; collection != NULL && i < collection->count; i++)
		free(collection->folders[i].path);
	if (collection != NULL)
		free(collection->folders);
	free(collection);
}

static const struct px_saved_ops collection_ops = {
	.fill = collection_fill,
	.open = collection_open,
	.close = collection_close,
};

/* The number that the folder called @path is called by, 0 if it is called otherwise. */
static pid_t number_of(const char *path)
{
	struct pmapx_text whole = { path, strlen(path) }, name = px_saved_take_last(&whole);

	return px_saved_pid(&name);
}

int px_collection_open(const char *path, int fd, const struct pmapx_source_options *options,
	struct pmapx_source **ret)
{
	struct collection *collection = calloc(1, sizeof(*collection));
	char real[PATH_MAX];
	int r;

	if (collection == NULL)
		return -ENOMEM;
	collection->own_pid = number_of(path);
	/* "." has another name. */
	if (collection->own_pid == 0 && realpath(path, real) != NULL)
		collection->own_pid = number_of(real);
	r = px_saved_new(&collection_ops, path, fd, options, ret);
	if (r < 0) {
		free(collection);
		return r;
	}
	(*ret)->saved->reader = collection;
	return 0;
}
