/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a maps file of a kernel can be asked beside being read.
 *
 * The mapping at an address, instead of all that come before it: the
 * PROCMAP_QUERY ioctl, since Linux 6.11.  The answer is made into the line that
 * the file would have had, so that nobody needs to know which of the two it was.
 * And whether its end was the end.
 */
#include "source_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * As in linux/fs.h since 6.11; older headers lack it.  The kernel accepts any
 * size that it knows, and tells the size of the name with its NUL.
 */
struct px_query {
	uint64_t size;
	uint64_t flags;
	uint64_t address;
	uint64_t start, end;
	uint64_t permissions;
	uint64_t page_size;
	uint64_t offset;
	uint64_t inode;
	uint32_t dev_major, dev_minor;
	uint32_t name_size;
	uint32_t build_id_size;
	uint64_t name;
	uint64_t build_id;
};

#define PX_QUERY _IOWR('f', 17, struct px_query)

/* As ioctl() takes it. */
#ifdef __GLIBC__
typedef unsigned long ioctl_request;
#else
typedef int ioctl_request;
#endif

enum { READABLE = 1, WRITABLE = 2, EXECUTABLE = 4, SHARED = 8, COVERING_OR_NEXT = 16 };

/* What lies at the gate cannot be asked for.  32-bit ARM has one at the end of its addresses. */
#define FIRST_GATE (sizeof(void *) == 4 ? UINT64_C(0xffff0000) : PX_GATE)

/*
 * A path with newlines as the kernel's seq_path() writes them.  It may stand
 * further behind in the same memory, where what is written does not reach what
 * has not been read.
 */
static char *put_name(char *at, const char *name)
{
	static const char newline[] = { '\\', '0', '1', '2' };

	for (; *name != '\0'; name++) {
		if (*name == '\n') {
			memcpy(at, newline, sizeof(newline));
			at += sizeof(newline);
		} else {
			*at++ = *name;
		}
	}
	return at;
}

/* The line of show_map_vma() in fs/proc/task_mmu.c. */
static ssize_t put_line(char *bytes, const struct px_query *query, const char *name)
{
	/* Where the name begins, if what is before it is not longer. */
	const ptrdiff_t column = 25 + 8 * 6;
	uint64_t permissions = query->permissions;
	char *at = bytes;

	at += snprintf(at, PX_QUERY_SIZE,
		"%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %02" PRIx32 ":%02" PRIx32
		" %" PRIu64 " ",
		query->start, query->end, permissions & READABLE ? 'r' : '-',
		permissions & WRITABLE ? 'w' : '-', permissions & EXECUTABLE ? 'x' : '-',
		permissions & SHARED ? 's' : 'p', query->offset, query->dev_major, query->dev_minor,
		query->inode);
	if (query->name_size > 0) {
		while (at - bytes < column)
			*at++ = ' ';
		at = put_name(at, name);
	}
	*at++ = '\n';
	return at - bytes;
}

ssize_t px_maps_query(struct px_stream *stream, uint64_t *address, uint64_t high, char *bytes)
{
	/* At the end of the room for the line, and not on the stack, which may be small. */
	char *name = bytes + PX_QUERY_SIZE - PATH_MAX;
	struct px_query query = {
		.size = sizeof(query),
		.flags = COVERING_OR_NEXT,
		.address = *address,
		.name_size = PATH_MAX,
		.name = (uintptr_t)name,
	};
	int r;

	if (high >= FIRST_GATE)
		return -EOPNOTSUPP;
	/* Whole, for tools that do not know what the kernel writes here. */
	memset(name, '\0', PATH_MAX);
	do
		r = ioctl(stream->fd, (ioctl_request)PX_QUERY, &query);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return errno == ENOENT ? 0 : -errno;
	if (query.start > high)
		return 0;
	*address = query.end;
	return put_line(bytes, &query, name);
}

/*
 * A map file is about the memory that the process had when it was opened.  Once
 * that is given up, by exiting or in execve(), reading on says that this is the
 * end (m_start() in fs/proc/task_mmu.c).  So does its beginning, then.
 */
int px_maps_check_end(struct px_stream *stream)
{
	char byte;
	ssize_t n;

	do
		n = pread(stream->fd, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	/* No such process: of a thread that is gone even its number is. */
	if (n < 0 && errno != ESRCH)
		return -errno;
	return n <= 0 ? -ESTALE : 0;
}
