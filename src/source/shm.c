/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The device that shared memory lives on, from a self/maps file.
 */
#include "source_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <pmapx/parser.h>
#include <unistd.h>

#include "descriptor.h"
#include "name.h"

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

	fd = px_openat(source->fd, "self/maps", O_RDONLY, 0);
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
