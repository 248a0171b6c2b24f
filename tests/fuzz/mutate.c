/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing maps and smaps files line by line.
 */
#include "mutate.h"

#include <string.h>

#include <pmapx/mapping.h>

/* A stretch of the input. */
struct span {
	size_t begin, end;
};

unsigned px_draw(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* A line with its newline, around a byte by chance. */
static struct span some_line(const uint8_t *data, size_t size, unsigned *seed)
{
	struct span span;

	if (size == 0)
		return (struct span){ 0, 0 };
	span.begin = span.end = px_draw(seed, (unsigned)size);
	while (span.begin > 0 && data[span.begin - 1] != '\n')
		span.begin--;
	while (span.end < size && data[span.end] != '\n')
		span.end++;
	span.end += span.end < size;
	return span;
}

static size_t put_mapping(char *line, size_t room, unsigned *seed)
{
	static const char *const names[] = { "", "/usr/lib/libc.so.6", "[heap]", "[stack]",
		"/SYSV00000000 (deleted)", "/memfd:x (deleted)", "[anon:a/b]",
		"/dev/zero (deleted)", "/\xc3\xa9\x1b[2J", "socket:[1]", "anon_inode:[perf_event]",
		"/" };
	static const char *const perms[] = { "r--p", "rw-p", "r-xp", "rw-s", "---p", "rwxS" };
	unsigned long long start = px_draw(seed, 64) * 0x1000ULL, pages = px_draw(seed, 4);

	if (px_draw(seed, 3) == 0)
		start += 0x7fff00000000ULL;
	return (size_t)snprintf(line, room, "%08llx-%08llx %s %08x %02x:%02x %u %*s%s\n", start,
		start + pages * 0x1000, perms[px_draw(seed, 6)], px_draw(seed, 4) * 0x1000,
		px_draw(seed, 3), px_draw(seed, 3), px_draw(seed, 1000), (int)px_draw(seed, 30), "",
		names[px_draw(seed, sizeof(names) / sizeof(names[0]))]);
}

static size_t put_key(char *line, size_t room, unsigned *seed)
{
	static const char *const values[] = { "", "?", "0", "4", "007", "18446744073709551615",
		"18446744073709551616", "rd wr mr mw me ac", "1 2" };
	enum pmapx_field field = (enum pmapx_field)px_draw(seed, PMAPX_FIELD_COUNT);
	const char *key = pmapx_field_lookup(field)->key;

	if (px_draw(seed, 8) == 0)
		key = px_draw(seed, 2) ? "Unknown" : "Rss_";
	if (px_draw(seed, 3) == 0)
		return (size_t)snprintf(line, room, "%s:%*s%s\n", key, (int)px_draw(seed, 12), "",
			values[px_draw(seed, sizeof(values) / sizeof(values[0]))]);
	return (size_t)snprintf(line, room, "%s:%*u kB\n", key,
		(int)(24 - (strlen(key) < 20 ? strlen(key) : 20)), px_draw(seed, 3000));
}

/* Put @length bytes of @line at @at, if there is room; returns the new size. */
static size_t insert(
	uint8_t *data, size_t size, size_t max_size, size_t at, const void *line, size_t length)
{
	if (length > max_size - size)
		return size;
	memmove(data + at + length, data + at, size - at);
	memcpy(data + at, line, length);
	return size + length;
}

static size_t drop(uint8_t *data, size_t size, const struct span *span)
{
	memmove(data + span->begin, data + span->end, size - span->end);
	return size - (span->end - span->begin);
}

size_t px_mutate_lines(
	uint8_t *data, size_t size, size_t max_size, unsigned int seed, bool has_keys)
{
	struct span span = some_line(data, size, &seed), where = some_line(data, size, &seed);
	size_t length = span.end - span.begin;
	char line[2048];

	switch (px_draw(&seed, 8)) {
	case 0:
		return length > 0 && length < size ? drop(data, size, &span) : size;
	case 1:
		if (length > sizeof(line))
			return size;
		memcpy(line, data + span.begin, length);
		return insert(data, size, max_size, where.begin, line, length);
	case 2:
		length = put_mapping(line, sizeof(line), &seed);
		return insert(data, size, max_size, where.begin, line, length);
	case 3:
		length = has_keys ? put_key(line, sizeof(line), &seed)
				  : put_mapping(line, sizeof(line), &seed);
		return insert(data, size, max_size, where.begin, line, length);
	default:
		return LLVMFuzzerMutate(data, size, max_size);
	}
}
