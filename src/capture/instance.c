/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes of this host are those of a PostgreSQL server.
 *
 * The number alone does not tell where servers run in PID namespaces of their own, which
 * begin with the same; nor does the beginning of the first process, which may have been
 * the script that initialised a container.  So each process that the server has told of is
 * looked for, by its number and by when it began where that is known, and where most of
 * them are, there it is.
 */
#include "instance.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "procinfo.h"
#include "timestamp.h"
#include "title.h"

/* A process of any server. */
struct server {
	pid_t pid, ppid, ns_pid;
	int64_t start_us;
	size_t found;    /* How many peers are of the server whose first it is. */
	uint64_t off_us; /* By how much they say to have begun at other times, in all. */
};

struct servers {
	struct server *list;
	size_t count, room;
	int64_t boot_us; /* When the machine was booted, since 1970. */
	int64_t ticks;   /* Of a clock, in a second. */
};

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Whether it runs PostgreSQL; where its program may not be seen, its name must do. */
static bool is_server(const struct pmapx_process *process)
{
	static const char name[] = "postgres";
	const struct pmapx_text *comm = &process->identity.comm;
	char path[PATH_MAX];
	ssize_t n = readlinkat(process->place.fd, "exe", path, sizeof(path));

	if (n > 0)
		return px_title_is_server(&(struct pmapx_text){ path, (size_t)n });
	return comm->length == sizeof(name) - 1 && memcmp(comm->bytes, name, comm->length) == 0;
}

static int add(struct servers *servers, struct pmapx_process *process)
{
	const struct pmapx_identity *identity = &process->identity;
	struct server server = { .pid = identity->tgid,
		.ppid = identity->ppid,
		.ns_pid = identity->tgid,
		.start_us = servers->boot_us };
	struct pmapx_text status = { NULL, 0 };
	char *bytes;
	int r = px_process_read(process, PX_FILE_STATUS, &bytes, &status.length);

	if (r == 0) {
		status.bytes = bytes;
		(void)px_parse_ns_pid(&status, &server.ns_pid);
		free(bytes);
	}
	if (servers->count == servers->room) {
		size_t room = servers->room * 2 + 64;
		struct server *more = reallocarray(servers->list, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		servers->list = more;
		servers->room = room;
	}
	if (identity->start_ticks <= INT64_MAX / 1000000)
		server.start_us += (int64_t)identity->start_ticks * 1000000 / servers->ticks;
	servers->list[servers->count++] = server;
	return px_is_shortage(r) ? r : 0;
}

static int list(struct servers *servers)
{
	const struct pmapx_member *member;
	struct pmapx_source *source;
	int r = pmapx_source_open_live(NULL, &source);

	if (r < 0)
		return r;
	while ((r = pmapx_source_next(source, &member, NULL)) == 1) {
		struct pmapx_process *process;

		r = px_process_look(source, member->pid, &process, NULL);
		if (r == 0) {
			if (!process->identity.is_kernel && is_server(process))
				r = add(servers, process);
			pmapx_process_close(process);
		}
		if (px_is_shortage(r))
			break;
	}
	pmapx_source_close(source);
	return r < 0 && px_is_shortage(r) ? r : 0;
}

static int compare(const void *a, const void *b)
{
	const struct server *one = a, *other = b;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

/* The first of the server that @server is of: it starts all others itself. */
static struct server *first_of(const struct servers *servers, struct server *server)
{
	const struct server key = { .pid = server->ppid };
	struct server *parent = bsearch(&key, servers->list, servers->count, sizeof(key), compare);

	return parent != NULL ? parent : server;
}

static void count_peer(const struct servers *servers, const struct px_peer *peer)
{
	for (size_t i = 0; i < servers->count; i++) {
		struct server *server = &servers->list[i], *first;
		int64_t off_us = peer->has_start ? llabs(server->start_us - peer->start_us) : 0;

		if ((uint32_t)server->ns_pid != peer->pid || off_us > PX_SAME_START_US)
			continue;
		first = first_of(servers, server);
		first->found++;
		first->off_us += (uint64_t)off_us;
	}
}

/*
 * Whether it is rather @one than @other that was asked.  Servers that one command has started
 * have the same numbers inside, and began within a second; but then it is the others that
 * are off by most of that.
 */
static bool is_likelier(const struct server *one, const struct server *other)
{
	return one->found > other->found ||
		(one->found == other->found && one->off_us < other->off_us / 2);
}

int px_instance_find(const struct px_peer *peers, size_t count, pid_t *ret)
{
	struct servers servers = { .ticks = sysconf(_SC_CLK_TCK) };
	const struct server *best = NULL;
	bool is_alone = true;
	int r;

	servers.boot_us = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME);
	r = list(&servers);
	if (servers.count > 0)
		qsort(servers.list, servers.count, sizeof(*servers.list), compare);
	for (size_t i = 0; r == 0 && i < count; i++)
		count_peer(&servers, &peers[i]);
	for (size_t i = 0; i < servers.count; i++)
		if (best == NULL || is_likelier(&servers.list[i], best))
			best = &servers.list[i];
	for (size_t i = 0; i < servers.count; i++)
		is_alone &= &servers.list[i] == best || is_likelier(best, &servers.list[i]);
	if (r == 0 && (best == NULL || best->found == 0 || best->found * 2 < count))
		r = -ESRCH;
	else if (r == 0 && !is_alone)
		r = -EEXIST;
	if (r == 0)
		*ret = best->pid;
	free(servers.list);
	return r;
}
