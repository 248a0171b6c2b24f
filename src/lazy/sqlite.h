/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SQLite: databases in a file.
 */
#ifndef PX_SQLITE_H
#define PX_SQLITE_H

#include <sqlite3.h>

#include "library.h"
#include "with_libsqlite3.h"

#define PX_SQLITE_FUNCTIONS(X)           \
	X(sqlite3_bind_double)           \
	X(sqlite3_bind_int64)            \
	X(sqlite3_bind_null)             \
	X(sqlite3_bind_parameter_count)  \
	X(sqlite3_bind_parameter_name)   \
	X(sqlite3_bind_text64)           \
	X(sqlite3_busy_timeout)          \
	X(sqlite3_close)                 \
	X(sqlite3_column_blob)           \
	X(sqlite3_column_bytes)          \
	X(sqlite3_column_count)          \
	X(sqlite3_column_int64)          \
	X(sqlite3_column_name)           \
	X(sqlite3_column_text)           \
	X(sqlite3_column_type)           \
	X(sqlite3_create_function_v2)    \
	X(sqlite3_errmsg)                \
	X(sqlite3_exec)                  \
	X(sqlite3_extended_result_codes) \
	X(sqlite3_finalize)              \
	X(sqlite3_last_insert_rowid)     \
	X(sqlite3_limit)                 \
	X(sqlite3_open_v2)               \
	X(sqlite3_prepare_v2)            \
	X(sqlite3_reset)                 \
	X(sqlite3_result_error)          \
	X(sqlite3_result_error_nomem)    \
	X(sqlite3_result_text64)         \
	X(sqlite3_set_authorizer)        \
	X(sqlite3_step)                  \
	X(sqlite3_stmt_readonly)         \
	X(sqlite3_value_bytes)           \
	X(sqlite3_value_int64)           \
	X(sqlite3_value_text)            \
	X(sqlite3_value_type)

/** The functions of SQLite that are used, by their own names. */
struct px_sqlite {
	void *handle;
	PX_SQLITE_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load SQLite; 0 or -ELIBACC, of which PX_SQLITE_MISSING says why. */
int px_sqlite_open(struct px_sqlite *ret);

/** Give it back. */
void px_sqlite_close(struct px_sqlite *library);

#endif
