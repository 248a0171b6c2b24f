/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Following a server's log.
 *
 * A server is not believed: what it calls its log may be anything, and may be changed into
 * anything else.  So nothing is opened for reading but what has been found to be a regular
 * file, no link leads to it, names of a server in a container are looked up there, only what
 * is written from now on is read, and only what dumps are made of is kept.
 */
#include "server_log.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
/* Not every C library has its own. */
#ifndef STATX_BTIME
#include <linux/stat.h>
#endif

#include "descriptor.h"
#include "interrupt.h"
#include "scan.h"

#define PIECE ((size_t)128 * 1024)

/* How long to wait for more, and how often to ask whether the log goes on elsewhere. */
#define PAUSE_NS 20000000L
#define ASK_MS 1000

int px_server_log_init(struct px_server_log *log, const struct px_redaction *redaction,
	struct px_spool *spool, pid_t postmaster, const struct pmapx_text *folder)
{
	*log = (struct px_server_log){
		.redaction = redaction, .spool = spool, .postmaster = postmaster, .fd = -1
	};
	px_dump_lines_init(&log->lines);
	log->piece = malloc(PIECE);
	if (folder->length > 0)
		log->folder = strndup(folder->bytes, folder->length);
	if (log->piece == NULL || (folder->length > 0 && log->folder == NULL))
		return -ENOMEM;
	return px_contexts_open(&log->contexts);
}

void px_server_log_deinit(struct px_server_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	px_dump_lines_deinit(&log->lines);
	px_contexts_close(log->contexts);
	free(log->made.bytes);
	free(log->folder);
	free(log->path);
	free(log->piece);
	free(log->asked);
}

/* Open what @place, a descriptor of a path, is at, and close that; only a regular file. */
static int open_for_reading(int place, struct stat *status)
{
	int r = fstat(place, status) < 0 ? -errno : !S_ISREG(status->st_mode) ? -EMEDIUMTYPE : 0;

	if (r == 0) {
		char path[sizeof("/proc/self/fd/-2147483648")];

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
		r = px_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK, 0);
	}
	close(place);
	return r;
}

/* A file of the first process's in /proc; @flags are more of open(2)'s. */
static int open_of_postmaster(const struct px_server_log *log, const char *name, int flags)
{
	char path[64];

	if (log->postmaster == 0)
		return -ESRCH;
	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)log->postmaster, name);
	return px_openat(AT_FDCWD, path, O_PATH | flags, 0);
}

/* The place of an absolute @path, as the server sees it. */
static int find_place(const struct px_server_log *log, const char *path)
{
	const struct open_how how = {
		.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int root = open_of_postmaster(log, "root", O_DIRECTORY);

	if (root >= 0) {
		int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

		if (fd < 0)
			fd = -errno;
		close(root);
		if (fd != -ENOSYS && fd != -EPERM)
			return fd;
	}
	/* Whoever may not look into that, or asks an older kernel or one that is told to refuse what
	 * it does not know, sees the same files, most likely. */
	return px_openat(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
}

/* The place of log->path. */
static int find_log(const struct px_server_log *log)
{
	char *whole;
	int fd;

	if (log->path == NULL)
		return open_of_postmaster(log, "fd/2", 0);
	if (*log->path == '/')
		return find_place(log, log->path);
	if (log->folder == NULL)
		return -ESRCH;
	whole = malloc(strlen(log->folder) + strlen(log->path) + 2);
	if (whole == NULL)
		return -ENOMEM;
	stpcpy(stpcpy(stpcpy(whole, log->folder), "/"), log->path);
	fd = find_place(log, whole);
	free(whole);
	return fd;
}

/* Whether the file @fd was made after @when; if nothing tells, it was not. */
static bool is_newer(int fd, const struct timespec *when)
{
	struct statx status;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_BTIME, &status) < 0 ||
		(status.stx_mask & STATX_BTIME) == 0)
		return false;
	return status.stx_btime.tv_sec > when->tv_sec ||
		(status.stx_btime.tv_sec == when->tv_sec &&
			status.stx_btime.tv_nsec >= (uint32_t)when->tv_nsec);
}

/* It goes on in the file @fd, unless that is the same. */
static void go_on(struct px_server_log *log, int fd, const struct stat *status)
{
	struct stat before;

	if (fstat(log->fd, &before) == 0 && before.st_dev == status->st_dev &&
		before.st_ino == status->st_ino) {
		close(fd);
		return;
	}
	/* What a file had that was there before is no answer to us. */
	log->offset = is_newer(fd, &log->opened) ? 0 : (uint64_t)status->st_size;
	px_dump_lines_restart(&log->lines);
	close(log->fd);
	log->fd = fd;
}

int px_server_log_open(struct px_server_log *log, const struct pmapx_text *path)
{
	struct stat status = { .st_size = 0 };
	struct timespec now;
	int fd;

	free(log->path);
	log->path = path->length > 0 ? strndup(path->bytes, path->length) : NULL;
	if (path->length > 0 && log->path == NULL)
		return -ENOMEM;
	/* Files have the time of the last tick. */
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	fd = find_log(log);
	if (fd >= 0)
		fd = open_for_reading(fd, &status);
	if (fd < 0)
		return fd;
	if (log->fd >= 0) {
		go_on(log, fd, &status);
		return 0;
	}
	log->offset = (uint64_t)status.st_size;
	log->opened = now;
	log->fd = fd;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct px_asked *one = a, *other = b;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

int px_server_log_expect(struct px_server_log *log, const struct pmapx_text *pids)
{
	const char *at = pids->bytes, *end = at + pids->length;

	/* Each has two bytes at least. */
	log->asked = calloc(pids->length / 2 + 1, sizeof(*log->asked));
	if (log->asked == NULL)
		return -ENOMEM;
	while (at < end) {
		uint64_t number = 0;
		const char *stop = px_scan_decimal(at, end, &number);

		if (stop != NULL && stop > at && stop < end && *stop == '\n' && number <= INT32_MAX)
			log->asked[log->asked_count++].pid = (uint32_t)number;
		stop = memchr(at, '\n', (size_t)(end - at));
		at = stop != NULL ? stop + 1 : end;
	}
	if (log->asked_count > 0)
		qsort(log->asked, log->asked_count, sizeof(*log->asked), compare);
	log->missing = log->asked_count;
	return 0;
}

static void put_string(struct px_bytes *to, const char *string)
{
	px_bytes_put(to, string, strlen(string));
}

/*
 * A line with a token for the ident, which may be of a query, and of announcements nothing but
 * the number.  What may have been chosen by somebody is left out.
 */
static void redact(struct px_server_log *log, const struct px_dump_line *line)
{
	char text[64];

	if (line->is_doubtful)
		return;
	px_bytes_put(&log->made, line->head.bytes, line->head.length);
	if (!line->is_plain) {
		(void)snprintf(text, sizeof(text), " [%u] LOG:  ", (unsigned)line->pid);
		put_string(&log->made, text);
	}
	px_bytes_put(&log->made, line->row.bytes, line->row.length);
	if (line->ident.bytes != NULL) {
		put_string(&log->made, ": ");
		px_redact_token(log->redaction, 'q', &line->ident, &log->made);
	}
	if (line->row.bytes == NULL) {
		(void)snprintf(text, sizeof(text), "logging memory contexts of PID %u",
			(unsigned)line->announced);
		put_string(&log->made, text);
	}
	put_string(&log->made, "\n");
}

/* Note which dumps are there now. */
static int look_for_dumps(struct px_server_log *log)
{
	struct px_contexts_item item;
	int r;

	while ((r = px_contexts_next(log->contexts, &item)) == 1) {
		const struct px_context_dump *dump = item.contexts;
		struct px_asked *asked;

		if (dump == NULL || dump->flaw != PX_CONTEXTS_COMPLETE)
			continue;
		asked = bsearch(&(struct px_asked){ .pid = dump->pid }, log->asked,
			log->asked_count, sizeof(*asked), compare);
		if (asked != NULL && !asked->is_there) {
			asked->is_there = true;
			log->missing--;
		} else if (dump->pid == 0) {
			log->other_dumps++;
		}
	}
	return r == -EAGAIN ? 0 : r;
}

/* Keep what there is of dumps in what has been read. */
static int keep_lines(struct px_server_log *log)
{
	struct px_bytes *made = &log->made;
	struct px_dump_line line;
	int r;

	made->length = 0;
	while ((r = px_dump_lines_next(&log->lines, &line)) == 1) {
		if ((log->redaction->what & PX_REDACT_QUERIES) != 0) {
			redact(log, &line);
			continue;
		}
		px_bytes_put(made, line.text.bytes, line.text.length);
		put_string(made, "\n");
	}
	if (r < 0 && r != -EAGAIN)
		return r;
	if (made->failed)
		return -ENOMEM;
	if (made->length == 0)
		return 0;
	if (log->spool->length + made->length > PX_SERVER_LOG_MAX)
		return -EFBIG;
	r = px_spool_append(log->spool, made->bytes, made->length);
	if (r == 0)
		r = px_contexts_feed(log->contexts, made->bytes, made->length);
	return r < 0 ? r : look_for_dumps(log);
}

/* Read on: 1 if there was something. */
static int read_more(struct px_server_log *log)
{
	struct stat status;
	ssize_t n;
	int r;

	/* It may have been copied elsewhere, and begun again. */
	if (fstat(log->fd, &status) == 0 && (uint64_t)status.st_size < log->offset) {
		log->offset = 0;
		px_dump_lines_restart(&log->lines);
	}
	do
		n = pread(log->fd, log->piece, PIECE, (off_t)log->offset);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	log->offset += (uint64_t)n;
	r = px_dump_lines_feed(&log->lines, log->piece, (size_t)n);
	if (r == 0)
		r = keep_lines(log);
	return r < 0 ? r : 1;
}

/* Ask whether the log goes on in another file, and read on there. */
static int look_for_next(struct px_server_log *log, const struct px_psql *psql)
{
	struct px_answer answer = { .why = "" };
	int r = px_psql_ask(psql, PX_SERVER_LOG_QUERY, PX_SERVER_LOG_PATH_MAX, &answer);

	/* What is in the one before comes first. */
	while (r >= 0 && answer.out.length > 1 && (r = read_more(log)) == 1)
		;
	if (r == 0 && answer.out.length > 1)
		r = px_server_log_open(
			log, &(struct pmapx_text){ answer.out.bytes, answer.out.length - 1 });
	px_answer_deinit(&answer);
	/* That nobody answers, or no file is to be had, changes nothing. */
	return r == -ECANCELED || r == -EFBIG || px_is_shortage(r) ? r : 0;
}

int px_server_log_follow(struct px_server_log *log, const struct px_psql *psql, unsigned wait_ms)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	const uint64_t start = px_now_ms();
	uint64_t quiet = start;
	struct px_psql asking = *psql;
	int r = 0;

	while (r >= 0 && log->missing > log->other_dumps) {
		uint64_t now;

		r = read_more(log);
		now = px_now_ms();
		if (r < 0)
			break;
		if (px_interrupted())
			return -ECANCELED;
		if (now - start >= wait_ms)
			break;
		if (r == 1) {
			quiet = now;
			continue;
		}
		if (log->path != NULL && now - quiet >= ASK_MS) {
			asking.wait_ms = (unsigned)(start + wait_ms - now);
			r = look_for_next(log, &asking);
			quiet = px_now_ms();
		}
		nanosleep(&pause, NULL);
	}
	return r < 0 ? r : 0;
}
