/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a command and writes down what it cost.
 *
 * px_spawn RESULTS COMMAND [ARG...]    COMMAND is an absolute path. Appends a line to the file
 *                                      RESULTS: wall_ns user_us system_us maxrss_kb status
 *
 * Wall time is from just before posix_spawn() to the return of wait4(). A small program has to do
 * this, as the kernel counts the memory of who called vfork() as the child's: Python, which is
 * large, would be all that ru_maxrss shows. Ends with the command's status, 128 + N where signal N
 * ended it, 127 where it could not be started.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CANNOT = 127 };

static int complain(const char *what, int error)
{
	fprintf(stderr, "px_spawn: %s: %s\n", what, strerror(error));
	return CANNOT;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t as_us(struct timeval time)
{
	return (int64_t)time.tv_sec * 1000000 + time.tv_usec;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	int64_t wall_ns;
	int results, error, state, status;
	pid_t child;

	if (argc < 3) {
		fputs("Usage: px_spawn RESULTS COMMAND [ARG...]\n", stderr);
		return CANNOT;
	}
	results = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (results < 0)
		return complain(argv[1], errno);

	wall_ns = now_ns();
	error = posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ);
	if (error)
		return complain(argv[2], error);
	while (wait4(child, &state, 0, &usage) < 0) {
		if (errno != EINTR)
			return complain("wait4", errno);
	}
	wall_ns = now_ns() - wall_ns;

	status = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
	if (dprintf(results, "%" PRId64 " %" PRId64 " %" PRId64 " %ld %d\n", wall_ns,
		    as_us(usage.ru_utime), as_us(usage.ru_stime), usage.ru_maxrss, status) < 0)
		return complain(argv[1], errno);
	return status;
}
