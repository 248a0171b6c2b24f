/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening what was saved: a folder, an archive, a core file, or a single map,
 * told apart by what is in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "growable.h"
#include "maps.h"
#include "saved.h"
#include "tar.h"

static const char empty[] = "empty";
static const char rollup[] = "smaps_rollup, the sums of one process, has no mappings; "
			     "\"pmapx rank\" reads it in a folder, as PID/smaps_rollup";
static const char unknown[] = "neither a map, nor a folder or an archive of such, nor a core file";

/* A single map. */
struct file {
	struct px_found found;
	struct px_input input;
};

/* Whether it stands for all mappings: show_smaps_rollup() in fs/proc/task_mmu.c. */
static bool is_rollup(const struct pmapx_mapping *mapping)
{
	static const char name[] = "[rollup]";

	return mapping->name.length == sizeof(name) - 1 &&
		memcmp(mapping->name.bytes, name, sizeof(name) - 1) == 0;
}

/*
 * Whether @text begins with a map, and which file of a process that is.  Lines
 * may be damaged: the first that are not tell.
 */
static bool is_map(const struct pmapx_text *text, enum px_file *ret)
{
	const char *at = text->bytes, *end = at + text->length;
	bool found = false;

	*ret = PX_FILE_MAPS;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline != NULL ? newline : end;
		struct pmapx_text line = { at, (size_t)(stop - at) };
		enum px_line_kind kind = px_line_kind(&line);
		struct pmapx_mapping mapping;
		struct pmapx_error error;

		if (kind == PX_LINE_MAPPING && px_maps_parse(&line, &mapping, &error) == 0) {
			if (is_rollup(&mapping)) {
				*ret = PX_FILE_SMAPS_ROLLUP;
				return true;
			}
			/* The second in a row: there are no keys in between. */
			if (found)
				return true;
			found = true;
		} else if (found && kind == PX_LINE_KEY) {
			*ret = PX_FILE_SMAPS;
			return true;
		}
		at = newline != NULL ? newline + 1 : end;
	}
	return found;
}

/* Keep what cannot be read twice. */
static int spool_file(struct px_saved *saved, struct px_input *input)
{
	char bytes[16384];
	int r = px_spool_append(&saved->spool, input->bytes, input->length);
	ssize_t n = 0;

	while (r == 0 && (n = px_read(input->fd, bytes, sizeof(bytes))) > 0)
		r = px_spool_append(&saved->spool, bytes, (size_t)n);
	if (n < 0)
		px_saved_trouble(saved, (int)n, "", saved->spool.length, "");
	return r;
}

static int file_fill(struct px_saved *saved)
{
	struct file *file = saved->reader;
	int r = px_index_host(&saved->index, &(struct pmapx_text){ "", 0 }, &file->found.host);

	saved->has_ended = true;
	if (!px_saved_wants(saved, file->found.pid))
		return 1;
	if (r == 0 && !file->input.is_seekable) {
		int spooled = spool_file(saved, &file->input);

		file->found.length = saved->spool.length;
		if (spooled < 0)
			px_saved_spool_trouble(saved, spooled);
	}
	if (r == 0)
		r = px_index_add(&saved->index, &file->found);
	if (r < 0)
		px_saved_trouble(saved, r, "", PX_NO_PLACE, "");
	return 1;
}

static int file_open(struct px_saved *saved, const struct px_found *found, struct px_stream *ret)
{
	const struct file *file = saved->reader;

	if (!file->input.is_seekable) {
		px_saved_open_spooled(saved, found, ret);
		return 0;
	}
	*ret = (struct px_stream){
		.fd = file->input.fd,
		.is_borrowed = true,
		.offset = file->input.offset,
		.end = INT64_MAX,
	};
	return 0;
}

static void file_close(struct px_saved *saved)
{
	struct file *file = saved->reader;

	if (file != NULL)
		free(file->input.bytes);
	free(file);
}

static const struct px_saved_ops file_ops = {
	.fill = file_fill,
	.open = file_open,
	.close = file_close,
};

/* A single map, of the process that its name tells; takes the bytes of @input. */
static int open_map(struct px_input *input, enum px_file kind, pid_t pid,
	const struct pmapx_source_options *options, struct pmapx_source **ret)
{
	struct file *file = calloc(1, sizeof(*file));
	struct pmapx_source *source;
	struct px_saved *saved;
	int r;

	if (file == NULL)
		return -ENOMEM;
	r = px_saved_new(&file_ops, input->path, input->fd, options, &source);
	if (r < 0) {
		free(file);
		return r;
	}
	saved = source->saved;
	saved->reader = file;
	file->found = (struct px_found){ .pid = pid, .file = kind };
	file->input = *input;
	input->bytes = NULL;
	input->fd = -1;
	r = px_saved_call(saved, file->input.path);
	if (r < 0) {
		pmapx_source_close(source);
		return r;
	}
	*ret = source;
	return 0;
}

int px_input_open(const char *path, struct px_input *input)
{
	struct stat status;
	off_t offset;
	ssize_t n;

	*input = (struct px_input){ .fd = -1, .path = path };
	/* Pipes are waited for: nobody would be served by less. */
	if (strcmp(path, "-") == 0) {
		input->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (input->fd < 0)
			return -errno;
	} else {
		input->fd = px_openat(AT_FDCWD, path, O_RDONLY, 0);
	}
	if (input->fd < 0)
		return input->fd;
	if (fstat(input->fd, &status) < 0)
		return -errno;
	input->is_folder = S_ISDIR(status.st_mode);
	if (input->is_folder)
		return 0;
	input->bytes = malloc(PX_INPUT_SIZE);
	if (input->bytes == NULL)
		return -ENOMEM;
	offset = S_ISREG(status.st_mode) ? lseek(input->fd, 0, SEEK_CUR) : -1;
	input->is_seekable = offset >= 0;
	input->offset = offset >= 0 ? (uint64_t)offset : 0;
	n = px_read_whole(input->fd, input->bytes, PX_INPUT_SIZE);
	if (n < 0)
		return (int)n;
	input->length = (size_t)n;
	input->is_all = input->length < PX_INPUT_SIZE;
	return 0;
}

void px_input_close(struct px_input *input)
{
	if (input->fd >= 0)
		close(input->fd);
	free(input->bytes);
	*input = (struct px_input){ .fd = -1 };
}

/* Whether @path is called as a file of a process; in whose folder that is is not told. */
static bool is_named(const char *path, struct px_saved_name *ret)
{
	const struct pmapx_text text = { path, strlen(path) };
	bool is_name = px_saved_name(&text, ret) && !ret->is_manifest;

	ret->folder = (struct pmapx_text){ "", 0 };
	return is_name;
}

/* The same, if need be by its real name: it may have been given from within the folder. */
static bool find_name(const char *path, struct px_saved_name *ret)
{
	char real[PATH_MAX];

	return is_named(path, ret) ||
		(strcmp(path, "-") != 0 && realpath(path, real) != NULL && is_named(real, ret));
}

/* Open what is no folder; *@ret_reason says why not, unless it is "". */
static int open_file(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason)
{
	struct pmapx_text text = { input->bytes, input->length };
	struct px_saved_name name;
	enum px_file kind;
	bool has_name = find_name(input->path, &name);
	int r;

	if (px_corefile_is(&text) && !px_tar_is(&text))
		return px_corefile_open(input, options, ret, ret_reason);
	if (px_archive_is(&text))
		return px_archive_open(input, options, ret, ret_reason);
	if (is_map(&text, &kind) && kind == PX_FILE_SMAPS_ROLLUP) {
		*ret_reason = rollup;
		return -EMEDIUMTYPE;
	}
	if (is_map(&text, &kind))
		return open_map(input, kind, has_name ? name.pid : 0, options, ret);
	/* One of a kernel thread is empty, another may be damaged at its beginning. */
	if (has_name && (name.file == PX_FILE_MAPS || name.file == PX_FILE_SMAPS))
		return open_map(input, name.file, name.pid, options, ret);
	/* Old tar archives have nothing that is easy to see. */
	r = px_archive_try(input, options, ret);
	if (r == -EMEDIUMTYPE)
		*ret_reason = text.length == 0 ? empty : unknown;
	return r;
}

int px_source_open_input(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, struct pmapx_error *error)
{
	const char *reason = "";
	int r = PX_CHECK_OPTIONS(options);

	if (r == 0 && input->is_folder) {
		r = px_collection_open(input->path, input->fd, options, ret);
		if (r == 0)
			input->fd = -1;
	} else if (r == 0) {
		r = open_file(input, options, ret, &reason);
	}
	if (r < 0 && error != NULL)
		*error = (struct pmapx_error){ .code = -r, .reason = reason };
	return r;
}

int pmapx_source_open_saved(const char *path, const struct pmapx_source_options *options,
	struct pmapx_source **ret, struct pmapx_error *error)
{
	struct px_input input = { .fd = -1 };
	int r = PX_CHECK_OPTIONS(options);

	if (r == 0)
		r = px_input_open(path, &input);
	if (r == 0)
		r = px_source_open_input(&input, options, ret, error);
	else if (error != NULL)
		*error = (struct pmapx_error){ .code = -r, .reason = "" };
	px_input_close(&input);
	return r;
}
