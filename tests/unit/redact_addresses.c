/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redact_addresses.c: where mappings go, and what is left to be seen of that.
 */
#include "support.h"

#include <string.h>

#include "redact.h"

static uint64_t move(struct px_redactor *redactor, uint64_t start, uint64_t end, const char *perms)
{
	struct pmapx_mapping mapping = { .start = start, .end = end };

	memcpy(mapping.perms, perms, 5);
	return px_move(redactor, &mapping);
}

static void test_order(void **state)
{
	static const struct px_redaction redaction = { .what = PX_REDACT_ADDRESSES };
	struct px_redactor redactor = { .redaction = &redaction };

	(void)state;
	px_redact_begin(&redactor);
	assert_true(move(&redactor, 0x559000000000, 0x559000003000, "r--p") == 0x10000);
	/* It touches the one before, is apart from it, begins before its end. */
	assert_true(move(&redactor, 0x559000003000, 0x559000005000, "r--p") == 0x13000);
	assert_true(move(&redactor, 0x7f0000000000, 0x7f0000004000, "r--p") == 0x16000);
	assert_true(move(&redactor, 0x7f0000002000, 0x7f0000008000, "r--p") == 0x19000);
	assert_true(move(&redactor, 0x7f0000008000, 0x7f0000009000, "r--p") == 0x1f000);

	assert_true(px_moved(&redactor, 0x559000000010) == 0x10010);
	assert_true(px_moved(&redactor, 0x559000003000) == 0x13000);
	assert_true(px_moved(&redactor, 0x7f0000008fff) == 0x1ffff);
	assert_true(px_moved(&redactor, 0x600000000000) == 0);

	px_redact_begin(&redactor);
	assert_true(px_moved(&redactor, 0x559000000010) == 0);
	px_redactor_deinit(&redactor);
}

#define ARENA ((uint64_t)64 * 1024 * 1024)

/* What may be an arena begins where one may, and what is behind it is behind it still. */
static void test_arenas(void **state)
{
	static const struct px_redaction redaction = { .what = PX_REDACT_ADDRESSES };
	struct px_redactor redactor = { .redaction = &redaction };

	(void)state;
	px_redact_begin(&redactor);
	assert_true(move(&redactor, 0x559000000000, 0x559000003000, "r--p") == 0x10000);
	assert_true(move(&redactor, 0x7f0000000000, 0x7f0000021000, "rw-p") == ARENA);
	assert_true(move(&redactor, 0x7f0000021000, 0x7f0004000000, "---p") == ARENA + 0x21000);
	assert_true(move(&redactor, 0x7f0004000000, 0x7f0008000000, "rw-p") == 2 * ARENA);
	assert_true(move(&redactor, 0x7f0008000000, 0x7f0008001000, "r--p") == 3 * ARENA);
	/* It touches the one before, which has come to lie elsewhere. */
	assert_true(move(&redactor, 0x7f0013fff000, 0x7f0014000000, "r--p") == 3 * ARENA + 0x2000);
	assert_true(move(&redactor, 0x7f0014000000, 0x7f0014021000, "rw-p") == 4 * ARENA);
	assert_true(px_moved(&redactor, 0x7f0014000010) == 4 * ARENA + 0x10);
	assert_true(px_moved(&redactor, 0x7f0013fff010) == 3 * ARENA + 0x2010);
	assert_true(px_moved(&redactor, 0x7f0004000000) == 2 * ARENA);

	/* Behind what may be its guard it stays. */
	assert_true(move(&redactor, 0x7f0023fff000, 0x7f0024000000, "---p") == 4 * ARENA + 0x22000);
	assert_true(move(&redactor, 0x7f0024000000, 0x7f0024021000, "rw-p") == 4 * ARENA + 0x23000);
	/* Before the end of another, that can be seen. */
	assert_true(move(&redactor, 0x7f0024000000, 0x7f0024021000, "rw-p") == 4 * ARENA + 0x43000);
	px_redactor_deinit(&redactor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_arenas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
