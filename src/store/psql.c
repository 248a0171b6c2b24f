/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A script for psql: one transaction, with rows as the data of COPY.
 *
 * No value is ever part of a statement: also the label goes in as data, and what is done with
 * it is done by the server.  The number of the capture is the server's too; see schema.c.
 *
 * A script may be cut anywhere, when its writer has died.  psql takes the end of a file for
 * that of COPY's data, sends what there is of a statement, and with -1 even a COMMIT of its
 * own.  So all is in an \if without whose \endif psql fails; and as long as the last
 * statements have not been run, two equal rows are in the way of any COMMIT.
 */
#include <errno.h>
#include <stdlib.h>

#include "clean.h"
#include "put.h"
#include "store_impl.h"
#include "waiting.h"

/** A store that is a script. */
struct psql {
	struct px_store store;
	struct px_out *out;                    /**< Borrowed. */
	bool has_begun;                        /**< A capture has. */
	bool is_copying;                       /**< Mappings are. */
	struct px_waiting *waiting[PX_TABLES]; /**< Rows of other tables; NULL: none. */
	struct px_clean clean;
};

static const char prologue[] =
	"-- Made by pmapx, for psql 10 or later and PostgreSQL 9.6 or later.\n"
	"\\set ON_ERROR_STOP on\n"
	"\\if true\n"
	"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;\n"
	"SET LOCAL client_encoding = 'UTF8';\n"
	"CREATE TEMPORARY TABLE pmapx_unfinished (\n"
	"  part INTEGER CONSTRAINT \"the script of pmapx was cut\" UNIQUE DEFERRABLE INITIALLY DEFERRED\n"
	") ON COMMIT DROP;\n"
	"INSERT INTO pmapx_unfinished VALUES (1), (1);\n";

/*
 * To sort the keys of all mappings at once takes half of the time that it takes to find the place of
 * each as it comes: where the table is new, it has its key when its rows are there.
 */
static const char key_drop[] = "    ALTER TABLE mapping DROP CONSTRAINT mapping_pkey;\n";

static const char key_find[] =
	"DO $pmapx$\n"
	"BEGIN\n"
	"  IF NOT EXISTS (SELECT 1 FROM pg_constraint\n"
	"      WHERE conrelid = CAST('mapping' AS regclass) AND contype = 'p') THEN\n"
	"    ALTER TABLE mapping ADD PRIMARY KEY (capture_id, ";

static const char key_found[] = ");\n"
				"  END IF;\n"
				"END $pmapx$;\n";

static const char epilogue[] = "DELETE FROM pmapx_unfinished;\n"
			       "COMMIT;\n"
			       "\\endif\n";

/*
 * The tables, if there are none.  Of two who find that at the same time one makes them, and
 * the other looks again when that has been committed.  The catalogue is asked as any table is:
 * what a session knows of names may be older.
 */
static const char schema_begin[] =
	"DO $pmapx$\n"
	"DECLARE\n"
	"  known INTEGER;\n"
	"BEGIN\n"
	"  IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'meta' AND pg_table_is_visible(oid)) THEN\n"
	"    PERFORM pg_advisory_xact_lock(hashtext('pmapx'));\n"
	"  END IF;\n"
	"  IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'meta' AND pg_table_is_visible(oid)) THEN\n";

static const char schema_found[] =
	"  END IF;\n"
	"  BEGIN\n"
	"    SELECT version INTO STRICT known FROM meta WHERE application = '" PX_SCHEMA_APPLICATION
	"';\n"
	"  EXCEPTION WHEN undefined_column OR no_data_found THEN\n"
	"    RAISE EXCEPTION 'the table meta of this database is not of pmapx'\n"
	"      USING HINT = 'Make a schema for it, and put that into search_path.';\n"
	"  END;\n";

/* The capture, whose row is there, gets its number. */
static const char capture_begin[] = "DO $pmapx$\n"
				    "DECLARE\n"
				    "  given RECORD;\n"
				    "  id INTEGER;\n"
				    "BEGIN\n"
				    "  SELECT * INTO STRICT given FROM pmapx_capture;\n";

static const char capture_find[] =
	"  SELECT c.capture_id INTO id FROM capture c\n"
	"    WHERE c.test_label = given.test_label AND c.hostname = given.hostname FOR UPDATE;\n";

static const char capture_add[] =
	"  PERFORM set_config('pmapx.capture_id', CAST(id AS TEXT), true);\n"
	"EXCEPTION WHEN unique_violation THEN\n"
	"  RAISE EXCEPTION 'the capture \"%\" of host \"%\" is in this database already',\n"
	"    given.test_label, given.hostname USING HINT = 'pmapx load --replace puts another in its place.';\n"
	"END $pmapx$;\n";

/* The data of a COPY ends with this line, which is no row. */
static const char end_of_data[] = "\\.\n";

static int no_memory(const struct px_store *store)
{
	return px_store_fail(store, -ENOMEM, "not enough memory");
}

/* What became of the output so far. */
static int check_output(const struct psql *psql)
{
	int error = psql->out->error;

	return error == 0 ? 0 : px_store_fail(&psql->store, -error, "cannot write the script");
}

/* What stands behind a backslash for a byte that would end a value, or a row; else 0. */
static char escape_of(char byte)
{
	switch (byte) {
	case '\\':
		return '\\';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	default:
		return '\0';
	}
}

/* Text as COPY has it. */
static void put_escaped(struct px_out *out, const struct pmapx_text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		char byte = text->bytes[i], escape = escape_of(byte), *at = px_out_room(out, 2);

		if (escape != '\0') {
			*at++ = '\\';
			byte = escape;
		}
		*at++ = byte;
		px_out_written(out, at);
	}
}

static int put_text(struct psql *psql, struct px_out *out, const struct pmapx_text *text)
{
	struct pmapx_text clean;
	int r;

	if (px_is_plain(text->bytes, text->length)) {
		px_out_bytes(out, text->bytes, text->length);
		return 0;
	}
	r = px_clean_text(&psql->clean, text, &clean);
	if (r == 0)
		put_escaped(out, &clean);
	return r;
}

static void put_number(struct px_out *out, int64_t number)
{
	char *at = px_out_room(out, PX_PUT_MAX + 1);

	if (number < 0)
		*at++ = '-';
	px_out_written(
		out, px_put_decimal(at, number < 0 ? -(uint64_t)number : (uint64_t)number, 1));
}

static int put_row(
	struct psql *psql, struct px_out *out, enum px_table_id table, const struct px_datum *row)
{
	size_t count = px_schema_tables[table].count;
	int r = 0;

	for (size_t i = 0; i < count && r == 0; i++) {
		switch (row[i].type) {
		case PX_DATUM_NULL:
			px_out_bytes(out, "\\N", 2);
			break;
		case PX_DATUM_NUMBER:
			put_number(out, row[i].number);
			break;
		case PX_DATUM_TEXT:
			r = put_text(psql, out, &row[i].text);
			break;
		}
		px_out_bytes(out, i + 1 < count ? "\t" : "\n", 1);
	}
	return r < 0 ? no_memory(&psql->store) : 0;
}

/* "COPY @name (...)", and that data follows. */
static int begin_copy(struct psql *psql, const char *name, enum px_table_id table)
{
	struct px_out *out = psql->out;
	char *columns = px_schema_columns(table);

	if (columns == NULL)
		return no_memory(&psql->store);
	px_out_string(out, "COPY ");
	px_out_string(out, name);
	px_out_string(out, " (");
	px_out_string(out, columns);
	px_out_string(out, ") FROM STDIN;\n");
	free(columns);
	return 0;
}

/* Have the tables there, of this version. */
static int put_schema(struct psql *psql)
{
	struct px_out *out = psql->out;
	char *ddl = px_schema_ddl(PX_ENGINE_POSTGRESQL);

	if (ddl == NULL)
		return no_memory(&psql->store);
	px_out_string(out, schema_begin);
	px_out_string(out, ddl);
	px_out_string(out, key_drop);
	px_out_string(out, schema_found);
	free(ddl);
	px_out_string(out, "  IF known > ");
	px_out_number(out, PX_SCHEMA_VERSION);
	px_out_string(out,
		" THEN\n    RAISE EXCEPTION 'a newer pmapx made this database: its schema is of version %,"
		" that of this script of ");
	px_out_number(out, PX_SCHEMA_VERSION);
	px_out_string(out, "', known;\n  END IF;\n");
	for (int version = 1; version < PX_SCHEMA_VERSION; version++) {
		px_out_string(out, "  IF known <= ");
		px_out_number(out, (uint64_t)version);
		px_out_string(out, " THEN\n");
		px_out_string(out, px_schema_step(version));
		px_out_string(out, "    UPDATE meta SET version = ");
		px_out_number(out, (uint64_t)version + 1);
		px_out_string(out, ";\n  END IF;\n");
	}
	px_out_string(out, "END $pmapx$;\n");
	return 0;
}

/* The capture that is to be replaced goes, with all its rows. */
static void put_removal(struct px_out *out)
{
	px_out_string(out, capture_find);
	for (int i = 0; i < PX_TABLES; i++) {
		px_out_string(out, "  DELETE FROM ");
		px_out_string(out, px_schema_tables[i].name);
		px_out_string(out, " WHERE capture_id = id;\n");
	}
}

/* Write the rows that have waited for the end of a capture. */
static int end_capture(struct psql *psql)
{
	int r = 0;

	if (psql->is_copying)
		px_out_string(psql->out, end_of_data);
	psql->is_copying = false;
	for (int i = 0; i < PX_TABLES && r == 0; i++) {
		if (psql->waiting[i] == NULL)
			continue;
		r = begin_copy(psql, px_schema_tables[i].name, (enum px_table_id)i);
		px_waiting_release(psql->waiting[i], psql->out);
		px_out_string(psql->out, end_of_data);
		px_waiting_destroy(psql->waiting[i]);
		psql->waiting[i] = NULL;
	}
	return r < 0 ? r : check_output(psql);
}

/* Begin the script; pmapx_capture is for the row of the capture at hand. */
static int put_beginning(struct psql *psql, const char *columns)
{
	struct px_out *out = psql->out;
	int r;

	px_out_string(out, prologue);
	r = put_schema(psql);
	px_out_string(out, "CREATE TEMPORARY TABLE pmapx_capture ON COMMIT DROP AS\n  SELECT ");
	px_out_string(out, columns);
	px_out_string(out, " FROM capture WITH NO DATA;\n");
	return r;
}

static int begin(struct px_store *store, const struct px_datum *row)
{
	struct psql *psql = (struct psql *)store;
	struct px_out *out = psql->out;
	char *columns = px_schema_columns(PX_TABLE_CAPTURE);
	int r;

	if (columns == NULL)
		return no_memory(store);
	r = psql->has_begun ? end_capture(psql) : put_beginning(psql, columns);
	if (psql->has_begun)
		px_out_string(out, "DELETE FROM pmapx_capture;\n");
	psql->has_begun = true;
	if (r == 0)
		r = begin_copy(psql, "pmapx_capture", PX_TABLE_CAPTURE);
	if (r == 0)
		r = put_row(psql, out, PX_TABLE_CAPTURE, row);
	px_out_string(out, end_of_data);
	px_out_string(out, capture_begin);
	if (store->options.replace)
		put_removal(out);
	px_out_string(out, "  INSERT INTO capture (");
	px_out_string(out, columns);
	px_out_string(out, ")\n    SELECT * FROM pmapx_capture RETURNING capture_id INTO id;\n");
	px_out_string(out, capture_add);
	free(columns);
	return r < 0 ? r : check_output(psql);
}

static int add(struct px_store *store, enum px_table_id table, const struct px_datum *row)
{
	struct psql *psql = (struct psql *)store;
	struct px_waiting **waiting = &psql->waiting[table];
	int r = 0;

	if (table == PX_TABLE_MAPPING) {
		if (!psql->is_copying)
			r = begin_copy(psql, px_schema_tables[table].name, table);
		psql->is_copying = true;
		if (r == 0)
			r = put_row(psql, psql->out, table, row);
		return r < 0 ? r : check_output(psql);
	}
	if (*waiting == NULL)
		*waiting = px_waiting_create(store->options.folder);
	if (*waiting == NULL)
		return no_memory(store);
	r = put_row(psql, &(*waiting)->out, table, row);
	if (r == 0 && (*waiting)->out.error != 0)
		r = px_store_fail(store, -(*waiting)->out.error, "cannot keep rows that wait in %s",
			store->options.folder);
	return r;
}

/* No mapping comes behind it; if one did, that would be another COPY. */
static int set_duration(struct px_store *store, int64_t duration_us)
{
	struct psql *psql = (struct psql *)store;

	if (psql->is_copying)
		px_out_string(psql->out, end_of_data);
	psql->is_copying = false;
	px_out_string(psql->out, "UPDATE capture SET duration_us = ");
	put_number(psql->out, duration_us);
	px_out_string(psql->out,
		"\n  WHERE capture_id = CAST(current_setting('pmapx.capture_id') AS INTEGER);\n");
	return check_output(psql);
}

static int commit(struct px_store *store)
{
	struct psql *psql = (struct psql *)store;
	int r = end_capture(psql);

	if (r < 0)
		return r;
	px_out_string(psql->out, key_find);
	px_out_string(psql->out, px_schema_tables[PX_TABLE_MAPPING].key);
	px_out_string(psql->out, key_found);
	px_out_string(psql->out, epilogue);
	px_out_flush(psql->out);
	return check_output(psql);
}

static void close_script(struct px_store *store)
{
	struct psql *psql = (struct psql *)store;

	for (int i = 0; i < PX_TABLES; i++)
		px_waiting_destroy(psql->waiting[i]);
	free(psql->clean.bytes);
	free(psql);
}

int px_store_open_psql(
	struct px_out *out, const struct px_store_options *options, struct px_store **ret)
{
	static const struct px_store_ops ops = { begin, add, set_duration, commit, close_script };
	struct psql *psql = calloc(1, sizeof(*psql));

	if (psql == NULL)
		return no_memory(&(struct px_store){ .options = *options });
	psql->store = (struct px_store){ .ops = &ops, .options = *options };
	psql->out = out;
	*ret = &psql->store;
	return 0;
}
