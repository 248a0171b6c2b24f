/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * malloc's own account of a process.
 *
 * That of malloc_info() has one block <heap> for each arena, and behind the last
 * </heap> the same elements for all of them, which are taken.  That of
 * malloc_stats() has the arenas, and a total that counts mmap chunks too: what
 * arenas have is taken off it.
 */
#include "malloc_dump.h"

#include <string.h>

#include "scan.h"

/* The numbers that there must be. */
enum {
	HAVE_SYSTEM = 1 << 0,
	HAVE_FAST = 1 << 1,
	HAVE_REST = 1 << 2,
	HAVE_MMAP = 1 << 3,
	HAVE_ALL_OF_INFO = HAVE_SYSTEM | HAVE_FAST | HAVE_REST | HAVE_MMAP,
	HAVE_IN_USE = 1 << 4,
	HAVE_ALL_BYTES = 1 << 5,
	HAVE_ALL_IN_USE = 1 << 6,
	HAVE_ALL_OF_STATS = HAVE_SYSTEM | HAVE_IN_USE | HAVE_ALL_BYTES | HAVE_ALL_IN_USE
};

/* What is behind @word in @line, or NULL if it does not begin with that. */
static const char *behind(const struct pmapx_text *line, const char *word)
{
	size_t length = strlen(word);

	if (line->length < length || memcmp(line->bytes, word, length) != 0)
		return NULL;
	return line->bytes + length;
}

/* The value of an attribute, written as in  name=". */
static bool attribute(const struct pmapx_text *line, const char *name, uint64_t *ret)
{
	const char *end = line->bytes + line->length;
	const char *at = memmem(line->bytes, line->length, name, strlen(name));

	if (at == NULL)
		return false;
	at = px_scan_decimal(at + strlen(name), end, ret);
	return at != NULL && at < end && *at == '"';
}

/* "system bytes     =   45121536". */
static bool number_behind(const struct pmapx_text *line, const char *word, uint64_t *ret)
{
	const char *at = behind(line, word), *end = line->bytes + line->length;

	if (at == NULL)
		return false;
	at = px_skip_blanks(at, end);
	if (at == end || *at != '=')
		return false;
	return px_scan_decimal(px_skip_blanks(at + 1, end), end, ret) == end;
}

/* The account is over; it is @whole if nothing is wrong with it. */
static bool close_account(struct px_malloc_reader *reader, bool whole)
{
	unsigned all = reader->dump.source == PX_MALLOC_INFO ? HAVE_ALL_OF_INFO : HAVE_ALL_OF_STATS;
	struct px_malloc_dump *dump = &reader->dump;

	if (!reader->open)
		return false;
	dump->complete = whole && !reader->wrong && (reader->have & all) == all;
	if (dump->source == PX_MALLOC_STATS && dump->complete) {
		dump->complete = reader->all_bytes >= dump->system_bytes;
		dump->mmap_bytes = reader->all_bytes - dump->system_bytes;
	}
	dump->complete = dump->complete && dump->free_bytes <= dump->system_bytes;
	reader->done = *dump;
	reader->open = false;
	return true;
}

static bool open_account(
	struct px_malloc_reader *reader, enum px_malloc_source source, uint64_t number)
{
	bool ended = close_account(reader, false);

	reader->open = true;
	reader->in_heap = reader->in_total = reader->wrong = false;
	reader->have = 0;
	reader->dump = (struct px_malloc_dump){ .line = number, .source = source };
	return ended;
}

static void add(struct px_malloc_reader *reader, uint64_t *sum, uint64_t number)
{
	if (__builtin_add_overflow(*sum, number, sum))
		reader->wrong = true;
}

/* A line within <malloc>, without the blanks before it. */
static bool info_line(struct px_malloc_reader *reader, const struct pmapx_text *line)
{
	struct px_malloc_dump *dump = &reader->dump;
	uint64_t size = 0;

	if (behind(line, "</malloc>") != NULL)
		return close_account(reader, !reader->in_heap);
	if (behind(line, "<heap ") != NULL) {
		reader->in_heap = true;
		dump->arenas++;
	} else if (behind(line, "</heap>") != NULL) {
		/* What stands between heaps is of none that is the last. */
		reader->in_heap = false;
		reader->have = 0;
		dump->free_bytes = 0;
	} else if (reader->in_heap || !attribute(line, " size=\"", &size)) {
		return false;
	} else if (behind(line, "<total type=\"fast\"") != NULL) {
		reader->have |= HAVE_FAST;
		add(reader, &dump->free_bytes, size);
	} else if (behind(line, "<total type=\"rest\"") != NULL) {
		reader->have |= HAVE_REST;
		add(reader, &dump->free_bytes, size);
	} else if (behind(line, "<total type=\"mmap\"") != NULL) {
		reader->have |= HAVE_MMAP;
		dump->mmap_bytes = size;
		dump->has_mmap_chunks = attribute(line, " count=\"", &dump->mmap_chunks);
	} else if (behind(line, "<system type=\"current\"") != NULL) {
		reader->have |= HAVE_SYSTEM;
		dump->system_bytes = size;
	}
	return false;
}

/* A line of malloc_stats() behind the first "Arena". */
static bool stats_line(struct px_malloc_reader *reader, const struct pmapx_text *line)
{
	struct px_malloc_dump *dump = &reader->dump;
	uint64_t number;

	if (behind(line, "max mmap bytes") != NULL)
		return close_account(reader, reader->in_total);
	if (behind(line, "Total (incl. mmap):") != NULL) {
		reader->in_total = true;
	} else if (behind(line, "Arena ") != NULL) {
		dump->arenas++;
		/* Each must say both of its numbers. */
		if ((reader->have & HAVE_IN_USE) == 0)
			reader->wrong = true;
		reader->have &= ~(unsigned)(HAVE_SYSTEM | HAVE_IN_USE);
	} else if (number_behind(line, "system bytes", &number)) {
		if (reader->in_total) {
			reader->have |= HAVE_ALL_BYTES;
			reader->all_bytes = number;
		} else {
			reader->have |= HAVE_SYSTEM;
			reader->arena_bytes = number;
			add(reader, &dump->system_bytes, number);
		}
	} else if (number_behind(line, "in use bytes", &number)) {
		if (reader->in_total) {
			reader->have |= HAVE_ALL_IN_USE;
		} else {
			reader->have |= HAVE_IN_USE;
			/* A number that has wrapped shows here, if it shows anywhere. */
			if (number > reader->arena_bytes)
				reader->wrong = true;
			else
				add(reader, &dump->free_bytes, reader->arena_bytes - number);
		}
	}
	return false;
}

bool px_malloc_line(
	struct px_malloc_reader *reader, const struct pmapx_text *line, uint64_t number, bool cut)
{
	const char *end = line->bytes + line->length;
	const char *at = px_skip_blanks(line->bytes, end);
	struct pmapx_text text = { at, (size_t)(end - at) };

	if (behind(&text, "<malloc version=\"") != NULL)
		return open_account(reader, PX_MALLOC_INFO, number);
	if (behind(&text, "Arena 0:") == end) {
		bool ended = open_account(reader, PX_MALLOC_STATS, number);

		reader->dump.arenas = 1;
		return ended;
	}
	if (!reader->open || at == end)
		return false;
	if (reader->dump.source == PX_MALLOC_INFO)
		return *at == '<' && info_line(reader, &text);
	/* Its last number may be half of one. */
	return !cut && stats_line(reader, &text);
}

bool px_malloc_end(struct px_malloc_reader *reader)
{
	return close_account(reader, false);
}
