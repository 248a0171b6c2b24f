/* The shape of px_target that leaks, of a kind that is asked for, so that a test can find it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* How much is lost each time, in bytes. */
#define LOST ((size_t)8 * 1024 * 1024)
/* In blocks that malloc takes from a heap. */
#define BLOCK ((size_t)4096)
/* In threads, of the stack of each so much. */
#define THREADS 8

/* Unlike px_map(), wherever the kernel likes, which is another place in each run. */
static void *map_anywhere(size_t length, int flags, int fd)
{
	void *map = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (map == MAP_FAILED)
		px_fail("mmap");
	memset(map, 1, length);
	return map;
}

/* malloc() of other threads than the first takes from arenas of their own. */
static void lose_blocks(size_t length)
{
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__)
	px_skip("malloc is not that of glibc");
#endif
	for (size_t lost = 0; lost < length; lost += BLOCK) {
		void *block = malloc(BLOCK);

		if (block == NULL)
			px_fail("malloc");
		/* The compiler is not to see that nobody wants it. */
		__asm__ volatile("" : : "r"(memset(block, 1, BLOCK)) : "memory");
	}
}

static void lose_file(size_t length)
{
	static int number;
	char name[32];

	snprintf(name, sizeof(name), "leak-%d", number++);
	map_anywhere(length, MAP_PRIVATE, px_make_file(AT_FDCWD, name, length / px_page()));
}

/* A thread, and what it does before it idles. */
struct begun {
	void (*work)(size_t length);
	size_t length;
	int done;
};

static _Noreturn void *begin(void *arg)
{
	struct begun *begun = arg;

	begun->work(begun->length);
	__atomic_store_n(&begun->done, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
}

static void have_thread(void (*work)(size_t length), size_t length)
{
	struct begun begun = { .work = work, .length = length };
	pthread_t thread;

	if (pthread_create(&thread, NULL, begin, &begun))
		px_fail("pthread_create");
	while (!__atomic_load_n(&begun.done, __ATOMIC_SEQ_CST))
		usleep(1000);
}

static void fill_stack(size_t length)
{
	char bytes[LOST / THREADS];

	memset(bytes, 1, length);
	__asm__ volatile("" : : "r"(bytes) : "memory");
}

static void lose_stacks(size_t length)
{
	for (int i = 0; i < THREADS; i++)
		have_thread(fill_stack, length / THREADS);
}

static void lose_in_arena(size_t length)
{
	have_thread(lose_blocks, length);
}

static void lose_map(size_t length)
{
	map_anywhere(length, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void lose_shared(size_t length)
{
	map_anywhere(length, MAP_SHARED | MAP_ANONYMOUS, -1);
}

/* Commands are what leaks are called; as arguments, they leak before all is ready. */
static void leak(const char *what)
{
	static const struct {
		const char *name;
		void (*lose)(size_t length);
	} leaks[] = { { "heap", lose_blocks }, { "map", lose_map }, { "file", lose_file },
		{ "stacks", lose_stacks }, { "arena", lose_in_arena }, { "shm", lose_shared } };

	for (size_t i = 0; i < sizeof(leaks) / sizeof(leaks[0]); i++)
		if (strcmp(leaks[i].name, what) == 0) {
			leaks[i].lose(LOST);
			return;
		}
	px_usage(what);
}

static void build_leaking(int argc, char **argv)
{
	char line[16];

	px_truth("lost", "%zu", LOST / 1024);
	for (int i = 0; i < argc; i++)
		leak(argv[i]);
	px_ready();
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		leak(line);
		puts("done");
		fflush(stdout);
	}
}

const struct px_shape px_shapes_leaking[] = {
	{ "leaking", "[heap|map|file|stacks|arena|shm ...]",
		"has lost 8 MiB of each; the same words on standard input make it lose more",
		build_leaking },
	{ .name = NULL },
};
