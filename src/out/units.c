/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes for people.
 */
#include "units.h"

#include <string.h>

#include "put.h"

bool px_units_find(const char *word, enum px_units *ret)
{
	static const char letters[] = "kmgh";
	const char *found = *word != '\0' && word[1] == '\0' ? strchr(letters, *word) : NULL;

	if (found == NULL)
		return false;
	*ret = (enum px_units)(found - letters);
	return true;
}

/* With one decimal, in units of 1024 to the power of @power kB. */
static char *put_tenths(char *at, uint64_t kb, unsigned power)
{
	uint64_t unit = UINT64_C(1) << (10 * power), rest = kb % unit;
	uint64_t tenths = kb / unit * 10 + (rest * 10 + unit / 2) / unit;

	at = px_put_decimal(at, tenths / 10, 0);
	*at++ = '.';
	return px_put_decimal(at, tenths % 10, 0);
}

/* In whole units. */
static uint64_t rounded(uint64_t kb, uint64_t unit)
{
	return kb / unit + (unit > 1 && kb % unit >= unit / 2);
}

/* Such as 9.9M, 10M, 1023M. */
static char *put_suited(char *at, uint64_t kb)
{
	static const char letters[] = "KMGTPEZ";
	unsigned power = 0;
	uint64_t unit = 1;

	for (; rounded(kb, unit) >= 1024 && letters[power + 1] != '\0'; power++)
		unit *= 1024;
	/* What would be rounded to 10.0 is 10. */
	if (power > 0 && kb < 10 * unit - unit / 20)
		at = put_tenths(at, kb, power);
	else
		at = px_put_decimal(at, rounded(kb, unit), 0);
	*at++ = letters[power];
	return at;
}

char *px_put_size(char *at, uint64_t kb, enum px_units units)
{
	switch (units) {
	case PX_UNITS_M:
		return put_tenths(at, kb, 1);
	case PX_UNITS_G:
		return put_tenths(at, kb, 2);
	case PX_UNITS_BEST:
		return put_suited(at, kb);
	default:
		return px_put_decimal(at, kb, 0);
	}
}
