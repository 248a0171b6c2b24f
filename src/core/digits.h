/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decimal digits, without printf(): most runs have no other use for the pages that
 * it is in.
 */
#ifndef PX_DIGITS_H
#define PX_DIGITS_H

#include <stdint.h>

/** What UINT64_MAX takes, with its end. */
#define PX_DIGITS_SIZE 21

/** Write @number into the end of @room, terminated.  Returns where it begins. */
static inline char *px_digits(uint64_t number, char room[PX_DIGITS_SIZE])
{
	char *at = room + PX_DIGITS_SIZE - 1;

	*at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	return at;
}

#endif
