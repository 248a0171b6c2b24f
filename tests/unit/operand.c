/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * operand.c: words that stand for processes.
 */
#include "operand.h"

#include "support.h"

PX_TEST(an_operand_is_a_number_or_something_below_proc)
{
	static const struct {
		const char *operand;
		enum px_operand want;
		pid_t pid;
	} rows[] = {
		{ "2", PX_OPERAND_PID, 2 },
		{ "02", PX_OPERAND_PID, 2 },
		{ "002", PX_OPERAND_PID, 2 },
		{ "0x2", PX_OPERAND_PID, 2 },
		{ "0X2", PX_OPERAND_PID, 2 },
		{ "/proc/2", PX_OPERAND_PID, 2 },
		{ "/proc/0x2", PX_OPERAND_PID, 2 },
		{ "/proc/02", PX_OPERAND_PID, 2 },
		{ "010", PX_OPERAND_PID, 8 },
		{ "0x7fffffff", PX_OPERAND_PID, INT32_MAX },
		{ "2147483647", PX_OPERAND_PID, INT32_MAX },
		{ "/proc/self", PX_OPERAND_SKIPPED, 0 },
		{ "/proc/", PX_OPERAND_SKIPPED, 0 },
		{ "/proc/meminfo", PX_OPERAND_SKIPPED, 0 },
		{ "/proc/-1", PX_OPERAND_SKIPPED, 0 },
		{ "/proc//2", PX_OPERAND_SKIPPED, 0 },
		{ "/proc/ 2", PX_OPERAND_SKIPPED, 0 },
		{ "/proc/0", PX_OPERAND_BAD, 0 },
		{ "/proc/1/", PX_OPERAND_BAD, 0 },
		{ "/proc/1/maps", PX_OPERAND_BAD, 0 },
		{ "/proc/2147483648", PX_OPERAND_BAD, 0 },
		{ "/proc", PX_OPERAND_BAD, 0 },
		{ "//proc/2", PX_OPERAND_BAD, 0 },
		{ "proc/1", PX_OPERAND_BAD, 0 },
		{ "08", PX_OPERAND_BAD, 0 },
		{ "0x", PX_OPERAND_BAD, 0 },
		{ "1x", PX_OPERAND_BAD, 0 },
		{ "2.", PX_OPERAND_BAD, 0 },
		{ "2,3", PX_OPERAND_BAD, 0 },
		{ "2/", PX_OPERAND_BAD, 0 },
		{ "+1", PX_OPERAND_BAD, 0 },
		{ "-1", PX_OPERAND_BAD, 0 },
		{ " 1", PX_OPERAND_BAD, 0 },
		{ "1 ", PX_OPERAND_BAD, 0 },
		{ "", PX_OPERAND_BAD, 0 },
		{ "0", PX_OPERAND_BAD, 0 },
		{ "00", PX_OPERAND_BAD, 0 },
		{ "2147483648", PX_OPERAND_BAD, 0 },
		{ "4294967298", PX_OPERAND_BAD, 0 },
		{ "18446744073709551618", PX_OPERAND_BAD, 0 },
		{ "99999999999999999999999", PX_OPERAND_BAD, 0 },
		{ "x", PX_OPERAND_BAD, 0 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		pid_t pid = 0;

		px_same_number(
			rows[i].operand, rows[i].want, px_operand_read(rows[i].operand, &pid));
		px_same_number(rows[i].operand, rows[i].pid, pid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operand_is_a_number_or_something_below_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
