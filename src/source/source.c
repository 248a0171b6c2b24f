/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: opening, closing, and what all kinds share.
 */
#include "source_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "descriptor.h"
#include "growable.h"
#include "saved.h"

int px_source_new(
	const struct px_source_ops *ops, const char *path, int fd, struct pmapx_source **ret)
{
	struct pmapx_source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return -ENOMEM;
	source->ops = ops;
	source->fd = fd;
	source->path = strdup(path);
	if (source->path == NULL) {
		free(source);
		return -ENOMEM;
	}
	*ret = source;
	return 0;
}

int px_source_open(const struct px_source_ops *ops, const char *path,
	const struct pmapx_source_options *options, struct pmapx_source **ret)
{
	int fd = px_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0), r;
	struct statfs status;

	if (fd < 0)
		return fd;
	r = px_source_new(ops, path, fd, ret);
	if (r < 0) {
		close(fd);
		return r;
	}
	(*ret)->wanted = PX_OPTION(options, pids, NULL);
	(*ret)->wanted_count = PX_OPTION(options, pid_count, 0);
	/* Something else may be mounted at /proc, and any folder may be a /proc. */
	(*ret)->is_procfs = fstatfs(fd, &status) == 0 && status.f_type == PROC_SUPER_MAGIC;
	return 0;
}

void pmapx_source_close(struct pmapx_source *source)
{
	if (source == NULL)
		return;
	px_saved_close(source->saved);
	if (source->fd >= 0)
		close(source->fd);
	free(source->pids);
	free(source->path);
	free(source);
}

int pmapx_source_next(
	struct pmapx_source *source, const struct pmapx_member **ret, struct pmapx_error *error)
{
	struct pmapx_error ignored;

	return source->ops->next(source, ret, error != NULL ? error : &ignored);
}

const char *pmapx_source_kind(const struct pmapx_source *source)
{
	return source->has_marks ? "core" : source->ops->kind;
}

bool pmapx_source_in_order(const struct pmapx_source *source)
{
	return source->is_procfs;
}

const char *pmapx_source_path(const struct pmapx_source *source)
{
	return source->path;
}

int pmapx_source_shm_device(struct pmapx_source *source, struct pmapx_device *ret)
{
	if (source->saved != NULL)
		return px_saved_shm_device(source, ret);
	if (!source->shm_asked) {
		source->shm_result = source->ops->shm_device(source, &source->shm);
		/* What is short now may not be short the next time. */
		source->shm_asked = !px_is_shortage(source->shm_result);
	}
	if (source->shm_result == 0)
		*ret = source->shm;
	return source->shm_result;
}
