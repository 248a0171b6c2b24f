/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One process of a source: finding it, and reading who it is.
 */
#include <pmapx/process.h>

#include <errno.h>
#include <stdlib.h>

#include "descriptor.h"
#include "procinfo.h"
#include "saved.h"

/* stat and status are about 0.3 and 1.5 KiB; a root made by hand may hold anything. */
#define SMALL_FILE_MAX ((size_t)64 * 1024)

/* A process is there or missing, unless it is we who cannot tell. */
static int as_missing(int r)
{
	return px_is_shortage(r) ? r : -ESRCH;
}

static void drop_map(struct pmapx_process *process)
{
	if (process->has_map)
		process->source->ops->close_stream(&process->map);
	process->has_map = false;
}

int px_process_open_file(struct pmapx_process *process, enum px_file file, struct px_stream *ret)
{
	const struct px_source_ops *ops = process->source->ops;
	int r = ops->open_file(&process->place, file, ret);

	if (!px_is_shortage(r) || !process->has_map)
		return r;
	drop_map(process);
	return ops->open_file(&process->place, file, ret);
}

/* Asks whether what has been read of a file is all of it. */
typedef bool whole_test(const char *bytes, size_t length);

/*
 * Read a small file of @process whole, up to @max bytes, into memory to be
 * freed, with a NUL behind.  Where @is_whole, which may be NULL, says so, the
 * end need not be read to be known.
 */
static int read_file(struct pmapx_process *process, enum px_file file, size_t max,
	whole_test *is_whole, char **ret, size_t *ret_length)
{
	const struct px_source_ops *ops = process->source->ops;
	struct px_stream stream;
	size_t length = 0, size = 0;
	char *bytes = NULL;
	int r;

	r = px_process_open_file(process, file, &stream);
	if (r < 0)
		return r;
	while (length < max) {
		ssize_t n;

		if (length == size) {
			char *more;

			size = size ? size * 4 : 2048;
			if (size > max)
				size = max;
			more = realloc(bytes, size + 1);
			if (more == NULL) {
				r = -ENOMEM;
				break;
			}
			bytes = more;
		}
		n = ops->read(&stream, bytes + length, size - length);
		if (n <= 0) {
			r = (int)n;
			break;
		}
		length += (size_t)n;
		if (is_whole != NULL && is_whole(bytes, length))
			break;
	}
	ops->close_stream(&stream);
	if (r < 0) {
		free(bytes);
		return r;
	}
	bytes[length] = '\0';
	*ret = bytes;
	*ret_length = length;
	return 0;
}

int px_process_read(
	struct pmapx_process *process, enum px_file file, char **ret, size_t *ret_length)
{
	return read_file(process, file, SMALL_FILE_MAX, NULL, ret, ret_length);
}

/* Whether there is anything in a file; as px_process_has_saved_map(). */
static int has_text(struct pmapx_process *process, enum px_file file)
{
	struct px_stream stream;
	char byte;
	ssize_t n;
	int r = px_process_open_file(process, file, &stream);

	if (r < 0)
		return px_is_shortage(r) ? r : r != -ENOENT;
	n = process->source->ops->read(&stream, &byte, 1);
	process->source->ops->close_stream(&stream);
	return n < 0 && px_is_shortage((int)n) ? (int)n : n != 0;
}

int px_process_has_saved_map(struct pmapx_process *process)
{
	/* Where smaps alone was saved, it is maps. */
	int r = has_text(process, PX_FILE_MAPS);

	return r == 0 ? has_text(process, PX_FILE_SMAPS_ROLLUP) : r;
}

static bool is_whole_stat(const char *bytes, size_t length)
{
	return px_parse_leads(&(struct pmapx_text){ bytes, length }) >= 0;
}

/* What status says: who the group is, and if there is no stat, more. */
static int read_status(struct pmapx_process *process)
{
	struct pmapx_identity *identity = &process->identity;
	struct pmapx_text status = { NULL, 0 };
	char *bytes = NULL;
	int r;

	r = read_file(process, PX_FILE_STATUS, SMALL_FILE_MAX, NULL, &bytes, &status.length);
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	status.bytes = bytes;
	px_parse_tgid(&status, &identity->tgid);
	if (identity->has_stat) {
		free(bytes);
		return 0;
	}
	px_parse_status(&status, identity);
	if (identity->comm.length > 0)
		identity->comm.length = px_unescape_comm(
			bytes + (identity->comm.bytes - bytes), identity->comm.length);
	process->comm = bytes;
	return 0;
}

/* Saved data may lack stat: then status and comm tell what they can. */
static int read_without_stat(struct pmapx_process *process)
{
	struct pmapx_identity *identity = &process->identity;
	struct pmapx_text comm = { NULL, 0 };
	char *bytes = NULL;
	int r = read_status(process);

	if (r < 0 || identity->comm.length > 0)
		return r;
	r = read_file(process, PX_FILE_COMM, SMALL_FILE_MAX, NULL, &bytes, &comm.length);
	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	free(process->comm);
	process->comm = bytes;
	comm.bytes = bytes;
	if (comm.length > 0 && comm.bytes[comm.length - 1] == '\n')
		comm.length--;
	identity->comm = comm;
	return 0;
}

/*
 * Read who the process is; *@ret is set to the file that is to blame, or NULL.  A kernel
 * says in stat whether this is the first thread; what it is not has its
 * group in status, and so may have what people have put together.
 */
static int read_identity(struct pmapx_process *process, const char **ret)
{
	const struct pmapx_source *source = process->source;
	struct pmapx_text stat = { NULL, 0 };
	int r;

	*ret = "stat";
	r = read_file(process, PX_FILE_STAT, SMALL_FILE_MAX,
		source->is_procfs ? is_whole_stat : NULL, &process->stat, &stat.length);
	if (source->saved != NULL && (r == -ENOENT || (r == 0 && stat.length == 0))) {
		process->is_hollow = r == 0;
		return read_without_stat(process);
	}
	if (r < 0)
		return r;
	stat.bytes = process->stat;
	/* pmap calls a process missing whose stat is empty, and takes any other. */
	if (stat.length == 0)
		return -ENODATA;
	process->identity.has_stat = true;
	px_parse_stat(&stat, &process->identity);
	*ret = NULL;
	if (source->is_procfs && px_parse_leads(&stat) == 1)
		return 0;
	return read_status(process);
}

/* Say why a process cannot be opened, and whether it was a file of it. */
static int fail(int r, const char *file, struct pmapx_error *error)
{
	if (error != NULL)
		*error = (struct pmapx_error){ .code = -r, .reason = "", .file = file };
	return as_missing(r);
}

/*
 * Find the place of @process; of a source that hands processes out, the one it has, if
 * @pid is 0.
 */
static int open_place(struct pmapx_process *process, pid_t pid)
{
	struct pmapx_source *source = process->source;

	return pid != 0 ? source->ops->open_place(source, pid, &process->place)
			: source->ops->open_member(source, &process->place);
}

/* @keep_map: its map is to be read, not only who it is. */
static int open_process(struct pmapx_source *source, pid_t pid, pid_t known, bool keep_map,
	struct pmapx_process **ret, struct pmapx_error *error)
{
	struct pmapx_process *process;
	const char *file;
	int r;

	process = calloc(1, sizeof(*process));
	if (process == NULL)
		return fail(-ENOMEM, NULL, error);
	process->source = source;
	process->identity.pid = known;
	process->identity.tgid = known;
	r = open_place(process, pid);
	if (r < 0) {
		free(process);
		return fail(r, NULL, error);
	}
	/* Kept open, it tells whether execve() comes in between. */
	if (keep_map && source->is_procfs && source->ops->check_end != NULL)
		process->has_map = source->ops->open_file(
					   &process->place, PX_FILE_MAPS, &process->map) == 0;
	r = read_identity(process, &file);
	/* There is no process without: it has just gone, or is hidden (hidepid=2). */
	if (r == -ENOENT && source->is_procfs) {
		r = -ESRCH;
		file = NULL;
	}
	if (r < 0) {
		pmapx_process_close(process);
		return fail(r, file, error);
	}
	*ret = process;
	return 0;
}

int pmapx_process_open(struct pmapx_source *source, pid_t pid, struct pmapx_process **ret,
	struct pmapx_error *error)
{
	/* No process has the number that stands for the one handed out last. */
	if (pid <= 0)
		return fail(-ESRCH, NULL, error);
	return open_process(source, pid, pid, true, ret, error);
}

int pmapx_process_open_member(
	struct pmapx_source *source, struct pmapx_process **ret, struct pmapx_error *error)
{
	pid_t known = source->saved != NULL ? source->saved->member.pid : source->member.pid;

	return open_process(source, 0, known, true, ret, error);
}

int px_process_look(struct pmapx_source *source, pid_t pid, struct pmapx_process **ret,
	struct pmapx_error *error)
{
	return open_process(source, pid, pid, false, ret, error);
}

void pmapx_process_close(struct pmapx_process *process)
{
	if (process == NULL)
		return;
	drop_map(process);
	process->source->ops->close_place(&process->place);
	free(process->stat);
	free(process->comm);
	free(process->cmdline);
	free(process->executable);
	free(process);
}

const struct pmapx_identity *pmapx_process_identity(const struct pmapx_process *process)
{
	return &process->identity;
}

int pmapx_process_cmdline(struct pmapx_process *process, struct pmapx_text *ret)
{
	if (process->cmdline == NULL) {
		int r = read_file(process, PX_FILE_CMDLINE, PMAPX_CMDLINE_MAX, NULL,
			&process->cmdline, &process->cmdline_length);

		if (r < 0)
			return r;
	}
	*ret = (struct pmapx_text){ process->cmdline, process->cmdline_length };
	return 0;
}
