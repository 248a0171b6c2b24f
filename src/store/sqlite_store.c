/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows for a file of SQLite: prepared statements in one transaction.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "sqlite_file.h"

static int no_memory(const struct px_store *store)
{
	return px_store_fail(store, -ENOMEM, "not enough memory");
}

/* Text that has to be changed is copied by SQLite: there may be several in a row. */
static int bind_text(struct px_sqlite_store *sqlite, sqlite3_stmt *statement, int at,
	const struct pmapx_text *text)
{
	struct px_clean room = { .bytes = NULL };
	struct pmapx_text clean = *text;
	int code;

	if (!px_is_plain(text->bytes, text->length) && px_clean_text(&room, text, &clean) < 0)
		return SQLITE_NOMEM;
	/* NULL would be no text at all. */
	code = sqlite->connection.lib.sqlite3_bind_text64(statement, at,
		clean.length > 0 ? clean.bytes : "", clean.length,
		clean.bytes == text->bytes ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8);
	free(room.bytes);
	return code;
}

static int bind_row(struct px_sqlite_store *sqlite, sqlite3_stmt *statement, int first,
	enum px_table_id table, const struct px_datum *row)
{
	int count = (int)px_schema_tables[table].count, code = SQLITE_OK;

	for (int i = 0; i < count && code == SQLITE_OK; i++) {
		switch (row[i].type) {
		case PX_DATUM_NULL:
			code = sqlite->connection.lib.sqlite3_bind_null(statement, first + i);
			break;
		case PX_DATUM_NUMBER:
			code = sqlite->connection.lib.sqlite3_bind_int64(
				statement, first + i, row[i].number);
			break;
		case PX_DATUM_TEXT:
			code = bind_text(sqlite, statement, first + i, &row[i].text);
			break;
		}
	}
	return code;
}

/* Make the statement that adds a row to @table. */
static int prepare(struct px_sqlite_store *sqlite, enum px_table_id table)
{
	char *sql = px_schema_insert(table);
	int code;

	if (sql == NULL)
		return no_memory(&sqlite->store);
	code = sqlite->connection.lib.sqlite3_prepare_v2(
		sqlite->connection.db, sql, -1, &sqlite->inserts[table], NULL);
	free(sql);
	/* It keeps this one from row to row. */
	if (code == SQLITE_OK && table != PX_TABLE_CAPTURE)
		code = sqlite->connection.lib.sqlite3_bind_int64(
			sqlite->inserts[table], 1, sqlite->capture_id);
	return code == SQLITE_OK ? 0 : px_connection_fail(&sqlite->connection, code);
}

static int add(struct px_store *store, enum px_table_id table, const struct px_datum *row)
{
	struct px_sqlite_store *sqlite = (struct px_sqlite_store *)store;
	int first = table == PX_TABLE_CAPTURE ? 1 : 2, code, r = 0;
	sqlite3_stmt *statement;

	if (sqlite->inserts[table] == NULL)
		r = prepare(sqlite, table);
	if (r < 0)
		return r;
	statement = sqlite->inserts[table];
	code = bind_row(sqlite, statement, first, table, row);
	if (code == SQLITE_OK)
		code = sqlite->connection.lib.sqlite3_step(statement);
	r = code == SQLITE_DONE ? 0 : px_connection_fail(&sqlite->connection, code);
	(void)sqlite->connection.lib.sqlite3_reset(statement);
	return r;
}

/* All rows of a capture. */
static int delete_capture(struct px_sqlite_store *sqlite, int64_t id)
{
	int r = 0;

	for (int i = 0; i < PX_TABLES && r == 0; i++) {
		char sql[128];

		(void)snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE capture_id = %lld",
			px_schema_tables[i].name, (long long)id);
		r = px_connection_run(&sqlite->connection, sql);
	}
	return r;
}

/* There is room for a capture of this label and host, or there is made some. */
static int make_room(struct px_sqlite_store *sqlite, const struct px_datum *row)
{
	struct px_clean rooms[2] = { { .bytes = NULL } };
	struct pmapx_text key[2];
	int64_t id = 0;
	int r = px_clean_text(&rooms[0], &row[PX_CAPTURE_LABEL].text, &key[0]);

	if (r == 0)
		r = px_clean_text(&rooms[1], &row[PX_CAPTURE_HOST].text, &key[1]);
	if (r < 0)
		r = no_memory(&sqlite->store);
	else
		r = px_connection_ask(&sqlite->connection,
			"SELECT capture_id FROM capture WHERE test_label = ? AND hostname = ?", key,
			2, &id);
	if (r == 1 && sqlite->store.options.replace)
		r = delete_capture(sqlite, id);
	else if (r == 1)
		r = px_store_fail(&sqlite->store, -EEXIST,
			"the capture \"%.*s\" of host \"%.*s\" is in it already;"
			" --replace puts another in its place",
			(int)key[0].length, key[0].bytes, (int)key[1].length, key[1].bytes);
	free(rooms[0].bytes);
	free(rooms[1].bytes);
	return r;
}

static int begin(struct px_store *store, const struct px_datum *row)
{
	struct px_sqlite_store *sqlite = (struct px_sqlite_store *)store;
	int r = make_room(sqlite, row);

	if (r == 0)
		r = add(store, PX_TABLE_CAPTURE, row);
	if (r == 0)
		sqlite->capture_id = sqlite->connection.lib.sqlite3_last_insert_rowid(
			sqlite->connection.db);
	for (int i = 0; i < PX_TABLES && r == 0; i++) {
		int code = SQLITE_OK;

		/* Of a capture before. */
		if (i != PX_TABLE_CAPTURE && sqlite->inserts[i] != NULL)
			code = sqlite->connection.lib.sqlite3_bind_int64(
				sqlite->inserts[i], 1, sqlite->capture_id);
		if (code != SQLITE_OK)
			r = px_connection_fail(&sqlite->connection, code);
	}
	return r;
}

static int set_duration(struct px_store *store, int64_t duration_us)
{
	const struct px_sqlite_store *sqlite = (const struct px_sqlite_store *)store;
	char sql[128];

	(void)snprintf(sql, sizeof(sql),
		"UPDATE capture SET duration_us = %lld WHERE capture_id = %lld",
		(long long)duration_us, (long long)sqlite->capture_id);
	return px_connection_run(&sqlite->connection, sql);
}

static int commit(struct px_store *store)
{
	return px_sqlite_file_commit((struct px_sqlite_store *)store);
}

static void close_store(struct px_store *store)
{
	struct px_sqlite_store *sqlite = (struct px_sqlite_store *)store;

	px_sqlite_file_close(sqlite);
	px_connection_end(&sqlite->connection);
	free(sqlite->path);
	free(sqlite);
}

struct px_connection *px_store_connection(struct px_store *store)
{
	return &((struct px_sqlite_store *)store)->connection;
}

int px_store_open_sqlite(
	const char *path, const struct px_store_options *options, struct px_store **ret)
{
	static const struct px_store_ops ops = { begin, add, set_duration, commit, close_store };
	struct px_sqlite_store *sqlite = calloc(1, sizeof(*sqlite));
	int r;

	if (sqlite == NULL)
		return no_memory(&(struct px_store){ .options = *options });
	sqlite->store.ops = &ops;
	sqlite->store.options = *options;
	sqlite->connection.error = options->error;
	sqlite->path = path != NULL ? strdup(path) : NULL;
	r = px_connection_load(&sqlite->connection);
	if (r == 0 && path != NULL && sqlite->path == NULL)
		r = no_memory(&sqlite->store);
	if (r == 0)
		r = px_sqlite_file_open(sqlite);
	if (r < 0) {
		close_store(&sqlite->store);
		return r;
	}
	*ret = &sqlite->store;
	return 0;
}
