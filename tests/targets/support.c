/* Ground truth, mappings, cleaning up and holding still, for the shapes of px_target.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

void px_truth(const char *key, const char *format, ...)
{
	va_list args;

	printf("%s ", key);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void px_truth_bytes(const char *key, const char *prefix, const void *bytes, size_t length)
{
	const unsigned char *byte = bytes;

	printf("%s %s ", key, prefix);
	for (size_t i = 0; i < length; i++)
		printf("%02x", byte[i]);
	putchar('\n');
}

/* What to remove at the end, newest first. */

struct entry {
	int dir;
	bool is_folder;
	char *name;
};

static struct entry *entries;
static size_t entry_count;
static pid_t *children;
static size_t child_count;
static pid_t owner;

/* Async-signal-safe. */
static void clean_up(void)
{
	if (owner != getpid())
		return;
	for (size_t i = child_count; i-- > 0;)
		kill(children[i], SIGKILL);
	/* Not left to process 1, which in a container may be slow to. */
	for (size_t i = child_count; i-- > 0;)
		waitpid(children[i], NULL, 0);
	child_count = 0;
	for (size_t i = entry_count; i-- > 0;)
		unlinkat(entries[i].dir, entries[i].name, entries[i].is_folder ? AT_REMOVEDIR : 0);
	entry_count = 0;
}

static void on_signal(int number)
{
	clean_up();
	_exit(128 + number);
}

static void clean_up_at_exit(void)
{
	static const int signals[] = { SIGHUP, SIGINT, SIGTERM };

	if (owner)
		return;
	owner = getpid();
	atexit(clean_up);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], on_signal);
}

static void remember(int dir, const char *name, bool is_folder)
{
	struct entry *more = realloc(entries, (entry_count + 1) * sizeof(*more));
	char *copy = strdup(name);

	if (!more || !copy)
		px_fail("memory");
	entries = more;
	entries[entry_count] = (struct entry){ .dir = dir, .is_folder = is_folder, .name = copy };
	entry_count++;
	clean_up_at_exit();
}

void px_ready(void)
{
	px_truth("pid", "%ld", (long)getpid());
	puts("ready");
	fflush(stdout);
}

void px_hold(void)
{
	char byte;
	ssize_t got;

	do
		got = read(STDIN_FILENO, &byte, 1);
	while (got > 0 || (got < 0 && errno == EINTR));
	exit(0);
}

void px_skip(const char *format, ...)
{
	va_list args;

	fputs("skip ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(77);
}

void px_fail(const char *what)
{
	fprintf(stderr, "px_target: %s: %s\n", what, strerror(errno));
	exit(1);
}

void px_usage(const char *what)
{
	fprintf(stderr, "px_target: %s (see px_target --list)\n", what);
	exit(2);
}

size_t px_number(int argc, char **argv, int index, size_t fallback, size_t max)
{
	unsigned long value;
	char *end;

	if (index >= argc)
		return fallback;
	errno = 0;
	value = strtoul(argv[index], &end, 10);
	if (errno || end == argv[index] || *end || value < 1 || value > max)
		px_usage("not a number that fits");
	return value;
}

int px_prot(const char *letters)
{
	int prot = PROT_NONE;

	for (; *letters; letters++) {
		switch (*letters) {
		case 'r':
			prot |= PROT_READ;
			break;
		case 'w':
			prot |= PROT_WRITE;
			break;
		case 'x':
			prot |= PROT_EXEC;
			break;
		case '-':
			break;
		default:
			px_usage("permissions are made of r, w, x and -");
		}
	}
	return prot;
}

int px_sharing(const char *letter)
{
	if (!strcmp(letter, "s"))
		return MAP_SHARED;
	if (!strcmp(letter, "p"))
		return MAP_PRIVATE;
	px_usage("s (shared) or p (private) expected");
}

size_t px_page(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

void *px_try_map(size_t length, int prot, int flags, int fd)
{
	static uintptr_t next = 0x10000000;
	const uintptr_t step = 0x10000;
	const uintptr_t address = next;
	void *map;

	next += (length + 2 * step - 1) / step * step;
	map = mmap((void *)address, length, prot, flags | MAP_FIXED_NOREPLACE, fd, 0);
	if (map == MAP_FAILED && errno == EEXIST)
		map = mmap(NULL, length, prot, flags, fd, 0);
	return map;
}

void *px_map(size_t length, int prot, int flags, int fd)
{
	void *map = px_try_map(length, prot, flags, fd);

	if (map == MAP_FAILED)
		px_fail("mmap");
	return map;
}

char *px_map_many(size_t count, bool touched)
{
	const size_t page = px_page();
	char *map = px_map(count * page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);

	if (touched)
		madvise(map, count * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < count; i += 2) {
		if (touched)
			px_touch(map + i * page, page, PROT_READ | PROT_WRITE);
		if (mprotect(map + i * page, page, PROT_READ)) {
			if (errno == ENOMEM)
				px_skip("no more than %zu mappings (vm.max_map_count)", i);
			px_fail("mprotect");
		}
	}
	return map;
}

void px_touch(void *address, size_t length, int prot)
{
	volatile char *byte = address;

	if (!(prot & PROT_READ))
		return;
	for (size_t i = 0; i < length; i += px_page()) {
		const char seen = byte[i];

		if (prot & PROT_WRITE)
			byte[i] = (char)(seen + 1);
	}
}

int px_make_file(int dir, const char *name, size_t pages)
{
	const int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		/* A file system that wants Unicode, or has short names. */
		if (errno == EILSEQ || errno == EINVAL || errno == ENAMETOOLONG)
			px_skip("the file system refuses the name: %s", strerror(errno));
		px_fail("creating a file");
	}
	remember(dir, name, false);
	for (size_t i = 0; i < pages; i++)
		if (pwrite(fd, "page", 4, (off_t)(i * px_page())) != 4)
			px_fail("writing a file");
	if (ftruncate(fd, (off_t)(pages * px_page())))
		px_fail("ftruncate");
	return fd;
}

void px_keep_clean(int fd)
{
	const unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
		SYNC_FILE_RANGE_WAIT_AFTER;

	/* Not everywhere, and of no matter where files are in memory only. */
	(void)sync_file_range(fd, 0, 0, all);
}

int px_make_folder(int dir, const char *name)
{
	int fd;

	if (mkdirat(dir, name, 0700))
		px_fail("creating a folder");
	remember(dir, name, true);
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		px_fail("opening a folder");
	return fd;
}

void px_unlink_newest(void)
{
	const struct entry *last;

	if (!entry_count)
		return;
	last = &entries[--entry_count];
	if (unlinkat(last->dir, last->name, 0))
		px_fail("unlink");
	free(last->name);
}

pid_t px_fork(void)
{
	const pid_t parent = getpid();
	pid_t *more = realloc(children, (child_count + 1) * sizeof(*more));
	pid_t child;

	if (!more)
		px_fail("memory");
	children = more;
	clean_up_at_exit();
	fflush(stdout);
	child = fork();
	if (child < 0) {
		if (errno == EAGAIN)
			px_skip("no more processes are allowed here");
		px_fail("fork");
	}
	if (child > 0) {
		children[child_count++] = child;
		return child;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	return 0;
}
