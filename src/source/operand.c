/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words of a command line that stand for processes.
 */
#include "operand.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum px_operand px_operand_read(const char *text, pid_t *ret)
{
	static const char folder[] = "/proc/";
	bool in_folder = strncmp(text, folder, sizeof(folder) - 1) == 0;
	long long number;
	char *end;

	if (in_folder)
		text += sizeof(folder) - 1;
	if (*text < '0' || *text > '9')
		return in_folder ? PX_OPERAND_SKIPPED : PX_OPERAND_BAD;
	errno = 0;
	number = strtoll(text, &end, 0);
	if (errno != 0 || *end != '\0' || number < 1 || number > INT32_MAX)
		return PX_OPERAND_BAD;
	*ret = (pid_t)number;
	return PX_OPERAND_PID;
}
