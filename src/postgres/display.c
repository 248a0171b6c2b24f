/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many columns of a terminal the characters of UTF-8 take.
 */
#include "display.h"

#include <stdint.h>

struct range {
	uint32_t first, last;
};

/* Blocks of marks that stand on the character before them, and what is invisible. */
static const struct range narrow[] = {
	{ 0x0300, 0x036f },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05bd },
	{ 0x064b, 0x065f },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f },
	{ 0x202a, 0x202e },
	{ 0x2060, 0x2063 },
	{ 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
	{ 0xfeff, 0xfeff },
	{ 0xe0100, 0xe01ef },
};

/* Blocks of Unicode whose characters are wide ("W" or "F" in EastAsianWidth). */
static const struct range wide[] = {
	{ 0x1100, 0x115f },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0x4dbf },
	{ 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97f },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x20000, 0x3fffd },
};

static const struct range symbols[] = {
	{ 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff },
	{ 0x1f900, 0x1f9ff },
};

static bool is_in(const struct range *ranges, size_t count, uint32_t character)
{
	for (size_t i = 0; i < count; i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

#define IS_IN(ranges, character) is_in(ranges, sizeof(ranges) / sizeof(*(ranges)), character)

/* The character at @at and its length; 1 and U+FFFD for a byte that begins none. */
static size_t decode(const unsigned char *at, const unsigned char *end, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	size_t more = *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
	uint32_t character = *at & (0x3fU >> more);

	*ret = 0xfffd;
	if (*at < 0xc2 || *at > 0xf4 || (size_t)(end - at) <= more)
		return 1;
	for (size_t i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 1;
		character = character << 6 | (at[i] & 0x3fU);
	}
	if (character < least[more] || character > 0x10ffff ||
		(character >= 0xd800 && character <= 0xdfff))
		return 1;
	*ret = character;
	return more + 1;
}

size_t px_display_character(
	const char *at, const char *end, bool has_wide_symbols, unsigned *ret_columns)
{
	uint32_t character;
	size_t length;

	*ret_columns = 1;
	if ((unsigned char)*at < 0x80)
		return 1;
	length = decode((const unsigned char *)at, (const unsigned char *)end, &character);
	if (IS_IN(narrow, character))
		*ret_columns = 0;
	else if (IS_IN(wide, character) || (has_wide_symbols && IS_IN(symbols, character)))
		*ret_columns = 2;
	return length;
}
