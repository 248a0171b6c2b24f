/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm.c and what it stands on: settings, where they are saved, where stacks are.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "saved_name.h"
#include "threads.h"
#include "vm.h"

PX_TEST(a_limit_is_a_number_above_0)
{
	static const struct {
		const char *file;
		uint64_t want; /* 0 if it is none. */
	} rows[] = {
		{ "65530\n", 65530 },
		{ "1", 1 },
		{ "2147483647\n", 2147483647 },
		{ "7\nmore", 7 },
		{ "", 0 },
		{ "\n", 0 },
		{ "0\n", 0 },
		{ "-1\n", 0 },
		{ "65530 \n", 0 },
		{ "x", 0 },
		{ "18446744073709551616", 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].file);
		char *exact = px_exact(rows[i].file, length);
		struct pmapx_text file = { exact, length };
		uint64_t got = 99;

		assert_int_equal(px_parse_map_limit(&file, &got), rows[i].want != 0);
		px_same_number(rows[i].file, rows[i].want != 0 ? rows[i].want : 99, got);
		free(exact);
	}
}

PX_TEST(a_limit_is_found_by_its_path)
{
	static const struct {
		const char *path, *want; /* The folder like /proc; NULL if it is not that. */
	} rows[] = {
		{ "sys/vm/max_map_count", "" },
		{ "proc/sys/vm/max_map_count", "proc/" },
		{ "./web1/proc/sys/vm/max_map_count", "./web1/proc/" },
		{ "/sys/vm/max_map_count", "/" },
		{ "xsys/vm/max_map_count", NULL },
		{ "sys/vm/max_map_counts", NULL },
		{ "sys/vm/max_map_count/", NULL },
		{ "vm/max_map_count", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].path);
		char *exact = px_exact(rows[i].path, length);
		struct pmapx_text path = { exact, length }, folder = { NULL, 0 };
		bool is_limit = px_saved_is_map_limit(&path, &folder);

		assert_int_equal(is_limit, rows[i].want != NULL);
		if (is_limit)
			px_same_bytes(rows[i].path, rows[i].want, strlen(rows[i].want),
				folder.bytes, folder.length);
		free(exact);
	}
}

PX_TEST(a_stack_pointer_is_the_last_but_one)
{
	static const struct {
		const char *file;
		uint64_t want; /* 0 if it does not tell. */
	} rows[] = {
		{ "202 0x7f5 0x189 0x0 0x0 0x0 0xffffffff 0x7f5739fffcd0 0x7f573b6a4117\n",
			0x7f5739fffcd0 },
		{ "-1 0x7ffd1000 0x7f573b6a4117\n", 0x7ffd1000 },
		{ "-1 0xffffffffffffffff 0x0", UINT64_MAX },
		{ "running\n", 0 },
		{ "running running running\n", 0 },
		{ "-1 7ffd1000 0x0\n", 0 },
		{ "-1 0x 0x0\n", 0 },
		{ "-1 0x7ffg 0x0\n", 0 },
		{ "0x1 0x2\n", 0 },
		{ " 0x2\n", 0 },
		{ "\n", 0 },
		{ "", 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t length = strlen(rows[i].file);
		char *exact = px_exact(rows[i].file, length);
		struct pmapx_text file = { exact, length };
		uint64_t got = 0;

		assert_int_equal(px_parse_stack_pointer(&file, &got), rows[i].want != 0);
		px_same_number(rows[i].file, rows[i].want, got);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_is_a_number_above_0),
		cmocka_unit_test(a_limit_is_found_by_its_path),
		cmocka_unit_test(a_stack_pointer_is_the_last_but_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
