/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * activity.c and the shapes below it: what rows are made of texts that are as they must
 * be, wrong, hostile, and cut anywhere.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity.h"

/* What is said, in a line each. */
struct told {
	char *text;
	size_t length;
	FILE *file;
};

static void tell_text(FILE *file, const struct pmapx_text *text)
{
	for (size_t i = 0; i < text->length; i++) {
		unsigned char byte = (unsigned char)text->bytes[i];

		if (byte < ' ' || byte > '~')
			fprintf(file, "<%02x>", byte);
		else
			fputc(byte, file);
	}
}

/* "PID@LINE column=[text]...": columns but pid that are not NULL. */
static void tell_row(FILE *file, const struct px_activity_row *row)
{
	fprintf(file, "%" PRIu32 "@%" PRIu64, row->pid, row->line);
	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++) {
		if (i == PX_ACTIVITY_PID || row->text[i].bytes == NULL)
			continue;
		fprintf(file, " %s=[", px_activity_column_name((enum px_activity_column)i));
		tell_text(file, &row->text[i]);
		fputc(']', file);
	}
	if (row->has_backend_start)
		fprintf(file, " us=%" PRId64, row->backend_start_us);
	fputc('\n', file);
}

/* The shape, rows and errors of @length bytes, to be freed. */
static char *tell(const char *bytes, size_t length)
{
	char *exact = px_exact(bytes, length);
	enum px_activity_refusal refusal;
	struct told told = { 0 };
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	int r;

	told.file = open_memstream(&told.text, &told.length);
	assert_non_null(told.file);
	r = px_activity_open(&(struct pmapx_text){ exact, length }, &activity, &refusal);
	if (r < 0) {
		assert_int_equal(r, -ENOTSUP);
		fprintf(told.file, "refused: %s\n", px_activity_refusal_words(refusal));
	} else {
		fprintf(told.file, "%s\n", px_activity_shape_name(activity));
		while ((r = px_activity_next(activity, &row, &error)) != 0) {
			if (r > 0)
				tell_row(told.file, &row);
			else
				fprintf(told.file, "%s@%" PRIu64 " %s\n",
					r == -ENODATA ? "cut" : "bad", error.line, error.reason);
			if (r < 0)
				assert_int_equal(error.code, -r);
		}
		assert_int_equal(px_activity_next(activity, &row, NULL), 0);
		px_activity_close(activity);
	}
	fclose(told.file);
	free(exact);
	return told.text;
}

#define FEW "too few columns"
#define MANY "too many columns"
#define CUT "the text ends in this row"
#define NO_PID "its pid is not a number of a process"

static const struct {
	const char *bytes;
	size_t length;
	const char *want;
} rows[] = {
	/* Refused. */
	{ PX_BYTES(""), "refused: it is empty\n" },
	{ PX_BYTES("\xef\xbb\xbf\n \r\n"), "refused: it is empty\n" },
	{ PX_BYTES("\xff\xfep\0i\0d\0"),
		"refused: it is UTF-16, which PowerShell makes of what it redirects\n" },
	{ PX_BYTES("1|a\n2|b\n"), "refused: it does not begin with the names of columns\n" },
	{ PX_BYTES("query\n"), "refused: it has no column pid\n" },
	{ PX_BYTES("usename|query\na|b\n"), "refused: it has no column pid\n" },
	{ PX_BYTES(" usename | query \n---------+-------\n a       | b\n"),
		"refused: it has no column pid\n" },
	{ PX_BYTES("-[ RECORD 1 ]\nusename | a\n"), "refused: it has no column pid\n" },
	{ PX_BYTES("{\"message\":1}\n"), "refused: it has no column pid\n" },
	{ PX_BYTES("pid,query,pid\n"), "refused: it has a column twice\n" },
	{ PX_BYTES("pid,\"query\n"), "refused: it does not begin with the names of columns\n" },
	{ PX_BYTES("pid query\n--- -----\n  1 a\n"),
		"refused: its border is another one than psql has by default\n" },
	{ PX_BYTES("+-----+\n| pid |\n+-----+\n|   1 |\n+-----+\n"),
		"refused: its border is another one than psql has by default\n" },
	{ PX_BYTES("* Record 1\npid   1\n"),
		"refused: its border is another one than psql has by default\n" },
	{ PX_BYTES(" pid \xe2\x94\x82 query \n\xe2\x94\x80\n"),
		"refused: its borders are drawn with Unicode\n" },
	{ PX_BYTES("<table border=\"1\">\n<th>pid</th>\n"), "refused: it is HTML\n" },
	{ PX_BYTES(" pid | query \n-----+-------\n   1 | abcde.\n     |.fg\n"),
		"refused: its lines have been wrapped\n" },
	{ PX_BYTES("-[ RECORD 1 ]\npid   | 1\nquery | abcde.\n      |.fg\n"),
		"refused: its lines have been wrapped\n" },

	/* CSV. */
	{ PX_BYTES("pid,datname,usename,query\n1,,\"\",\"a,\"\"b\"\"\n\nc\"\r\n\n2,x,y z,\n"),
		"csv\n1@2 usename=[] query=[a,\"b\"<0a><0a>c]\n2@6 datname=[x] usename=[y z]\n" },
	{ PX_BYTES("\xef\xbb\xbf\"query\",other,\"pid\"\r\na,b,1\r\n\r\n"),
		"csv\n1@2 query=[a]\n" },
	{ PX_BYTES("pid,query\n1\n2,a,b\n3,c\n"),
		"csv\nbad@2 " FEW "\nbad@3 " MANY "\n3@4 query=[c]\n" },
	{ PX_BYTES("pid,query\n1,a\n2,\"b\n3,c\n"), "csv\n1@2 query=[a]\ncut@3 " CUT "\n" },
	{ PX_BYTES("pid,query\n1,\"a\"b\n2,c\n"),
		"csv\nbad@2 expected ',' behind a quote that ends a text\n" },
	{ PX_BYTES("pid,query\n1,a\r"), "csv\ncut@2 " CUT "\n" },
	{ PX_BYTES("pid,query\n1,\0\xff\ra\n"), "csv\n1@2 query=[<00><ff><0d>a]\n" },
	{ PX_BYTES("pid,query\n0,a\n-1,a\n2147483647,a\n2147483648,a\n,a\n1x,a\n7,a\n7,b\n"),
		"csv\nbad@2 " NO_PID "\nbad@3 " NO_PID "\n2147483647@4 query=[a]\n"
		"bad@5 " NO_PID "\nbad@6 " NO_PID "\nbad@7 " NO_PID
		"\n7@8 query=[a]\n7@9 query=[b]\n" },
	{ PX_BYTES("pid,backend_start\n1,2026-11-21 19:49:41.255113+00\n2,21/11/2026\n"),
		"csv\n1@2 backend_start=[2026-11-21 19:49:41.255113+00] us=1795290581255113\n"
		"2@3 backend_start=[21/11/2026]\n" },

	/* COPY. */
	{ PX_BYTES(
		  "pid\tquery\tusename\n1\ta\\tb\\n\\\\c\\b\\f\\r\\v\\z\t\\N\n2\t\\N\t\n\\.\n3\ta\tb\n"),
		"copy\n1@2 query=[a<09>b<0a>\\c<08><0c><0d><0b>z]\n2@3 usename=[]\n" },
	{ PX_BYTES(
		  "pid\tquery\tusename\n1\t\\x4a\\x4\\1012\\0\\xg\\\t\\N\n2\ta\n3\ta\tb\tc\n4\ta\tb"),
		"copy\n1@2 query=[J<04>A2<00>xg\\]\nbad@3 " FEW "\nbad@4 " MANY "\ncut@5 " CUT
		"\n" },

	/* A byte between columns. */
	{ PX_BYTES("pid|usename|query\n1|a|b\n2||\n(2 rows)\n"),
		"separated\n1@2 usename=[a] query=[b]\n2@3\n" },
	{ PX_BYTES("pid\tusename\tquery\r\n1\ta\tb\tc\\n\r\n\r\n"),
		"separated\n1@2 usename=[a] query=[b<09>c\\n]\n" },
	/* A query of several lines, and what is behind it. */
	{ PX_BYTES("pid|query|backend_type\n1|a|b\n\nc||d\n|client backend\n2|x|walwriter\n"),
		"separated\n1@2 query=[a|b<0a><0a>c||d<0a>] backend_type=[client backend]\n"
		"2@6 query=[x] backend_type=[walwriter]\n" },
	/* A name has what does not fit those behind it. */
	{ PX_BYTES("datname|pid|application_name|client_addr|client_port|query\n"
		   "a|b|3|odd|name||-1|q\nd|4|odd|fe80::1/64|5|q|r\n"),
		"separated\n3@2 datname=[a|b] application_name=[odd|name] client_port=[-1] query=[q]\n"
		"4@3 datname=[d] application_name=[odd] client_addr=[fe80::1/64] client_port=[5] "
		"query=[q|r]\n" },
	{ PX_BYTES("pid|usename\n1|a|b|c\n2\n3|d\n"),
		"separated\n1@2 usename=[a|b|c]\nbad@3 it does not look like its columns\n"
		"3@4 usename=[d]\n" },
	{ PX_BYTES("pid|state|backend_start\n1|idle|2026-01-01 15:00:00 +0000 UTC\n2|a'b|\n"),
		"separated\n1@2 backend_start=[2026-01-01 15:00:00 +0000 UTC] state=[idle] "
		"us=1767279600000000\nbad@3 it does not look like its columns\n" },
	/* A row that has no end before the next one begins. */
	{ PX_BYTES("pid|query|backend_type\n1|a\n2|b|x\n3|c|y\nrest\n4|d|z\n"),
		"separated\nbad@2 " FEW "\n2@3 query=[b] backend_type=[x]\nbad@4 " FEW
		"\n4@6 query=[d] backend_type=[z]\n" },
	{ PX_BYTES("pid|query|backend_type\n1|a|x\n2|b\n"),
		"separated\n1@2 query=[a] backend_type=[x]\ncut@3 " CUT "\n" },
	{ PX_BYTES("pid|query\n1|a\n(3 rows)\n"),
		"separated\n1@2 query=[a]\nbad@3 the last line counts another number of rows\n" },
	{ PX_BYTES("pid|query\n1|a\n(1 Zeile)\nb\n(1)\n(1 \xe8\xa1\x8c)\n\n"),
		"separated\n1@2 query=[a<0a>(1 Zeile)<0a>b<0a>(1)]\n" },
	/* A query before the PID is of one line. */
	{ PX_BYTES("query|pid\na|b|1\nc\nd|2\n"),
		"separated\n1@2 query=[a|b]\nbad@3 it does not look like its columns\n"
		"2@4 query=[d]\n" },

	/* Aligned. */
	{ PX_BYTES(
		  " pid | usename | query \n-----+---------+-------\n   1 | a b     |   c  +\n"
		  "     |         |      +\n     |         | d|e\n  22 |  x   \t  | f+ \n\n(2 rows)\n\n"),
		"aligned\n1@3 usename=[a b] query=[  c<0a><0a>d|e]\n22@6 usename=[ x] query=[f+]\n" },
	/* Wide characters, marks, bytes that are no characters; pictures in two widths. */
	{ PX_BYTES(
		  " query  | pid \n--------+-----\n \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e |   1\n"
		  " e\xcc\x81\xff     |   2\n \xf0\x9f\x98\x80\xe6\x97\xa5   |   3\n \xf0\x9f\x98\x80\xe6\x97\xa5    |   4\n"),
		"aligned\n1@3 query=[<e6><97><a5><e6><9c><ac><e8><aa><9e>]\n"
		"2@4 query=[e<cc><81><ff>]\n3@5 query=[<f0><9f><98><80><e6><97><a5>]\n"
		"4@6 query=[<f0><9f><98><80><e6><97><a5>]\n" },
	{ PX_BYTES(" pid | query \n-----+-------\n   1 | a    +\n   2 | b\n   3 | c\n"),
		"aligned\nbad@3 another row begins before its last line\n2@4 query=[b]\n"
		"3@5 query=[c]\n" },
	{ PX_BYTES(
		  " pid | query \n-----+-------\n   1 | toolong\n   22 | b\n   3\n   4 | c\n(1 row)\n"),
		"aligned\nbad@3 its borders are not where those of the header are\n"
		"bad@4 its borders are not where those of the header are\n"
		"bad@5 its borders are not where those of the header are\n4@6 query=[c]\n"
		"bad@7 the last line counts another number of rows\n" },
	{ PX_BYTES(" pid | query \n-----+-------\n   1 | a    +\n"), "aligned\ncut@3 " CUT "\n" },
	{ PX_BYTES(" pid | query \n-----+-------\n   1 | abc"), "aligned\ncut@3 " CUT "\n" },

	/* Expanded. */
	{ PX_BYTES(
		  "-[ DATENSATZ 1 ]--\npid     | 1\nusename | \nquery   |   a     +\n        |        +\n"
		  "        | b | c+ \nstate   | idle\n-[ DATENSATZ 2 ]--\npid     | 2\nusename | x\nquery   |\n"
		  "state   | \n\n"),
		"expanded\n1@1 state=[idle] query=[  a<0a><0a>b | c+ ]\n2@8 usename=[x]\n" },
	{ PX_BYTES(
		  "-[ RECORD 1 ]\npid   | 1\nquery | a\n-[ RECORD 2 ]\npid   | 2\n"
		  "-[ RECORD 3 ]\nquery | 3\n-[ RECORD 4 ]\npid   | 4\nquery | d\nstate | e\n"
		  "-[ RECORD 5 ]\npid   | 5\nquery | a\n      | b\n-[ RECORD 6 ]\npid   | 6\nnothing\n"
		  "-[ RECORD 7 ]\npid   | 7\nquery | a\n(7 Zeilen)\n"),
		"expanded\n1@1 query=[a]\nbad@4 " FEW
		"\nbad@6 it has other columns than the first row\n"
		"bad@8 " MANY "\nbad@12 a text goes on without a '+' above\n"
		"bad@16 it has a line without a '|' and a blank\n7@19 query=[a]\n" },
	{ PX_BYTES("-[ RECORD 1 ]\npid   | 1\nquery | a\n-[ RECORD 2 ]\npid   | 2\n"),
		"expanded\n1@1 query=[a]\ncut@4 " CUT "\n" },
	{ PX_BYTES("-[ RECORD 1 ]\nquery | a+\n      | b"), "refused: it has no column pid\n" },
	{ PX_BYTES("-[ RECORD 1 ]\npid   | 1\nquery | a+\n      | b"),
		"expanded\ncut@1 " CUT "\n" },

	/* JSON. */
	{ PX_BYTES(
		  "{\"pid\":1,\"query\":\"a\\n\\u00e9\",\"usename\":null,\"datname\":\"\",\"x\":[{}]}\n\n"
		  "{\"query\":\"b\",\n \"pid\":2}{\"pid\":\"3\",\"datid\":4}\n"),
		"json\n1@1 datname=[] query=[a<0a><c3><a9>]\n2@3 query=[b]\n3@4 datid=[4]\n" },
	{ PX_BYTES("{\"pid\":1,\n{\"pid\":2,\"pid\":2}\n{\"pid\":{}}\n{\"query\":\"\"}\n7\n"
		   "{\"pid\":3,\"query\":\"\\ud800\"}\n{\"pid\":4}\n{\"pid\":5"),
		"json\nbad@1 expected the name of a member in quotes\nbad@2 a column is there twice\n"
		"bad@3 a value is an array or an object\nbad@4 " NO_PID
		"\nbad@5 expected an object\n"
		"bad@6 a text has half a character in it\n4@7\ncut@8 " CUT "\n" },
};

PX_TEST(texts_make_rows)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *got = tell(rows[i].bytes, rows[i].length);

		px_same(rows[i].bytes, rows[i].want, got);
		free(got);
	}
}

/* Whether the shape allows to know of all beginnings that they are no more than that. */
static bool tells_cuts(const char *want)
{
	return strncmp(want, "separated", strlen("separated")) != 0 && strstr(want, "bad@") == NULL;
}

/* Of the beginning of a text, no row is another one than it is in the whole. */
PX_TEST(beginnings_make_the_same_rows)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		for (size_t cut = 0; cut < rows[i].length; cut++) {
			char *got = tell(rows[i].bytes, cut), *line, *rest = got;

			while ((line = strsep(&rest, "\n")) != NULL) {
				char with_newline[300];

				if (*line < '0' || *line > '9')
					continue;
				snprintf(with_newline, sizeof(with_newline), "%s\n", line);
				if (tells_cuts(rows[i].want) &&
					strstr(rows[i].want, with_newline) == NULL)
					fail_msg("row %zu cut at %zu: %s", i, cut, with_newline);
			}
			free(got);
		}
	}
}

PX_TEST(texts_that_are_too_long_are_refused)
{
	enum px_activity_refusal refusal;
	struct px_activity *activity = NULL;

	assert_int_equal(px_activity_open(&(struct pmapx_text){ "pid", PX_ACTIVITY_MAX + 1 },
				 &activity, &refusal),
		-EFBIG);
	assert_int_equal(refusal, PX_ACTIVITY_TAKEN);
	assert_null(activity);
	px_activity_close(NULL);
}

/* As many columns as anybody could want, in each shape that has them in lines. */
PX_TEST(columns_are_many)
{
	static const char *const separators[] = { ",", "|", "\t" };
	static const char *const names[] = { "csv", "separated", "separated" };

	for (size_t i = 0; i < PX_COUNT(separators); i++) {
		char *text, *got, want[60];
		size_t length;
		FILE *file = open_memstream(&text, &length);

		assert_non_null(file);
		for (int n = 0; n < 9999; n++)
			fprintf(file, "x%d%s", n, separators[i]);
		fprintf(file, "pid\n");
		for (int n = 0; n < 9999; n++)
			fprintf(file, "%s", separators[i]);
		fprintf(file, "5\n");
		fclose(file);
		got = tell(text, length);
		snprintf(want, sizeof(want), "%s\n5@2\n", names[i]);
		px_same(names[i], want, got);
		free(got);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_make_rows),
		cmocka_unit_test(beginnings_make_the_same_rows),
		cmocka_unit_test(texts_that_are_too_long_are_refused),
		cmocka_unit_test(columns_are_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
