/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words of a command line that stand for processes, as pmap takes them.
 */
#ifndef PX_OPERAND_H
#define PX_OPERAND_H

#include <sys/types.h>

/** What an operand is. */
enum px_operand {
	PX_OPERAND_PID,     /**< A process. */
	PX_OPERAND_SKIPPED, /**< "/proc/" and no number: passed over, as for /proc/ *. */
	PX_OPERAND_BAD      /**< Neither. */
};

/** What to say of an operand that is neither. */
#define PX_OPERAND_WANTED                                                              \
	"not a process id: a number from 1 to 2147483647 (octal behind a leading 0), " \
	"or /proc/NUMBER"

/** And if all of them are passed over. */
#define PX_OPERAND_NONE "no process: /proc/ and no number behind it is passed over"

/** Read an operand; *@ret is set for PX_OPERAND_PID. */
enum px_operand px_operand_read(const char *text, pid_t *ret);

#endif
