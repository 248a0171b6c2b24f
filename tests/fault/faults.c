/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * px_faulty is pmapx whose calls fail when a test says so: its very objects, and
 * the functions below in front of those of libc, put there by --wrap of ld(1).
 * So it works with sanitizers, too, and what libc calls for itself never fails.
 *
 * PX_FAULT=FAMILY:NUMBER[+]:EFFECT
 *     What becomes of call NUMBER of FAMILY; with +, and of all that follow.
 *     FAMILY is a name of family_names[].  EFFECT is one of
 *       ERRNO      it fails, with this number
 *       short=N    read() and write() do N bytes at most
 *       stop       before it is made, the test is told and answers when to go on
 * PX_FAULT_SOCKET=FD
 *     Where a stop is told, as a line "stop", and answered with a byte.  At the
 *     end of the run a line "call FAMILY FILE" for each call, the first thousands
 *     of them, in order; then "left DESCRIPTORS ALLOCATIONS", which is what was
 *     opened or allocated and not given back; then "end".
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* With large files, glibc has names of its own for some functions; musl has not. */
#ifdef __GLIBC__
#define REAL_64(name) __real_##name##64
#define WRAP_64(name) __wrap_##name##64
typedef unsigned long ioctl_request;
#else
#define REAL_64(name) __real_##name
#define WRAP_64(name) __wrap_##name
typedef int ioctl_request;
#endif

/* More of them where a time of 64 bits is not the one there always was. */
#if defined(__GLIBC__) && __TIMESIZE == 32
#define __real_fcntl64 __real___fcntl_time64
#define __wrap_fcntl64 __wrap___fcntl_time64
#define __real_fstat64 __real___fstat64_time64
#define __wrap_fstat64 __wrap___fstat64_time64
#define __real_ioctl __real___ioctl_time64
#define __wrap_ioctl __wrap___ioctl_time64
#endif

/* Declares what is there and what is put in front of it. */
#define WRAPPED(type, name, ...)         \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)
#define WRAPPED_64(type, name, ...)      \
	type REAL_64(name)(__VA_ARGS__); \
	type WRAP_64(name)(__VA_ARGS__)

WRAPPED(void *, malloc, size_t size);
WRAPPED(void *, calloc, size_t count, size_t size);
WRAPPED(void *, realloc, void *memory, size_t size);
WRAPPED(void *, reallocarray, void *memory, size_t count, size_t size);
WRAPPED(void *, aligned_alloc, size_t alignment, size_t size);
WRAPPED(char *, strdup, const char *string);
WRAPPED(char *, strndup, const char *string, size_t size);
WRAPPED(void, free, void *memory);
WRAPPED_64(int, openat, int folder, const char *path, int flags, ...);
WRAPPED_64(int, fcntl, int fd, int command, ...);
WRAPPED_64(int, fstat, int fd, struct stat *status);
WRAPPED_64(int, fstatfs, int fd, struct statfs *status);
WRAPPED_64(
	void *, mmap, void *address, size_t size, int protection, int flags, int fd, off_t offset);
WRAPPED(ssize_t, read, int fd, void *bytes, size_t size);
WRAPPED(ssize_t, __read_chk, int fd, void *bytes, size_t size, size_t room);
WRAPPED_64(ssize_t, pread, int fd, void *bytes, size_t size, off_t offset);
WRAPPED_64(ssize_t, pwrite, int fd, const void *bytes, size_t size, off_t offset);
WRAPPED_64(off_t, lseek, int fd, off_t offset, int whence);
WRAPPED_64(int, ftruncate, int fd, off_t length);
WRAPPED_64(int, mkostemp, char *path, int flags);
WRAPPED(DIR *, fdopendir, int fd);
WRAPPED_64(struct dirent *, readdir, DIR *folder);
WRAPPED(int, closedir, DIR *folder);
WRAPPED(void *, dlopen, const char *name, int flags);
WRAPPED(void *, dlsym, void *handle, const char *name);
WRAPPED(ssize_t, write, int fd, const void *bytes, size_t size);
WRAPPED(int, close, int fd);
WRAPPED(int, ioctl, int fd, ioctl_request request, ...);
WRAPPED(long, syscall, long number, ...);
WRAPPED(int, fsync, int fd);
WRAPPED(int, unlink, const char *path);
WRAPPED(int, pthread_create, pthread_t *thread, const pthread_attr_t *attributes,
	void *(*start)(void *), void *argument);

enum family {
	MEMORY,
	OPEN,
	READ,
	WRITE,
	CLOSE,
	FCNTL,
	FSTAT,
	FSTATFS,
	IOCTL,
	MMAP,
	FSYNC,
	UNLINK,
	THREAD,
	LIST,
	SEEK,
	TRUNCATE,
	LOAD,
	KCMP,
	ANY, /* Of these, but for MEMORY. */
	FAMILY_COUNT,
};

static const char *const family_names[FAMILY_COUNT] = {
	[MEMORY] = "memory",
	[OPEN] = "open",
	[READ] = "read",
	[WRITE] = "write",
	[CLOSE] = "close",
	[FCNTL] = "fcntl",
	[FSTAT] = "fstat",
	[FSTATFS] = "fstatfs",
	[IOCTL] = "ioctl",
	[MMAP] = "mmap",
	[FSYNC] = "fsync",
	[UNLINK] = "unlink",
	[THREAD] = "thread",
	[LIST] = "list",
	[SEEK] = "seek",
	[TRUNCATE] = "truncate",
	[LOAD] = "load",
	[KCMP] = "kcmp",
	[ANY] = "any",
};

enum effect { NONE, FAIL, SHORTEN, STOP };

/* What PX_FAULT says. */
static struct {
	enum effect effect;
	enum family family;
	unsigned long number; /* From 1. */
	bool goes_on;
	int error;   /* If it fails. */
	size_t size; /* If it is shortened. */
} fault;

/* What has happened; workers meet here. */
static struct {
	pthread_mutex_t lock;
	unsigned long counts[FAMILY_COUNT];
	size_t length;
	struct {
		enum family family;
		char file[128];
	} calls[8192];
	char files[64][128]; /* What descriptors are open on. */
	long descriptors, allocations;
} seen = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.files = { "standard input", "standard output", "standard error" },
};

static int test = -1; /* The socket. */

static void complain(const char *what)
{
	dprintf(STDERR_FILENO, "px_faulty: bad %s\n", what);
	_exit(99);
}

static void report(void)
{
	FILE *to = fdopen(dup(test), "w");

	if (to == NULL)
		complain("PX_FAULT_SOCKET");
	for (size_t i = 0; i < seen.length; i++)
		fprintf(to, "call %s %s\n", family_names[seen.calls[i].family], seen.calls[i].file);
	fprintf(to, "left %ld %ld\nend\n", seen.descriptors, seen.allocations);
	fclose(to);
	/* What the compiler has put in may have something to do yet, such as counting lines. */
	fault.effect = NONE;
}

static void read_effect(const char *text)
{
	static const char shorten[] = "short=";

	fault.effect = FAIL;
	if (strcmp(text, "stop") == 0) {
		fault.effect = STOP;
	} else if (strncmp(text, shorten, sizeof(shorten) - 1) == 0) {
		fault.effect = SHORTEN;
		fault.size = strtoul(text + sizeof(shorten) - 1, NULL, 10);
	} else {
		fault.error = atoi(text);
		if (fault.error <= 0)
			complain("effect in PX_FAULT");
	}
}

static void read_fault(const char *text)
{
	const char *colon = strchrnul(text, ':');
	size_t length = (size_t)(colon - text);
	char *end;

	while (fault.family < FAMILY_COUNT &&
		(strlen(family_names[fault.family]) != length ||
			strncmp(family_names[fault.family], text, length) != 0))
		fault.family++;
	if (fault.family == FAMILY_COUNT || *colon == '\0')
		complain("family in PX_FAULT");
	fault.number = strtoul(colon + 1, &end, 10);
	fault.goes_on = *end == '+';
	end += fault.goes_on;
	if (*end != ':' || fault.number == 0)
		complain("number in PX_FAULT");
	read_effect(end + 1);
}

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("PX_FAULT_SOCKET");

	if (text != NULL) {
		test = atoi(text);
		atexit(report);
	}
	text = getenv("PX_FAULT");
	if (text != NULL)
		read_fault(text);
}

/* Tell the test, and wait until it says to go on. */
static void stop(void)
{
	static const char line[] = "stop\n";
	char answer;

	if (__real_write(test, line, sizeof(line) - 1) != (ssize_t)sizeof(line) - 1 ||
		__real_read(test, &answer, 1) != 1)
		complain("stop");
}

/* Note a call on @file; whether the fault is in it. */
static bool is_hit(enum family family, const char *file)
{
	unsigned long number = 0;

	pthread_mutex_lock(&seen.lock);
	seen.counts[family]++;
	if (family != MEMORY)
		seen.counts[ANY]++;
	if (fault.family == family || (fault.family == ANY && family != MEMORY))
		number = seen.counts[fault.family];
	if (seen.length < sizeof(seen.calls) / sizeof(seen.calls[0])) {
		size_t length = strlen(file), most = sizeof(seen.calls[0].file) - 1;

		seen.calls[seen.length].family = family;
		strcpy(seen.calls[seen.length].file, file + (length > most ? length - most : 0));
		seen.length++;
	}
	pthread_mutex_unlock(&seen.lock);
	return fault.effect != NONE && number > 0 &&
		(number == fault.number || (fault.goes_on && number > fault.number));
}

/* Note a call; whether it is to fail, with errno.  @size, or NULL, may be made smaller. */
static bool fails(enum family family, const char *file, size_t *size)
{
	if (!is_hit(family, file))
		return false;
	if (fault.effect == STOP)
		stop();
	if (fault.effect == SHORTEN && size != NULL && *size > fault.size)
		*size = fault.size;
	if (fault.effect == FAIL)
		errno = fault.error;
	return fault.effect == FAIL;
}

static char *file_of(int fd)
{
	static char other[sizeof(seen.files[0])] = "other";

	return fd >= 0 && fd < (int)(sizeof(seen.files) / sizeof(seen.files[0])) ? seen.files[fd]
										 : other;
}

/* A descriptor was opened, on @path; or not, if it is negative. */
static int opened(int fd, const char *path)
{
	size_t length = strlen(path), most = sizeof(seen.files[0]) - 1;

	if (fd >= 0) {
		pthread_mutex_lock(&seen.lock);
		seen.descriptors++;
		memmove(file_of(fd), path + (length > most ? length - most : 0),
			(length > most ? most : length) + 1);
		pthread_mutex_unlock(&seen.lock);
	}
	return fd;
}

static void *allocated(void *memory)
{
	pthread_mutex_lock(&seen.lock);
	seen.allocations += memory != NULL;
	pthread_mutex_unlock(&seen.lock);
	return memory;
}

void *__wrap_malloc(size_t size)
{
	return fails(MEMORY, "malloc", NULL) ? NULL : allocated(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails(MEMORY, "calloc", NULL) ? NULL : allocated(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
	void *more;

	if (fails(MEMORY, "realloc", NULL))
		return NULL;
	more = __real_realloc(memory, size);
	return memory == NULL ? allocated(more) : more;
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
	void *more;

	if (fails(MEMORY, "reallocarray", NULL))
		return NULL;
	more = __real_reallocarray(memory, count, size);
	return memory == NULL ? allocated(more) : more;
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	if (fails(MEMORY, "aligned_alloc", NULL))
		return NULL;
	return allocated(__real_aligned_alloc(alignment, size));
}

char *__wrap_strdup(const char *string)
{
	return fails(MEMORY, "strdup", NULL) ? NULL : allocated(__real_strdup(string));
}

char *__wrap_strndup(const char *string, size_t size)
{
	return fails(MEMORY, "strndup", NULL) ? NULL : allocated(__real_strndup(string, size));
}

void __wrap_free(void *memory)
{
	pthread_mutex_lock(&seen.lock);
	seen.allocations -= memory != NULL;
	pthread_mutex_unlock(&seen.lock);
	__real_free(memory);
}

int WRAP_64(openat)(int folder, const char *path, int flags, ...)
{
	va_list arguments;
	unsigned mode;

	va_start(arguments, flags);
	mode = va_arg(arguments, unsigned);
	va_end(arguments);
	return fails(OPEN, path, NULL) ? -1
				       : opened(REAL_64(openat)(folder, path, flags, mode), path);
}

/* F_DUPFD_CLOEXEC is all that is asked for. */
int WRAP_64(fcntl)(int fd, int command, ...)
{
	va_list arguments;
	int argument;

	va_start(arguments, command);
	argument = va_arg(arguments, int);
	va_end(arguments);
	if (fails(FCNTL, file_of(fd), NULL))
		return -1;
	return opened(REAL_64(fcntl)(fd, command, argument), file_of(fd));
}

int WRAP_64(fstat)(int fd, struct stat *status)
{
	return fails(FSTAT, file_of(fd), NULL) ? -1 : REAL_64(fstat)(fd, status);
}

int WRAP_64(fstatfs)(int fd, struct statfs *status)
{
	return fails(FSTATFS, file_of(fd), NULL) ? -1 : REAL_64(fstatfs)(fd, status);
}

void *WRAP_64(mmap)(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	return fails(MMAP, "memory", NULL)
		? MAP_FAILED
		: REAL_64(mmap)(address, size, protection, flags, fd, offset);
}

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	return fails(READ, file_of(fd), &size) ? -1 : __real_read(fd, bytes, size);
}

/* What read() is where the size of what it fills is known: _FORTIFY_SOURCE. */
ssize_t __wrap___read_chk(int fd, void *bytes, size_t size, size_t room)
{
	if (size > room)
		abort();
	return __wrap_read(fd, bytes, size);
}

ssize_t WRAP_64(pread)(int fd, void *bytes, size_t size, off_t offset)
{
	return fails(READ, file_of(fd), &size) ? -1 : REAL_64(pread)(fd, bytes, size, offset);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	return fails(WRITE, file_of(fd), &size) ? -1 : __real_write(fd, bytes, size);
}

ssize_t WRAP_64(pwrite)(int fd, const void *bytes, size_t size, off_t offset)
{
	return fails(WRITE, file_of(fd), &size) ? -1 : REAL_64(pwrite)(fd, bytes, size, offset);
}

off_t WRAP_64(lseek)(int fd, off_t offset, int whence)
{
	return fails(SEEK, file_of(fd), NULL) ? -1 : REAL_64(lseek)(fd, offset, whence);
}

int WRAP_64(ftruncate)(int fd, off_t length)
{
	return fails(TRUNCATE, file_of(fd), NULL) ? -1 : REAL_64(ftruncate)(fd, length);
}

int WRAP_64(mkostemp)(char *path, int flags)
{
	return fails(OPEN, path, NULL) ? -1 : opened(REAL_64(mkostemp)(path, flags), path);
}

DIR *__wrap_fdopendir(int fd)
{
	return fails(LIST, file_of(fd), NULL) ? NULL : __real_fdopendir(fd);
}

struct dirent *WRAP_64(readdir)(DIR *folder)
{
	return fails(LIST, file_of(dirfd(folder)), NULL) ? NULL : REAL_64(readdir)(folder);
}

/* libc closes the descriptor itself. */
int __wrap_closedir(DIR *folder)
{
	pthread_mutex_lock(&seen.lock);
	seen.descriptors--;
	pthread_mutex_unlock(&seen.lock);
	return __real_closedir(folder);
}

void *__wrap_dlopen(const char *name, int flags)
{
	return fails(LOAD, name, NULL) ? NULL : __real_dlopen(name, flags);
}

void *__wrap_dlsym(void *handle, const char *name)
{
	return fails(LOAD, name, NULL) ? NULL : __real_dlsym(handle, name);
}

/* Whatever close() says, the descriptor is closed. */
int __wrap_close(int fd)
{
	bool failed = fails(CLOSE, file_of(fd), NULL);
	int r;

	pthread_mutex_lock(&seen.lock);
	seen.descriptors--;
	pthread_mutex_unlock(&seen.lock);
	r = __real_close(fd);
	if (!failed)
		return r;
	errno = fault.error;
	return -1;
}

int __wrap_ioctl(int fd, ioctl_request request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	return fails(IOCTL, file_of(fd), NULL) ? -1 : __real_ioctl(fd, request, argument);
}

/* Of what libc has no function for, only kcmp() may fail. */
long __wrap_syscall(long number, ...)
{
	va_list arguments;
	long words[5];

	va_start(arguments, number);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		words[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_kcmp && fails(KCMP, "memory", NULL))
		return -1;
	return __real_syscall(number, words[0], words[1], words[2], words[3], words[4]);
}

int __wrap_fsync(int fd)
{
	return fails(FSYNC, file_of(fd), NULL) ? -1 : __real_fsync(fd);
}

int __wrap_unlink(const char *path)
{
	return fails(UNLINK, path, NULL) ? -1 : __real_unlink(path);
}

int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
	if (fails(THREAD, "thread", NULL))
		return errno;
	return __real_pthread_create(thread, attributes, start, argument);
}
