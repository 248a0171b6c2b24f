/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an errno says, in English whatever the locale of the program is.
 */
#include "plain_error.h"

#include <errno.h>
#include <string.h>

#ifdef PX_HAS_STRERRORDESC_NP
static const char *describe(int error)
{
	return strerrordesc_np(error);
}
#else
#include <locale.h>

/* Nothing is made for that locale: each libc has it, and its texts, as they are. */
static const char *describe(int error)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	const char *text;

	if (plain == (locale_t)0)
		return NULL;
	text = strerror_l(error, plain);
	freelocale(plain);
	return text;
}
#endif

const char *px_plain_error(int error)
{
	const char *text = error == EMEDIUMTYPE ? PX_NO_REGULAR_FILE : describe(error);

	return text != NULL ? text : "Unknown error";
}
