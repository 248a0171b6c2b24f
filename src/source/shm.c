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

/* Feed @parser once, or tell it that this is all. */
static int feed(
	const struct px_source_ops *ops, struct px_stream *stream, struct pmapx_parser *parser)
{
	size_t room;
	char *bytes;
	ssize_t n;
	int r;

	r = pmapx_parser_space(parser, 16384, &bytes, &room);
	if (r < 0)
		return r;
	n = ops->read(stream, bytes, room);
	if (n < 0 && px_is_shortage((int)n))
		return (int)n;
	if (n > 0)
		pmapx_parser_fed(parser, (size_t)n);
	else
		pmapx_parser_finish(parser);
	return 0;
}

int px_shm_scan(const struct px_source_ops *ops, struct px_stream *stream, px_shm_test *test,
	uint64_t address, enum px_shm_answer *best, struct pmapx_device *ret)
{
	struct pmapx_parser_options options = { .size = sizeof(options), .mappings_only = true };
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;
	enum px_shm_answer answer;
	int r = pmapx_parser_open(&options, &parser);

	if (r < 0)
		return r;
	while (*best < PX_SHM_SURE && (r = pmapx_parser_next(parser, &mapping, NULL)) != 0) {
		if (r == -EAGAIN)
			r = feed(ops, stream, parser);
		else if (r == 1 && mapping->dev_major == 0 && pmapx_mapping_is_shared(mapping) &&
			(answer = test(mapping, address)) > *best) {
			*ret = (struct pmapx_device){ mapping->dev_major, mapping->dev_minor };
			*best = answer;
		}
		if (px_is_shortage(r))
			break;
	}
	pmapx_parser_close(parser);
	return px_is_shortage(r) ? r : 0;
}

/* The file, if it may be read. */
static int open_self_maps(struct pmapx_source *source)
{
	int fd = px_open_regular(source->fd, "self/maps", 0);

	return fd >= 0 || px_is_shortage(fd) ? fd : -ENODATA;
}

int px_shm_search(
	struct pmapx_source *source, px_shm_test *test, uint64_t address, struct pmapx_device *ret)
{
	enum px_shm_answer best = PX_SHM_NO;
	int fd = open_self_maps(source), r;

	if (fd < 0)
		return fd;
	r = px_shm_scan(source->ops, &(struct px_stream){ .fd = fd }, test, address, &best, ret);
	close(fd);
	if (r < 0)
		return r;
	return best == PX_SHM_NO ? -ENODATA : 0;
}

/* Segments and memfds may be of huge pages, which are on a device of their own. */
enum px_shm_answer px_shm_by_name(const struct pmapx_mapping *mapping, uint64_t address)
{
	static const char zero[] = "/dev/zero (deleted)";

	(void)address;
	if (mapping->name.length == sizeof(zero) - 1 && px_name_begins(&mapping->name, zero))
		return PX_SHM_SURE;
	if (px_name_is_sysv(&mapping->name))
		return PX_SHM_LIKELY;
	return px_name_begins(&mapping->name, "/memfd:") ? PX_SHM_PERHAPS : PX_SHM_NO;
}

enum px_shm_answer px_shm_by_safe_name(const struct pmapx_mapping *mapping, uint64_t address)
{
	return px_name_is_sysv(&mapping->name) ? PX_SHM_NO : px_shm_by_name(mapping, address);
}
