/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs unit tests where there is no cmocka.
 */
#include "cmocka.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* How a test ended that did not come to its end. */
enum { FAILED = 1, SKIPPED };

/* Where the test at hand began, if there is one. */
static jmp_buf begun;
static bool is_running;

void px_test_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
}

void _fail(const char *file, int line)
{
	px_test_print("%s:%d: this does not hold\n", file, line);
	if (!is_running)
		abort();
	longjmp(begun, FAILED);
}

void _skip(const char *file, int line)
{
	px_test_print("%s:%d: skipped\n", file, line);
	if (!is_running)
		abort();
	longjmp(begun, SKIPPED);
}

void px_assert(int holds, const char *what, const char *file, int line)
{
	if (holds)
		return;
	px_test_print("%s\n", what);
	_fail(file, line);
}

void px_assert_numbers(
	uintmax_t a, uintmax_t b, int are_equal, const char *what, const char *file, int line)
{
	if ((a == b) == are_equal)
		return;
	px_test_print("%s: %#" PRIxMAX ", %#" PRIxMAX "\n", what, a, b);
	_fail(file, line);
}

void px_assert_strings(const char *a, const char *b, const char *file, int line)
{
	if (strcmp(a, b) == 0)
		return;
	px_test_print("\"%s\"\n\"%s\"\n", a, b);
	_fail(file, line);
}

void px_assert_memory(const void *a, const void *b, size_t size, const char *file, int line)
{
	const unsigned char *one = a, *other = b;

	for (size_t i = 0; i < size; i++)
		if (one[i] != other[i]) {
			px_test_print("byte %zu: %#x, %#x\n", i, one[i], other[i]);
			_fail(file, line);
		}
}

/* What became of the body of @test: 0 if it came to its end. */
static int run_body(const struct CMUnitTest *test, void **state)
{
	int how = setjmp(begun);

	is_running = how == 0;
	if (how == 0)
		test->run(state);
	is_running = false;
	return how;
}

/* Whether @test held, or could not be run. */
static bool run(const struct CMUnitTest *test)
{
	static const char *const words[] = { "OK", "FAILED", "SKIPPED" };
	void *state = test->state;
	int how;

	if (test->set_up != NULL && test->set_up(&state) != 0) {
		px_test_print("[ FAILED ] %s: it could not be set up\n", test->name);
		return false;
	}
	how = run_body(test, &state);
	if (test->tear_down != NULL && test->tear_down(&state) != 0)
		how = FAILED;
	px_test_print("[ %s ] %s\n", words[how], test->name);
	return how != FAILED;
}

int px_tests_run(const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;

	for (size_t i = 0; i < count; i++)
		failed += !run(&tests[i]);
	return failed;
}
