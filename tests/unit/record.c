/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.c: every value comes out as its notation has it, and text can be found out again.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"

static struct px_out *begin(void)
{
	struct px_out *out = calloc(1, sizeof(*out));

	assert_non_null(out);
	out->fd = px_memory();
	return out;
}

static char *end(struct px_out *out, size_t *ret_length)
{
	char *got;

	px_out_flush(out);
	got = px_taken(out->fd, ret_length);
	close(out->fd);
	free(out);
	return got;
}

/* Of each text: in JSON, in CSV, in TSV. */
static const struct {
	const char *bytes;
	size_t length;
	const char *json, *csv, *tsv;
} texts[] = {
	{ PX_BYTES(""), "", "\"\"", "" },
	{ PX_BYTES("/usr/lib/a b"), "/usr/lib/a b", "/usr/lib/a b", "/usr/lib/a b" },
	{ PX_BYTES("a\\012b"), "a\\\\012b", "a\\012b", "a\\012b" },
	{ PX_BYTES("say \"x\""), "say \\\"x\\\"", "\"say \"\"x\"\"\"", "say \"x\"" },
	{ PX_BYTES("a,b"), "a,b", "\"a,b\"", "a,b" },
	{ PX_BYTES("a\tb\nc\r"), "a\\\\x09b\\\\x0ac\\\\x0d", "a\\x09b\\x0ac\\x0d",
		"a\\x09b\\x0ac\\x0d" },
	{ PX_BYTES("a\0\033[m\177"), "a\\\\x00\\\\x1b[m\\\\x7f", "a\\x00\\x1b[m\\x7f",
		"a\\x00\\x1b[m\\x7f" },
	{ PX_BYTES("\xc3\xa9\xff\xc2\x9b"), "\xc3\xa9\\\\xff\\\\xc2\\\\x9b",
		"\xc3\xa9\\xff\\xc2\\x9b", "\xc3\xa9\\xff\\xc2\\x9b" },
	/* What might be taken for an escaped byte, and what might not. */
	{ PX_BYTES("\\x41 \\xfF"), "\\\\x5cx41 \\\\x5cxfF", "\\x5cx41 \\x5cxfF",
		"\\x5cx41 \\x5cxfF" },
	{ PX_BYTES("\\x4g\\x4"), "\\\\x4g\\\\x4", "\\x4g\\x4", "\\x4g\\x4" },
	{ PX_BYTES("\\\\x41\\"), "\\\\\\\\x5cx41\\\\", "\\\\x5cx41\\", "\\\\x5cx41\\" },
};

static void check_text(size_t row, enum px_notation notation, const char *want)
{
	struct px_out *out = begin();
	struct px_record record = px_record_begin(out, notation);
	char *exact = px_exact(texts[row].bytes, texts[row].length), *got;
	size_t length;

	px_record_text(&record, "key", exact, texts[row].length);
	px_record_end(&record);
	got = end(out, &length);
	px_same_bytes(want, want, strlen(want), got, length);
	free(got);
	free(exact);
}

PX_TEST(text_is_whole_in_every_notation)
{
	for (size_t i = 0; i < PX_COUNT(texts); i++) {
		char want[128];

		snprintf(want, sizeof(want), "{\"key\":\"%s\"}", texts[i].json);
		check_text(i, PX_NOTATION_JSON, want);
		snprintf(want, sizeof(want), "{\"key\":\"%s\"}\n", texts[i].json);
		check_text(i, PX_NOTATION_NDJSON, want);
		snprintf(want, sizeof(want), "%s\r\n", texts[i].csv);
		check_text(i, PX_NOTATION_CSV, want);
		snprintf(want, sizeof(want), "%s\n", texts[i].tsv);
		check_text(i, PX_NOTATION_TSV, want);
	}
}

PX_TEST(values_are_told_apart)
{
	static const char *const wants[] = {
		[PX_NOTATION_JSON] =
			"{\"n\":18446744073709551615,\"c\":-9223372036854775808,\"d\":7,"
			"\"a\":\"0x7f0000001000\",\"z\":\"0x0\",\"x\":null}",
		[PX_NOTATION_NDJSON] =
			"{\"n\":18446744073709551615,\"c\":-9223372036854775808,"
			"\"d\":7,\"a\":\"0x7f0000001000\",\"z\":\"0x0\",\"x\":null}\n",
		[PX_NOTATION_CSV] =
			"18446744073709551615,-9223372036854775808,7,0x7f0000001000,0x0,\r\n",
		[PX_NOTATION_TSV] =
			"18446744073709551615\t-9223372036854775808\t7\t0x7f0000001000\t0x0\t\n",
	};

	for (int i = PX_NOTATION_JSON; i <= PX_NOTATION_TSV; i++) {
		struct px_out *out = begin();
		struct px_record record = px_record_begin(out, (enum px_notation)i);
		char *got;
		size_t length;

		px_record_number(&record, "n", UINT64_MAX);
		px_record_change(&record, "c", INT64_MIN);
		px_record_change(&record, "d", 7);
		px_record_address(&record, "a", UINT64_C(0x7f0000001000));
		px_record_address(&record, "z", 0);
		px_record_nothing(&record, "x");
		px_record_end(&record);
		got = end(out, &length);
		px_same_bytes(wants[i], wants[i], strlen(wants[i]), got, length);
		free(got);
	}
}

/* To Python's csv a blank line is no record. */
PX_TEST(what_is_alone_and_nothing_is_a_line)
{
	struct px_out *out = begin();
	struct px_record record = px_record_begin(out, PX_NOTATION_CSV);
	size_t length;
	char *got;

	px_record_nothing(&record, "a");
	px_record_end(&record);
	record = px_record_begin(out, PX_NOTATION_CSV);
	px_record_nothing(&record, "a");
	px_record_nothing(&record, "b");
	px_record_end(&record);
	got = end(out, &length);
	px_same("nothing", "\"\"\r\n,\r\n", got);
	free(got);
}

PX_TEST(headings_are_quoted_as_values_are)
{
	struct px_out *out = begin();
	struct px_record record = px_record_begin(out, PX_NOTATION_CSV);
	char *got;
	size_t length;

	px_record_heading(&record, "pid");
	px_record_heading(&record, "odd,\"key\"");
	px_record_end(&record);
	got = end(out, &length);
	px_same("headings", "pid,\"odd,\"\"key\"\"\"\r\n", got);
	free(got);
}

PX_TEST(notations_are_found_by_their_exact_names)
{
	enum px_notation notation = PX_NOTATION_TSV;

	assert_true(px_notation_find("text", &notation));
	px_same_number("text", PX_NOTATION_TEXT, notation);
	assert_true(px_notation_find("csv", &notation));
	px_same_number("csv", PX_NOTATION_CSV, notation);
	assert_false(px_notation_find("JSON", &notation));
	assert_false(px_notation_find("", &notation));
	px_same_number("as it was", PX_NOTATION_CSV, notation);
	assert_true(px_notation_has_headings(PX_NOTATION_TSV));
	assert_false(px_notation_has_headings(PX_NOTATION_JSON));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_whole_in_every_notation),
		cmocka_unit_test(values_are_told_apart),
		cmocka_unit_test(what_is_alone_and_nothing_is_a_line),
		cmocka_unit_test(headings_are_quoted_as_values_are),
		cmocka_unit_test(notations_are_found_by_their_exact_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
