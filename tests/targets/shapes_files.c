/* Shapes of px_target made of files: ordinary, deleted, memfd, odd names, long paths.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the name begins in a line of /proc/PID/maps on 64-bit kernels. */
#define NAME_COLUMN 73
/* What pmap's buffer takes of a line at a time. */
#define PMAP_PIECE 1023

static void tell(void *map, int fd, const char *label, const char *name)
{
	char prefix[80];
	struct stat about;

	if (fstat(fd, &about))
		px_fail("fstat");
	snprintf(prefix, sizeof(prefix), "%lx %lu %s", (unsigned long)map,
		(unsigned long)about.st_ino, label);
	px_truth_bytes("file", prefix, name, strlen(name));
}

/* Maps one file of the folder, and says so: "file ADDRESS INODE LABEL NAME-IN-HEX". */
static void map_file(int dir, const char *label, const char *name, int prot, int sharing)
{
	const size_t length = px_page();
	const int fd = px_make_file(dir, name, 1);
	void *map = px_try_map(length, prot, sharing, fd);

	if (map == MAP_FAILED) {
		if (errno == EPERM && (prot & PROT_EXEC))
			px_skip("files here may not be mapped executable");
		px_fail("mmap");
	}
	px_touch(map, length, prot);
	px_keep_clean(fd);
	tell(map, fd, label, name);
	close(fd);
}

static void build_file(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		map_file(AT_FDCWD, "arg", argv[i], PROT_READ, MAP_PRIVATE);
	if (!argc)
		map_file(AT_FDCWD, "plain", "plain", PROT_READ, MAP_PRIVATE);
}

static void build_file_modes(int argc, char **argv)
{
	static const char *const modes[] = { "-", "r", "w", "x", "rw", "rx", "wx", "rwx" };
	char name[16];

	(void)argc, (void)argv;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		snprintf(name, sizeof(name), "p-%s", modes[i]);
		map_file(AT_FDCWD, "private", name, px_prot(modes[i]), MAP_PRIVATE);
		snprintf(name, sizeof(name), "s-%s", modes[i]);
		map_file(AT_FDCWD, "shared", name, px_prot(modes[i]), MAP_SHARED);
	}
}

static void build_file_offset(int argc, char **argv)
{
	const size_t page = px_page();
	const int fd = px_make_file(AT_FDCWD, "offset", 8);
	char *map = px_map(8 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);

	(void)argc, (void)argv;
	/* A hole in the middle: what is above it begins at page 5 of the file. */
	if (munmap(map + 3 * page, 2 * page))
		px_fail("munmap");
	px_touch(map, 3 * page, PROT_READ | PROT_WRITE);
	px_keep_clean(fd);
	tell(map + 5 * page, fd, "offset", "offset");
	px_truth("offset", "%zx", 5 * page);
	close(fd);
}

static void build_deleted(int argc, char **argv)
{
	map_file(AT_FDCWD, "deleted", argc ? argv[0] : "gone", PROT_READ, MAP_PRIVATE);
	px_unlink_newest();
}

static void map_memfd(const char *name)
{
	const int prot = PROT_READ | PROT_WRITE;
	const int fd = memfd_create(name, MFD_CLOEXEC);
	void *map;

	if (fd < 0)
		px_skip("memfd_create: %s", strerror(errno));
	if (ftruncate(fd, (off_t)px_page()))
		px_fail("ftruncate");
	map = px_map(px_page(), prot, MAP_SHARED, fd);
	px_touch(map, px_page(), prot);
	tell(map, fd, "memfd", name);
	close(fd);
}

static void build_memfd(int argc, char **argv)
{
	static const char *const odd[] = { "plain", "x/SYSVy", "with/slash", "end/", "/", "" };

	for (int i = 0; i < argc; i++)
		map_memfd(argv[i]);
	for (size_t i = 0; !argc && i < sizeof(odd) / sizeof(odd[0]); i++)
		map_memfd(odd[i]);
}

/* File names that are hard to print or to tell apart. The labels are the arguments of "names". */
static const struct {
	const char *label, *name;
} names[] = {
	{ "blanks", "with space  two" },
	{ "leading", " leading" },
	{ "trailing", "trailing " },
	{ "newline", "new\nline" },
	{ "backslash", "lit\\012x" },
	{ "not-deleted", "fake (deleted)" },
	{ "brackets", "[x]" },
	{ "heap", "[heap]" },
	{ "sysv", "SYSV00000000" },
	{ "key", "Rss: 99999999 kB" },
	{ "maps-line", "7fff00000000-7fff40000000 rwxp 00000000 00:00 0" },
	{ "blank", " " },
	{ "escape", "esc\033[31mred\033[0m" },
	{ "tab", "tab\tx" },
	{ "return", "cr\rbel\adel\177x" },
	{ "utf8", "utf8-\303\251\342\202\254\360\237\230\200" },
	{ "invalid", "bad-\377\376\303(" },
	{ "c1",
		"c1-\302\233"
		"31mx" },
	{ "private-use", "pua-\356\200\200\363\260\200\200x" },
	{ "separators", "ls-\342\200\250ps-\342\200\251x" },
	{ "bidi", "rlo-\342\200\256gnp.exe" },
	{ "isolates", "iso-\342\201\246a\342\201\251x" },
	{ "surrogate", "sur-\355\240\200x" },
	{ "overlong", "over-\300\257-\340\200\257x" },
	{ "beyond", "beyond-\364\220\200\200x" },
	{ "cut", "cut-\342\202" },
	{ "latin1", "lat-\351\233x" },
};

static void build_names(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool wanted = argc == 0;

		for (int k = 0; k < argc; k++)
			wanted |= !strcmp(argv[k], names[i].label);
		if (wanted)
			map_file(AT_FDCWD, names[i].label, names[i].name, PROT_READ, MAP_PRIVATE);
	}
}

/* Folders below the current one, so that a file called last in the innermost has a path of total
 * bytes. Returns that folder. */
static int make_depth(size_t total, size_t last)
{
	char here[PATH_MAX], name[NAME_MAX + 1];
	int dir = AT_FDCWD;
	size_t fill;

	if (!getcwd(here, sizeof(here)))
		px_fail("getcwd");
	if (total < strlen(here) + 1 + last)
		px_skip("the current folder's path is too long for a path of %zu bytes", total);
	fill = total - strlen(here) - 1 - last;
	if (fill == 1)
		px_skip("a path of %zu bytes would need a folder without a name", total);
	for (int i = 0; fill > 0; i++) {
		/* A slash and at most 200 bytes, never leaving a lone slash for the next. */
		size_t take = fill <= 201 ? fill : fill == 202 ? 200 : 201;

		memset(name, 'x', sizeof(name));
		name[0] = 'd';
		name[1] = (char)('a' + i % 26);
		name[take - 1] = '\0';
		dir = px_make_folder(dir, name);
		fill -= take;
	}
	return dir;
}

static void map_deep(size_t total, const char *last, const char *prot, const char *sharing)
{
	const int dir = make_depth(total, strlen(last));

	map_file(dir, "deep", last, px_prot(prot), px_sharing(sharing));
	px_truth("length", "%zu", total);
}

static void build_path(int argc, char **argv)
{
	if (argc < 1)
		px_usage("a length is missing");
	map_deep(px_number(argc, argv, 0, 0, 100000), argc > 1 ? argv[1] : "f.so",
		argc > 2 ? argv[2] : "r", argc > 3 ? argv[3] : "p");
}

static void build_forge(int argc, char **argv)
{
	const char *text = argc > 0 ? argv[0] : "7fff00000000-7fff40000000 rwxp 00000000 00:00 0";

	if (sizeof(void *) != 8)
		px_skip("the place in the line is for 64-bit processes");
	map_deep(PMAP_PIECE - NAME_COLUMN + strlen(text), text, argc > 1 ? argv[1] : "rw",
		argc > 2 ? argv[2] : "p");
}

/* Puts the file or folder "mounted" on a mount of its own, maps path, which is in it, and detaches
 * the mount. */
static void map_detached(const char *path, const char *name)
{
	int fd;
	void *map;

	if (unshare(CLONE_NEWNS))
		px_skip("unshare: %s", strerror(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		px_skip("mount: %s", strerror(errno));
	if (mount("mounted", "mounted", NULL, MS_BIND, NULL))
		px_skip("mount: %s", strerror(errno));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		px_fail("open");
	map = px_map(px_page(), PROT_READ, MAP_PRIVATE, fd);
	px_touch(map, px_page(), PROT_READ);
	px_keep_clean(fd);
	tell(map, fd, "detached", name);
	close(fd);
	if (umount2("mounted", MNT_DETACH))
		px_fail("umount2");
}

/* The kernel calls a file "/" that is the root of its mount. */
static void build_detached(int argc, char **argv)
{
	(void)argc, (void)argv;
	close(px_make_file(AT_FDCWD, "mounted", 1));
	map_detached("mounted", "/");
}

/* And "/NAME" one that is in the root. */
static void build_detached_folder(int argc, char **argv)
{
	const char *name = argc ? argv[0] : "[heap]";
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "mounted/%s", name);
	close(px_make_file(px_make_folder(AT_FDCWD, "mounted"), name, 1));
	map_detached(path, name);
}

const struct px_shape px_shapes_files[] = {
	{ "file", "[NAME...]", "files of one page, mapped read-only", build_file },
	{ "file-modes", "", "a file with each permission, private and shared", build_file_modes },
	{ "file-offset", "", "a file mapped in two pieces", build_file_offset },
	{ "deleted", "[NAME]", "a file that was deleted", build_deleted },
	{ "memfd", "[NAME...]", "memfds, by default with odd names (x/SYSVy, with/slash, end/ ...)",
		build_memfd },
	{ "names", "[LABEL...]", "files with all odd names, or those with these labels",
		build_names },
	{ "path", "LENGTH [LAST [PROT [s|p]]]",
		"a file whose whole path has LENGTH bytes and ends in "
		"LAST",
		build_path },
	{ "forge", "[TEXT [PROT [s|p]]]", "a file called TEXT, at byte 1023 of its line in maps",
		build_forge },
	{ "detached", "", "a file whose mount is detached, shown as /", build_detached },
	{ "detached-folder", "[NAME]", "a file in a mount that is detached, shown as /NAME",
		build_detached_folder },
	{ .name = NULL },
};
