/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * index.c: what a saved source holds.
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "index.h"

/* The number of host number @i, which is called by it. */
static int find(struct px_index *index, unsigned i, uint32_t *ret)
{
	char bytes[32];
	size_t length = (size_t)snprintf(bytes, sizeof(bytes), "case/host-%07u?", i);

	/* The byte behind is nothing. */
	return px_index_host(index, &(struct pmapx_text){ bytes, length - 1 }, ret);
}

PX_TEST(hosts_are_found_again)
{
	static const char *const names[] = { "", "a", "b", "ab", "a/b", "b", "", "\xff", "ab",
		"a" };
	static const uint32_t expected[] = { 0, 1, 2, 3, 4, 2, 0, 5, 3, 1 };
	struct px_index index = { 0 };
	uint32_t number;

	for (size_t i = 0; i < PX_COUNT(names); i++) {
		const struct pmapx_text name = { names[i], strlen(names[i]) };

		assert_int_equal(px_index_host(&index, &name, &number), 0);
		assert_int_equal(number, expected[i]);
		assert_string_equal(index.hosts[number].name, names[i]);
	}
	assert_int_equal(index.host_count, 6);
	px_index_clear(&index);
	assert_int_equal(index.host_count, 0);
	assert_int_equal(find(&index, 7, &number), 0);
	assert_int_equal(number, 0);
	px_index_clear(&index);
}

/* Compared with each other, these would take minutes. */
PX_TEST(many_hosts_take_little_time)
{
	enum { COUNT = 200000 };
	struct px_index index = { 0 };
	clock_t start = clock();
	uint32_t number;

	for (unsigned i = 0; i < COUNT; i++) {
		assert_int_equal(find(&index, i * 7919 % COUNT, &number), 0);
		assert_int_equal(number, i);
	}
	for (unsigned i = COUNT; i-- > 0;) {
		assert_int_equal(find(&index, i * 7919 % COUNT, &number), 0);
		assert_int_equal(number, i);
	}
	assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
	px_index_clear(&index);
}

PX_TEST(of_an_archive_there_is_a_bound)
{
	struct px_index index = { .is_bounded = true };
	uint32_t number;

	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(find(&index, i, &number), 0);
	assert_int_equal(find(&index, 256, &number), -EXFULL);
	assert_int_equal(find(&index, 100, &number), 0);
	assert_int_equal(number, 100);
	px_index_clear(&index);
	assert_true(index.is_bounded);
	assert_int_equal(find(&index, 256, &number), 0);
	px_index_clear(&index);
}

/* As one by one would have it: the hosts are found out of order, and lack some processes. */
PX_TEST(processes_are_found_in_order)
{
	static const unsigned hosts[] = { 2, 0, 1 };
	struct px_index index = { 0 };

	for (size_t i = 0; i < PX_COUNT(hosts); i++)
		for (pid_t pid = 0; pid < 40; pid += (pid_t)hosts[i] + 2)
			for (enum px_file file = 0; file < 3; file++) {
				struct px_found found = { .pid = pid, .file = file };

				assert_int_equal(find(&index, hosts[i], &found.host), 0);
				assert_int_equal(px_index_add(&index, &found), 0);
			}
	px_index_sort(&index);
	for (pid_t pid = 0; pid < 42; pid++)
		for (size_t first = 0; first <= index.count; first++) {
			size_t expected = first;

			while (expected < index.count && index.list[expected].pid != pid)
				expected++;
			assert_int_equal(px_index_find(&index, first, pid), expected);
		}
	px_index_clear(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_are_found_again),
		cmocka_unit_test(many_hosts_take_little_time),
		cmocka_unit_test(of_an_archive_there_is_a_bound),
		cmocka_unit_test(processes_are_found_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
