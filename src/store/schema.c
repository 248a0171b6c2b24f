/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a database of captures is made of, and the SQL that comes of that.
 */
#include "schema.h"

#include <stdio.h>

#define PX_TABLE(table, name, key, comment) \
	static const struct px_schema_column table##_columns[PX_##table##_COLUMNS] = {
#define NOT_NULL true
#define NULLABLE false
#define PX_COLUMN(table, column, name, type, needed, comment) \
	{ #name, PX_TYPE_##type, needed, comment },
#define PX_TABLE_END(table) \
	}                   \
	;
#include "schema.inc"
#undef PX_TABLE
#undef PX_COLUMN
#undef PX_TABLE_END

const struct px_schema_table px_schema_tables[PX_TABLES] = {
#define PX_TABLE(table, name, key, comment) \
	[PX_TABLE_##table] = { #name, key, comment, table##_columns, PX_##table##_COLUMNS },
#define PX_COLUMN(table, column, name, type, needed, comment)
#define PX_TABLE_END(table)
#include "schema.inc"
};

/* By the version that each begins with; there has been none before the first. */
static const char *const steps[PX_SCHEMA_VERSION] = { NULL };

const char *px_schema_step(int version)
{
	return steps[version - 1];
}

const char *px_type_name(enum px_column_type type)
{
	static const char *const names[] = {
		[PX_TYPE_TEXT] = "TEXT",
		[PX_TYPE_INTEGER] = "INTEGER",
		[PX_TYPE_BIGINT] = "BIGINT",
	};

	return names[type];
}

/*
 * The number of a capture comes from the server.  What is loaded with COPY cannot name it,
 * so each row asks the transaction, by a setting of its own.  currval() would do too, but is
 * volatile: then COPY adds and logs rows one by one.
 */
static void put_capture_id(FILE *file, enum px_engine engine, enum px_table_id table)
{
	bool is_sqlite = engine == PX_ENGINE_SQLITE;

	if (table == PX_TABLE_CAPTURE)
		(void)fprintf(
			file, "  capture_id %s PRIMARY KEY", is_sqlite ? "INTEGER" : "SERIAL");
	else if (is_sqlite)
		(void)fprintf(file, "  capture_id INTEGER NOT NULL");
	else
		(void)fprintf(file,
			"  capture_id INTEGER NOT NULL"
			" DEFAULT CAST(current_setting('pmapx.capture_id') AS INTEGER)");
}

static void put_table(FILE *file, enum px_engine engine, enum px_table_id id)
{
	const struct px_schema_table *table = &px_schema_tables[id];

	(void)fprintf(file, "CREATE TABLE %s (\n", table->name);
	put_capture_id(file, engine, id);
	for (size_t i = 0; i < table->count; i++)
		(void)fprintf(file, ",\n  %s %s%s", table->columns[i].name,
			px_type_name(table->columns[i].type),
			table->columns[i].is_not_null ? " NOT NULL" : "");
	if (id == PX_TABLE_CAPTURE)
		(void)fprintf(file, ",\n  UNIQUE (test_label, hostname)\n);\n");
	else
		/* Rows are where their key is, so that there is one tree to fill, not two. */
		(void)fprintf(file, ",\n  PRIMARY KEY (capture_id, %s)\n)%s;\n", table->key,
			engine == PX_ENGINE_SQLITE ? " WITHOUT ROWID" : "");
}

/* Text that a stream has gathered, if it has it all. */
static char *close_text(FILE *file, char **text)
{
	bool has_failed = ferror(file) != 0;

	/* Until then it may be where it was. */
	if (fclose(file) != 0 || has_failed)
		return NULL;
	return *text;
}

char *px_schema_ddl(enum px_engine engine)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (file == NULL)
		return NULL;
	(void)fprintf(file,
		"CREATE TABLE meta (\n  application TEXT NOT NULL,\n  version INTEGER NOT NULL\n);\n"
		"INSERT INTO meta VALUES ('" PX_SCHEMA_APPLICATION "', %d);\n",
		PX_SCHEMA_VERSION);
	for (int i = 0; i < PX_TABLES; i++)
		put_table(file, engine, (enum px_table_id)i);
	(void)fputs(px_views_sql, file);
	return close_text(file, &text);
}

static void put_columns(FILE *file, const struct px_schema_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		(void)fprintf(file, "%s%s", i > 0 ? ", " : "", table->columns[i].name);
}

char *px_schema_columns(enum px_table_id table)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (file == NULL)
		return NULL;
	put_columns(file, &px_schema_tables[table]);
	return close_text(file, &text);
}

char *px_schema_insert(enum px_table_id id)
{
	const struct px_schema_table *table = &px_schema_tables[id];
	bool has_capture = id != PX_TABLE_CAPTURE;
	size_t count = table->count + (has_capture ? 1 : 0), size;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	if (file == NULL)
		return NULL;
	(void)fprintf(file, "INSERT INTO %s (%s", table->name, has_capture ? "capture_id, " : "");
	put_columns(file, table);
	(void)fputs(") VALUES (?", file);
	for (size_t i = 1; i < count; i++)
		(void)fputs(", ?", file);
	(void)fputs(")", file);
	return close_text(file, &text);
}
