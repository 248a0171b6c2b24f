/* Shapes of px_target that need more of the machine than others: swap space, huge pages, room.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define MIB ((size_t)1 << 20)
#define RW (PROT_READ | PROT_WRITE)

/* A child that has done this with the memory, and then idles. */
static void have_child(char *map, size_t length, int prot)
{
	int ends[2];
	char byte = 0;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		px_fail("pipe");
	child = px_fork();
	if (child == 0) {
		if (map)
			px_touch(map, length, prot);
		if (write(ends[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		px_fail("a child");
	close(ends[0]);
	px_truth("child", "%ld", (long)child);
}

/* Memory in pages of the usual size. */
static char *map_small(size_t length, int flags, int fd)
{
	char *map = px_map(length, RW, flags, fd);

	/* Others cannot be had page by page; not every kernel has them. */
	(void)madvise(map, length, MADV_NOHUGEPAGE);
	px_touch(map, length, RW);
	return map;
}

/* Commands are lines of standard input: out, in, fork; each is answered with "done". */
static void build_swappable(int argc, char **argv)
{
	const size_t private_length = px_number(argc, argv, 0, 32, 1024) * MIB;
	const size_t shared_length = px_number(argc, argv, 1, 16, 1024) * MIB;
	char *private_map = map_small(private_length, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *shared_map = map_small(shared_length, MAP_SHARED | MAP_ANONYMOUS, -1);
	char line[16];

	px_truth("private", "%lx %zu", (unsigned long)private_map, private_length / 1024);
	px_truth("shared", "%lx %zu", (unsigned long)shared_map, shared_length / 1024);
	px_ready();
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "out\n") == 0 &&
			(madvise(private_map, private_length, MADV_PAGEOUT) ||
				madvise(shared_map, shared_length, MADV_PAGEOUT)))
			px_fail("MADV_PAGEOUT");
		if (strcmp(line, "in\n") == 0) {
			px_touch(private_map, private_length, RW);
			px_touch(shared_map, shared_length, RW);
		}
		if (strcmp(line, "fork\n") == 0)
			have_child(NULL, 0, RW);
		puts("done");
		fflush(stdout);
	}
}

/* What the kernel makes huge pages of, if nobody says what size they are to have. */
static size_t huge_page(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long found = 0;
	char line[128];

	while (file && !found && fgets(line, sizeof(line), file))
		if (sscanf(line, "Hugepagesize: %lu kB", &found) != 1)
			found = 0;
	if (file)
		fclose(file);
	if (!found)
		px_skip("the kernel has no huge pages");
	return found * 1024;
}

/* Touches so many huge pages and says so: "huge LABEL ADDRESS KBYTES RESIDENT". */
static void use_huge(const char *label, char *map, size_t length, size_t pages)
{
	const size_t page = huge_page();

	if (map == MAP_FAILED)
		px_skip("no huge pages: %s", strerror(errno));
	for (size_t i = 0; i < pages; i++)
		map[i * page] = 1;
	px_truth("huge", "%s %lx %zu %zu", label, (unsigned long)map, length / 1024,
		pages * page / 1024);
}

static void map_huge_segment(size_t length)
{
	const int id = shmget(IPC_PRIVATE, length, IPC_CREAT | SHM_HUGETLB | 0600);
	char *map;

	if (id < 0)
		px_skip("shmget: %s", strerror(errno));
	map = shmat(id, NULL, 0);
	/* Marked at once, so it goes with this process whatever happens. */
	shmctl(id, IPC_RMID, NULL);
	use_huge("sysv", map, length, 1);
}

/* The file system is mounted for this process alone, and goes with it. */
static void map_huge_file(size_t length)
{
	int folder, fd;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		(mkdir("huge", 0700) && errno != EEXIST) ||
		mount("none", "huge", "hugetlbfs", 0, NULL)) {
		px_truth("without", "hugetlbfs: %s", strerror(errno));
		return;
	}
	folder = open("huge", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		px_fail("huge");
	fd = px_make_file(folder, "pages", 0);
	if (ftruncate(fd, (off_t)length))
		px_fail("ftruncate");
	use_huge("file", mmap(NULL, length, RW, MAP_PRIVATE, fd, 0), length, 1);
	close(fd);
}

static void build_huge_pages(int argc, char **argv)
{
	const size_t length = 2 * huge_page();
	const int anonymous = MAP_ANONYMOUS | MAP_HUGETLB;
	char *shared_map = mmap(NULL, length, RW, MAP_SHARED | anonymous, -1, 0);
	int fd;

	(void)argc, (void)argv;
	use_huge("both", shared_map, length, 2);
	/* Before there is anything else that it would have, too. */
	have_child(shared_map, length, PROT_READ);
	use_huge("shared", mmap(NULL, length, RW, MAP_SHARED | anonymous, -1, 0), length, 2);
	use_huge("private", mmap(NULL, length, RW, MAP_PRIVATE | anonymous, -1, 0), length, 1);
	fd = memfd_create("huge", MFD_CLOEXEC | MFD_HUGETLB);
	if (fd < 0 || ftruncate(fd, (off_t)length))
		px_skip("memfd_create: %s", strerror(errno));
	use_huge("memfd", mmap(NULL, length, RW, MAP_SHARED, fd, 0), length, 2);
	close(fd);
	map_huge_segment(length);
	map_huge_file(length);
}

/* So many MiB of each kind of memory that AnonPages and Mapped of /proc/meminfo count. */
static void build_roomy(int argc, char **argv)
{
	const size_t anonymous = px_number(argc, argv, 0, 16, 1 << 20) * MIB;
	const size_t file = px_number(argc, argv, 1, 16, 1 << 20) * MIB;
	const size_t shared = px_number(argc, argv, 2, 16, 1 << 20) * MIB;
	const size_t children = px_number(argc, argv, 3, 3, 100);
	const int fd = px_make_file(AT_FDCWD, "file", 0);
	char *map;

	if (posix_fallocate(fd, 0, (off_t)file))
		px_skip("no room for a file of %zu MiB", file / MIB);
	px_touch(px_map(anonymous, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1), anonymous, RW);
	map = px_map(file, PROT_READ, MAP_SHARED, fd);
	px_touch(map, file, PROT_READ);
	map = px_map(shared, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
	px_touch(map, shared, RW);
	for (size_t i = 0; i < children; i++)
		have_child(map, shared, RW);
	close(fd);
}

const struct px_shape px_shapes_real[] = {
	{ "swappable", "[PRIVATE [SHARED]]",
		"so many MiB of anonymous memory; the lines out, in and fork on standard input "
		"make it so",
		build_swappable },
	{ "huge-pages", "",
		"huge pages of each origin, some of them shared with a child; needs 12 that are "
		"free",
		build_huge_pages },
	{ "roomy", "[ANONYMOUS [FILE [SHARED [CHILDREN]]]]",
		"so many MiB of each, touched; the children have touched what is shared",
		build_roomy },
	{ .name = NULL },
};
