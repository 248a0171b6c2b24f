/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An archive of saved files, read once from its beginning to its end: which of
 * them are kept, and what is handed out when.
 *
 * Whoever made it is not trusted: nothing is unpacked under a name from it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host_file.h"
#include "saved.h"
#include "tar.h"
#include "vm.h"

/* No path of a file is longer (PATH_MAX of Linux); tar could say more. */
#define NAME_MAX_BYTES 4096
/* stat, status and comm are some KiB at most; command lines are cut where pmap cuts them. */
#define SMALL_MAX ((uint64_t)64 * 1024)

struct px_archive {
	struct px_tar *tar;
	const char *path;      /* Of what has been come to, */
	enum px_tar_kind kind; /* and what that is. */
	bool is_waiting;       /* It is for the next time. */
	bool has_ended;
	bool has_member;             /* Something in it is of a process. */
	bool is_done;                /* What comes is not wanted, and has not been looked at. */
	bool is_capture;             /* It began with a manifest: as pmapx has written it, */
	struct px_manifest manifest; /* and this is what the last one said. */
	uint64_t map_limit;          /* The setting of its host; 0 if it is not known. */
	pid_t last;                  /* The process it was read of last, while handed out. */
	bool is_damaged;             /* Which has been told. */
};

/* Tell what is wrong with the archive, with the place. */
static void tell_damage(struct px_saved *saved, const char *name)
{
	struct px_archive *reader = saved->reader;
	struct px_tar_damage damage;

	px_tar_damage(reader->tar, &damage);
	reader->is_damaged = true;
	px_saved_trouble(saved, damage.code, name, damage.at, damage.why);
}

/* Go on to the next file, or what has the name of one; 1 if there is one. */
static int next_file(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	int r;

	if (reader->is_waiting) {
		reader->is_waiting = false;
		return 1;
	}
	if (reader->has_ended)
		return 0;
	r = px_tar_next(reader->tar, &reader->path, &reader->kind);
	reader->has_ended = r != 1;
	if (r < 0)
		tell_damage(saved, "");
	return r == 1;
}

/*
 * The next piece of the file, behind @length bytes of it, which lives until the next
 * call; 0 at its end, or where it is damaged, which is told.
 */
static size_t next_piece(
	struct px_saved *saved, const char *name, uint64_t length, const void **ret)
{
	const struct px_archive *reader = saved->reader;
	uint64_t offset;
	ssize_t n = px_tar_read(reader->tar, ret, &offset);

	if (n < 0) {
		tell_damage(saved, name);
		return 0;
	}
	/* No file of /proc has a hole, which could stand for any number of zeros. */
	if (offset != length) {
		px_saved_trouble(saved, -EBADMSG, name, length, "a hole in the file");
		return 0;
	}
	return (size_t)n;
}

/* Copy the contents of the file, @limit bytes at most, to the spool. */
static int copy_file(struct px_saved *saved, const char *name, uint64_t limit, uint64_t *ret_length)
{
	uint64_t length = 0;
	int result = 0;

	while (result == 0 && length < limit) {
		const void *bytes;
		size_t size = next_piece(saved, name, length, &bytes);

		if (size == 0)
			break;
		if (size > limit - length)
			size = (size_t)(limit - length);
		result = px_spool_append(&saved->spool, bytes, size);
		if (result == 0)
			length += size;
	}
	*ret_length = length;
	if (result < 0)
		px_saved_spool_trouble(saved, result);
	return result;
}

/* Tell of what is short, unless others should be shown first; @r. */
static int tell_shortage(struct px_saved *saved, int r)
{
	if (r < 0 && r != -EXFULL)
		px_saved_trouble(saved, r, "", PX_NO_PLACE, "");
	return r;
}

static uint64_t limit_of(enum px_file file)
{
	if (file == PX_FILE_MAPS || file == PX_FILE_SMAPS || file == PX_FILE_NUMA_MAPS)
		return UINT64_MAX;
	return file == PX_FILE_CMDLINE ? PMAPX_CMDLINE_MAX : SMALL_MAX;
}

/* Take the file into the index and its contents into the spool; -EXFULL if it must wait. */
static int take_file(struct px_saved *saved, const char *path, const struct px_saved_name *name)
{
	struct pmapx_text host = px_saved_host(&name->folder);
	struct px_found found = { .pid = name->pid, .file = name->file };
	uint64_t length = 0;
	int r;

	found.at = saved->spool.length;
	r = px_index_host(&saved->index, &host, &found.host);
	if (r == 0)
		r = px_index_add(&saved->index, &found);
	if (r < 0)
		return tell_shortage(saved, r);
	r = copy_file(saved, path, limit_of(name->file), &length);
	saved->index.list[saved->index.count - 1].length = length;
	return r;
}

/* A file that is read as it comes, and does not stay. */
struct passing {
	struct px_stream stream; /* As which it is read. */
	struct px_saved *saved;
	const char *path;
	const char *bytes; /* Of the piece that it has come to, */
	size_t left;       /* so many. */
	uint64_t length;   /* With all pieces before. */
};

/* As the operation of a source. */
static ssize_t read_passing(struct px_stream *stream, void *bytes, size_t size)
{
	struct passing *passing = (struct passing *)stream;

	if (passing->left == 0) {
		const void *piece = NULL;

		passing->left = next_piece(passing->saved, passing->path, passing->length, &piece);
		passing->length += passing->left;
		passing->bytes = piece;
	}
	if (passing->left == 0)
		return 0;
	if (size > passing->left)
		size = passing->left;
	memcpy(bytes, passing->bytes, size);
	passing->bytes += size;
	passing->left -= size;
	return (ssize_t)size;
}

/*
 * A map that is not wanted may tell what the device of shared memory is, for those
 * that are.
 */
static int pass_by(struct px_saved *saved, const char *path, const struct px_saved_name *name)
{
	static const struct px_source_ops ops = { .read = read_passing };
	struct pmapx_text host_name = px_saved_host(&name->folder);
	struct passing passing = { .saved = saved, .path = path };
	struct px_host *host;
	uint32_t number;
	int r;

	if (name->file != PX_FILE_MAPS && name->file != PX_FILE_SMAPS)
		return 0;
	r = px_index_host(&saved->index, &host_name, &number);
	if (r == -EXFULL)
		return 0;
	if (r < 0)
		return tell_shortage(saved, r);
	host = &saved->index.hosts[number];
	if (host->shm_asked || host->shm_seen == PX_SHM_SURE)
		return 0;
	r = px_shm_scan(&ops, &passing.stream, px_shm_by_safe_name, 0, &host->shm_seen, &host->shm);
	return tell_shortage(saved, r);
}

/* Keep what begins with @json, and goes on, if it is wanted. */
static int keep_manifest(struct px_saved *saved, const char *path, const struct pmapx_text *json)
{
	const struct pmapx_text name = { path, strlen(path) };
	uint64_t length = json->length;
	const void *bytes;
	size_t size;
	int r;

	if (!px_kept_wants(saved, &name))
		return 0;
	r = px_kept_begin(saved, &name);
	if (r == 0)
		r = px_kept_append(saved, json->bytes, json->length);
	while (r == 0 && length >= PX_MANIFEST_SIZE &&
		(size = next_piece(saved, path, length, &bytes)) > 0) {
		r = px_kept_append(saved, bytes, size);
		length += size;
	}
	return r;
}

/*
 * A manifest: the first file of a capture says what is known at its beginning,
 * the last one all.  It goes through the spool like any file, and out again.
 */
static int take_manifest(struct px_saved *saved, const char *path, const struct px_saved_name *name)
{
	struct px_archive *reader = saved->reader;
	struct pmapx_text host_name = px_saved_host(&name->folder), json;
	uint64_t at = saved->spool.length, length = 0;
	struct px_manifest manifest;
	uint32_t host;
	char *bytes;
	int r;

	r = px_index_host(&saved->index, &host_name, &host);
	if (r < 0)
		return tell_shortage(saved, r);
	r = copy_file(saved, path, PX_MANIFEST_SIZE, &length);
	if (r < 0)
		return r;
	/* No more than PX_MANIFEST_SIZE. */
	bytes = malloc((size_t)length + 1);
	if (bytes == NULL)
		return tell_shortage(saved, -ENOMEM);
	json = (struct pmapx_text){ bytes, px_spool_take(&saved->spool, at, bytes) };
	r = keep_manifest(saved, path, &json);
	if (px_saved_manifest(saved, path, host, &json, &manifest) &&
		*saved->index.hosts[host].name == '\0') {
		/* What knows all at its beginning has been unpacked, and packed in any order. */
		if (!reader->has_member && !manifest.complete)
			reader->is_capture = true;
		/* The order has been stated before the first process, or it is not. */
		else if (reader->is_capture)
			manifest.in_order = reader->manifest.in_order;
		reader->manifest = manifest;
	}
	free(bytes);
	return tell_shortage(saved, r);
}

/* The setting, of the host whose folder like /proc is @folder. */
static int take_map_limit(struct px_saved *saved, const char *path, const struct pmapx_text *folder)
{
	struct px_archive *reader = saved->reader;
	struct pmapx_text name = px_saved_host(folder), file;
	struct px_host *host;
	const void *bytes;
	uint32_t number;
	int r;

	if (reader->kind != PX_TAR_FILE)
		return 0;
	r = px_index_host(&saved->index, &name, &number);
	if (r < 0)
		return tell_shortage(saved, r);
	file.length = next_piece(saved, path, 0, &bytes);
	file.bytes = bytes;
	host = &saved->index.hosts[number];
	if (file.length > 0 && px_parse_map_limit(&file, &host->map_limit) && host->length == 0)
		reader->map_limit = host->map_limit;
	return 0;
}

/* Whether processes are handed out while it is read: of a capture, as they come. */
static bool is_streamed(const struct px_saved *saved)
{
	const struct px_archive *reader = saved->reader;

	return reader->is_capture && reader->manifest.in_order && saved->pids == NULL &&
		!saved->is_whole;
}

/* Whether this is to wait until the process has been handed out that the index holds. */
static bool must_wait(const struct px_saved *saved, const struct px_saved_name *name)
{
	return is_streamed(saved) && saved->index.count > 0 &&
		saved->index.list[0].pid != name->pid;
}

/*
 * Whether this is of a process that has been handed out, or should have been
 * before the last: nobody is handed out twice, whatever order is stated.
 */
static bool is_late(const struct px_saved *saved, const struct px_saved_name *name)
{
	const struct px_archive *reader = saved->reader;

	return is_streamed(saved) && !name->is_manifest &&
		(name->pid < reader->last ||
			(name->pid == reader->last && saved->index.count == 0));
}

/*
 * Whether the index, which is in order, has all files of process @pid that a capture has of
 * each: its map is the last.
 */
static bool has_all(struct px_index *index, pid_t pid)
{
	const unsigned small = 1U << PX_FILE_STAT | 1U << PX_FILE_STATUS | 1U << PX_FILE_CMDLINE |
		1U << PX_FILE_COMM;
	const unsigned maps = 1U << PX_FILE_MAPS | 1U << PX_FILE_SMAPS;
	/* A capture is of the host without a name, which is the first. */
	size_t first = px_index_find(index, 0, pid), run = px_index_run(index, first);
	unsigned seen = 0;

	for (size_t i = first; i < first + run; i++)
		if (index->hosts[index->list[i].host].length == 0)
			seen |= 1U << index->list[i].file;
	return (seen & small) == small && (seen & maps) != 0;
}

/*
 * Whether all that is wanted of a capture has been read: what comes is beyond it, and
 * nothing of it is missing.  If something is, it may come yet, as when the capture was
 * packed again: then the order is not believed.
 */
static bool is_beyond(struct px_saved *saved, const struct px_saved_name *name)
{
	struct px_archive *reader = saved->reader;

	if (!reader->is_capture || !reader->manifest.in_order || saved->pids == NULL)
		return false;
	if (saved->pid_count > 0 && saved->sorted_pids[saved->pid_count - 1] >= name->pid)
		return false;
	px_index_sort(&saved->index);
	for (size_t i = 0; i < saved->pid_count; i++)
		if (!has_all(&saved->index, saved->pids[i]))
			reader->manifest.in_order = false;
	return reader->manifest.in_order;
}

/* Take the file, as far as it is wanted, or tell why not. */
static int take(struct px_saved *saved, const char *path, const struct px_saved_name *name)
{
	const struct px_archive *reader = saved->reader;
	bool is_wanted = name->is_manifest || px_saved_wants(saved, name->pid);

	if (reader->kind != PX_TAR_FILE) {
		if (is_wanted && name->file != PX_FILE_EXE)
			px_saved_no_file(saved, path, reader->kind == PX_TAR_LINK);
		return 0;
	}
	if (name->is_manifest)
		return take_manifest(saved, path, name);
	return is_wanted ? take_file(saved, path, name) : pass_by(saved, path, name);
}

/* Keep a file of a host that is wanted. */
static int keep_file(struct px_saved *saved, const struct pmapx_text *path)
{
	const struct px_archive *reader = saved->reader;
	uint64_t length = 0;
	const void *bytes;
	size_t size;
	int r = 0;

	if (reader->kind != PX_TAR_FILE)
		return 0;
	r = px_kept_begin(saved, path);
	while (r == 0 && (size = next_piece(saved, path->bytes, length, &bytes)) > 0) {
		r = px_kept_append(saved, bytes, size);
		length += size;
	}
	if (r < 0)
		px_saved_spool_trouble(saved, r);
	return r == -ENOMEM ? r : 0;
}

/* Look at the file; -EXFULL if it is for the next time. */
static int look_at(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	struct pmapx_text path = { .bytes = reader->path }, folder;
	struct px_saved_name name;

	if (path.bytes == NULL) {
		if (reader->kind == PX_TAR_FILE)
			tell_damage(saved, "");
		return 0;
	}
	path.length = strlen(path.bytes);
	if (path.length <= NAME_MAX_BYTES && px_saved_is_map_limit(&path, &folder))
		return take_map_limit(saved, path.bytes, &folder);
	if (px_kept_wants(saved, &path) && !px_saved_name(&path, &name))
		return keep_file(saved, &path);
	if (!px_saved_name(&path, &name) && !px_saved_is_nameless(&path, &name))
		return 0;
	if (px_saved_ignores(saved, &name))
		return 0;
	if (path.length > NAME_MAX_BYTES) {
		px_saved_trouble(saved, -ENAMETOOLONG, path.bytes, PX_NO_PLACE, "");
		return 0;
	}
	if (is_late(saved, &name)) {
		px_saved_trouble(saved, -EBADMSG, path.bytes, PX_NO_PLACE,
			"not in the order that pmapx.json states");
		return 0;
	}
	if (must_wait(saved, &name))
		return -EXFULL;
	if (!name.is_manifest) {
		reader->has_member = true;
		reader->last = name.pid;
		if (is_beyond(saved, &name)) {
			reader->has_ended = reader->is_done = true;
			return 0;
		}
	}
	return take(saved, path.bytes, &name);
}

/* All has been read that can be. */
static void check_end(struct px_saved *saved)
{
	const struct px_archive *reader = saved->reader;

	if (reader->is_done || reader->is_damaged)
		return;
	px_saved_check_ends(saved);
	if (!reader->has_member)
		px_saved_trouble(saved, -ENODATA, "", PX_NO_PLACE,
			"no maps or smaps of processes are in it");
}

/* The index has been emptied: what the manifest said of the host holds still. */
static int remember_host(struct px_saved *saved)
{
	const struct px_archive *reader = saved->reader;
	uint32_t number;
	int r = px_index_host(&saved->index, &(struct pmapx_text){ "", 0 }, &number);

	if (r < 0)
		return tell_shortage(saved, r);
	px_saved_know_host(saved, number, &reader->manifest);
	saved->index.hosts[number].map_limit = reader->map_limit;
	return 0;
}

static int archive_fill(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	int r = reader->is_capture ? remember_host(saved) : 0;

	while (r == 0 && next_file(saved) == 1)
		r = look_at(saved);
	if (r == -EXFULL) {
		reader->is_waiting = true;
		return 1;
	}
	if (r < 0) {
		/* Which has been told; what is here is shown, and there is no room for more. */
		reader->has_ended = true;
	} else {
		check_end(saved);
	}
	saved->has_ended = true;
	return 1;
}

static void close_reader(struct px_archive *reader)
{
	px_tar_close(reader->tar);
	free(reader);
}

static void archive_close(struct px_saved *saved)
{
	if (saved->reader != NULL)
		close_reader(saved->reader);
}

static const struct px_saved_ops archive_ops = {
	.fill = archive_fill,
	.close = archive_close,
};

int px_archive_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason)
{
	struct px_archive *reader = calloc(1, sizeof(*reader));
	int r;

	if (reader == NULL)
		return -ENOMEM;
	r = px_tar_open(input, &reader->tar, ret_reason);
	if (r == 0)
		r = px_saved_new(&archive_ops, input->path, input->fd, options, ret);
	if (r != 0) {
		close_reader(reader);
		return r;
	}
	input->fd = -1;
	(*ret)->saved->reader = reader;
	(*ret)->saved->index.is_bounded = true;
	/* What it is shows at the first file. */
	reader->is_waiting = next_file((*ret)->saved) == 1;
	return 0;
}

int px_archive_try(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret)
{
	const struct px_archive *reader;
	struct pmapx_source *source;
	const char *reason;
	int r = px_archive_open(input, options, &source, &reason);

	/* Without libarchive it cannot be told, and most are none. */
	if (r < 0)
		return r == -ELIBACC ? -EMEDIUMTYPE : r;
	reader = source->saved->reader;
	if (!reader->is_waiting) {
		pmapx_source_close(source);
		return -EMEDIUMTYPE;
	}
	*ret = source;
	return 0;
}
