/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output that waits.
 */
#include "waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* File systems that have no files without a name lose it at once. */
static int make_and_unlink(const char *folder)
{
	static const char name[] = "/pmapx-XXXXXX";
	char *path = malloc(strlen(folder) + sizeof(name));
	int fd;

	if (path == NULL)
		return -ENOMEM;
	stpcpy(stpcpy(path, folder), name);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	else
		unlink(path);
	free(path);
	return fd;
}

static int make_file(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* Kernels and file systems without O_TMPFILE take it for O_DIRECTORY. */
	if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)
		return make_and_unlink(folder);
	return -errno;
}

/* Memory is full: what is there goes to the file. */
static void take(struct px_sink *sink, struct px_out *out)
{
	const struct px_waiting *waiting = (const struct px_waiting *)sink;

	if (out->fd < 0 && out->error == 0) {
		int fd = make_file(waiting->folder);

		if (fd < 0)
			out->error = -fd;
		else
			out->fd = fd;
	}
	px_out_write(out, out->bytes, out->length);
}

struct px_waiting *px_waiting_create(const char *folder)
{
	struct px_waiting *waiting = calloc(1, sizeof(*waiting));

	if (waiting == NULL)
		return NULL;
	waiting->sink.take = take;
	waiting->folder = folder;
	waiting->out.sink = &waiting->sink;
	waiting->out.fd = -1;
	return waiting;
}

/* All of a file, from its beginning. */
static void copy_file(int fd, struct px_out *out)
{
	off_t at = 0;

	while (out->error == 0) {
		char *to = px_out_room(out, PX_OUT_SIZE);
		ssize_t n = pread(fd, to, PX_OUT_SIZE, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && out->error == 0)
			out->error = errno;
		if (n <= 0)
			return;
		px_out_written(out, to + n);
		at += n;
	}
}

void px_waiting_release(struct px_waiting *waiting, struct px_out *out)
{
	if (waiting->out.error != 0) {
		if (out->error == 0)
			out->error = waiting->out.error;
		return;
	}
	if (waiting->out.fd >= 0)
		copy_file(waiting->out.fd, out);
	px_out_bytes(out, waiting->out.bytes, waiting->out.length);
}

void px_waiting_destroy(struct px_waiting *waiting)
{
	if (waiting == NULL)
		return;
	if (waiting->out.fd >= 0)
		close(waiting->out.fd);
	free(waiting);
}
