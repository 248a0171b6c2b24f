/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redact_addresses.c: where mappings go, and what is left to be seen of that.
 */
#include "support.h"

#include "redact.h"

static void test_order(void **state)
{
	static const struct px_redaction redaction = { .what = PX_REDACT_ADDRESSES };
	struct px_redactor redactor = { .redaction = &redaction };

	(void)state;
	px_redact_begin(&redactor);
	assert_true(px_move(&redactor, 0x559000000000, 0x559000003000) == 0x10000);
	/* It touches the one before, is apart from it, begins before its end. */
	assert_true(px_move(&redactor, 0x559000003000, 0x559000005000) == 0x13000);
	assert_true(px_move(&redactor, 0x7f0000000000, 0x7f0000004000) == 0x16000);
	assert_true(px_move(&redactor, 0x7f0000002000, 0x7f0000008000) == 0x19000);
	assert_true(px_move(&redactor, 0x7f0000008000, 0x7f0000009000) == 0x1f000);

	assert_true(px_moved(&redactor, 0x559000000010) == 0x10010);
	assert_true(px_moved(&redactor, 0x559000003000) == 0x13000);
	assert_true(px_moved(&redactor, 0x7f0000008fff) == 0x1ffff);
	assert_true(px_moved(&redactor, 0x600000000000) == 0);

	px_redact_begin(&redactor);
	assert_true(px_moved(&redactor, 0x559000000010) == 0);
	px_redactor_deinit(&redactor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
