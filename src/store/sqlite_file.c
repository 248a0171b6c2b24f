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
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The name of a new file: that of its folder, and one that nobody has. */
static int make_temporary(struct px_sqlite_store *store)
{
	static const char name[] = ".pmapx-XXXXXX";
	const char *slash = strrchr(store->path, '/');
	size_t length = slash != NULL ? (size_t)(slash - store->path) + 1 : 0;
	char *path = malloc(length + sizeof(name));
	int fd;

	if (path == NULL)
		return px_store_say(store->connection.error, -ENOMEM, "not enough memory");
	memcpy(path, store->path, length);
	memcpy(path + length, name, sizeof(name));
	/* Whoever opens it sees command lines and queries: it is private, whatever the umask. */
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0) {
		int r = px_store_say(
			store->connection.error, -errno, "cannot make it: %s", strerror(errno));

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
			: px_store_say(store->connection.error, -EMEDIUMTYPE, "it is no file");
	if (errno != ENOENT)
		return px_store_say(store->connection.error, -errno, "%s", strerror(errno));
	/* A link that leads nowhere cannot get out of the way. */
	if (lstat(store->path, &status) == 0)
		return px_store_say(store->connection.error, -ENOENT, "%s", strerror(ENOENT));
	return make_temporary(store);
}

/* All of a database of ours. */
static int make_schema(const struct px_sqlite_store *store)
{
	char *ddl = px_schema_ddl(PX_ENGINE_SQLITE), pragma[64];
	int r;

	if (ddl == NULL)
		return px_store_say(store->connection.error, -ENOMEM, "not enough memory");
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA application_id = %d", PX_APPLICATION_ID);
	r = px_connection_run(&store->connection, pragma);
	if (r == 0)
		r = px_connection_run(&store->connection, ddl);
	free(ddl);
	return r;
}

static int migrate(const struct px_sqlite_store *store, int version)
{
	int r = 0;

	for (int from = version; from < PX_SCHEMA_VERSION && r == 0; from++) {
		char update[64];

		(void)snprintf(update, sizeof(update), "UPDATE meta SET version = %d", from + 1);
		r = px_connection_run(&store->connection, px_schema_step(from));
		if (r == 0)
			r = px_connection_run(&store->connection, update);
	}
	return r;
}

/* Tables of ours, of this version: made if there is nothing, brought up to it if they are older. */
static int have_schema(struct px_sqlite_store *store)
{
	int version = 0, r = px_connection_version(&store->connection, &version);

	if (r < 0)
		return r;
	return r == 0 ? make_schema(store) : migrate(store, version);
}

int px_sqlite_file_open(struct px_sqlite_store *store)
{
	struct px_connection *connection = &store->connection;
	bool is_new;
	int r = store->path != NULL ? look(store) : 0;

	if (r == 0)
		r = px_connection_open(connection,
			store->temporary != NULL ? store->temporary : store->path, false);
	if (r < 0)
		return r;
	(void)connection->lib.sqlite3_busy_timeout(connection->db, store->store.options.wait_ms);
	is_new = store->temporary != NULL || store->path == NULL;
	if (is_new)
		r = px_connection_run(connection,
			"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
			"PRAGMA locking_mode = EXCLUSIVE");
	if (r == 0)
		r = px_connection_run(connection, "BEGIN IMMEDIATE");
	return r < 0 ? r : have_schema(store);
}

/* Forget the statements, which are in the way of closing. */
static void forget(struct px_sqlite_store *store)
{
	for (int i = 0; i < PX_TABLES; i++) {
		if (store->inserts[i] != NULL)
			(void)store->connection.lib.sqlite3_finalize(store->inserts[i]);
		store->inserts[i] = NULL;
	}
}

/* Give the new file its name, unless somebody has taken that. */
static int take_name(const char *from, const char *to)
{
	/* Not every C library has a function for it. */
	if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
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

	/* A folder may be one that can be written, but not listed. */
	if (fd < 0)
		return errno == EACCES ? 0 : -errno;
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
		return px_store_say(
			store->connection.error, r, "cannot give it its name: %s", strerror(-r));
	/* What is left of the temporary name is its folder's. */
	slash = strrchr(store->temporary, '/');
	if (slash != NULL)
		slash[1] = '\0';
	r = sync_path(slash != NULL ? store->temporary : ".");
	free(store->temporary);
	store->temporary = NULL;
	return r < 0 ? px_store_say(store->connection.error, r, "its folder: %s", strerror(-r)) : 0;
}

int px_sqlite_file_commit(struct px_sqlite_store *store)
{
	int r = px_connection_run(&store->connection, "COMMIT");

	store->is_committed = r == 0;
	forget(store);
	if (r < 0 || store->temporary == NULL)
		return r;
	(void)px_connection_close(&store->connection);
	return publish(store);
}

/*
 * When a disk is full, SQLite may leave the journal to whoever opens the file next: that is
 * done here, or the file would be of no use without it.
 */
static void undo(struct px_sqlite_store *store)
{
	struct px_store_error ignored;
	int64_t version;

	/* What is to be told is why it came to this. */
	store->connection.error = &ignored;
	if (px_connection_open(&store->connection, store->path, false) == 0)
		(void)px_connection_ask(
			&store->connection, "PRAGMA schema_version", NULL, 0, &version);
	(void)px_connection_close(&store->connection);
}

void px_sqlite_file_close(struct px_sqlite_store *store)
{
	bool is_undone = store->connection.db != NULL && !store->is_committed;

	forget(store);
	(void)px_connection_close(&store->connection);
	if (store->temporary != NULL)
		unlink(store->temporary);
	else if (is_undone && store->path != NULL)
		undo(store);
	free(store->temporary);
	store->temporary = NULL;
}
