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

	while (p < end && px_hex_digit(*p) < 16)
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
	return word < end && px_hex_digit((char)(*word | 0x20)) < 16 ? PX_LINE_DAMAGED
								     : PX_LINE_OTHER;
}

/* The four letters of the permissions, or NULL. */
static const char *scan_perms(const char *at, const char *end, char perms[5])
{
	/* 'S' is what kernels without an MMU call MAP_SHARED (fs/proc/task_nommu.c). */
	static const char allowed[4][4] = { "r-", "w-", "x-", "psS" };

	if (end - at < 4)
		return NULL;
	for (int i = 0; i < 4; i++)
		if (at[i] == '\0' || strchr(allowed[i], at[i]) == NULL)
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

	next = px_scan_hex(p, end, &ret->start);
	if (next == NULL)
		return px_bad_line(line, p, "expected a start address below 2^64", error);
	p = next;
	if (p == end || *p != '-')
		return px_bad_line(line, p, "expected '-' after the start address", error);
	next = px_scan_hex(++p, end, &ret->end);
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
	const char *end = line->bytes + line->length, *p = *at, *next;

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
	p = px_scan_hex(next, end, &ret->offset);
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

void px_maps_words(const struct pmapx_mapping *mapping, struct pmapx_text ret[PX_WORD_COUNT])
{
	const char *p = mapping->text.bytes, *end = p + mapping->text.length;

	for (int word = 0; word < PX_WORD_COUNT; word++) {
		const char *begin = p;

		while (p < end && !px_is_blank(*p))
			p++;
		ret[word] = (struct pmapx_text){ begin, (size_t)(p - begin) };
		if (word == PX_WORD_START)
			ret[word].length = (size_t)((const char *)memchr(
							    begin, '-', ret[word].length) -
				begin);
		p = px_skip_blanks(p, end);
	}
}
