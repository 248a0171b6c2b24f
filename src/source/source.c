/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sources: opening, closing, and what all kinds share.
 */
#include "source_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <pmapx/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "name.h"

int px_openat(int folder, const char *path, int flags)
{
	int fd = openat(folder, path, flags | O_CLOEXEC), high;

	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		high = -errno;
	close(fd);
	return high;
}

int px_source_new(const struct px_source_ops *ops, const char *path, struct pmapx_source **ret)
{
	struct pmapx_source *source;
	int r;

	source = calloc(1, sizeof(*source));
	if (source == NULL)
		return -ENOMEM;
	source->ops = ops;
	source->path = strdup(path);
	if (source->path == NULL) {
		free(source);
		return -ENOMEM;
	}
	r = px_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	if (r < 0) {
		free(source->path);
		free(source);
		return r;
	}
	source->fd = r;
	*ret = source;
	return 0;
}

void pmapx_source_close(struct pmapx_source *source)
{
	if (source == NULL)
		return;
	close(source->fd);
	free(source->path);
	free(source);
}

const char *pmapx_source_kind(const struct pmapx_source *source)
{
	return source->ops->kind;
}

const char *pmapx_source_path(const struct pmapx_source *source)
{
	return source->path;
}

int pmapx_source_shm_device(struct pmapx_source *source, struct pmapx_device *ret)
{
	if (!source->shm_asked) {
		source->shm_result = source->ops->shm_device(source, &source->shm);
		source->shm_asked = true;
	}
	if (source->shm_result == 0)
		*ret = source->shm;
	return source->shm_result;
}

int px_read_file(const struct pmapx_source *source, const struct px_place *place, enum px_file file,
	size_t max, char **ret, size_t *ret_length)
{
	struct px_stream stream;
	size_t length = 0, size = 0;
	char *bytes = NULL;
	ssize_t n = 1;
	int r;

	r = source->ops->open_file(place, file, &stream);
	if (r < 0)
		return r;
	while (n > 0 && length < max) {
		if (length == size) {
			char *more;

			size = size ? size * 4 : 2048;
			if (size > max)
				size = max;
			more = realloc(bytes, size + 1);
			if (more == NULL) {
				n = -ENOMEM;
				break;
			}
			bytes = more;
		}
		n = source->ops->read(&stream, bytes + length, size - length);
		if (n > 0)
			length += (size_t)n;
	}
	source->ops->close_stream(&stream);
	if (n < 0) {
		free(bytes);
		return (int)n;
	}
	bytes[length] = '\0';
	*ret = bytes;
	*ret_length = length;
	return 0;
}

/* Pull mappings of an open file until one tells the device. */
static int shm_scan(int fd, struct pmapx_parser *parser, px_shm_test *test, uint64_t address,
	struct pmapx_device *ret)
{
	const struct pmapx_mapping *mapping;
	int r;

	while ((r = pmapx_parser_next(parser, &mapping, NULL)) != 0) {
		if (r == -EAGAIN) {
			size_t room;
			char *bytes;
			ssize_t n;

			r = pmapx_parser_space(parser, 16384, &bytes, &room);
			if (r < 0)
				return r;
			n = px_folder_read(&(struct px_stream){ fd }, bytes, room);
			if (n > 0)
				pmapx_parser_fed(parser, (size_t)n);
			else
				pmapx_parser_finish(parser);
		} else if (r == 1 && mapping->dev_major == 0 && pmapx_mapping_is_shared(mapping) &&
			test(mapping, address)) {
			*ret = (struct pmapx_device){ mapping->dev_major, mapping->dev_minor };
			return 0;
		} else if (r == -ENOMEM) {
			return r;
		}
	}
	return -ENODATA;
}

int px_shm_search(
	struct pmapx_source *source, px_shm_test *test, uint64_t address, struct pmapx_device *ret)
{
	struct pmapx_parser_options options = { .size = sizeof(options), .mappings_only = true };
	struct pmapx_parser *parser;
	int fd, r;

	fd = px_openat(source->fd, "self/maps", O_RDONLY);
	if (fd < 0)
		return -ENODATA;
	r = pmapx_parser_open(&options, &parser);
	if (r == 0) {
		r = shm_scan(fd, parser, test, address, ret);
		pmapx_parser_close(parser);
	}
	close(fd);
	return r;
}

bool px_shm_by_name(const struct pmapx_mapping *mapping, uint64_t address)
{
	static const char zero[] = "/dev/zero (deleted)";

	(void)address;
	return px_name_is_sysv(&mapping->name) || px_name_begins(&mapping->name, "/memfd:") ||
		(mapping->name.length == sizeof(zero) - 1 && px_name_begins(&mapping->name, zero));
}
