/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One mapping line.  The kernel writes it in fs/proc/task_mmu.c; on 64-bit
 * kernels the name begins at byte 73 unless what stands before is longer, and
 * an unnamed mapping has one blank behind the inode.
 */
#include "maps.h"

#include <string.h>

#include "scan.h"

enum px_line_kind px_line_kind(const struct pmapx_text *line)
{
	const char *p = line->bytes, *end = p + line->length, *word = p;
	bool has_dash;

	while (p < end && px_is_hex(*p))
		p++;
	has_dash = p > word && p < end && *p == '-';
	/* No kernel's key begins with a digit, so only letters need a second look. */
	if (has_dash && *word <= '9')
		return PX_LINE_MAPPING;
	while (p < end && !px_is_blank(*p) && *p != ':')
		p++;
	if (p > word && p < end && *p == ':')
		return PX_LINE_KEY;
	if (has_dash)
		return PX_LINE_MAPPING;
	return word < end && px_is_hex((char)(*word | 0x20)) ? PX_LINE_DAMAGED : PX_LINE_OTHER;
}

/* The four letters of the permissions, or NULL. */
static const char *scan_perms(const char *at, const char *end, char perms[5])
{
	if (end - at < 4)
		return NULL;
	/* All at once: they differ from line to line too much to be predicted. */
	if (!((at[0] == 'r') | (at[0] == '-')) | !((at[1] == 'w') | (at[1] == '-')) |
		!((at[2] == 'x') | (at[2] == '-')) |
		/* 'S' is what kernels without an MMU call MAP_SHARED (fs/proc/task_nommu.c). */
		!((at[3] == 'p') | (at[3] == 's') | (at[3] == 'S')))
		return NULL;
	memcpy(perms, at, 4);
	perms[4] = '\0';
	return at + 4;
}

/* One or more blanks, or NULL. */
static const char *scan_gap(const char *at, const char *end)
{
	return at < end && px_is_blank(*at) ? px_skip_blanks(at, end) : NULL;
}

/* The range, up to the gap behind it. */
static int parse_range(const struct pmapx_text *line, const char **at, struct pmapx_mapping *ret,
	struct pmapx_error *error)
{
	const char *end = line->bytes + line->length, *p = *at, *next;

	next = px_scan_address(p, end, '-', &ret->start);
	if (next == NULL)
		return px_bad_line(line, p, "expected a start address below 2^64", error);
	p = next;
	if (p == end || *p != '-')
		return px_bad_line(line, p, "expected '-' after the start address", error);
	next = px_scan_address(++p, end, ' ', &ret->end);
	if (next == NULL)
		return px_bad_line(line, p, "expected an end address below 2^64", error);
	if (ret->end < ret->start)
		return px_bad_line(line, p, "the end address is below the start address", error);
	*at = next;
	return 0;
}

static int parse_device(const struct pmapx_text *line, const char **at, struct pmapx_mapping *ret,
	struct pmapx_error *error)
{
	static const char none[] = "00:00";
	const char *end = line->bytes + line->length, *p = *at, *next;

	if (end - p > 5 && memcmp(p, none, 5) == 0 && p[5] == ' ') {
		ret->dev_major = ret->dev_minor = 0;
		*at = p + 5;
		return 0;
	}
	next = px_scan_hex(p, end, &ret->dev_major);
	if (next == NULL)
		return px_bad_line(line, p, "expected the major number of a device", error);
	p = next;
	if (p == end || *p != ':')
		return px_bad_line(line, p, "expected ':' between the numbers of a device", error);
	next = px_scan_hex(++p, end, &ret->dev_minor);
	if (next == NULL)
		return px_bad_line(line, p, "expected the minor number of a device", error);
	*at = next;
	return 0;
}

int px_maps_parse(
	const struct pmapx_text *line, struct pmapx_mapping *ret, struct pmapx_error *error)
{
	const char *p = line->bytes, *end = p + line->length, *next;
	int r;

	r = parse_range(line, &p, ret, error);
	if (r < 0)
		return r;
	next = scan_gap(p, end);
	if (next == NULL)
		return px_bad_line(line, p, "expected a blank after the addresses", error);
	p = scan_perms(next, end, ret->perms);
	if (p == NULL)
		return px_bad_line(line, next, "expected permissions such as rw-p", error);
	next = scan_gap(p, end);
	if (next == NULL)
		return px_bad_line(line, p, "expected a blank after the permissions", error);
	p = px_scan_address(next, end, ' ', &ret->offset);
	if (p == NULL)
		return px_bad_line(line, next, "expected an offset below 2^64", error);
	next = scan_gap(p, end);
	if (next == NULL)
		return px_bad_line(line, p, "expected a blank after the offset", error);
	p = next;
	r = parse_device(line, &p, ret, error);
	if (r < 0)
		return r;
	next = scan_gap(p, end);
	if (next == NULL)
		return px_bad_line(line, p, "expected a blank after the device", error);
	p = px_scan_decimal(next, end, &ret->inode);
	if (p == NULL)
		return px_bad_line(line, next, "expected an inode below 2^64", error);
	if (p < end && !px_is_blank(*p))
		return px_bad_line(line, p, "expected a blank after the inode", error);

	p = px_skip_blanks(p, end);
	ret->name = (struct pmapx_text){ p, (size_t)(end - p) };
	ret->text = *line;
	return 0;
}

/* Where the word that begins at @at ends. */
static const char *end_of_word(const char *at, const char *end)
{
	while (at < end && !px_is_blank(*at))
		at++;
	return at;
}

void px_maps_words(const struct pmapx_mapping *mapping, struct pmapx_text ret[PX_WORD_COUNT])
{
	const char *begin = mapping->text.bytes, *end = begin + mapping->text.length, *p;

	p = memchr(begin, '-', mapping->text.length);
	ret[PX_WORD_START] = (struct pmapx_text){ begin, (size_t)(p - begin) };
	for (int word = PX_WORD_PERMS; word < PX_WORD_COUNT; word++) {
		begin = px_skip_blanks(end_of_word(p, end), end);
		p = end_of_word(begin, end);
		ret[word] = (struct pmapx_text){ begin, (size_t)(p - begin) };
	}
}
