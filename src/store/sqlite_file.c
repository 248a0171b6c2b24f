/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of SQLite that is changed as a whole or not at all.
 *
 * One that is there is changed in a transaction, with a journal beside it: SQLite undoes what
 * was interrupted when the file is next opened.  A new one is made under a name that nobody
 * has, without a journal, and gets its own when all of it is on the disk.
 */
#include "sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What PRAGMA application_id says of ours, for file(1): "pmpx". */
#define APPLICATION_ID 1886220408

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

int px_sqlite_fail(const struct px_sqlite_store *store, int code)
{
	const char *message = store->lib.sqlite3_errmsg(store->db);

	if (code == SQLITE_NOMEM)
		return px_store_fail(&store->store, -ENOMEM, "not enough memory");
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].code == code || failures[i].code == (code & 0xff))
			return px_store_fail(&store->store, -failures[i].error, "%s (SQLite: %s)",
				failures[i].what, message);
	return px_store_fail(&store->store, -EIO, "SQLite: %s", message);
}

int px_sqlite_run(const struct px_sqlite_store *store, const char *sql)
{
	int code = store->lib.sqlite3_exec(store->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : px_sqlite_fail(store, code);
}

int px_sqlite_ask(struct px_sqlite_store *store, const char *sql, const struct pmapx_text *texts,
	int count, int64_t *ret)
{
	const struct px_sqlite *lib = &store->lib;
	sqlite3_stmt *statement = NULL;
	int code = lib->sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL), r;

	for (int i = 0; i < count && code == SQLITE_OK; i++)
		code = lib->sqlite3_bind_text64(statement, i + 1, texts[i].bytes, texts[i].length,
			SQLITE_STATIC, SQLITE_UTF8);
	if (code == SQLITE_OK)
		code = lib->sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret = lib->sqlite3_column_int64(statement, 0);
	r = code == SQLITE_ROW ? 1 : code == SQLITE_DONE ? 0 : px_sqlite_fail(store, code);
	(void)lib->sqlite3_finalize(statement);
	return r;
}

/* The name of a new file: that of its folder, and one that nobody has. */
static int make_temporary(struct px_sqlite_store *store)
{
	static const char name[] = ".pmapx-XXXXXX";
	const char *slash = strrchr(store->path, '/');
	size_t length = slash != NULL ? (size_t)(slash - store->path) + 1 : 0;
	char *path = malloc(length + sizeof(name));
	int fd;

	if (path == NULL)
		return px_store_fail(&store->store, -ENOMEM, "not enough memory");
	memcpy(path, store->path, length);
	memcpy(path + length, name, sizeof(name));
	/* Whoever opens it sees command lines and queries: it is private, whatever the umask. */
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		int r = px_store_fail(&store->store, -errno, "cannot make it: %s", strerror(errno));

		free(path);
		return r;
	}
	close(fd);
	store->temporary = path;
	return 0;
}

/* Whether there is a file, or there will be. */
static int look(struct px_sqlite_store *store)
{
	struct stat status;

	if (stat(store->path, &status) == 0)
		return S_ISREG(status.st_mode)
			? 0
			: px_store_fail(&store->store, -EMEDIUMTYPE, "it is no file");
	if (errno != ENOENT)
		return px_store_fail(&store->store, -errno, "%s", strerror(errno));
	/* A link that leads nowhere cannot get out of the way. */
	if (lstat(store->path, &status) == 0)
		return px_store_fail(&store->store, -ENOENT, "%s", strerror(ENOENT));
	return make_temporary(store);
}

/* All of a database of ours. */
static int make_schema(const struct px_sqlite_store *store)
{
	char *ddl = px_schema_ddl(PX_ENGINE_SQLITE), pragma[64];
	int r;

	if (ddl == NULL)
		return px_store_fail(&store->store, -ENOMEM, "not enough memory");
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA application_id = %d", APPLICATION_ID);
	r = px_sqlite_run(store, pragma);
	if (r == 0)
		r = px_sqlite_run(store, ddl);
	free(ddl);
	return r;
}

static int migrate(const struct px_sqlite_store *store, int64_t version)
{
	int r = 0;

	for (int from = (int)version; from < PX_SCHEMA_VERSION && r == 0; from++) {
		char update[64];

		(void)snprintf(update, sizeof(update), "UPDATE meta SET version = %d", from + 1);
		r = px_sqlite_run(store, px_schema_step(from));
		if (r == 0)
			r = px_sqlite_run(store, update);
	}
	return r;
}

/* Tables of ours, of this version: made if there is nothing, brought up to it if they are older. */
static int have_schema(struct px_sqlite_store *store)
{
	int64_t id = 0, objects = 0, version = 0;
	int r = px_sqlite_ask(store, "PRAGMA application_id", NULL, 0, &id);

	if (r >= 0)
		r = px_sqlite_ask(store, "SELECT COUNT(*) FROM sqlite_master", NULL, 0, &objects);
	if (r < 0)
		return r;
	if (id == 0 && objects == 0)
		return make_schema(store);
	if (id == APPLICATION_ID)
		r = px_sqlite_ask(store,
			"SELECT version FROM meta WHERE application = '" PX_SCHEMA_APPLICATION "'",
			NULL, 0, &version);
	if (r < 0)
		return r;
	if (version < 1)
		return px_store_fail(
			&store->store, -EMEDIUMTYPE, "it is a database, but none of pmapx");
	if (version > PX_SCHEMA_VERSION)
		return px_store_fail(&store->store, -EPROTONOSUPPORT,
			"a newer pmapx made it: its schema is of version %lld, this one knows %d",
			(long long)version, PX_SCHEMA_VERSION);
	return migrate(store, version);
}

int px_sqlite_file_open(struct px_sqlite_store *store)
{
	const struct px_sqlite *lib = &store->lib;
	int code, r = look(store);

	if (r < 0)
		return r;
	code = lib->sqlite3_open_v2(store->temporary != NULL ? store->temporary : store->path,
		&store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK)
		return px_sqlite_fail(store, code);
	(void)lib->sqlite3_extended_result_codes(store->db, 1);
	(void)lib->sqlite3_busy_timeout(store->db, store->store.options.wait_ms);
	/* What others have put into a file of theirs is not run. */
	r = px_sqlite_run(store, "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192");
	if (r == 0 && store->temporary != NULL)
		r = px_sqlite_run(store,
			"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
			"PRAGMA locking_mode = EXCLUSIVE");
	if (r == 0)
		r = px_sqlite_run(store, "BEGIN IMMEDIATE");
	return r < 0 ? r : have_schema(store);
}

static int close_db(struct px_sqlite_store *store)
{
	int code;

	/* Then there may not even be a library. */
	if (store->db == NULL)
		return SQLITE_OK;
	for (int i = 0; i < PX_TABLES; i++) {
		(void)store->lib.sqlite3_finalize(store->inserts[i]);
		store->inserts[i] = NULL;
	}
	code = store->lib.sqlite3_close(store->db);
	store->db = NULL;
	return code;
}

/* Give the new file its name, unless somebody has taken that. */
static int take_name(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* File systems that do not know how. */
	if (link(from, to) < 0)
		return -errno;
	unlink(from);
	return 0;
}

/* Have a file, or a folder, on the disk; some file systems cannot, which is no fault of theirs. */
static int sync_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS && errno != ENOSYS)
		r = -errno;
	close(fd);
	return r;
}

static int publish(struct px_sqlite_store *store)
{
	char *slash;
	int r = sync_path(store->temporary);

	if (r == 0)
		r = take_name(store->temporary, store->path);
	if (r < 0)
		return px_store_fail(&store->store, r, "cannot give it its name: %s", strerror(-r));
	/* What is left of the temporary name is its folder's. */
	slash = strrchr(store->temporary, '/');
	if (slash != NULL)
		slash[1] = '\0';
	r = sync_path(slash != NULL ? store->temporary : ".");
	free(store->temporary);
	store->temporary = NULL;
	return r < 0 ? px_store_fail(&store->store, r, "its folder: %s", strerror(-r)) : 0;
}

int px_sqlite_file_commit(struct px_sqlite_store *store)
{
	int r = px_sqlite_run(store, "COMMIT");

	store->is_committed = r == 0;
	if (r < 0 || store->temporary == NULL)
		return r;
	(void)close_db(store);
	return publish(store);
}

/*
 * When a disk is full, SQLite may leave the journal to whoever opens the file next: that is
 * done here, or the file would be of no use without it.
 */
static void undo(struct px_sqlite_store *store)
{
	int64_t version;

	if (store->lib.sqlite3_open_v2(store->path, &store->db,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK)
		(void)px_sqlite_ask(store, "PRAGMA schema_version", NULL, 0, &version);
	(void)close_db(store);
}

void px_sqlite_file_close(struct px_sqlite_store *store)
{
	bool is_undone = store->db != NULL && !store->is_committed;

	(void)close_db(store);
	if (store->temporary != NULL)
		unlink(store->temporary);
	else if (is_undone)
		undo(store);
	free(store->temporary);
	store->temporary = NULL;
}
