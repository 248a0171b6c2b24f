/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * title.c: what titles of PostgreSQL's processes say, and which programs are its server.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "title.h"

static void add(char *to, size_t size, const char *name, const struct pmapx_text *text)
{
	size_t length = strlen(to);

	if (text->bytes != NULL)
		snprintf(to + length, size - length, " %s=[%.*s]", name, (int)text->length,
			text->bytes);
}

/* The kind, then what is said; "-" if it is no title. */
static const char *tell(const char *bytes, size_t length, char room[300])
{
	static const char *const kinds[] = { "backend", "role", "other" };
	char *exact = px_exact(bytes, length);
	struct px_title title;

	snprintf(room, 300, "-");
	if (px_title_parse(&(struct pmapx_text){ exact, length }, &title)) {
		snprintf(room, 300, "%s%s", kinds[title.kind], title.may_be_cut ? "!" : "");
		add(room, 300, "cluster", &title.cluster);
		add(room, 300, "role", &title.role);
		add(room, 300, "user", &title.user);
		add(room, 300, "db", &title.database);
		if (title.user.bytes == NULL)
			add(room, 300, "names", &title.names);
		add(room, 300, "client", &title.client);
		add(room, 300, "activity", &title.activity);
	}
	free(exact);
	return room;
}

static const struct {
	const char *bytes;
	size_t length;
	const char *want;
} rows[] = {
	{ PX_BYTES("postgres: app bench [local] idle\0\0"),
		"backend user=[app] db=[bench] client=[[local]] activity=[idle]" },
	{ PX_BYTES("postgres: 15/main: app bench [local] idle in transac\0"),
		"backend! cluster=[15/main] user=[app] db=[bench] client=[[local]] "
		"activity=[idle in transac]" },
	{ PX_BYTES("postgres: app bench 10.0.0.7(51234) UPDATE waiting"),
		"backend! user=[app] db=[bench] client=[10.0.0.7(51234)] activity=[UPDATE waiting]" },
	{ PX_BYTES("postgres: app bench fe80::1%eth0(5) SELECT\0\0\0"),
		"backend user=[app] db=[bench] client=[fe80::1%eth0(5)] activity=[SELECT]" },
	{ PX_BYTES("postgres: my cluster: a b bench [local] idle\0\0"),
		"backend cluster=[my cluster] names=[a b bench] client=[[local]] activity=[idle]" },
	{ PX_BYTES("postgres: startup bench [local] authentication\0\0"),
		"backend user=[startup] db=[bench] client=[[local]] activity=[authentication]" },
	{ PX_BYTES("postgres: app [local] idle\0\0"),
		"backend names=[app] client=[[local]] activity=[idle]" },
	{ PX_BYTES("postgres: app bench [local] \0\0"),
		"backend user=[app] db=[bench] client=[[local]]" },
	{ PX_BYTES("postgres: app bench [loc\0"), "other! role=[app bench [loc]" },
	{ PX_BYTES("postgres: checkpointer \0\0"), "role role=[checkpointer]" },
	{ PX_BYTES("postgres: 15/main: walwriter \0\0"),
		"role cluster=[15/main] role=[walwriter]" },
	{ PX_BYTES("postgres: checkpointer process   \0\0"), "role role=[checkpointer]" },
	{ PX_BYTES("postgres: autovacuum worker bench\0\0"),
		"role role=[autovacuum worker] db=[bench]" },
	{ PX_BYTES("postgres: autovacuum worker process   bench\0\0"),
		"role role=[autovacuum worker] db=[bench]" },
	{ PX_BYTES("postgres: parallel worker for PID 23614 \0\0"),
		"role role=[parallel worker] activity=[for PID 23614]" },
	{ PX_BYTES("postgres: startup recovering 000000010000000000000003\0\0"),
		"role role=[startup] activity=[recovering 000000010000000000000003]" },
	{ PX_BYTES("postgres: walsender rep 10.0.0.2(40000) streaming 0/3000060\0\0"),
		"role role=[walsender] user=[rep] client=[10.0.0.2(40000)] "
		"activity=[streaming 0/3000060]" },
	{ PX_BYTES("postgres: x: wal sender process rep bench [local] idle\0\0"),
		"role cluster=[x] role=[wal sender] user=[rep] db=[bench] client=[[local]] "
		"activity=[idle]" },
	{ PX_BYTES("postgres: bgworker: logical replication launcher   \0\0"),
		"role role=[bgworker:] activity=[logical replication launcher]" },
	{ PX_BYTES("postgres: logical replication launcher \0\0"),
		"role role=[logical replication launcher]" },
	{ PX_BYTES("postgres: startups bench\0\0"), "other role=[startups bench]" },
	{ PX_BYTES("postgres: pg_cron launcher \0\0"), "other role=[pg_cron launcher]" },
	{ PX_BYTES("postgres: \0\0"), "other" },
	{ PX_BYTES("postgres: x: "), "other! role=[x:]" },
	{ PX_BYTES("postgres: a b () c\0\0"), "other role=[a b () c]" },
	{ PX_BYTES("postgres: a b (1) c\0\0"), "other role=[a b (1) c]" },
	{ PX_BYTES("postgres:"), "-" },
	{ PX_BYTES("postgres\0-D\0/data\0"), "-" },
	{ PX_BYTES("/usr/lib/postgresql/15/bin/postgres\0-D\0/data\0"), "-" },
	{ PX_BYTES("\0postgres: a b [local] c"), "-" },
	{ PX_BYTES(""), "-" },
};

PX_TEST(titles_are_read)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char room[300];

		px_same(rows[i].bytes, rows[i].want, tell(rows[i].bytes, rows[i].length, room));
	}
}

PX_TEST(servers_are_told_from_others)
{
	static const char *const servers[] = { "/usr/lib/postgresql/15/bin/postgres", "/postgres",
		"/x/postgres (deleted)", "/opt/edb/as15/bin/edb-postgres",
		"/opt/edb-postgres (deleted)" };
	static const char *const others[] = { "", "postgres", "/usr/lib/postgresql/15/bin/psql",
		"/usr/sbin/postgres_exporter", "/usr/lib/postfix/sbin/post", "/x/my-postgres",
		"/x/postgres ", "/x/postgres (deleted) (deleted)", " (deleted)",
		"/x/postgres/bin" };

	for (size_t i = 0; i < PX_COUNT(servers); i++) {
		struct pmapx_text path = px_text(servers[i]);

		px_same_number(servers[i], 1, px_title_is_server(&path));
	}
	for (size_t i = 0; i < PX_COUNT(others); i++) {
		struct pmapx_text path = px_text(others[i]);

		px_same_number(others[i], 0, px_title_is_server(&path));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(titles_are_read),
		cmocka_unit_test(servers_are_told_from_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
