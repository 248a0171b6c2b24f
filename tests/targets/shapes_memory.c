/* Shapes of px_target made of memory without a file: anonymous, shared, SysV, huge, guarded, many.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#define RW (PROT_READ | PROT_WRITE)

static void build_anon(int argc, char **argv)
{
	const size_t pages = px_number(argc, argv, 0, 4, 1 << 20);
	const size_t touched = px_number(argc, argv, 1, 1, pages);
	char *map = px_map(pages * px_page(), RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	px_touch(map, touched * px_page(), RW);
	px_truth("addr", "%lx", (unsigned long)map);
	px_truth("kbytes", "%zu", pages * px_page() / 1024);
	px_truth("rss", "%zu", touched * px_page() / 1024);
}

static void build_shared_anon(int argc, char **argv)
{
	const size_t pages = px_number(argc, argv, 0, 4, 1 << 20);
	void *map = px_map(pages * px_page(), RW, MAP_SHARED | MAP_ANONYMOUS, -1);

	px_touch(map, px_page(), RW);
	px_truth("addr", "%lx", (unsigned long)map);
}

static void build_adjacent(int argc, char **argv)
{
	const size_t page = px_page();
	char *map = px_map(3 * page, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)argc, (void)argv;
	px_touch(map, 3 * page, RW);
	/* The same backing, so only the permissions keep them apart. */
	if (mprotect(map + page, 2 * page, PROT_READ))
		px_fail("mprotect");
	px_truth("first", "%lx", (unsigned long)map);
	px_truth("second", "%lx", (unsigned long)(map + page));
}

static void build_guard(int argc, char **argv)
{
	const size_t page = px_page();
	char *map = px_map(6 * page, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)argc, (void)argv;
	px_touch(map, 6 * page, RW);
	if (mprotect(map, page, PROT_NONE) || mprotect(map + 5 * page, page, PROT_NONE))
		px_fail("mprotect");
	px_truth("guard", "%lx", (unsigned long)map);
	px_truth("addr", "%lx", (unsigned long)(map + page));
	px_truth("guard", "%lx", (unsigned long)(map + 5 * page));
}

static void build_many(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 5000, 10 << 20);
	const bool touched = argc > 1 && !strcmp(argv[1], "touched");
	char *map;

	if (argc > 1 && !touched)
		px_usage("the second argument can only be: touched");
	map = px_map_many(count, touched);
	px_truth("addr", "%lx", (unsigned long)map);
	px_truth("end", "%lx", (unsigned long)(map + count * px_page()));
	px_truth("count", "%zu", count);
	px_truth("rss", "%zu", touched ? (count + 1) / 2 * px_page() / 1024 : 0);
}

static void build_sysv(int argc, char **argv)
{
	const size_t size = px_number(argc, argv, 0, 4, 1 << 20) * px_page();
	const int id = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
	void *map;
	int error;

	if (id < 0)
		px_skip("shmget: %s", strerror(errno));
	map = shmat(id, NULL, 0);
	error = errno;
	/* Marked at once, so it goes with this process whatever happens. */
	shmctl(id, IPC_RMID, NULL);
	if (map == (void *)-1)
		px_skip("shmat: %s", strerror(error));
	px_touch(map, px_page(), RW);
	px_truth("shmid", "%d", id);
	px_truth("addr", "%lx", (unsigned long)map);
}

static void build_hugetlb(int argc, char **argv)
{
	const size_t size = 2 << 20;
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	bool touched = true;
	void *map = mmap(NULL, size, RW, flags, -1, 0);

	(void)argc, (void)argv;
	if (map != MAP_FAILED) {
		px_touch(map, px_page(), RW);
	} else {
		/* None is free, but an address range of them needs none. */
		touched = false;
		map = mmap(NULL, size, RW, flags | MAP_NORESERVE, -1, 0);
	}
	if (map == MAP_FAILED)
		px_skip("no huge pages: %s", strerror(errno));
	px_truth("addr", "%lx", (unsigned long)map);
	px_truth("touched", "%d", touched);
}

static void map_named(const char *name)
{
	void *map = px_map(px_page(), RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	px_touch(map, px_page(), RW);
	if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, map, px_page(), name)) {
		if (errno == EINVAL)
			px_skip("no CONFIG_ANON_VMA_NAME, or it refuses the name");
		px_fail("PR_SET_VMA_ANON_NAME");
	}
	px_truth("addr", "%lx", (unsigned long)map);
}

static void build_named_anon(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		map_named(argv[i]);
	if (!argc)
		map_named("simple");
}

const struct px_shape px_shapes_memory[] = {
	{ "anon", "[PAGES [TOUCHED]]", "private anonymous memory, partly touched", build_anon },
	{ "shared-anon", "[PAGES]", "shared anonymous memory, one page touched",
		build_shared_anon },
	{ "adjacent", "", "two mappings without a gap: rw-p of 1 page, r--p of 2", build_adjacent },
	{ "guard", "", "four pages between two guard pages", build_guard },
	{ "many", "[COUNT [touched]]",
		"COUNT mappings of a page, r--p and rw-p in turn; touched: "
		"the r--p half is resident",
		build_many },
	{ "sysv", "[PAGES]", "a SysV shared memory segment", build_sysv },
	{ "hugetlb", "", "a mapping of huge pages, touched where one is free", build_hugetlb },
	{ "named-anon", "[NAME...]", "anonymous memory with names given by prctl",
		build_named_anon },
	{ .name = NULL },
};
