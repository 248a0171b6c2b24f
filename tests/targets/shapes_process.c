/* Shapes of px_target that are odd as a process: threads, titles, zombies, unreadable, numerous.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long gettid_number(void)
{
	return syscall(SYS_gettid);
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

/* Threads. */

static const char *thread_name;

static void *idle_thread(void *tid)
{
	if (thread_name)
		prctl(PR_SET_NAME, thread_name);
	__atomic_store_n((long *)tid, gettid_number(), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

static void build_bare_stack(int argc, char **argv)
{
	const size_t page = px_page();
	/* Neighbours that are no guard, so that each is a mapping of its own. */
	char *map = px_map(68 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	pthread_attr_t attributes;
	pthread_t thread;
	long tid = 0;

	(void)argc, (void)argv;
	pthread_attr_init(&attributes);
	if (mprotect(map + 2 * page, 64 * page, PROT_READ | PROT_WRITE) ||
		pthread_attr_setstack(&attributes, map + 2 * page, 64 * page) ||
		pthread_create(&thread, &attributes, idle_thread, &tid))
		px_fail("pthread_create");
	while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
		nap();
	/* And one as it should be. */
	tid = 0;
	if (pthread_create(&thread, NULL, idle_thread, &tid))
		px_skip("no second thread");
	while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
		nap();
	px_truth("stack", "%lx", (unsigned long)(map + 2 * page));
	px_truth("kbytes", "%zu", 64 * page / 1024);
}

static void build_threads(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 3, 10000);

	if (argc > 1)
		thread_name = argv[1];
	/* A number in stat that is not 0, five fields before the one that tells of threads. */
	signal(SIGUSR1, SIG_IGN);
	for (size_t i = 0; i < count; i++) {
		long tid = 0;
		pthread_t thread;

		if (pthread_create(&thread, NULL, idle_thread, &tid))
			px_skip("no more than %zu threads", i);
		while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
			nap();
		px_truth("tid", "%ld", tid);
	}
}

static void *busy_thread(void *tid)
{
	__atomic_store_n((long *)tid, gettid_number(), __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("" ::: "memory");
	return NULL;
}

/* One that runs as long as it is there, and one that waits. */
static void build_busy_thread(int argc, char **argv)
{
	static void *(*const begin[])(void *) = { busy_thread, idle_thread };
	static const char *const keys[] = { "busy", "idle" };

	(void)argc, (void)argv;
	for (size_t i = 0; i < 2; i++) {
		long tid = 0;
		pthread_t thread;

		if (pthread_create(&thread, NULL, begin[i], &tid))
			px_fail("pthread_create");
		while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
			nap();
		px_truth(keys[i], "%ld", tid);
	}
}

static void *fleeting_thread(void *arg)
{
	return arg;
}

static void *begin_threads(void *arg)
{
	pthread_t threads[8];

	for (;;) {
		size_t count = 0;

		while (count < 8 && !pthread_create(&threads[count], NULL, fleeting_thread, arg))
			count++;
		while (count > 0)
			pthread_join(threads[--count], NULL);
	}
	return NULL;
}

static void build_fleeting_threads(int argc, char **argv)
{
	pthread_t thread;

	(void)argc, (void)argv;
	if (pthread_create(&thread, NULL, begin_threads, NULL))
		px_fail("pthread_create");
}

/* Arenas of malloc. */

static void *arena_thread(void *ready)
{
	/* Small, so that it is not mapped by itself. */
	void *block = malloc(1000);

	if (!block)
		px_fail("malloc");
	px_truth("arena", "%" PRIxPTR, (uintptr_t)block);
	__atomic_store_n((int *)ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

/* A thread that asks for memory gets an arena of its own, as long as there may be more of them. */
static void build_arenas(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 8, 1000);

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
	mallopt(M_ARENA_MAX, (int)count + 1);
#else
	px_skip("malloc is not that of glibc");
#endif
	for (size_t i = 0; i < count; i++) {
		int ready = 0;
		pthread_t thread;

		if (pthread_create(&thread, NULL, arena_thread, &ready))
			px_skip("no more than %zu threads", i);
		while (!__atomic_load_n(&ready, __ATOMIC_SEQ_CST))
			nap();
	}
}

/* The state letter of a process: what follows the last ')' of its stat. */
static char state_of(pid_t pid)
{
	char path[64], text[512], *end;
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	stat = fopen(path, "re");
	if (!stat)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, stat)] = '\0';
	fclose(stat);
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : 0;
}

/* Wait until the first thread of a process has exited. */
static void await_leader(pid_t pid)
{
	for (int tries = 0; state_of(pid) != 'Z'; tries++) {
		if (tries == 5000)
			px_skip("the leader does not become a zombie");
		nap();
	}
}

static void *surviving_thread(void *arg)
{
	(void)arg;
	prctl(PR_SET_NAME, "survivor");
	await_leader(getpid());
	px_truth("tid", "%ld", gettid_number());
	px_ready();
	px_hold();
}

/* Whether a process has a map with something in it. */
static bool has_map(pid_t pid)
{
	char path[64];
	FILE *maps;
	bool result;

	snprintf(path, sizeof(path), "/proc/%ld/maps", (long)pid);
	maps = fopen(path, "re");
	result = maps && fgetc(maps) != EOF;
	if (maps)
		fclose(maps);
	return result;
}

/* As long as some ticks of the clock that tells when threads have begun. */
#define LATER_NAPS 30

static void build_leader_exited(int argc, char **argv)
{
	pthread_t thread;

	(void)argc, (void)argv;
	/* The thread has begun later than the process, and both tell when. */
	for (int i = 0; i < LATER_NAPS; i++)
		nap();
	if (pthread_create(&thread, NULL, surviving_thread, NULL))
		px_fail("pthread_create");
	pthread_exit(NULL);
}

/* Of a child of build_leaders_exited: it ends with the target, too. */
static void *left_behind(void *arg)
{
	(void)arg;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return NULL;
}

static void build_leaders_exited(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 2, 100);

	for (size_t i = 0; i < count; i++) {
		const pid_t child = px_fork();
		pthread_t thread;

		if (!child) {
			close(STDIN_FILENO);
			close(STDOUT_FILENO);
			if (pthread_create(&thread, NULL, left_behind, NULL))
				_exit(1);
			pthread_exit(NULL);
		}
		await_leader(child);
		px_truth("child", "%ld", (long)child);
	}
}

/* Titles. Chosen argument vectors need a fresh image: what to do there is handed over in a memfd
 * on a fixed descriptor, so that arguments and environment are free. */

#define STAGE_FD 200

struct stage {
	char magic[16];
	char comm[16];
	size_t raw; /* Bytes that follow, to be written over the whole argument area; or 0. */
};

static const char stage_magic[16] = "px_target stage";

static void exec_stage(const char *comm, const char *raw, size_t length, char **argv)
{
	static char *no_environment[] = { NULL };
	struct stage stage = { .raw = length };
	const int fd = memfd_create("stage", 0);

	memcpy(stage.magic, stage_magic, sizeof(stage.magic));
	memcpy(stage.comm, comm, strnlen(comm, sizeof(stage.comm) - 1));
	if (fd < 0)
		px_skip("memfd_create: %s", strerror(errno));
	if (write(fd, &stage, sizeof(stage)) != sizeof(stage))
		px_fail("memfd");
	if (write(fd, raw, length) != (ssize_t)length)
		px_fail("memfd");
	if (dup2(fd, STAGE_FD) < 0)
		px_fail("dup2");
	close(fd);
	fflush(stdout);
	execve("/proc/self/exe", argv, length ? no_environment : environ);
	px_fail("execve");
}

void px_resume_title(int argc, char **argv)
{
	struct stage stage;

	if (pread(STAGE_FD, &stage, sizeof(stage), 0) != sizeof(stage) ||
		memcmp(stage.magic, stage_magic, sizeof(stage.magic)) != 0)
		return;
	prctl(PR_SET_NAME, stage.comm);
	/* Without an environment the kernel takes nothing after a missing last NUL. */
	if (stage.raw &&
		(argc < 1 || strlen(argv[0]) + 1 != stage.raw ||
			pread(STAGE_FD, argv[0], stage.raw, sizeof(stage)) != (ssize_t)stage.raw))
		px_skip("the argument area has another size");
	close(STAGE_FD);
	px_ready();
	px_hold();
}

static void build_title(int argc, char **argv)
{
	if (argc < 1)
		px_usage("a command name is missing");
	exec_stage(argv[0], "", 0, argv + 1);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	if (!found)
		px_usage("bytes are written as lowercase hex digits");
	return (int)(found - digits);
}

static void build_title_raw(int argc, char **argv)
{
	char *raw, *filler[] = { NULL, NULL };
	size_t length;

	if (argc != 2)
		px_usage("a command name and bytes are needed");
	length = strlen(argv[1]) / 2;
	raw = malloc(length + 1);
	filler[0] = malloc(length + 1);
	if (!raw || !filler[0])
		px_fail("memory");
	if (length < 1)
		px_usage("no bytes");
	for (size_t i = 0; i < length; i++)
		raw[i] = (char)(hex_digit(argv[1][2 * i]) * 16 + hex_digit(argv[1][2 * i + 1]));
	/* Its NUL belongs to the area, too. */
	memset(filler[0], 'x', length - 1);
	filler[0][length - 1] = '\0';
	exec_stage(argv[0], raw, length, filler);
}

/* The 28th field of our stat. */
static uintptr_t start_of_stack(void)
{
	FILE *stat = fopen("/proc/self/stat", "re");
	unsigned long start = 0;

	if (stat) {
		/* Our own name has no blank. */
		if (fscanf(stat, "%*s %*s %*s") != 0)
			px_fail("stat");
		for (int field = 4; field <= 28; field++)
			if (fscanf(stat, "%lu", &start) != 1 && fscanf(stat, "%*s") != 0)
				px_fail("stat");
		fclose(stat);
	}
	return start;
}

/* Starts anew, with the environment as much longer as the stack has to begin lower. */
static void lower_stack(size_t by)
{
	const char *old = getenv("PX_PAD");
	const size_t length = (old ? strlen(old) : 0) + by;
	char *pad = malloc(length + 1);

	if (!pad)
		px_fail("memory");
	memset(pad, 'x', length);
	pad[length] = '\0';
	if (length > 64 * 1024)
		px_skip("the stack does not come to begin with a page");
	if (personality(ADDR_NO_RANDOMIZE) < 0 || setenv("PX_PAD", pad, 1))
		px_skip("no fixed addresses here: %s", strerror(errno));
	execl("/proc/self/exe", "px_target", "stack-border", NULL);
	px_fail("execl");
}

static void build_stack_border(int argc, char **argv)
{
	const uintptr_t start = start_of_stack();

	(void)argc, (void)argv;
	if (!start)
		px_skip("no start of the stack in stat");
	if (start % px_page())
		lower_stack(start % px_page());
	/* What is marked for the mapping's own sake splits it. */
	if (madvise((void *)start, px_page(), MADV_DONTDUMP))
		px_fail("MADV_DONTDUMP");
	px_truth("start", "%lx", (unsigned long)start);
}

static void build_zombie(int argc, char **argv)
{
	const char *comm = argc ? argv[0] : "zo\033m (b) \303\251";
	siginfo_t info;
	const pid_t child = px_fork();

	if (!child) {
		prctl(PR_SET_NAME, comm);
		_exit(0);
	}
	if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT))
		px_fail("waitid");
	px_truth("zombie", "%ld", (long)child);
}

static void wait_for_all(void)
{
	while (wait(NULL) > 0)
		;
}

/*
 * The first process of a PID namespace waits in its exit for all others there, and has
 * given up its memory before that: a zombie that nobody has waited for holds it.
 */
static void build_exiting(int argc, char **argv)
{
	pid_t first, second;
	siginfo_t info;
	int go[2];

	(void)argc, (void)argv;
	if (unshare(CLONE_NEWPID))
		px_skip("no PID namespaces: %s", strerror(errno));
	if (pipe2(go, O_CLOEXEC))
		px_fail("pipe2");
	fflush(stdout);
	/* Not px_fork(): there, nobody's parent is known by a number. */
	first = fork();
	if (first == 0) {
		char byte;

		close(go[1]);
		_exit((int)read(go[0], &byte, 1));
	}
	second = first > 0 ? fork() : -1;
	if (second == 0)
		_exit(0);
	if (second < 0 || waitid(P_PID, (id_t)second, &info, WEXITED | WNOWAIT))
		px_fail("fork");
	atexit(wait_for_all);
	close(go[1]);
	for (int tries = 0; has_map(first); tries++) {
		if (tries == 5000)
			px_skip("it keeps its memory");
		nap();
	}
	px_truth("exiting", "%ld", (long)first);
}

static void build_unreadable(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (prctl(PR_SET_DUMPABLE, 0))
		px_fail("PR_SET_DUMPABLE");
}

/* A child of build_many_processes: says so through done once its map is complete. */
static _Noreturn void idle(size_t mappings, int done)
{
	close(STDIN_FILENO);
	if (mappings)
		px_map_many(mappings, true);
	close(STDOUT_FILENO);
	if (write(done, "", 1) != 1)
		_exit(1);
	close(done);
	for (;;)
		pause();
}

static void build_many_processes(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 10, 100000);
	const size_t mappings = px_number(argc, argv, 1, 0, 10 << 20);
	int done[2];
	char byte;

	if (pipe2(done, O_CLOEXEC))
		px_fail("pipe2");
	for (size_t i = 0; i < count; i++) {
		const pid_t child = px_fork();

		if (!child) {
			close(done[0]);
			idle(mappings, done[1]);
		}
		px_truth("child", "%ld", (long)child);
	}
	close(done[1]);
	for (size_t i = 0; i < count; i++) {
		if (read(done[0], &byte, 1) != 1)
			px_skip("a child did not get its mappings");
	}
	close(done[0]);
}

/* A child of build_copies, in the memory of its parent: it has nothing of its own but a stack. */
static int idle_copy(void *parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == (pid_t)(intptr_t)parent)
		for (;;)
			pause();
	return 0;
}

static void build_copies(int argc, char **argv)
{
	const size_t count = px_number(argc, argv, 0, 2, 100), stack_size = 64 * 1024;

	for (size_t i = 0; i < count; i++) {
		char *stack = px_map(
			stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
		const int child = clone(idle_copy, stack + stack_size, CLONE_VM | SIGCHLD,
			(void *)(intptr_t)getpid());

		if (child < 0)
			px_skip("clone: %s", strerror(errno));
		px_truth("child", "%d", child);
	}
}

const struct px_shape px_shapes_process[] = {
	{ "arenas", "[COUNT]", "threads with an arena of malloc each; prints an address in each",
		build_arenas },
	{ "threads", "[COUNT [COMM]]", "threads, of that name; prints their tids", build_threads },
	{ "busy-thread", "", "a thread that never waits, and one that does; prints their tids",
		build_busy_thread },
	{ "fleeting-threads", "", "threads that begin and end all the time",
		build_fleeting_threads },
	{ "bare-stack", "", "a thread whose stack has no guard, and one whose has",
		build_bare_stack },
	{ "leader-exited", "", "a thread group whose leader has exited; prints the living tid",
		build_leader_exited },
	{ "leaders-exited", "[COUNT]", "has COUNT children, copies of it whose leaders have exited",
		build_leaders_exited },
	{ "title", "COMM ARG...", "/proc/PID/comm and cmdline made of exactly these", build_title },
	{ "title-raw", "COMM HEX",
		"/proc/PID/cmdline has exactly these bytes; without a NUL at the end, none",
		build_title_raw },
	{ "zombie", "[COMM]", "has a zombie child with an odd command name", build_zombie },
	{ "exiting", "", "a child that has no memory any more and is no zombie yet",
		build_exiting },
	{ "stack-border", "", "the stack begins where one mapping ends and the next begins",
		build_stack_border },
	{ "unreadable", "", "not dumpable: nobody but root can read its map", build_unreadable },
	{ "many-processes", "[COUNT [MAPPINGS]]",
		"has COUNT idle children, each with so many mappings of its own as in many touched",
		build_many_processes },
	{ "copies", "[COUNT]", "has COUNT children that share its memory, and are no threads",
		build_copies },
	{ .name = NULL },
};
