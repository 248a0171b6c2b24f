/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sift.c: which mappings are wanted.
 */
#include "support.h"

#include <errno.h>
#include <string.h>

#include "sift.h"

static const char *add(struct px_sift *sift, enum px_sieve sieve, const char *value)
{
	const char *reason = NULL;
	int r = px_sift_add(sift, sieve, value, &reason);

	assert_int_equal(r, reason != NULL ? -EINVAL : 0);
	return reason;
}

/* A mapping of 8 KiB. */
static int sifted(enum px_sieve sieve, const char *value, const char *perms,
	const struct pmapx_text *name, const struct pmapx_smaps *smaps)
{
	struct pmapx_mapping mapping = { .start = 0x1000, .end = 0x3000, .smaps = smaps };
	struct px_sift sift = { 0 };
	int result;

	mapping.name = *name;
	strcpy(mapping.perms, perms);
	assert_null(add(&sift, sieve, value));
	assert_true(sift.is_given);
	result = px_sift_mapping(&sift, &mapping, PMAPX_KIND_HEAP, smaps->have != 0);
	px_sift_deinit(&sift);
	assert_false(sift.is_given);
	return result;
}

static int named(const char *expression, const char *name, size_t length)
{
	/* In memory of its own, so that a look beyond its end is seen. */
	char *copy = memcpy(test_malloc(length + 1), name, length);
	struct pmapx_text text = { copy, length };
	int result = sifted(PX_SIEVE_MAP, expression, "r--p", &text, &(struct pmapx_smaps){ 0 });

	test_free(copy);
	return result;
}

static void test_names(void **state)
{
	char long_name[5000];

	(void)state;
	memset(long_name, 'a', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = 'z';
	assert_int_equal(named("^abc$", "abcd", 3), 1);
	assert_int_equal(named("d", "abcd", 3), 0);
	assert_int_equal(named("b|x", "abc", 3), 1);
	assert_int_equal(named("^\\[ anon \\]$", "", 0), 1);
	assert_int_equal(named("anon", "abc", 3), 0);
	/* Bytes that no process can put there, but a file can. */
	assert_int_equal(named("^a$", "a\0c", 3), 1);
	assert_int_equal(named("c", "a\0c", 3), 0);
	assert_int_equal(named("z$", long_name, sizeof(long_name)), 1);
	assert_int_equal(named("x", "\xff\xfex", 3), 1);
}

static void test_permissions(void **state)
{
	static const struct {
		const char *wanted, *perms;
		int expected;
	} cases[] = {
		{ "r", "r--p", 1 },
		{ "rw", "r--p", 0 },
		{ "wr", "rw-p", 1 },
		{ "x", "--xs", 1 },
		{ "p", "--xs", 0 },
		{ "s", "--xs", 1 },
		{ "rwxp", "rwxp", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			sifted(PX_SIEVE_PERM, cases[i].wanted, cases[i].perms,
				&(struct pmapx_text){ NULL, 0 }, &(struct pmapx_smaps){ 0 }),
			cases[i].expected);
}

static int large(const char *size, uint64_t have, uint64_t rss_kb)
{
	struct pmapx_smaps smaps = { .have = have, .rss_kb = rss_kb };

	return sifted(PX_SIEVE_MIN, size, "r--p", &(struct pmapx_text){ NULL, 0 }, &smaps);
}

static void test_sizes(void **state)
{
	const uint64_t rss = UINT64_C(1) << PMAPX_FIELD_RSS, pss = UINT64_C(1) << PMAPX_FIELD_PSS;

	(void)state;
	assert_int_equal(large("8", 0, 0), 1);
	assert_int_equal(large("9", 0, 100), 0);
	assert_int_equal(large("9", rss, 9), 1);
	assert_int_equal(large("9", rss, 8), 0);
	/* It does not tell. */
	assert_int_equal(large("9", pss, 8), 1);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t kb;
	} good[] = {
		{ "0", 0 },
		{ "007", 7 },
		{ "5k", 5 },
		{ "5K", 5 },
		{ "2m", 2048 },
		{ "3G", 3 * 1024 * 1024 },
		{ "1t", 1024 * 1024 * 1024 },
		{ "18446744073709551615", UINT64_MAX },
		{ "18014398509481983m", UINT64_MAX - 1023 },
	};
	static const char *const bad[] = { "", "k", " 1", "1 ", "-1", "+1", "1b", "1kb", "1@",
		"0x1", "18446744073709551616", "18014398509481984m" };
	uint64_t kb;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(px_sift_size(good[i].text, &kb));
		assert_true(kb == good[i].kb);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(px_sift_size(bad[i], &kb));
}

static void test_kinds(void **state)
{
	static const struct {
		const char *wanted;
		int heap;
		bool stack_by_guess;
	} cases[] = {
		{ "heap", 1, false },
		{ "stack", 0, true },
		{ "anon,heap", 1, false },
		{ "file", 0, false },
		{ "text,bss,heap", 1, false },
		{ "anon,thread-stack", 0, false },
		{ "thread-stack,bss", 0, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct px_sift sift = { 0 };

		assert_int_equal(
			sifted(PX_SIEVE_KIND, cases[i].wanted, "rw-p",
				&(struct pmapx_text){ NULL, 0 }, &(struct pmapx_smaps){ 0 }),
			cases[i].heap);
		assert_false(px_sift_by_kind(&sift));
		assert_null(add(&sift, PX_SIEVE_KIND, cases[i].wanted));
		assert_true(px_sift_by_kind(&sift));
		assert_int_equal(
			px_sift_by_guess(&sift, PMAPX_KIND_THREAD_STACK), cases[i].stack_by_guess);
		px_sift_deinit(&sift);
	}
}

/* Which word it is that means nothing. */
static void test_bad_kinds(void **state)
{
	struct px_sift sift = { 0 };

	(void)state;
	assert_string_equal(add(&sift, PX_SIEVE_KIND, "heap,foo,bar"),
		"no such kind: foo; pmapx --kinds lists them");
	assert_string_equal(
		add(&sift, PX_SIEVE_KIND, "hea"), "no such kind; pmapx --kinds lists them");
	assert_string_equal(add(&sift, PX_SIEVE_KIND, "heap,"), "a kind is missing");
	assert_string_equal(add(&sift, PX_SIEVE_KIND, ",heap"), "a kind is missing");
	assert_string_equal(
		add(&sift, PX_SIEVE_KIND, "heap,a0123456789012345678901234567890123456789"),
		"no such kind: a012345678901234567890123456789012345678; pmapx --kinds lists them");
	assert_false(sift.is_given);
}

/* A mode that is not known may have all. */
static void test_no_mode(void **state)
{
	static const struct pmapx_smaps none = { .have = 0 };
	struct pmapx_mapping mapping = {
		.start = 0x1000, .end = 0x3000, .perms = "---p", .has_no_mode = true, .smaps = &none
	};

	(void)state;
	for (int known = 0; known < 2; known++) {
		struct px_sift sift = { 0 };

		mapping.has_no_mode = !known;
		assert_null(add(&sift, PX_SIEVE_PERM, "wxp"));
		assert_int_equal(px_sift_mapping(&sift, &mapping, PMAPX_KIND_FILE, false), !known);
		px_sift_deinit(&sift);
		assert_null(add(&sift, PX_SIEVE_PERM, "s"));
		assert_int_equal(px_sift_mapping(&sift, &mapping, PMAPX_KIND_FILE, false), 0);
		px_sift_deinit(&sift);
	}
}

static void test_refused(void **state)
{
	struct px_sift sift = { 0 };

	(void)state;
	assert_non_null(add(&sift, PX_SIEVE_MAP, ""));
	assert_non_null(add(&sift, PX_SIEVE_MAP, "["));
	assert_non_null(add(&sift, PX_SIEVE_PERM, "a"));
	assert_non_null(add(&sift, PX_SIEVE_MIN, "x"));
	assert_false(sift.is_given);
	assert_null(add(&sift, PX_SIEVE_MIN, "1"));
	assert_non_null(add(&sift, PX_SIEVE_MIN, "1"));
	px_sift_deinit(&sift);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bad_kinds),
		cmocka_unit_test(test_no_mode),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
