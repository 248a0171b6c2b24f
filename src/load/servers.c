/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes of PostgreSQL servers.
 */
#include "servers.h"

#include <errno.h>
#include <stdlib.h>

#include "timestamp.h"

int px_servers_add(
	struct px_servers *servers, const struct px_server *server, const struct px_datum *row)
{
	struct px_server *added;

	if (servers->count == servers->room) {
		size_t room = servers->room * 2 + 64;
		struct px_server *more = reallocarray(servers->list, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		servers->list = more;
		servers->room = room;
	}
	added = &servers->list[servers->count++];
	*added = *server;
	added->row = (struct px_bytes){ .bytes = NULL };
	return px_row_pack(&added->row, row, PX_PROCESS_COLUMNS);
}

static int compare(const void *a, const void *b)
{
	const struct px_server *one = a, *other = b;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

/* The postmaster starts all others itself, also where it has not been looked at. */
static int64_t find_instance(const struct px_servers *servers, const struct px_server *server)
{
	const struct px_server key = { .pid = server->ppid };

	if (!server->has_parent)
		return 0;
	return server->is_child ||
			bsearch(&key, servers->list, servers->count, sizeof(key), compare) != NULL
		? server->ppid
		: server->pid;
}

/* Whether there are processes of @instance among the first @count. */
static bool has_instance(const struct px_servers *servers, size_t count, int64_t instance)
{
	for (size_t i = 0; i < count; i++)
		if (servers->list[i].instance == instance)
			return true;
	return false;
}

int px_servers_settle(struct px_servers *servers, struct px_store *store)
{
	int r = 0;

	if (servers->count > 0)
		qsort(servers->list, servers->count, sizeof(*servers->list), compare);
	for (size_t i = 0; r == 0 && i < servers->count; i++) {
		struct px_server *server = &servers->list[i];
		struct px_datum row[PX_PROCESS_COLUMNS];

		server->instance = find_instance(servers, server);
		server->is_first = server->instance != 0 &&
			!has_instance(servers, i, server->instance);
		servers->instances += server->is_first;
		servers->has_inner |= server->ns_pid != server->pid;
		px_row_unpack(server->row.bytes, row, PX_PROCESS_COLUMNS);
		row[PX_PROCESS_PG_INSTANCE] = server->instance != 0
			? px_datum_number(server->instance)
			: px_datum_null();
		r = px_store_add(store, PX_TABLE_PROCESS, row);
	}
	return r;
}

void px_servers_hear(struct px_servers *servers, int64_t pid, const int64_t *start_us)
{
	for (size_t i = 0; i < servers->count; i++) {
		struct px_server *server = &servers->list[i];

		if (server->ns_pid != pid)
			continue;
		if (start_us == NULL || !server->has_start)
			server->unsure++;
		else if (llabs(*start_us - server->start_us) <= PX_SAME_START_US)
			server->same++;
	}
}

/* Add up for its server what has been heard of each process. */
static void add_up(const struct px_servers *servers, int64_t instance, size_t *same, size_t *unsure)
{
	*same = *unsure = 0;
	for (size_t i = 0; i < servers->count; i++) {
		if (servers->list[i].instance != instance)
			continue;
		*same += servers->list[i].same;
		*unsure += servers->list[i].unsure;
	}
}

int64_t px_servers_judge(struct px_servers *servers)
{
	int64_t most = 0, only = 0; /* Servers. */
	size_t best = 0, heard = 0;

	for (size_t i = 0; i < servers->count; i++) {
		const struct px_server *server = &servers->list[i];
		size_t same, unsure;

		if (!server->is_first)
			continue;
		add_up(servers, server->instance, &same, &unsure);
		if (servers->instances == 1)
			most = server->instance;
		else if (same >= best)
			most = same > best ? server->instance : 0;
		if (same > best)
			best = same;
		if (unsure > 0)
			only = heard++ == 0 ? server->instance : 0;
	}
	for (size_t i = 0; i < servers->count; i++)
		servers->list[i].same = servers->list[i].unsure = 0;
	if (servers->asked != 0 && has_instance(servers, servers->count, servers->asked))
		return servers->asked;
	return best > 0 || most != 0 ? most : only;
}

bool px_servers_has(const struct px_servers *servers, int64_t pid)
{
	for (size_t i = 0; i < servers->count; i++)
		if (servers->list[i].ns_pid == pid)
			return true;
	return false;
}

int64_t px_servers_find(const struct px_servers *servers, int64_t pid)
{
	int64_t found = 0;

	for (size_t i = 0; i < servers->count; i++) {
		const struct px_server *server = &servers->list[i];

		if (server->ns_pid != pid || server->instance == 0)
			continue;
		if (found != 0 && found != server->instance)
			return 0;
		found = server->instance;
	}
	return found;
}

void px_servers_clear(struct px_servers *servers)
{
	for (size_t i = 0; i < servers->count; i++)
		free(servers->list[i].row.bytes);
	free(servers->list);
	*servers = (struct px_servers){ .count = 0 };
}
