/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of cmocka's interface as the unit tests use, for machines that have no cmocka:
 * a test ends at the first thing that does not hold, is torn down, and the next one begins.
 */
#ifndef PX_ELSEWHERE_CMOCKA_H
#define PX_ELSEWHERE_CMOCKA_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/** A test, or what is done before and after it. */
typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
	const char *name;
	CMUnitTestFunction run;
	CMFixtureFunction set_up, tear_down;
	void *state; /**< Before it is set up. */
};

#define cmocka_unit_test_setup_teardown(run, set_up, tear_down) \
	{                                                       \
#run, run, set_up, tear_down, NULL              \
	}
#define cmocka_unit_test(run) cmocka_unit_test_setup_teardown(run, NULL, NULL)

/** Run an array of tests; the number of those that failed.  None needs what is done for all. */
#define cmocka_run_group_tests(tests, set_up, tear_down) \
	px_tests_run(tests, sizeof(tests) / sizeof((tests)[0]))
int px_tests_run(const struct CMUnitTest *tests, size_t count);

#define print_message px_test_print
#define print_error px_test_print
void px_test_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

void _fail(const char *file, int line) __attribute__((noreturn));
void _skip(const char *file, int line) __attribute__((noreturn));
#define fail() _fail(__FILE__, __LINE__)
#define skip() _skip(__FILE__, __LINE__)
#define fail_msg(...) (px_test_print(__VA_ARGS__), px_test_print("\n"), fail())

#define assert_true(condition) px_assert((condition) ? 1 : 0, #condition, __FILE__, __LINE__)
#define assert_false(condition) \
	px_assert((condition) ? 0 : 1, "not: " #condition, __FILE__, __LINE__)
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_null(pointer) assert_true((pointer) == NULL)
#define assert_ptr_equal(a, b) assert_true((const void *)(a) == (const void *)(b))
void px_assert(int holds, const char *what, const char *file, int line);

#define assert_int_equal(a, b) \
	px_assert_numbers((uintmax_t)(a), (uintmax_t)(b), 1, #a ", " #b, __FILE__, __LINE__)
#define assert_int_not_equal(a, b) \
	px_assert_numbers((uintmax_t)(a), (uintmax_t)(b), 0, #a ", " #b, __FILE__, __LINE__)
#define assert_in_range(value, low, high) \
	assert_true(                      \
		(uintmax_t)(value) >= (uintmax_t)(low) && (uintmax_t)(value) <= (uintmax_t)(high))
void px_assert_numbers(
	uintmax_t a, uintmax_t b, int are_equal, const char *what, const char *file, int line);

#define assert_string_equal(a, b) px_assert_strings(a, b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, size) px_assert_memory(a, b, size, __FILE__, __LINE__)
void px_assert_strings(const char *a, const char *b, const char *file, int line);
void px_assert_memory(const void *a, const void *b, size_t size, const char *file, int line);

#define test_malloc malloc
#define test_free free

#endif
