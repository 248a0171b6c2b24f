/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * numa.c: lines of numa_maps, what is on each node, and what is wrong with a line.
 */
#include "numa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

PX_TEST(lines_tell_what_is_on_each_node)
{
	static const struct {
		const char *line;
		uint64_t start, page_kb;
		/* What is on nodes 0, 1, 2, 3 and 1023; UNKNOWN if pages have no size. */
		uint64_t kb[5];
	} rows[] = {
#define UNKNOWN UINT64_MAX
		{ "55cc25c01000 default file=/usr/bin/cat mapped=2 N0=2 kernelpagesize_kB=4",
			0x55cc25c01000, 4, { 8, 0, 0, 0, 0 } },
		{ "0 default", 0, 0, { 0, 0, 0, 0, 0 } },
		{ "7fff6280c000 default stack anon=3 dirty=3 active=1 N1=3 N3=1 "
		  "kernelpagesize_kB=4",
			0x7fff6280c000, 4, { 0, 12, 0, 4, 0 } },
		{ "40000000 bind=static:0-1 file=/anon_hugepage\\040(deleted) huge anon=3 dirty=3 "
		  "N0=1 N1=2 kernelpagesize_kB=2048",
			0x40000000, 2048, { 2048, 4096, 0, 0, 0 } },
		{ "80000000 interleave:0-3 huge anon=1 N2=1 kernelpagesize_kB=1048576", 0x80000000,
			1048576, { 0, 0, 1048576, 0, 0 } },
		/* Policies of several words. */
		{ "1000 prefer (many):0,2 anon=1 N2=1 kernelpagesize_kB=4", 0x1000, 4,
			{ 0, 0, 4, 0, 0 } },
		{ "1000 weighted interleave:0-1 N0=1 N1=1 kernelpagesize_kB=4", 0x1000, 4,
			{ 4, 4, 0, 0, 0 } },
		/* Before 4.0. */
		{ "1000 default anon=5 N0=5", 0x1000, 0, { UNKNOWN, 0, 0, 0, 0 } },
		{ "1000 default N0=0", 0x1000, 0, { 0, 0, 0, 0, 0 } },
		/* What else a name may have in it, and the policy. */
		{ "1000 default file=/x\\040N0\\0755 N0=1 kernelpagesize_kB=4", 0x1000, 4,
			{ 4, 0, 0, 0, 0 } },
		{ "1000 N0=7 file=N1=7 xN2=7 N=7 Nx=7 N1023=1 kernelpagesize_kB=16", 0x1000, 16,
			{ 0, 0, 0, 0, 16 } },
		{ "1000 default N0=4611686018427387903 kernelpagesize_kB=4", 0x1000, 4,
			{ UINT64_MAX - 3, 0, 0, 0, 0 } },
		{ "1000\tdefault  N0=1 \t N4096=2 kernelpagesize_kB=4 ", 0x1000, 4,
			{ 4, 0, 0, 0, 0 } },
	};
	static const unsigned nodes[] = { 0, 1, 2, 3, PX_NUMA_NODES - 1 };

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].line);
		char *exact = px_exact(rows[i].line, length);
		struct pmapx_text line = { exact, length };
		struct px_numa_line got;
		struct pmapx_error error;

		px_same_number(rows[i].line, 0, px_numa_parse(&line, &got, &error));
		px_same_number(rows[i].line, rows[i].start, got.start);
		px_same_number(rows[i].line, rows[i].page_kb, got.page_kb);
		for (size_t j = 0; j < PX_COUNT(nodes); j++) {
			uint64_t kb = UNKNOWN;
			bool is_known = px_numa_kb(&got, nodes[j], &kb);

			px_same_number(rows[i].line, rows[i].kb[j] != UNKNOWN, is_known);
			px_same_number(rows[i].line, rows[i].kb[j], kb);
		}
		free(exact);
	}
}

PX_TEST(no_line_tells_nothing)
{
	const struct px_numa_line none = { 0 };
	uint64_t kb;

	assert_false(px_numa_kb(&none, 0, &kb));
}

PX_TEST(what_is_wrong_is_told_with_its_column)
{
	static const char pages[] = "expected pages of a node such as N0=12",
			  order[] = "expected nodes in the order of their numbers",
			  size[] = "expected the size of a page in kB";
	static const struct {
		const char *line;
		uint64_t column;
		const char *reason;
	} rows[] = {
		{ "", 1, "expected an address below 2^64" },
		{ "x000 default", 1, "expected an address below 2^64" },
		{ "10000000000000000 default", 1, "expected an address below 2^64" },
		{ "1000", 5, "expected a blank after the address" },
		{ "1000-2000 default", 5, "expected a blank after the address" },
		{ "1000 ", 6, "expected a policy after the address" },
		{ "1000 default N0", 16, pages },
		{ "1000 default N0 N1=1", 16, pages },
		{ "1000 default N0=", 17, pages },
		{ "1000 default N0=x", 17, pages },
		{ "1000 default N0=1x", 18, pages },
		{ "1000 default N0=-1", 17, pages },
		{ "1000 default N0=18446744073709551616", 17, pages },
		{ "1000 default N18446744073709551616=1", 15, pages },
		{ "1000 default N18446744073709551615=1", 14, order },
		{ "1000 default N0=1 N0=1", 19, order },
		{ "1000 default N0=1 N2=1 N1=1", 24, order },
		/* A name that is not escaped, which no kernel writes. */
		{ "1000 default file=/x N0=5 mapped=1 N0=1 kernelpagesize_kB=4", 36, order },
		{ "1000 default kernelpagesize_kB=", 32, size },
		{ "1000 default kernelpagesize_kB=0", 32, size },
		{ "1000 default kernelpagesize_kB=4k", 32, size },
		{ "1000 default kernelpagesize_kB=4 kernelpagesize_kB=4", 34,
			"a second size of pages" },
		{ "1000 default N0=1 N1=4611686018427387904 N2=1 kernelpagesize_kB=4", 19,
			"expected less than 2^64 kB" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].line);
		char *exact = px_exact(rows[i].line, length);
		struct pmapx_text line = { exact, length };
		struct px_numa_line got = { .start = 77 };
		struct pmapx_error error = { .reason = "" };

		px_same_number(rows[i].line, -EBADMSG, px_numa_parse(&line, &got, &error));
		px_same_number(rows[i].line, EBADMSG, error.code);
		px_same_number(rows[i].line, rows[i].column, error.column);
		px_same(rows[i].line, rows[i].reason, error.reason);
		px_same_number(rows[i].line, 77, got.start);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_tell_what_is_on_each_node),
		cmocka_unit_test(no_line_tells_nothing),
		cmocka_unit_test(what_is_wrong_is_told_with_its_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
