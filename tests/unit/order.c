/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * large.c: whether the mappings of a map stay in order, in pieces as read(2) gives
 * them.
 */
#include "support.h"

#include <string.h>

#include "large.h"

#define LOW "00001000-00003000 rw-p 00000000 00:00 0 \n"
#define HIGH "00003000-00005000 rw-p 00000000 00:00 0 [heap]\n"
/* Begins where LOW has been. */
#define TORN "00002000-00004000 rw-p 00000000 00:00 0 \n"
#define GATE "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n"
#define KEYS "Size: 8 kB\nRss: 4 kB\nVmFlags: rd\n"

/* What is found in @count pieces. */
static struct px_order look(const char *const pieces[], size_t count)
{
	struct px_order order = { .end = 0 };

	for (size_t i = 0; i < count; i++)
		px_order_look(&order, pieces[i], strlen(pieces[i]));
	return order;
}

#define LOOK(...)                                  \
	look((const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void test_in_order(void **state)
{
	(void)state;
	assert_false(LOOK(LOW HIGH GATE).is_torn);
	assert_false(LOOK(LOW KEYS HIGH KEYS GATE KEYS).is_torn);
	assert_false(LOOK(LOW KEYS, HIGH KEYS, GATE).is_torn);
	assert_false(LOOK("", LOW, "", HIGH).is_torn);
	assert_int_equal(LOOK(LOW KEYS, HIGH KEYS).end, 0x5000);
	assert_int_equal(LOOK(LOW, GATE).end, 0xffffffffff601000);
}

static void test_torn(void **state)
{
	(void)state;
	assert_true(LOOK(LOW, TORN).is_torn);
	assert_true(LOOK(LOW TORN).is_torn);
	assert_true(LOOK(LOW KEYS, TORN KEYS).is_torn);
	assert_true(LOOK(LOW KEYS, LOW KEYS).is_torn);
	/* That stays, whatever comes. */
	assert_true(LOOK(LOW, TORN, HIGH, GATE).is_torn);
}

/* Of a line that is in two pieces neither is taken for a mapping. */
static void test_cut_lines(void **state)
{
	(void)state;
	assert_false(LOOK(LOW "0000300", "0-00005000 rw-p 00000000 00:00 0 \n" GATE).is_torn);
	assert_int_equal(LOOK(LOW KEYS "00003000-", "00005000 rw-p\n" KEYS).end, 0x3000);
	assert_true(LOOK(LOW "VmFlags: ", "rd\n" TORN).is_torn);
	assert_true(LOOK(HIGH "VmFlags: ", "0", "0-0\n", TORN).is_torn);
}

static void test_no_mappings(void **state)
{
	(void)state;
	assert_int_equal(LOOK("a\nfeed\n1000\n1000-\n1000-2000", "\n-\n \n\n").end, 0);
	assert_int_equal(LOOK(LOW "11111111111111111-2000 rw-p\n"
				  "beef: 3\n")
				 .end,
		0x3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_cut_lines),
		cmocka_unit_test(test_no_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
