/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procinfo.c: stat and status, with names that try to look like more.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "procinfo.h"

/* The fields of stat between the parent and the start, and on to the stack. */
#define TO_START " 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0"
#define TO_STACK " 999 5 18446744073709551615 11 12"

static const struct {
	const char *stat, *want; /* "comm|state ppid start stack", stack - if not told. */
} stats[] = {
	{ "100 (cat) S 7" TO_START " 1200" TO_STACK " 140724603486208 0 0\n",
		"cat|S 7 1200 140724603486208" },
	{ "100 (a b) R 7" TO_START " 1200" TO_STACK " 5\n", "a b|R 7 1200 5" },
	{ "100 (a) S (b) Z 7" TO_START " 1200" TO_STACK " 5\n", "a) S (b|Z 7 1200 5" },
	{ "100 (((() S 7" TO_START " 1200" TO_STACK " 5\n", "(((|S 7 1200 5" },
	{ "100 ())))) S 7" TO_START " 1200" TO_STACK " 5\n", "))))|S 7 1200 5" },
	{ "100 () S 7" TO_START " 1200" TO_STACK " 5\n", "|S 7 1200 5" },
	{ "100 (a\nb) S 7" TO_START " 1200" TO_STACK " 5\n", "a\nb|S 7 1200 5" },
	{ "100 ( ) S 7" TO_START " 1200" TO_STACK " 5\n", " |S 7 1200 5" },
	{ "100 (\xff) S 7" TO_START " 1200" TO_STACK " 5\n", "\xff|S 7 1200 5" },
	{ "100 (a)  S\t7" TO_START " 1200" TO_STACK " 5", "a|S 7 1200 5" },
	{ "100 (a) S 0" TO_START " 0" TO_STACK " 0 0\n", "a|S 0 0 -" },
	/* What is not a number that fits is not known. */
	{ "100 (a) S -1" TO_START " -5" TO_STACK " -3\n", "a|S 0 0 -" },
	{ "100 (a) S 2147483648" TO_START " 18446744073709551616" TO_STACK " 5\n", "a|S 0 0 5" },
	{ "100 (a) S 2147483647" TO_START " 18446744073709551615" TO_STACK
	  " 18446744073709551615\n",
		"a|S 2147483647 18446744073709551615 18446744073709551615" },
	/* Older kernels and cut files have less. */
	{ "100 (a) S 7" TO_START " 1200" TO_STACK "\n", "a|S 7 1200 -" },
	{ "100 (a) S 7" TO_START " 1200", "a|S 7 1200 -" },
	{ "100 (a) S 7\n", "a|S 7 0 -" },
	{ "100 (a) S", "a|S 0 0 -" },
	{ "100 (a) SS 7", "a|S 0 0 -" },

	{ "", NULL },
	{ "100", NULL },
	{ "100 (a", NULL },
	{ "100 a) S 1", NULL },
	{ "100 )a( S 1", NULL },
	{ "100 (a)", NULL },
	{ "100 (a) ", NULL },
};

PX_TEST(a_stat_is_read_whatever_the_process_calls_itself)
{
	for (size_t i = 0; i < PX_COUNT(stats); i++) {
		size_t length = strlen(stats[i].stat);
		char got[256], *exact = px_exact(stats[i].stat, length);
		struct pmapx_identity identity = { 0 };
		int r = px_parse_stat(&(struct pmapx_text){ exact, length }, &identity);
		int n;

		px_same_number(stats[i].stat, stats[i].want != NULL ? 0 : -EBADMSG, r);
		if (r == 0) {
			n = snprintf(got, sizeof(got), "%.*s|%c %ld %" PRIu64 " ",
				(int)identity.comm.length, identity.comm.bytes, identity.state,
				(long)identity.ppid, identity.start_ticks);
			if (identity.has_start_stack)
				snprintf(got + n, sizeof(got) - (size_t)n, "%" PRIu64,
					identity.start_stack);
			else
				snprintf(got + n, sizeof(got) - (size_t)n, "-");
			px_same(stats[i].stat, stats[i].want, got);
		}
		free(exact);
	}
}

static const struct {
	const char *status;
	pid_t want; /* 0: not found. */
} statuses[] = {
	{ "Name:\tcat\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t100\nNgid:\t0\n", 100 },
	{ "Tgid:\t100\n", 100 },
	{ "Tgid:100\n", 100 },
	{ "Tgid: \t 100 \n", 100 },
	{ "Name:\tx\nTgid:\t100", 100 },
	{ "Name:\tx\nTgid:\t2147483647\n", 2147483647 },
	/* Only what begins a line is the kernel's. */
	{ "Name:\tTgid: 5\nTgid:\t100\n", 100 },
	{ "Name:\tTgid:\t5\n", 0 },
	{ "Name:\ta\\nTgid: 5\nTgid:\t100\n", 100 },
	{ " Tgid:\t100\n", 0 },
	{ "XTgid:\t100\n", 0 },
	{ "tgid:\t100\n", 0 },
	{ "Tgid\t100\n", 0 },
	{ "Tgid:\nTgid:\t100\n", 0 },
	{ "Tgid:", 0 },
	{ "Tgid:\t", 0 },
	{ "Tgid:\n100\n", 0 },
	{ "Tgid:\tx\n", 0 },
	{ "Tgid:\t0\n", 0 },
	{ "Tgid:\t-1\n", 0 },
	{ "Tgid:\t2147483648\n", 0 },
	{ "Tgid:\t99999999999999999999999\n", 0 },
	{ "Tgi", 0 },
	{ "\n\n\n", 0 },
	{ "", 0 },
};

PX_TEST(the_thread_group_is_what_the_kernel_says)
{
	for (size_t i = 0; i < PX_COUNT(statuses); i++) {
		size_t length = strlen(statuses[i].status);
		char *exact = px_exact(statuses[i].status, length);
		pid_t tgid = -7;
		int r = px_parse_tgid(&(struct pmapx_text){ exact, length }, &tgid);

		px_same_number(statuses[i].status, statuses[i].want != 0 ? 0 : -ENODATA, r);
		px_same_number(
			statuses[i].status, statuses[i].want != 0 ? statuses[i].want : -7, tgid);
		free(exact);
	}
}

/* Fields 3 to 37 of a stat file. */
#define TO_SIGNAL                                                                               \
	") S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 " \
	"31 32 33 34"

static const struct {
	const char *stat;
	int want;
} leads[] = {
	{ "1 (a" TO_SIGNAL " 17 0\n", 1 },
	{ "1 (a" TO_SIGNAL " 1\n", 1 },
	{ "1 (a" TO_SIGNAL " -1 0\n", 0 },
	/* So write those who are no Linux. */
	{ "1 (a" TO_SIGNAL " 0 0\n", 0 },
	{ "1 (a" TO_SIGNAL " x\n", 0 },
	/* What the process calls itself is not a field. */
	{ "1 (a 1 2 3\n) 17\n" TO_SIGNAL " -1 0\n", 0 },
	{ "1 (a 1 2 3\n", -ENODATA },
	{ "1 (a)\n", -ENODATA },
	{ "1 (a" TO_SIGNAL "\n", -ENODATA },
	{ "1 (a" TO_SIGNAL " \n", 0 },
	/* Digits may be missing behind the last. */
	{ "1 (a" TO_SIGNAL " 17 0", -ENODATA },
	{ "1 (a" TO_SIGNAL " 1", -ENODATA },
	{ "", -ENODATA },
	{ "\n", -ENODATA },
	{ ")", -ENODATA },
	{ ")\n", -ENODATA },
};

PX_TEST(stat_tells_the_first_thread)
{
	for (size_t i = 0; i < PX_COUNT(leads); i++) {
		size_t length = strlen(leads[i].stat);
		char *exact = px_exact(leads[i].stat, length);

		px_same_number(leads[i].stat, leads[i].want,
			px_parse_leads(&(struct pmapx_text){ exact, length }));
		free(exact);
	}
}

static int leads_in(const char *path)
{
	char bytes[4096];
	FILE *file = fopen(path, "r");
	size_t length;

	assert_non_null(file);
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return px_parse_leads(&(struct pmapx_text){ bytes, length });
}

static void *another_thread(void *ret)
{
	*(int *)ret = leads_in("/proc/thread-self/stat");
	return NULL;
}

PX_TEST(this_kernel_tells_it)
{
	pthread_t thread;
	int other = 5;

	assert_int_equal(leads_in("/proc/thread-self/stat"), 1);
	assert_int_equal(pthread_create(&thread, NULL, another_thread, &other), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(other, 0);
}

static const struct {
	const char *status;
	uint32_t want; /* Or 7, which is what it was. */
} users[] = {
	{ "Uid:\t1\t2\t3\t4\n", 2 },
	{ "Uid:\t1\t2", 2 },
	{ "Uid: 1 2\n", 2 },
	{ "Name:\tUid:\t1\t1\nUid:\t0\t0\t0\t0\n", 0 },
	{ "Name:\t\\nUid:\t1\t1\nUid:\t0\t4294967294\n", 4294967294 },
	{ "Uid:\t1\t4294967295\n", 7 },
	{ "Uid:\t1\n2\n", 7 },
	{ "Uid:\t1\n", 7 },
	{ "Uid:\n1\t2\n", 7 },
	{ "Uid:", 7 },
	{ "FUid:\t1\t2\n", 7 },
	{ "Uid:\tx\t2\n", 7 },
	{ "", 7 },
};

PX_TEST(the_user_is_the_effective_one)
{
	for (size_t i = 0; i < PX_COUNT(users); i++) {
		size_t length = strlen(users[i].status);
		char *exact = px_exact(users[i].status, length);
		uint32_t user = 7;
		int r = px_parse_euid(&(struct pmapx_text){ exact, length }, &user);

		px_same_number(users[i].status, users[i].want, user);
		px_same_number(users[i].status, users[i].want == 7 ? -ENODATA : 0, r);
		free(exact);
	}
}

PX_TEST(the_kernel_says_whose_thread_it_is)
{
	static const struct {
		const char *stat;
		bool want;
	} rows[] = {
		{ "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0\n", true },
		{ "2 (kthreadd) S 0 0 0 0 -1 2097152\n", true },
		{ "1 (a) S 0 1 1 0 -1 4194560 0 2097152 0\n", false },
		{ "1 (a) S 0 1 1 0 -1 -2097152 0 0 0\n", false },
		{ "1 (a) S 0 1 1 0 -1\n", false },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_identity identity = { 0 };
		struct pmapx_text stat = px_text(rows[i].stat);

		assert_int_equal(px_parse_stat(&stat, &identity), 0);
		px_same_number(rows[i].stat, rows[i].want, identity.is_kernel);
	}
}

/* VmPTE, and VmPMD where that is apart; only what begins a line is the kernel's. */
PX_TEST(page_tables_are_added_up)
{
	static const struct {
		const char *status;
		int r;
		uint64_t want;
	} rows[] = {
		{ "VmPTE:\t      64 kB\n", 0, 64 },
		{ "VmPTE:\t      64 kB\nVmPMD:\t      12 kB\n", 0, 76 },
		{ "VmPMD:\t      12 kB\nVmPTE:\t 0 kB\n", 0, 12 },
		{ "Name:\tVmPTE: 3 kB\nVmPTE:\t 5 kB", 0, 5 },
		{ "VmPTE:\t 18446744073709551615 kB\nVmPMD:\t 1 kB\n", 0, UINT64_MAX },
		{ "VmPTE:\t\n", -ENODATA, 0 },
		{ "VmPTE:\t x kB\n", -ENODATA, 0 },
		{ "VmPMD:\t 12 kB\n", -ENODATA, 0 },
		{ "", -ENODATA, 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_text status = px_text(rows[i].status);
		uint64_t got = 0;

		assert_int_equal(px_parse_page_tables(&status, &got), rows[i].r);
		if (rows[i].r == 0)
			px_same_number(rows[i].status, rows[i].want, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stat_is_read_whatever_the_process_calls_itself),
		cmocka_unit_test(the_thread_group_is_what_the_kernel_says),
		cmocka_unit_test(the_user_is_the_effective_one),
		cmocka_unit_test(page_tables_are_added_up),
		cmocka_unit_test(the_kernel_says_whose_thread_it_is),
		cmocka_unit_test(stat_tells_the_first_thread),
		cmocka_unit_test(this_kernel_tells_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
