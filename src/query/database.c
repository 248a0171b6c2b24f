/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Databases that are read.  Both the file and the SQL may be somebody else's: what they could
 * do besides reading this one file is refused when a statement is prepared.
 */
#include "database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "functions.h"

/* A text, or a row, is not larger than this; in bytes. */
#define LENGTH_MAX (64 << 20)

/* PRAGMAs that tell something, and do nothing. */
static bool is_telling(const char *pragma)
{
	static const char *const telling[] = { "application_id", "compile_options", "encoding",
		"foreign_key_list", "freelist_count", "index_info", "index_list", "integrity_check",
		"page_count", "page_size", "quick_check", "schema_version", "table_info",
		"table_list", "table_xinfo", "user_version" };

	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (strcasecmp(pragma, telling[i]) == 0)
			return true;
	return false;
}

/* What sqlite3_set_authorizer() asks for each thing that a statement is to do. */
static int authorize(void *context, int action, const char *first, const char *second,
	const char *database, const char *cause)
{
	(void)context, (void)database, (void)cause;
	switch (action) {
	case SQLITE_FUNCTION:
		return strcasecmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION:
	case SQLITE_SAVEPOINT:
		return SQLITE_OK;
	case SQLITE_PRAGMA:
		/* With a value in brackets, those of the list still only tell. */
		return is_telling(first) ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

/* What is the same for all that is read. */
static int prepare_reading(struct px_database *database)
{
	const struct px_connection *connection = database->connection;
	int r = px_connection_run(connection, "PRAGMA cell_size_check = ON"), code;

	if (r < 0)
		return r;
	(void)connection->lib.sqlite3_limit(connection->db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
	code = px_functions_add(&connection->lib, connection->db);
	if (code == SQLITE_OK)
		code = connection->lib.sqlite3_set_authorizer(connection->db, authorize, NULL);
	return code == SQLITE_OK ? 0 : px_connection_fail(connection, code);
}

static int open_file(struct px_database *database, const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		return px_store_say(&database->error, -errno, "%s", strerror(errno));
	if (!S_ISREG(status.st_mode))
		return px_store_say(&database->error, -EMEDIUMTYPE, "it is no file");
	return px_connection_open(&database->own, path, true);
}

int px_database_open(struct px_database *database, const char *path)
{
	int version, r;

	database->connection = &database->own;
	database->own.error = &database->error;
	r = open_file(database, path);
	if (r == 0)
		r = px_connection_version(&database->own, &version);
	if (r == 0)
		return px_store_say(&database->error, -EMEDIUMTYPE, "it is no database of pmapx");
	return r < 0 ? r : prepare_reading(database);
}

int px_database_attach(struct px_database *database, struct px_store *store)
{
	database->connection = px_store_connection(store);
	database->connection->error = &database->error;
	return prepare_reading(database);
}

void px_database_close(struct px_database *database)
{
	px_connection_end(&database->own);
	database->connection = NULL;
}

int px_database_prepare(
	struct px_database *database, const char *sql, const char **ret_rest, sqlite3_stmt **ret)
{
	const struct px_connection *connection = database->connection;
	int code;

	*ret_rest = sql;
	*ret = NULL;
	/* A comment by itself is a statement of nothing. */
	do {
		code = connection->lib.sqlite3_prepare_v2(
			connection->db, *ret_rest, -1, ret, ret_rest);
	} while (code == SQLITE_OK && *ret == NULL && **ret_rest != '\0');
	/* Of VACUUM nobody is asked before it runs. */
	if (*ret != NULL && connection->lib.sqlite3_stmt_readonly(*ret) == 0) {
		px_database_finalize(database, *ret);
		*ret = NULL;
		code = SQLITE_AUTH;
	}
	if (code == SQLITE_AUTH)
		return px_store_say(
			&database->error, -EPERM, "only what reads is run: this would do more");
	return code == SQLITE_OK ? 0 : px_connection_fail(connection, code);
}

int px_database_step(struct px_database *database, sqlite3_stmt *statement)
{
	int code = database->connection->lib.sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : px_connection_fail(database->connection, code);
}

void px_database_finalize(struct px_database *database, sqlite3_stmt *statement)
{
	if (statement != NULL)
		(void)database->connection->lib.sqlite3_finalize(statement);
}
