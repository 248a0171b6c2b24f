/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows from standard input into a store.
 *
 *	px_rows schema                        tables and columns, one a line
 *	px_rows sqlite PATH [replace] [WAIT]  into a file; WAIT in ms for others
 *	px_rows psql [replace]                to standard output
 *
 * A line is a command and what it takes, with tabs between: "TABLE VALUE...", a row, where a
 * value is N (NULL), i and a number, or t and bytes in hexadecimal, of which the row of the
 * table capture comes first; "fill COUNT", as many mappings with all columns; "commit".
 * "ready" is answered on standard error, so that others know how far it is.  Without a
 * commit, all is given up at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "put.h"
#include "store.h"

/* The most columns that a table has. */
#define VALUES_MAX 64

static int value_of(int digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* Decode hexadecimal digits in their place. */
static struct px_datum decode(char *digits)
{
	size_t length = strlen(digits) / 2;

	for (size_t i = 0; i < length; i++)
		digits[i] = (char)(value_of(digits[2 * i]) << 4 | value_of(digits[2 * i + 1]));
	return px_datum_text(digits, length);
}

static struct px_datum value(char *word)
{
	if (*word == 'i')
		return px_datum_number(strtoll(word + 1, NULL, 10));
	return *word == 't' ? decode(word + 1) : px_datum_null();
}

/* A mapping of the kind that there are many of. */
static int fill(struct px_store *store, long count)
{
	static const char *const names[] = { "/usr/lib/postgresql/15/bin/postgres",
		"/usr/lib/x86_64-linux-gnu/libc.so.6", "/dev/zero (deleted)", NULL };
	struct px_datum row[PX_MAPPING_COLUMNS];
	uint64_t address = UINT64_C(0x7f0000000000);
	int r = 0;

	for (int i = 0; i < PX_MAPPING_COLUMNS; i++)
		row[i] = px_datum_number(0);
	row[PX_MAPPING_PERMS] = px_datum_text("rw-p", 4);
	row[PX_MAPPING_OFFSET_VAL] = px_datum_text("00000000", 8);
	row[PX_MAPPING_DEV] = px_datum_text("fe:01", 5);
	row[PX_MAPPING_INODE] = px_datum_text("1234567", 7);
	row[PX_MAPPING_CLASS] = px_datum_text("file", 4);
	row[PX_MAPPING_KIND] = px_datum_text("data", 4);
	row[PX_MAPPING_KERNEL_PAGE_SIZE] = row[PX_MAPPING_MMU_PAGE_SIZE] = px_datum_number(4096);
	row[PX_MAPPING_VM_FLAGS] = px_datum_text("rd wr mr mw me ac sd", 20);
	row[PX_MAPPING_EXTRA] = px_datum_null();
	for (long i = 0; i < count && r == 0; i++, address += 0x3000) {
		char start[16], end[16];
		const char *name = names[i % 4];

		row[PX_MAPPING_PID] = px_datum_number(i / 1500 + 1);
		row[PX_MAPPING_SEQ] = px_datum_number(i % 1500 + 1);
		row[PX_MAPPING_START_ADDR] = px_datum_text(
			start, (size_t)(px_put_hex(start, address, 8) - start));
		row[PX_MAPPING_END_ADDR] = px_datum_text(
			end, (size_t)(px_put_hex(end, address + 0x2000, 8) - end));
		row[PX_MAPPING_PATHNAME] = name != NULL ? px_datum_text(name, strlen(name))
							: px_datum_null();
		row[PX_MAPPING_ADDR] = px_datum_number((int64_t)address);
		row[PX_MAPPING_SIZE] = px_datum_number(0x2000);
		row[PX_MAPPING_RSS] = row[PX_MAPPING_PSS] = row[PX_MAPPING_REFERENCED] =
			px_datum_number(i % 7 * 1024);
		row[PX_MAPPING_PRIVATE_DIRTY] = row[PX_MAPPING_ANONYMOUS] = row[PX_MAPPING_RSS];
		r = px_store_add(store, PX_TABLE_MAPPING, row);
	}
	return r;
}

/* A line that begins with the name of a table. */
static int add(struct px_store *store, const char *name, char *rest)
{
	struct px_datum row[VALUES_MAX];
	size_t count = 0;
	int table = 0;

	while (table < PX_TABLES && strcmp(px_schema_tables[table].name, name) != 0)
		table++;
	for (char *word; (word = strsep(&rest, "\t")) != NULL && count < VALUES_MAX; count++)
		row[count] = value(word);
	if (table == PX_TABLES || count != px_schema_tables[table].count) {
		(void)fprintf(stderr, "no such row: %s, %zu values\n", name, count);
		exit(2);
	}
	return table == PX_TABLE_CAPTURE ? px_store_begin(store, row)
					 : px_store_add(store, (enum px_table_id)table, row);
}

static int run(struct px_store *store)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int r = 0;

	while (r == 0 && (length = getline(&line, &room, stdin)) > 0) {
		char *rest = line, *word;

		line[length - 1] = '\0';
		word = strsep(&rest, "\t");
		if (strcmp(word, "fill") == 0)
			r = fill(store, atol(rest));
		else if (strcmp(word, "commit") == 0)
			r = px_store_commit(store);
		else if (strcmp(word, "ready") == 0)
			(void)fputs("ready\n", stderr);
		else
			r = add(store, word, rest);
	}
	free(line);
	return r;
}

static void print_schema(void)
{
	(void)printf("version\t%d\n", PX_SCHEMA_VERSION);
	for (int i = 0; i < PX_TABLES; i++) {
		const struct px_schema_table *table = &px_schema_tables[i];

		(void)printf("table\t%s\t%s\t%s\n", table->name, table->key, table->comment);
		for (size_t at = 0; at < table->count; at++)
			(void)printf("column\t%s\t%s\t%s\t%s\n", table->columns[at].name,
				px_type_name(table->columns[at].type),
				table->columns[at].is_not_null ? "NOT NULL" : "",
				table->columns[at].comment);
	}
}

/* Of those that tests wait for; strerrorname_np() is not in every C library. */
static const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ EACCES, "EACCES" },
		{ EBUSY, "EBUSY" },
		{ EEXIST, "EEXIST" },
		{ ELIBACC, "ELIBACC" },
		{ EMEDIUMTYPE, "EMEDIUMTYPE" },
		{ ENOENT, "ENOENT" },
		{ ENOSPC, "ENOSPC" },
		{ EPROTONOSUPPORT, "EPROTONOSUPPORT" },
		{ EROFS, "EROFS" },
		{ EUCLEAN, "EUCLEAN" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	return strerror(error);
}

int main(int argc, char **argv)
{
	static struct px_out out = { .fd = STDOUT_FILENO };
	struct px_store_error error = { .text = "" };
	struct px_store_options options = { .error = &error, .folder = "/tmp" };
	struct px_store *store = NULL;
	int r = -1;

	if (argc == 2 && strcmp(argv[1], "schema") == 0) {
		print_schema();
		return 0;
	}
	for (int i = 2; i < argc; i++) {
		options.replace |= strcmp(argv[i], "replace") == 0;
		options.wait_ms = atoi(argv[i]);
	}
	if (argc > 2 && strcmp(argv[1], "sqlite") == 0)
		r = px_store_open_sqlite(argv[2], &options, &store);
	else if (argc > 1 && strcmp(argv[1], "psql") == 0)
		r = px_store_open_psql(&out, &options, &store);
	if (r == 0)
		r = run(store);
	if (r < 0)
		(void)fprintf(stderr, "%s: %s\n", error_name(-r), error.text);
	px_store_close(store);
	px_out_flush(&out);
	return r < 0 ? 1 : 0;
}
