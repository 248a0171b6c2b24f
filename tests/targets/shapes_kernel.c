/* Shapes of px_target made of mappings that the kernel names itself: perf, sockets, bpf, rings.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <unistd.h>

static void must(bool worked, const char *what)
{
	if (!worked)
		px_skip("%s: %s", what, strerror(errno));
}

static void build_perf(int argc, char **argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	const int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	void *map;

	(void)argc, (void)argv;
	must(fd >= 0, "perf_event_open");
	map = px_try_map(2 * px_page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	must(map != MAP_FAILED, "mapping a perf event");
	px_truth("addr", "%lx", (unsigned long)map);
}

static void build_socket(int argc, char **argv)
{
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat about;
	void *map;

	(void)argc, (void)argv;
	must(fd >= 0, "socket");
	/* TCP's zero-copy receive: a read-only mapping that nothing is received into. */
	map = px_try_map(px_page(), PROT_READ, MAP_SHARED, fd);
	must(map != MAP_FAILED, "mapping a socket");
	if (fstat(fd, &about))
		px_fail("fstat");
	px_truth("addr", "%lx", (unsigned long)map);
	px_truth("inode", "%lu", (unsigned long)about.st_ino);
}

static void build_bpf(int argc, char **argv)
{
	union bpf_attr attr;
	void *map;
	int fd;

	(void)argc, (void)argv;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 8;
	attr.max_entries = 16;
	attr.map_flags = BPF_F_MMAPABLE;
	fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	must(fd >= 0, "bpf");
	map = px_try_map(px_page(), PROT_READ, MAP_SHARED, fd);
	must(map != MAP_FAILED, "mapping a bpf map");
	px_truth("addr", "%lx", (unsigned long)map);
}

static void build_io_uring(int argc, char **argv)
{
	struct io_uring_params params;
	void *map;
	int fd;

	(void)argc, (void)argv;
	memset(&params, 0, sizeof(params));
	fd = (int)syscall(SYS_io_uring_setup, 4, &params);
	must(fd >= 0, "io_uring_setup");
	/* Rings are mapped where the kernel likes, or not at all. */
	map = mmap(NULL, px_page(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
	must(map != MAP_FAILED, "mapping an io_uring");
	px_truth("addr", "%lx", (unsigned long)map);
}

static void build_aio(int argc, char **argv)
{
	aio_context_t context = 0;

	(void)argc, (void)argv;
	must(!syscall(SYS_io_setup, 4, &context), "io_setup");
	px_truth("addr", "%lx", (unsigned long)context);
}

const struct px_shape px_shapes_kernel[] = {
	{ "perf", "", "anon_inode:[perf_event]", build_perf },
	{ "socket", "", "socket:[INODE]", build_socket },
	{ "bpf", "", "anon_inode:bpf-map", build_bpf },
	{ "io-uring", "", "anon_inode:[io_uring]", build_io_uring },
	{ "aio", "", "/[aio] (deleted)", build_aio },
	{ .name = NULL },
};
