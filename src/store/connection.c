/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections to SQLite.
 */
#include "connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema.h"

/* What SQLite's codes are in errno's terms, with a sentence before SQLite's own words; closer
 * ones come before those that they are a case of. */
static const struct {
	int code, error;
	const char *what;
} failures[] = {
	{ SQLITE_BUSY, EBUSY, "another program is using it" },
	{ SQLITE_LOCKED, EBUSY, "another program is using it" },
	{ SQLITE_READONLY_DIRECTORY, EACCES,
		"its folder cannot be written, where its journal goes" },
	{ SQLITE_READONLY, EROFS, "it cannot be written" },
	{ SQLITE_CANTOPEN, EACCES, "it, or its journal in the same folder, cannot be opened" },
	{ SQLITE_PERM, EACCES, "it cannot be opened" },
	{ SQLITE_FULL, ENOSPC, "there is no room left on the disk" },
	{ SQLITE_NOTADB, EMEDIUMTYPE, "it is no database" },
	{ SQLITE_CORRUPT, EUCLEAN, "it is damaged" },
};

int px_connection_fail(const struct px_connection *connection, int code)
{
	const char *message = connection->lib.sqlite3_errmsg(connection->db);

	if (code == SQLITE_NOMEM)
		return px_store_say(connection->error, -ENOMEM, "not enough memory");
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].code == code || failures[i].code == (code & 0xff))
			return px_store_say(connection->error, -failures[i].error,
				"%s (SQLite: %s)", failures[i].what, message);
	return px_store_say(connection->error, -EIO, "SQLite: %s", message);
}

int px_connection_run(const struct px_connection *connection, const char *sql)
{
	int code = connection->lib.sqlite3_exec(connection->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : px_connection_fail(connection, code);
}

int px_connection_ask(const struct px_connection *connection, const char *sql,
	const struct pmapx_text *texts, int count, int64_t *ret)
{
	const struct px_sqlite *lib = &connection->lib;
	sqlite3_stmt *statement = NULL;
	int code = lib->sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL), r;

	for (int i = 0; i < count && code == SQLITE_OK; i++)
		code = lib->sqlite3_bind_text64(statement, i + 1, texts[i].bytes, texts[i].length,
			SQLITE_STATIC, SQLITE_UTF8);
	if (code == SQLITE_OK)
		code = lib->sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret = lib->sqlite3_column_int64(statement, 0);
	r = code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : px_connection_fail(connection, code);
	(void)lib->sqlite3_finalize(statement);
	return r;
}

int px_connection_version(const struct px_connection *connection, int *ret)
{
	int64_t id = 0, objects = 0, version = 0;
	int r = px_connection_ask(connection, "PRAGMA application_id", NULL, 0, &id);

	if (r >= 0)
		r = px_connection_ask(
			connection, "SELECT COUNT(*) FROM sqlite_master", NULL, 0, &objects);
	if (r < 0)
		return r;
	if (id == 0 && objects == 0)
		return 0;
	if (id == PX_APPLICATION_ID)
		r = px_connection_ask(connection,
			"SELECT version FROM meta WHERE application = '" PX_SCHEMA_APPLICATION "'",
			NULL, 0, &version);
	if (r < 0)
		return r;
	if (version < 1)
		return px_store_say(
			connection->error, -EMEDIUMTYPE, "it is a database, but none of pmapx");
	if (version > PX_SCHEMA_VERSION)
		return px_store_say(connection->error, -EPROTONOSUPPORT,
			"a newer pmapx made it: its schema is of version %lld, this one knows %d",
			(long long)version, PX_SCHEMA_VERSION);
	*ret = (int)version;
	return 1;
}

int px_connection_load(struct px_connection *connection)
{
	int r = connection->lib.handle != NULL ? 0 : px_sqlite_open(&connection->lib);

	return r < 0 ? px_store_say(connection->error, r, PX_SQLITE_MISSING) : 0;
}

int px_connection_open(struct px_connection *connection, const char *path, bool is_read_only)
{
	const struct px_sqlite *lib = &connection->lib;
	char *name = NULL;
	int code, r = px_connection_load(connection);

	if (r < 0)
		return r;
	/* A name such as ":memory:" is that of a file, too. */
	if (path != NULL && strchr(path, '/') == NULL && asprintf(&name, "./%s", path) < 0)
		return px_store_say(connection->error, -ENOMEM, "not enough memory");
	if (name != NULL)
		path = name;
	code = lib->sqlite3_open_v2(path != NULL ? path : ":memory:", &connection->db,
		SQLITE_OPEN_NOMUTEX | (is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE),
		NULL);
	free(name);
	if (code != SQLITE_OK)
		return px_connection_fail(connection, code);
	(void)lib->sqlite3_extended_result_codes(connection->db, 1);
	return px_connection_run(
		connection, "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192");
}

int px_connection_close(struct px_connection *connection)
{
	int code = SQLITE_OK;

	if (connection->db != NULL)
		code = connection->lib.sqlite3_close(connection->db);
	connection->db = NULL;
	return code;
}

void px_connection_end(struct px_connection *connection)
{
	(void)px_connection_close(connection);
	px_sqlite_close(&connection->lib);
}
