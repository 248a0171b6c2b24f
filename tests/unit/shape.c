/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * shape.c, table.c: what is asked of a table, and what is printed of it.
 */
#include "support.h"

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "table.h"

static const struct px_table_column columns[] = {
	{ "pid", PX_VALUE_NUMBER },
	{ "user", PX_VALUE_TEXT },
	{ "rss", PX_VALUE_SIZE },
	{ "change", PX_VALUE_CHANGE },
	{ "start", PX_VALUE_ADDRESS },
	{ "command", PX_VALUE_TEXT },
};

#define TEXT(literal)                                              \
	{                                                          \
		PX_VALUE_TEXT, { literal, sizeof(literal) - 1 }, 0 \
	}
#define VALUE(type, number)                                      \
	{                                                        \
		PX_VALUE_##type, { NULL, 0 }, (uint64_t)(number) \
	}

static const struct px_value rows[][PX_COUNT(columns)] = {
	{ VALUE(NUMBER, 7), TEXT("root"), VALUE(SIZE, 2048), VALUE(CHANGE, -4),
		VALUE(ADDRESS, 0x7f00), TEXT("b \"x\",\033[m") },
	{ VALUE(NUMBER, 1100), TEXT("j\xc3\xb6rg"), VALUE(NOTHING, 0), VALUE(CHANGE, 12),
		VALUE(NOTHING, 0), TEXT("") },
	{ VALUE(NUMBER, 8), VALUE(NOTHING, 0), VALUE(SIZE, 2048), VALUE(CHANGE, 0),
		VALUE(ADDRESS, 0), TEXT("/usr/bin/python3 -m http.server") },
};

static const struct px_value total[PX_COUNT(columns)] = { VALUE(NUMBER, 3), VALUE(NOTHING, 0),
	VALUE(SIZE, 4096), VALUE(CHANGE, 8), VALUE(NOTHING, 0), VALUE(NOTHING, 0) };

static struct px_table *make(void)
{
	struct px_table *table = px_table_new(columns, PX_COUNT(columns));

	assert_non_null(table);
	for (size_t i = 0; i < PX_COUNT(rows); i++)
		px_same_number("add", 0, px_table_add(table, rows[i]));
	px_same_number("total", 0, px_table_total(table, total));
	px_same_number("rows", 3, px_table_rows(table));
	return table;
}

static struct px_console *make_console(int fd)
{
	struct px_console *console = calloc(1, sizeof(*console));

	assert_non_null(console);
	px_console_init(console, "pmapx");
	console->locale = (struct px_locale){ .has_charset = true };
	console->out.fd = fd;
	return console;
}

static void put_facts(struct px_out *out, const void *context)
{
	px_out_string(out, context);
}

static char *print(const struct px_table *table, const struct px_shape *shape, bool quiet)
{
	const struct px_table_frame frame = { .schema = "pmapx.test",
		.version = 3,
		.quiet = quiet,
		.put_facts = put_facts,
		.context = "\"complete\":true," };
	struct px_console *console = make_console(px_memory());
	size_t length;
	char *got;

	px_same_number("print", 0, px_table_print(table, console, shape, &frame));
	px_out_flush(&console->out);
	got = px_taken(console->out.fd, &length);
	close(console->out.fd);
	px_console_deinit(console);
	free(console);
	return got;
}

static const struct {
	const char *name, *sort;
	struct px_shape shape;
	bool quiet;
	const char *want;
} prints[] = {
	{ "text", NULL, { .notation = PX_NOTATION_TEXT }, false,
		" pid user  rss change start command\n"
		"   7 root 2048     -4  7f00 b \"x\",?[m\n"
		"1100 j\xc3\xb6rg    ?    +12     ?\n"
		"   8 ?    2048      0     0 /usr/bin/python3 -m http.server\n"
		"====      ==== ======\n"
		"   3      4096     +8\n" },
	{ "quiet, in units", NULL, { .units = PX_UNITS_BEST }, true,
		"   7 root 2.0M  -4K 7f00 b \"x\",?[m\n"
		"1100 j\xc3\xb6rg    ? +12K    ?\n"
		"   8 ?    2.0M   0K    0 /usr/bin/python3 -m http.server\n" },
	{ "sorted, top", "rss", { .top = 2, .descending = true }, true,
		"7 root 2048 -4 7f00 b \"x\",?[m\n"
		"8 ?    2048  0    0 /usr/bin/python3 -m http.server\n" },
	{ "by change", "CHANGE", { .top = 1 }, true, "7 root 2048 -4 7f00 b \"x\",?[m\n" },
	{ "by text, nothing last", "user", { .notation = PX_NOTATION_TSV, .descending = true },
		false,
		"pid\tuser\trss\tchange\tstart\tcommand\n"
		"7\troot\t2048\t-4\t0x7f00\tb \"x\",\\x1b[m\n"
		"1100\tj\xc3\xb6rg\t\t12\t\t\n"
		"8\t\t2048\t0\t0x0\t/usr/bin/python3 -m http.server\n" },
	{ "csv", NULL, { .notation = PX_NOTATION_CSV, .top = 1 }, false,
		"pid,user,rss,change,start,command\r\n"
		"7,root,2048,-4,0x7f00,\"b \"\"x\"\",\\x1b[m\"\r\n" },
	{ "ndjson", NULL, { .notation = PX_NOTATION_NDJSON, .top = 1 }, false,
		"{\"pid\":7,\"user\":\"root\",\"rss\":2048,\"change\":-4,\"start\":\"0x7f00\","
		"\"command\":\"b \\\"x\\\",\\\\x1b[m\"}\n" },
	{ "json", "pid", { .notation = PX_NOTATION_JSON, .top = 2, .descending = true }, false,
		"{\"schema\":\"pmapx.test\",\"version\":3,\"complete\":true,\"rows\":[\n"
		"{\"pid\":1100,\"user\":\"j\xc3\xb6rg\",\"rss\":null,\"change\":12,\"start\":null,"
		"\"command\":\"\"},\n"
		"{\"pid\":8,\"user\":null,\"rss\":2048,\"change\":0,\"start\":\"0x0\","
		"\"command\":\"/usr/bin/python3 -m http.server\"}\n"
		"],\"totals\":{\"pid\":3,\"user\":null,\"rss\":4096,\"change\":8,\"start\":null,"
		"\"command\":null}}\n" },
};

PX_TEST(tables_are_printed_as_asked_for)
{
	for (size_t i = 0; i < PX_COUNT(prints); i++) {
		struct px_table *table = make();
		char *got;

		if (prints[i].sort != NULL) {
			size_t column = px_table_find(columns, PX_COUNT(columns), prints[i].sort);

			assert_in_range(column, 0, PX_COUNT(columns) - 1);
			px_same_number("sort", 0,
				px_table_sort(table, column, prints[i].shape.descending));
		}
		got = print(table, &prints[i].shape, prints[i].quiet);
		px_same(prints[i].name, prints[i].want, got);
		free(got);
		px_table_free(table);
	}
}

PX_TEST(an_empty_table_is_a_document_too)
{
	const struct px_shape json = { .notation = PX_NOTATION_JSON };
	struct px_table *table = px_table_new(columns, PX_COUNT(columns));
	char *got;

	px_same_number("sort", 0, px_table_sort(table, 0, false));
	got = print(table, &json, false);
	px_same("json", "{\"schema\":\"pmapx.test\",\"version\":3,\"complete\":true,\"rows\":[]}\n",
		got);
	free(got);
	px_table_free(table);
}

/* What a terminal of @width columns is sent for a row, and, if not quiet, its heading. */
static char *print_on_terminal(unsigned short width, size_t row, bool quiet)
{
	const struct px_table_frame frame = { .quiet = quiet };
	const struct px_shape shape = { .top = 1 };
	struct winsize size = { .ws_row = 24, .ws_col = width };
	struct px_table *table = px_table_new(columns, PX_COUNT(columns));
	struct px_console *console;
	int master, slave;
	char *got = calloc(1, 256);

	assert_non_null(got);
	px_same_number("add", 0, px_table_add(table, rows[row]));
	px_same_number("openpty", 0, openpty(&master, &slave, NULL, NULL, &size));
	console = make_console(slave);
	px_same_number("print", 0, px_table_print(table, console, &shape, &frame));
	px_out_flush(&console->out);
	/* A terminal may hand lines out in pieces; the last one is not empty. */
	px_out_string(&console->out, "\004\n");
	px_out_flush(&console->out);
	for (size_t length = 0; memchr(got, '\004', length) == NULL;) {
		ssize_t n = read(master, got + length, 255 - length);

		assert_true(n > 0);
		length += (size_t)n;
	}
	*strchr(got, '\004') = '\0';
	close(master);
	close(slave);
	px_console_deinit(console);
	free(console);
	px_table_free(table);
	return got;
}

PX_TEST(the_last_column_ends_where_the_terminal_does)
{
	static const struct {
		unsigned short width;
		const char *want;
	} widths[] = {
		{ 80, "8 ? 2048 0 0 /usr/bin/python3 -m http.server\r\n" },
		{ 44, "8 ? 2048 0 0 /usr/bin/python3 -m http.server\r\n" },
		{ 43, "8 ? 2048 0 0 /usr/bin/python3 -m http.serv+\r\n" },
		{ 21, "8 ? 2048 0 0 /usr/bi+\r\n" },
		/* Something is to be seen of it. */
		{ 13, "8 ? 2048 0 0 /usr/bi+\r\n" },
	};

	for (size_t i = 0; i < PX_COUNT(widths); i++) {
		char *got = print_on_terminal(widths[i].width, 2, true);

		px_same("terminal", widths[i].want, got);
		free(got);
	}
}

PX_TEST(columns_without_sizes_make_room)
{
	static const struct {
		unsigned short width;
		size_t row;
		const char *want;
	} widths[] = {
		{ 60, 2,
			"pid user  rss change start command\r\n"
			"  8 ?    2048      0     0 /usr/bin/python3 -m http.server\r\n" },
		{ 52, 2,
			"pid user  rss start command\r\n"
			"  8 ?    2048     0 /usr/bin/python3 -m http.server\r\n"
			"(left out, as all are 0: change)\r\n" },
		/* What could not be read is not 0. */
		{ 20, 1,
			" pid user rss change start command\r\n"
			"1100 j\xc3\xb6rg   ?    +12     ?\r\n" },
	};

	for (size_t i = 0; i < PX_COUNT(widths); i++) {
		char *got = print_on_terminal(widths[i].width, widths[i].row, false);

		px_same("terminal", widths[i].want, got);
		free(got);
	}
}

PX_TEST(options_are_taken_or_refused)
{
	struct px_shape shape = { 0 };

	assert_null(px_shape_add(&shape, PX_SHAPE_SORT, "-rss"));
	px_same("sort", "rss", shape.sort);
	assert_true(shape.descending);
	assert_null(px_shape_add(&shape, PX_SHAPE_SORT, "pss"));
	assert_false(shape.descending);
	assert_non_null(px_shape_add(&shape, PX_SHAPE_SORT, ""));
	assert_non_null(px_shape_add(&shape, PX_SHAPE_SORT, "-"));
	assert_null(px_shape_add(&shape, PX_SHAPE_TOP, "10"));
	px_same_number("top", 10, shape.top);
	assert_non_null(px_shape_add(&shape, PX_SHAPE_TOP, "0"));
	assert_non_null(px_shape_add(&shape, PX_SHAPE_TOP, "-1"));
	assert_non_null(px_shape_add(&shape, PX_SHAPE_TOP, "1k"));
	assert_null(px_shape_add(&shape, PX_SHAPE_UNITS, "m"));
	assert_non_null(px_shape_add(&shape, PX_SHAPE_UNITS, "x"));
	assert_null(px_shape_add(&shape, PX_SHAPE_UNITS, "g"));
	assert_null(px_shape_check(&shape));
	assert_non_null(px_shape_add(&shape, PX_SHAPE_FORMAT, "xml"));
	assert_null(px_shape_add(&shape, PX_SHAPE_FORMAT, "csv"));
	assert_non_null(px_shape_check(&shape));
}

PX_TEST(what_is_no_column_is_answered_with_those_there_are)
{
	struct px_console *console = make_console(-1);
	size_t length;
	char *got;

	console->err.fd = px_memory();
	px_same_number("none", 2, px_table_find(columns, 2, "rss"));
	px_say_no_column(console, "rank", &(struct px_shape){ .sort = "\033x", .descending = true },
		columns, 2);
	got = px_taken(console->err.fd, &length);
	px_same("message", "pmapx: rank: --sort=-?x: no such column, there are pid, user\n", got);
	free(got);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

PX_TEST(fields_are_columns_each_once)
{
	struct px_console *console = make_console(-1);
	size_t indexes[PX_COUNT(columns)], count = 77, length;
	char *got;

	console->err.fd = px_memory();
	assert_true(px_table_fields(
		console, NULL, "Command,pid", columns, PX_COUNT(columns), indexes, &count));
	px_same_number("count", 2, count);
	px_same_number("first", 5, indexes[0]);
	px_same_number("second", 0, indexes[1]);
	assert_false(px_table_fields(console, NULL, "pid,use", columns, 2, indexes, &count));
	assert_false(px_table_fields(console, "rank", "pid,", columns, 2, indexes, &count));
	assert_false(px_table_fields(console, NULL, "pid,user,PID", columns, 2, indexes, &count));
	px_same_number("as it was", 2, count);
	got = px_taken(console->err.fd, &length);
	px_same("messages",
		"pmapx: --fields=pid,use: 'use' is no column; there are pid, user\n"
		"pmapx: rank: --fields=pid,: '' is no column; there are pid, user\n"
		"pmapx: --fields=pid,user,PID: 'PID' is given twice; there are pid, user\n",
		got);
	free(got);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

PX_TEST(numbers_may_have_a_sign)
{
	static const struct px_table_column signs[] = { { "count", PX_VALUE_BALANCE } };
	static const struct px_value values[] = { VALUE(BALANCE, 3), VALUE(BALANCE, -12),
		VALUE(BALANCE, 0) };
	const struct px_shape text = { .units = PX_UNITS_BEST },
			      tsv = { .notation = PX_NOTATION_TSV };
	struct px_table *table = px_table_new(signs, 1);
	char *got;

	for (size_t i = 0; i < PX_COUNT(values); i++)
		px_same_number("add", 0, px_table_add(table, &values[i]));
	px_same_number("sort", 0, px_table_sort(table, 0, false));
	got = print(table, &text, false);
	px_same("text", "count\n  -12\n    0\n   +3\n", got);
	free(got);
	got = print(table, &tsv, false);
	px_same("tsv", "count\n-12\n0\n3\n", got);
	free(got);
	px_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_columns_each_once),
		cmocka_unit_test(numbers_may_have_a_sign),
		cmocka_unit_test(tables_are_printed_as_asked_for),
		cmocka_unit_test(an_empty_table_is_a_document_too),
		cmocka_unit_test(the_last_column_ends_where_the_terminal_does),
		cmocka_unit_test(columns_without_sizes_make_room),
		cmocka_unit_test(options_are_taken_or_refused),
		cmocka_unit_test(what_is_no_column_is_answered_with_those_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
