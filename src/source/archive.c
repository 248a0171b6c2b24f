/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tar archive of saved files, read once from its beginning to its end.
 *
 * Whoever made it is not trusted: nothing is unpacked under a name from it, no
 * size is believed, one decompressor is loaded, and what is held at a time is
 * bounded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "libarchive.h"
#include "liblzma.h"
#include "saved.h"
#include "unxz.h"

/* No path of a file is longer (PATH_MAX of Linux); tar could say more. */
#define NAME_MAX_BYTES 4096
/*
 * What is read of an archive before the next entry, or the next part of one, is a
 * header, which libarchive keeps, and keeps several times over if it describes
 * holes.  More than this is none: names are of 4 KiB.
 */
#define HEADER_MAX ((int64_t)1024 * 1024)
/*
 * What a decompressor is given at a time, so that it is asked often whether that
 * is too much: any may make some 20,000 bytes of one.
 */
#define PACKED_SIZE ((size_t)128)
/* stat, status and comm are some KiB at most; command lines are cut where pmap cuts them. */
#define SMALL_MAX ((uint64_t)64 * 1024)

struct px_archive {
	struct px_libarchive library;
	struct archive *archive;
	struct archive_entry *entry;
	struct px_input input;
	/* NULL unless it is .xz, of which libarchive would believe any size. */
	struct px_unxz *unxz;
	char *buffer;    /* What libarchive looks at, owned. */
	size_t given;    /* How many of @input.bytes have been read from there. */
	bool is_packed;  /* libarchive unpacks it, */
	size_t filled;   /* of @buffer so much, */
	size_t taken;    /* of which it has got so much. */
	int64_t limit;   /* Of the unpacked bytes, none beyond is read. */
	bool is_begun;   /* There has been an entry. */
	bool is_waiting; /* @entry has been read, and is for the next time. */
	bool has_ended;
	bool has_member;             /* Something in it is of a process. */
	bool is_done;                /* What comes is not wanted, and has not been looked at. */
	bool is_capture;             /* It began with a manifest: as pmapx has written it, */
	struct px_manifest manifest; /* and this is what the last one said. */
	pid_t last;                  /* The process it was read of last, while handed out. */
	bool is_damaged;             /* Which has been told. */
	int read_error;              /* Negative errno of what read_more() could not, or 0. */
	const char *why;             /* And why, unless that says all. */
};

/* The ways of compression that are understood. */
static const struct {
	const char *magic;
	size_t length;
	int filter;
} filters[] = {
	{ "\x1f\x8b", 2, ARCHIVE_FILTER_GZIP },
	{ "BZh", 3, ARCHIVE_FILTER_BZIP2 },
	{ "\xfd"
	  "7zXZ",
		6, ARCHIVE_FILTER_XZ },
	{ "\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD },
};

static bool begins(const struct pmapx_text *text, size_t at, const char *bytes, size_t length)
{
	return text->length >= at + length && memcmp(text->bytes + at, bytes, length) == 0;
}

static int find_filter(const struct pmapx_text *text)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (begins(text, 0, filters[i].magic, filters[i].length))
			return filters[i].filter;
	return ARCHIVE_FILTER_NONE;
}

bool px_archive_is(const struct pmapx_text *text)
{
	return find_filter(text) != ARCHIVE_FILTER_NONE || begins(text, 257, "ustar", 5);
}

/* The next bytes of the file, those that have been looked at first; as px_unxz_input. */
static ssize_t read_packed(void *data, void *bytes, size_t size)
{
	struct px_archive *reader = data;
	struct px_input *input = &reader->input;
	struct px_stream stream = { .fd = input->fd };
	size_t rest = input->length - reader->given;

	if (rest > 0) {
		rest = rest < size ? rest : size;
		memcpy(bytes, input->bytes + reader->given, rest);
		reader->given += rest;
		return (ssize_t)rest;
	}
	return input->is_all ? 0 : px_folder_read(&stream, bytes, size);
}

/* A part of what @reader->buffer holds; filled again once all has been given. */
static ssize_t read_part(struct px_archive *reader, const void **ret)
{
	size_t rest = reader->filled - reader->taken;
	ssize_t n;

	if (rest == 0) {
		n = read_packed(reader, reader->buffer, PX_INPUT_SIZE);
		if (n <= 0)
			return n;
		reader->filled = rest = (size_t)n;
		reader->taken = 0;
	}
	*ret = reader->buffer + reader->taken;
	rest = rest < PACKED_SIZE ? rest : PACKED_SIZE;
	reader->taken += rest;
	return (ssize_t)rest;
}

/* libarchive's callback: what is to be looked at next. */
static la_ssize_t read_more(struct archive *archive, void *data, const void **ret)
{
	struct px_archive *reader = data;
	ssize_t n;

	*ret = reader->buffer;
	if (reader->library.archive_filter_bytes(archive, 0) > reader->limit) {
		n = -EFBIG;
		reader->why = "a header is too long";
	} else if (reader->is_packed) {
		n = read_part(reader, ret);
	} else if (reader->unxz != NULL) {
		n = px_unxz_read(reader->unxz, reader->buffer, PX_INPUT_SIZE);
		reader->why = n < 0 ? px_unxz_trouble(reader->unxz) : NULL;
	} else {
		n = read_packed(reader, reader->buffer, PX_INPUT_SIZE);
	}
	if (n < 0) {
		reader->read_error = (int)n;
		reader->library.archive_set_error(archive, (int)-n, "%s",
			reader->why != NULL ? reader->why : px_describe_error((int)-n));
	}
	return n;
}

/* Tell what libarchive says is wrong, with the place. */
static void tell_damage(struct px_saved *saved, const char *name)
{
	struct px_archive *reader = saved->reader;
	/* A decompressor calls what cannot be read an early end. */
	const char *why = reader->read_error < 0
		? reader->why != NULL ? reader->why : px_describe_error(-reader->read_error)
		: reader->library.archive_error_string(reader->archive);
	int64_t at = reader->library.archive_filter_bytes(reader->archive, 0);

	reader->is_damaged = true;
	px_saved_trouble(saved, reader->read_error < 0 ? reader->read_error : -EBADMSG, name,
		at >= 0 ? (uint64_t)at : 0, why != NULL ? why : "the archive is damaged");
}

/*
 * libarchive does not mind if the blocks of zeros are missing that end an archive.
 * smemcap, which writes the oldest format, never writes them.
 */
static void tell_cut(struct px_saved *saved, uint64_t at)
{
	struct px_archive *reader = saved->reader;

	if (reader->has_member &&
		reader->library.archive_format(reader->archive) == ARCHIVE_FORMAT_TAR)
		return;
	reader->is_damaged = true;
	px_saved_trouble(saved, -ENODATA, "", at, "the archive ends too early");
}

/* Behind the end of the archive are the sums that tell whether .xz is what it was. */
static void check_rest(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	ssize_t n = reader->unxz != NULL ? 1 : 0;

	while (n > 0)
		n = px_unxz_read(reader->unxz, reader->buffer, PX_INPUT_SIZE);
	if (n == 0)
		return;
	reader->read_error = (int)n;
	reader->why = px_unxz_trouble(reader->unxz);
	tell_damage(saved, "");
}

/* Let libarchive read a header, and no more. */
static void limit_header(struct px_archive *reader)
{
	reader->limit = reader->library.archive_filter_bytes(reader->archive, 0) + HEADER_MAX;
}

/* Read the next header; 1 if there is one. */
static int next_entry(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	int64_t at;
	int r;

	if (reader->is_waiting) {
		reader->is_waiting = false;
		return 1;
	}
	if (reader->has_ended)
		return 0;
	if (reader->is_begun) {
		reader->limit = INT64_MAX;
		reader->library.archive_read_data_skip(reader->archive);
	}
	reader->is_begun = true;
	limit_header(reader);
	at = reader->library.archive_filter_bytes(reader->archive, 0);
	r = reader->library.archive_read_next_header2(reader->archive, reader->entry);
	if (r == ARCHIVE_OK || r == ARCHIVE_WARN)
		return 1;
	reader->has_ended = true;
	if (r != ARCHIVE_EOF)
		tell_damage(saved, "");
	else if (reader->library.archive_filter_bytes(reader->archive, 0) == at)
		tell_cut(saved, (uint64_t)at);
	else
		check_rest(saved);
	return 0;
}

/* Copy the contents of the entry, @limit bytes at most, to the spool. */
static int copy_entry(
	struct px_saved *saved, const char *name, uint64_t limit, uint64_t *ret_length)
{
	struct px_archive *reader = saved->reader;
	uint64_t length = 0;
	int result = 0;

	while (result == 0 && length < limit) {
		const void *bytes;
		la_int64_t offset = (la_int64_t)length;
		size_t size = 0;
		int r;

		limit_header(reader);
		r = reader->library.archive_read_data_block(
			reader->archive, &bytes, &size, &offset);
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN && r != ARCHIVE_EOF) {
			reader->has_ended = r == ARCHIVE_FATAL;
			tell_damage(saved, name);
			break;
		}
		/* No file of /proc has a hole, which could stand for any number of zeros. */
		if ((size > 0 || r == ARCHIVE_EOF) && (uint64_t)offset != length) {
			px_saved_trouble(saved, -EBADMSG, name, length, "a hole in the file");
			break;
		}
		if (r == ARCHIVE_EOF)
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
	if (file == PX_FILE_MAPS || file == PX_FILE_SMAPS)
		return UINT64_MAX;
	return file == PX_FILE_CMDLINE ? PMAPX_CMDLINE_MAX : SMALL_MAX;
}

/* Take the entry into the index and its contents into the spool; -EXFULL if it must wait. */
static int take_entry(struct px_saved *saved, const char *path, const struct px_saved_name *name)
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
	r = copy_entry(saved, path, limit_of(name->file), &length);
	saved->index.list[saved->index.count - 1].length = length;
	return r;
}

/*
 * A map that is not wanted may tell what the device of shared memory is, for those
 * that are; it does not stay.
 */
static int pass_by(struct px_saved *saved, const char *path, const struct px_saved_name *name)
{
	struct pmapx_text host = px_saved_host(&name->folder);
	struct px_found found = { .at = saved->spool.length };
	int r;

	if (name->file != PX_FILE_MAPS && name->file != PX_FILE_SMAPS)
		return 0;
	r = px_index_host(&saved->index, &host, &found.host);
	if (r == -EXFULL)
		return 0;
	if (r < 0)
		return tell_shortage(saved, r);
	if (saved->index.hosts[found.host].shm_asked ||
		saved->index.hosts[found.host].shm_seen == PX_SHM_SURE)
		return 0;
	r = copy_entry(saved, path, UINT64_MAX, &found.length);
	if (r == 0)
		r = tell_shortage(saved, px_saved_look_for_shm(saved, &found));
	px_spool_cut(&saved->spool, found.at);
	return r;
}

/*
 * A manifest: the first file of a capture says what is known at its beginning,
 * the last one all.  It goes through the spool like any file, and out again.
 */
static int take_manifest(struct px_saved *saved, const char *path, const struct px_saved_name *name)
{
	struct px_archive *reader = saved->reader;
	struct pmapx_text host_name = px_saved_host(&name->folder), json = { NULL, 0 };
	uint64_t at = saved->spool.length, length = 0;
	struct px_manifest manifest;
	uint32_t host;
	char *bytes;
	int r;

	r = px_index_host(&saved->index, &host_name, &host);
	if (r < 0)
		return tell_shortage(saved, r);
	r = copy_entry(saved, path, PX_MANIFEST_SIZE, &length);
	if (r < 0)
		return r;
	bytes = malloc(length + 1);
	if (bytes == NULL)
		return tell_shortage(saved, -ENOMEM);
	json = (struct pmapx_text){ bytes, px_spool_take(&saved->spool, at, bytes) };
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

/* Whether all that is wanted of a capture has been read. */
static bool is_beyond(const struct px_saved *saved, const struct px_saved_name *name)
{
	const struct px_archive *reader = saved->reader;

	if (!reader->is_capture || !reader->manifest.in_order || saved->pids == NULL)
		return false;
	for (size_t i = 0; i < saved->pid_count; i++)
		if (saved->pids[i] >= name->pid)
			return false;
	return true;
}

/* Look at the entry; -EXFULL if it is for the next time. */
static int look_at(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	struct px_saved_name name;
	struct pmapx_text path;

	if (reader->library.archive_entry_filetype(reader->entry) != AE_IFREG)
		return 0;
	path.bytes = reader->library.archive_entry_pathname(reader->entry);
	/* A name that the locale has no letters for. */
	if (path.bytes == NULL)
		path.bytes = reader->library.archive_entry_pathname_utf8(reader->entry);
	if (path.bytes == NULL) {
		tell_damage(saved, "");
		return 0;
	}
	path.length = strlen(path.bytes);
	if (!px_saved_name(&path, &name))
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
	if (name.is_manifest)
		return take_manifest(saved, path.bytes, &name);
	reader->has_member = true;
	reader->last = name.pid;
	if (is_beyond(saved, &name)) {
		reader->has_ended = reader->is_done = true;
		return 0;
	}
	return px_saved_wants(saved, name.pid) ? take_entry(saved, path.bytes, &name)
					       : pass_by(saved, path.bytes, &name);
}

/* All has been read that can be. */
static void check_end(struct px_saved *saved)
{
	const struct px_archive *reader = saved->reader;

	if (reader->is_done || reader->is_damaged)
		return;
	if (reader->is_capture && !reader->manifest.complete)
		px_saved_trouble(
			saved, -ENODATA, "", PX_NO_PLACE, "the end of the capture is missing");
	else if (!reader->is_capture)
		px_saved_check_ends(saved);
	if (!reader->has_member)
		px_saved_trouble(saved, -ENODATA, "", PX_NO_PLACE,
			"no maps or smaps of processes are in it");
}

/* The index has been emptied: what the manifest said of the host holds still. */
static int remember_host(struct px_saved *saved)
{
	const struct px_manifest *manifest = &((struct px_archive *)saved->reader)->manifest;
	uint32_t number;
	int r = px_index_host(&saved->index, &(struct pmapx_text){ "", 0 }, &number);

	if (r < 0)
		return tell_shortage(saved, r);
	saved->index.hosts[number].shm_asked = true;
	saved->index.hosts[number].shm_result = manifest->has_shm_device ? 0 : -ENODATA;
	saved->index.hosts[number].shm = manifest->shm_device;
	return 0;
}

static int archive_fill(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;
	int r = reader->is_capture ? remember_host(saved) : 0;

	while (r == 0 && next_entry(saved) == 1)
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
	if (reader->library.handle != NULL) {
		if (reader->archive != NULL)
			reader->library.archive_read_free(reader->archive);
		reader->library.archive_entry_free(reader->entry);
	}
	px_libarchive_close(&reader->library);
	px_unxz_close(reader->unxz);
	free(reader->buffer);
	free(reader->input.bytes);
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

/* Set libarchive up: tar, and the way of compression that the beginning tells. */
static int begin(struct px_archive *reader)
{
	const struct px_libarchive *library = &reader->library;
	struct pmapx_text text = { reader->input.bytes, reader->input.length };
	int filter = find_filter(&text);

	reader->archive = library->archive_read_new();
	reader->entry = library->archive_entry_new();
	reader->buffer = malloc(PX_INPUT_SIZE);
	if (reader->archive == NULL || reader->entry == NULL || reader->buffer == NULL)
		return -ENOMEM;
	library->archive_read_support_format_tar(reader->archive);
	reader->is_packed = filter != ARCHIVE_FILTER_NONE && filter != ARCHIVE_FILTER_XZ;
	reader->limit = HEADER_MAX;
	if (filter == ARCHIVE_FILTER_XZ)
		return px_unxz_open(read_packed, reader, &reader->unxz);
	/* Named, so that none is guessed, there is no second inside, and no program is run. */
	if (library->archive_read_append_filter(reader->archive, filter) != ARCHIVE_OK)
		return -ENOTSUP;
	return 0;
}

/* Load the libraries and set them up; *@ret_reason is why that cannot be, or left alone. */
static int load(struct px_archive *reader, const char **ret_reason)
{
	int r = px_libarchive_open(&reader->library);

	if (r == -ELIBACC) {
		*ret_reason = PX_LIBARCHIVE_MISSING;
		return r;
	}
	r = begin(reader);
	if (r == -ELIBACC)
		*ret_reason = PX_LIBLZMA_MISSING;
	if (r == -ENOTSUP)
		*ret_reason = "the libarchive that is installed lacks this way of compression";
	return r;
}

/* Read the first header, which is told like all others if it is damaged. */
static void read_first(struct px_saved *saved)
{
	struct px_archive *reader = saved->reader;

	if (reader->library.archive_read_open(reader->archive, reader, NULL, read_more, NULL) ==
		ARCHIVE_OK) {
		reader->is_waiting = next_entry(saved) == 1;
	} else {
		reader->has_ended = true;
		tell_damage(saved, "");
	}
}

int px_archive_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason)
{
	struct px_archive *reader = calloc(1, sizeof(*reader));
	int r;

	if (reader == NULL)
		return -ENOMEM;
	reader->input = *input;
	input->bytes = NULL;
	r = load(reader, ret_reason);
	if (r == 0)
		r = px_saved_new(&archive_ops, input->path, input->fd, options, ret);
	if (r < 0) {
		close_reader(reader);
		return r;
	}
	input->fd = -1;
	(*ret)->saved->reader = reader;
	(*ret)->saved->index.is_bounded = true;
	read_first((*ret)->saved);
	return 0;
}

bool px_archive_is_none(const struct pmapx_source *source)
{
	const struct px_archive *reader = source->saved->reader;

	return reader->has_ended && !reader->is_waiting;
}
