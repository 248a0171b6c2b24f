/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files of a host that are about no single process.
 *
 * Those of what was saved are kept until the end: an archive is read once, and what a
 * capture has of the host comes before its processes as well as behind them.
 */
#include "host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"

/* More than an archive of many hosts has. */
#define KEPT_MAX 10000

/* Where they are; those with a slash in front beside a folder proc, if there is one. */
static const char *const paths[PX_HOST_FILES] = {
	[PX_HOST_MANIFEST] = "/pmapx.json",
	[PX_HOST_MEMINFO] = "meminfo",
	[PX_HOST_VERSION] = "version",
	[PX_HOST_STAT] = "stat",
	[PX_HOST_NAME] = "sys/kernel/hostname",
	[PX_HOST_RELEASE] = "sys/kernel/osrelease",
	[PX_HOST_BOOT_ID] = "sys/kernel/random/boot_id",
	[PX_HOST_ACTIVITY] = "/postgres/activity.csv",
	[PX_HOST_LOG] = "/postgres/log",
	[PX_HOST_SETTINGS] = "/postgres/settings.csv",
};

/* Which file @path is; *@ret is its host then. */
static enum px_host_file find(const struct pmapx_text *path, struct pmapx_text *ret)
{
	for (enum px_host_file which = 0; which < PX_HOST_FILES; which++) {
		const char *name = paths[which] + (*paths[which] == '/');
		size_t length = strlen(name), rest = path->length - length;

		if (path->length < length || memcmp(path->bytes + rest, name, length) != 0 ||
			(rest > 0 && path->bytes[rest - 1] != '/'))
			continue;
		*ret = px_saved_host(&(struct pmapx_text){ path->bytes, rest });
		return which;
	}
	return PX_HOST_FILES;
}

/* Whether @path is that of a file of a process, PID/stat. */
static bool is_of_process(const struct pmapx_text *path)
{
	struct px_saved_name name;

	return px_saved_name(path, &name) && !name.is_manifest;
}

bool px_kept_wants(const struct px_saved *saved, const struct pmapx_text *path)
{
	struct pmapx_text host;

	return saved->wants_all && saved->kept.count < KEPT_MAX &&
		find(path, &host) != PX_HOST_FILES && !is_of_process(path);
}

static struct px_kept_file *find_kept(
	const struct px_kept *kept, const struct pmapx_text *host, enum px_host_file which)
{
	for (size_t i = 0; i < kept->count; i++)
		if (kept->list[i].which == which && strlen(kept->list[i].host) == host->length &&
			memcmp(kept->list[i].host, host->bytes, host->length) == 0)
			return &kept->list[i];
	return NULL;
}

int px_kept_begin(struct px_saved *saved, const struct pmapx_text *path)
{
	struct px_kept *kept = &saved->kept;
	struct px_kept_file *list, *before, file = { .at = kept->spool.length };
	struct pmapx_text host = { "", 0 };

	file.which = find(path, &host);
	list = reallocarray(kept->list, kept->count + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	kept->list = list;
	file.host = strndup(host.length > 0 ? host.bytes : "", host.length);
	if (file.host == NULL)
		return -ENOMEM;
	/* The one before counts no more; what is appended goes to the last. */
	before = find_kept(kept, &host, file.which);
	if (before != NULL) {
		free(before->host);
		*before = list[--kept->count];
	}
	list[kept->count++] = file;
	return 0;
}

int px_kept_append(struct px_saved *saved, const void *bytes, size_t size)
{
	struct px_kept *kept = &saved->kept;
	int r = px_spool_append(&kept->spool, bytes, size);

	if (r == 0)
		kept->list[kept->count - 1].length += size;
	return r;
}

void px_kept_deinit(struct px_kept *kept)
{
	for (size_t i = 0; i < kept->count; i++)
		free(kept->list[i].host);
	free(kept->list);
	px_spool_deinit(&kept->spool);
}

void px_source_want_all(struct pmapx_source *source)
{
	if (source->saved != NULL)
		source->saved->wants_all = true;
}

/* Of a folder laid out like /proc. */
static ssize_t read_folder(struct pmapx_source *source, enum px_host_file which, uint64_t offset,
	void *bytes, size_t size)
{
	int fd = *paths[which] == '/' ? -ENOENT : px_open_regular(source->fd, paths[which], 0);
	ssize_t n;

	if (fd < 0)
		return fd;
	do
		n = pread(fd, bytes, size, (off_t)offset);
	while (n < 0 && errno == EINTR);
	n = n < 0 ? -errno : n;
	close(fd);
	return n;
}

ssize_t px_host_file_read(struct pmapx_source *source, const char *host, enum px_host_file which,
	uint64_t offset, void *bytes, size_t size)
{
	const struct px_kept_file *file;

	if (source->saved == NULL)
		return read_folder(source, which, offset, bytes, size);
	file = find_kept(&source->saved->kept, &(struct pmapx_text){ host, strlen(host) }, which);
	if (file == NULL)
		return -ENOENT;
	if (offset >= file->length)
		return 0;
	if (size > file->length - offset)
		size = (size_t)(file->length - offset);
	return px_spool_read(&source->saved->kept.spool, file->at + offset, bytes, size);
}

const char *px_host_of_member(const struct pmapx_source *source)
{
	const struct px_saved *saved = source->saved;

	if (saved == NULL || saved->run == 0)
		return "";
	return saved->index.hosts[saved->index.list[saved->first].host].name;
}

bool px_host_is_alone(const struct pmapx_source *source)
{
	return source->saved == NULL || source->saved->index.host_count <= 1;
}

bool px_host_has(const struct pmapx_source *source, enum px_file file)
{
	const struct px_saved *saved = source->saved;
	uint32_t host;

	if (saved == NULL)
		return true;
	if (saved->run == 0)
		return false;
	host = saved->index.list[saved->first].host;
	for (size_t i = 0; i < saved->index.count; i++)
		if (saved->index.list[i].host == host && saved->index.list[i].file == file)
			return true;
	return false;
}
