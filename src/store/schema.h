/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a database of captures is made of.  schema.inc has its tables, views.sql its views,
 * doc/SCHEMA.md says what for.
 */
#ifndef PX_SCHEMA_H
#define PX_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

/** Tells one arrangement of tables and views from another. */
#define PX_SCHEMA_VERSION 1

/** What meta.application says of a database of ours. */
#define PX_SCHEMA_APPLICATION "pmapx"

/** What PRAGMA application_id says of a file of ours, for file(1): "pmpx". */
#define PX_APPLICATION_ID 1886220408

/** Who is to understand the DDL. */
enum px_engine { PX_ENGINE_SQLITE, PX_ENGINE_POSTGRESQL };

/** Types of columns; both engines know them all. */
enum px_column_type { PX_TYPE_TEXT, PX_TYPE_INTEGER, PX_TYPE_BIGINT };

/** A column. */
struct px_schema_column {
	const char *name;
	enum px_column_type type;
	bool is_not_null;
	const char *comment;
};

/** A table. */
struct px_schema_table {
	const char *name;
	const char *key;                        /**< Its primary key behind capture_id. */
	const char *comment;                    /**< What a row is. */
	const struct px_schema_column *columns; /**< All but capture_id. */
	size_t count;
};

/** The tables: PX_TABLE_MAPPING, ... */
enum px_table_id {
#define PX_TABLE(table, name, key, comment) PX_TABLE_##table,
#define PX_COLUMN(table, column, name, type, needed, comment)
#define PX_TABLE_END(table)
#include "schema.inc"
#undef PX_TABLE
#undef PX_COLUMN
#undef PX_TABLE_END
	PX_TABLES
};

/* The columns of each: PX_MAPPING_RSS, ..., and how many there are: PX_MAPPING_COLUMNS. */
#define PX_TABLE(table, name, key, comment) \
	enum px_##table##_column            \
	{
#define PX_COLUMN(table, column, name, type, needed, comment) PX_##table##_##column,
#define PX_TABLE_END(table)  \
	PX_##table##_COLUMNS \
	}                    \
	;
#include "schema.inc"
#undef PX_TABLE
#undef PX_COLUMN
#undef PX_TABLE_END

/** All of them, by their number. */
extern const struct px_schema_table px_schema_tables[PX_TABLES];

/** The text of views.sql: one for both engines. */
extern const char px_views_sql[];

/** Names of types, for DDL: TEXT, ... */
const char *px_type_name(enum px_column_type type);

/** What makes version @version + 1 of version @version, which is less than PX_SCHEMA_VERSION. */
const char *px_schema_step(int version);

/*
 * The functions below return text that is to be freed, or NULL if memory is short.
 */

/** Statements that make all of a database in which there is nothing. */
char *px_schema_ddl(enum px_engine engine);

/** The names of the columns of a table as they come in a row, with commas between. */
char *px_schema_columns(enum px_table_id table);

/** An INSERT of a row, with parameters: capture_id, but for the table capture, and a row. */
char *px_schema_insert(enum px_table_id id);

#endif
