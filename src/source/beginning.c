/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a file is that is no map, by how it begins: this is known also of what could
 * not be read for want of a library.
 */
#include <elf.h>
#include <string.h>

#include "saved.h"
#include "unpack.h"

bool px_tar_is(const struct pmapx_text *text)
{
	enum { HEADER_SIZE = 512, SUM_AT = 148, SUM_SIZE = 8 };
	const char *at = text->bytes + SUM_AT;
	unsigned sum = SUM_SIZE * ' ', told = 0, digits = 0;

	if (text->length < HEADER_SIZE)
		return false;
	for (size_t i = 0; i < HEADER_SIZE; i++)
		if (i < SUM_AT || i >= SUM_AT + SUM_SIZE)
			sum += (unsigned char)text->bytes[i];
	while (at < text->bytes + SUM_AT + SUM_SIZE - 1 && *at == ' ')
		at++;
	for (; at < text->bytes + SUM_AT + SUM_SIZE && *at >= '0' && *at <= '7'; at++, digits++)
		told = told * 8 + (unsigned)(*at - '0');
	return digits > 0 && told == sum;
}

bool px_archive_is(const struct pmapx_text *text)
{
	return px_unpack_find(text) != PX_PACKING_NONE || px_tar_is(text) ||
		(text->length >= 257 + 5 && memcmp(text->bytes + 257, "ustar", 5) == 0);
}

bool px_corefile_is(const struct pmapx_text *text)
{
	return text->length >= SELFMAG && memcmp(text->bytes, ELFMAG, SELFMAG) == 0;
}
