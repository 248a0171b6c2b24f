/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The floor: reads files into a buffer of 64 KiB and throws them away.
 *
 * px_read [-c] [-j THREADS] FILE...               Each file.
 * px_read [-c] [-j THREADS] -p NAME[,NAME...] PID...  /proc/PID/NAME, all of a process by one
 *                                                 thread, one after the other.
 *
 * -c prints the number of read() calls, the last one of each file included, which returns 0, and
 * the number of bytes: "READS BYTES". -j says how many threads take operands off the list; without
 * it, none is created. Status 1 where something could not be read.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_SIZE = 65536, MAX_THREADS = 1024 };

struct counts {
	uint64_t reads, bytes;
	bool failed;
};

static char **operands;
static size_t operand_count;
static size_t next_operand;
static const char
	*names; /* Of files in a process's folder, with commas; NULL: operands are files. */

static void complain(const char *path, struct counts *counts)
{
	fprintf(stderr, "px_read: %s: %s\n", path, strerror(errno));
	counts->failed = true;
}

static void read_file(const char *path, char *buffer, struct counts *counts)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0) {
		complain(path, counts);
		return;
	}
	do {
		got = read(fd, buffer, BUFFER_SIZE);
		counts->reads++;
		if (got > 0)
			counts->bytes += (uint64_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		complain(path, counts);
	close(fd);
}

static void read_process(const char *pid, char *buffer, struct counts *counts)
{
	for (const char *name = names; *name;) {
		const int length = (int)strcspn(name, ",");
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "/proc/%s/%.*s", pid, length, name);
		read_file(path, buffer, counts);
		name += length;
		name += *name == ',';
	}
}

static void *work(void *arg)
{
	struct counts *counts = arg, mine = { .failed = false };
	char buffer[BUFFER_SIZE];
	size_t i;

	while ((i = __atomic_fetch_add(&next_operand, 1, __ATOMIC_RELAXED)) < operand_count) {
		if (names)
			read_process(operands[i], buffer, &mine);
		else
			read_file(operands[i], buffer, &mine);
	}
	*counts = mine;
	return NULL;
}

/* The calling thread is one of them. */
static struct counts work_with(size_t threads)
{
	static pthread_t others[MAX_THREADS];
	static struct counts counts[MAX_THREADS];

	for (size_t i = 1; i < threads; i++) {
		errno = pthread_create(&others[i], NULL, work, &counts[i]);
		if (errno) {
			complain("pthread_create", &counts[0]);
			exit(1);
		}
	}
	work(&counts[0]);
	for (size_t i = 1; i < threads; i++) {
		pthread_join(others[i], NULL);
		counts[0].reads += counts[i].reads;
		counts[0].bytes += counts[i].bytes;
		counts[0].failed |= counts[i].failed;
	}
	return counts[0];
}

static _Noreturn void usage(void)
{
	fputs("Usage: px_read [-c] [-j THREADS] FILE...\n"
	      "       px_read [-c] [-j THREADS] -p NAME[,NAME...] PID...\n",
		stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	struct counts counts;
	bool is_counted = false;
	int threads = 1, option;

	while ((option = getopt(argc, argv, "+cj:p:")) != -1) {
		switch (option) {
		case 'c':
			is_counted = true;
			break;
		case 'j':
			threads = atoi(optarg);
			break;
		case 'p':
			names = optarg;
			break;
		default:
			usage();
		}
	}
	if (optind == argc || threads < 1 || threads > MAX_THREADS)
		usage();
	operands = argv + optind;
	operand_count = (size_t)(argc - optind);
	counts = work_with((size_t)threads);
	if (is_counted)
		printf("%" PRIu64 " %" PRIu64 "\n", counts.reads, counts.bytes);
	return counts.failed;
}
