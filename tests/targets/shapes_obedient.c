/* The shape of px_target that does as it is told, so that a test can have things happen to it while
 * it is being looked at.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Becomes another program with another map, which says "pid N" and "ready" once more. */
static void begin_anew(void)
{
	static char name[] = "px_target", shape[] = "anon", pages[] = "7";
	char *arguments[] = { name, shape, pages, NULL };

	execv("/proc/self/exe", arguments);
	px_fail("execv");
}

static _Noreturn void *idle(void *arg)
{
	px_truth("tid", "%ld", syscall(SYS_gettid));
	px_ready();
	(void)arg;
	for (;;)
		pause();
}

/* Commands are lines of standard input: exit, exec, unmap; the last is answered with "done". */
static void build_obedient(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 64, 60000);
	const size_t half = count / 2 * px_page();
	char *many = px_map_many(count, true);
	char line[16];
	pthread_t thread;

	px_truth("many", "%lx", (unsigned long)many);
	px_truth("half", "%lx", (unsigned long)(many + half));
	/* That one is ready, too, when it says so. */
	if (pthread_create(&thread, NULL, idle, NULL))
		px_fail("pthread_create");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "exit\n") == 0)
			_exit(0);
		if (strcmp(line, "exec\n") == 0)
			begin_anew();
		if (strcmp(line, "unmap\n") == 0 && munmap(many + half, count * px_page() - half))
			px_fail("munmap");
		puts("done");
		fflush(stdout);
	}
	_exit(0);
}

const struct px_shape px_shapes_obedient[] = {
	{ "obedient", "[COUNT]",
		"as many COUNT touched, and a thread; the lines exit, exec and unmap (the upper half) on standard "
		"input make it so",
		build_obedient },
	{ .name = NULL },
};
