/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running psql: no shell, no password prompt, no file of its user's, and no longer than an
 * answer may take.
 *
 * It gets a process group of its own, so that all of it can be ended; as a terminal's
 * signals do not reach it there, those that wait for us end it.
 */
#include "psql.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"

/* How often it is looked whether a signal waits, or psql has ended and left its pipes to others. */
#define LOOK_MS 50

/* What is read at a time. */
#define PIECE ((size_t)64 * 1024)

/* A psql that runs. */
struct run {
	pid_t pid;
	int out, err; /* Where it writes to; -1 once that has ended. */
	size_t max;
	uint64_t end_ms; /* When it is to have ended. */
	struct px_answer *answer;
	size_t why_length;
	char *piece; /* PIECE bytes. */
};

void px_answer_deinit(struct px_answer *answer)
{
	free(answer->out.bytes);
}

uint64_t px_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A pipe neither of whose ends is a standard stream. */
static int make_pipe(int ends[2])
{
	int low[2], r = 0;

	if (pipe2(low, O_CLOEXEC) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (ends[i] < 0)
			r = -EMFILE;
		close(low[i]);
	}
	for (int i = 0; r < 0 && i < 2; i++)
		if (ends[i] >= 0)
			close(ends[i]);
	return r;
}

/* Whether @entry of an environment is of the same variable as @other. */
static bool is_same_variable(const char *entry, const char *other)
{
	size_t length = strcspn(other, "=");

	return strncmp(entry, other, length) == 0 && entry[length] == '=';
}

/*
 * The environment of psql: texts as the server has them, times that say what they are in
 * UTC.  *@timeout and the name count only where the user has said nothing.
 */
static char **make_environment(char *timeout)
{
	static char encoding[] = "PGCLIENTENCODING=SQL_ASCII", style[] = "PGDATESTYLE=ISO",
		    zone[] = "PGTZ=UTC", name[] = "PGAPPNAME=pmapx";
	char *const ours[] = { encoding, style, zone, name, timeout };
	const size_t count = sizeof(ours) / sizeof(ours[0]), forced = 3;
	size_t size = 0, length = 0;
	char **made;

	while (environ[size] != NULL)
		size++;
	made = calloc(size + count + 1, sizeof(*made));
	if (made == NULL)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		size_t j = 0;

		while (j < forced && !is_same_variable(environ[i], ours[j]))
			j++;
		if (j == forced)
			made[length++] = environ[i];
	}
	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < length && !is_same_variable(made[j], ours[i]))
			j++;
		if (j == length)
			made[length++] = ours[i];
	}
	return made;
}

/* What the child is to have of ours: no signals that wait, and those that we ignore. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, standard;
	int r;

	sigemptyset(&none);
	sigemptyset(&standard);
	sigaddset(&standard, SIGPIPE);
	sigaddset(&standard, SIGXFSZ);
	r = posix_spawnattr_setsigmask(attributes, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(attributes, &standard);
	if (r == 0)
		r = posix_spawnattr_setpgroup(attributes, 0);
	if (r == 0)
		r = posix_spawnattr_setflags(attributes,
			POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	return -r;
}

/* Start it, writing to @out and @err. */
static int start(const struct px_psql *psql, const char *query, int out, int err, pid_t *ret)
{
	const char *words[] = { "psql", "-X", "-w", "-q", "-A", "-t", "-c", query, "-d",
		psql->conninfo, NULL };
	char timeout[sizeof("PGCONNECT_TIMEOUT=4294967295")];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char **environment;
	int r;

	/* libpq takes one second for two. */
	(void)snprintf(timeout, sizeof(timeout), "PGCONNECT_TIMEOUT=%u",
		psql->wait_ms < 2000 ? 2 : psql->wait_ms / 1000);
	if (psql->conninfo == NULL)
		words[8] = NULL;
	environment = make_environment(timeout);
	if (environment == NULL)
		return -ENOMEM;
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_init(&actions);
	r = -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (r == 0)
		r = -posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	if (r == 0)
		r = set_attributes(&attributes);
	if (r == 0)
		/* Words are not written to. */
		r = -posix_spawnp(ret, words[0], &actions, &attributes,
			(char *const *)(uintptr_t)words, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	free(environment);
	return r;
}

/* Keep the first line of what it complains of. */
static void take_complaint(struct run *run, size_t length)
{
	size_t room = sizeof(run->answer->why) - 1 - run->why_length;

	length = length < room ? length : room;
	memcpy(run->answer->why + run->why_length, run->piece, length);
	run->why_length += length;
	run->answer->why[run->why_length] = '\0';
}

/* Read what there is of one of its streams, and close that at its end. */
static int take(struct run *run, int *fd)
{
	ssize_t n = read(*fd, run->piece, PIECE);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0) {
		close(*fd);
		*fd = -1;
	} else if (fd == &run->err) {
		take_complaint(run, (size_t)n);
	} else {
		if ((size_t)n > run->max - run->answer->out.length)
			return -EFBIG;
		px_bytes_put(&run->answer->out, run->piece, (size_t)n);
		if (run->answer->out.failed)
			return -ENOMEM;
	}
	return 0;
}

static bool has_ended(const struct run *run)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid != 0;
}

/* Read what it writes until it has ended; what it has left to others then is not waited for. */
static int read_answer(struct run *run)
{
	int r = 0;

	while (r == 0) {
		struct pollfd streams[] = { { run->out, POLLIN, 0 }, { run->err, POLLIN, 0 } };
		bool is_over = has_ended(run);
		bool is_silent = run->out < 0 && run->err < 0;
		int ready = poll(streams, 2, is_over ? 0 : is_silent ? 1 : LOOK_MS);

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0 && streams[0].revents != 0)
			r = take(run, &run->out);
		if (r == 0 && ready > 0 && streams[1].revents != 0)
			r = take(run, &run->err);
		if (r < 0 || (is_over && ready <= 0))
			break;
		if (px_interrupted())
			r = -ECANCELED;
		else if (px_now_ms() >= run->end_ms)
			r = -ETIMEDOUT;
	}
	return r;
}

/* Cut @why down to its first line, without the name of the program. */
static void trim(char *why)
{
	static const char name[] = "psql: error: ";

	why[strcspn(why, "\r\n")] = '\0';
	if (strncmp(why, name, strlen(name)) == 0)
		memmove(why, why + strlen(name), strlen(why) - strlen(name) + 1);
}

/* End all of it, and find out how it went. */
static int finish(struct run *run)
{
	int status = 0;

	(void)kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPROTO;
}

int px_psql_ask(const struct px_psql *psql, const char *query, size_t max, struct px_answer *answer)
{
	struct run run = { .max = max, .end_ms = px_now_ms() + psql->wait_ms, .answer = answer };
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, r;

	answer->out.length = 0;
	answer->why[0] = '\0';
	run.piece = malloc(PIECE);
	if (run.piece == NULL)
		return -ENOMEM;
	r = make_pipe(out);
	if (r == 0 && (r = make_pipe(err)) < 0) {
		close(out[0]);
		close(out[1]);
	}
	if (r == 0) {
		r = start(psql, query, out[1], err[1], &run.pid);
		close(out[1]);
		close(err[1]);
		run.out = out[0];
		run.err = err[0];
		if (r == 0) {
			int ended;

			r = read_answer(&run);
			ended = finish(&run);
			r = r < 0 ? r : ended;
		}
		if (run.out >= 0)
			close(run.out);
		if (run.err >= 0)
			close(run.err);
	}
	trim(answer->why);
	free(run.piece);
	return r;
}
