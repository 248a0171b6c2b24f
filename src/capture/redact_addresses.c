/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that tell nothing of where a process really has its memory.
 *
 * Its mappings are laid one behind the other, in the order in which they are:
 * those that touch each other still do, between others one page is left, and where
 * one begins before the end of another, as in a map that was changing while it was
 * read, by a page, so that this can still be seen.  So sizes
 * and order hold, and no address that is known, such as that of a program that is
 * always in one place, tells another.
 *
 * What may be an arena of malloc(), which only the place where it begins tells from
 * other memory, begins at such a place again.  If that is to touch the one before, it does
 * where that comes of itself, or what is before may be its guard.
 */
#include "redact.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kind.h"
#include "scan.h"

#define FIRST_ADDRESS UINT64_C(0x10000)
#define GAP UINT64_C(0x1000)

void px_redact_begin(struct px_redactor *redactor)
{
	redactor->moved_count = 0;
	redactor->line.length = redactor->out.length = 0;
}

/* Where the mapping that comes next goes. */
static uint64_t next_place(const struct px_redactor *redactor, const struct pmapx_mapping *mapping)
{
	uint64_t to = FIRST_ADDRESS, alignment = px_kind_alignment(mapping);

	if (redactor->moved_count > 0) {
		const struct px_moved *last = &redactor->moved[redactor->moved_count - 1];
		uint64_t size = last->end - last->start;

		to = last->to + size;
		if (mapping->start < last->end)
			return size >= GAP ? to - GAP : to;
		if (mapping->start > last->end)
			to += GAP;
		else if (redactor->is_closed)
			return to;
	}
	return to + (alignment - to % alignment) % alignment;
}

uint64_t px_move(struct px_redactor *redactor, const struct pmapx_mapping *mapping)
{
	uint64_t to = next_place(redactor, mapping);

	redactor->is_closed = memcmp(mapping->perms, "---", 3) == 0;
	if (redactor->moved_count == redactor->moved_size) {
		size_t size = redactor->moved_size * 2 + 256;
		struct px_moved *more = reallocarray(redactor->moved, size, sizeof(*more));

		if (more == NULL) {
			redactor->out.failed = true;
			return to;
		}
		redactor->moved = more;
		redactor->moved_size = size;
	}
	redactor->moved[redactor->moved_count++] = (struct px_moved){ mapping->start, mapping->end,
		to };
	return to;
}

uint64_t px_moved(const struct px_redactor *redactor, uint64_t address)
{
	size_t low = 0, high = redactor->moved_count;

	/* The first that ends at the address or beyond it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (redactor->moved[middle].end < address)
			low = middle + 1;
		else
			high = middle;
	}
	/* Where two touch, it is the beginning of one. */
	if (low + 1 < redactor->moved_count && redactor->moved[low + 1].start == address)
		low++;
	if (low == redactor->moved_count || redactor->moved[low].start > address)
		return 0;
	return redactor->moved[low].to + (address - redactor->moved[low].start);
}

void px_redact_put_address(struct px_bytes *out, uint64_t address)
{
	char text[20];
	int length = snprintf(text, sizeof(text), "%08" PRIx64, address);

	px_bytes_put(out, text, (size_t)length);
}

/* Fields of stat that are addresses, by their number in proc(5); wchan was one once. */
static bool is_address(int field)
{
	return (field >= 26 && field <= 30) || field == 35 || (field >= 45 && field <= 51);
}

void px_redact_stat(struct px_redactor *redactor, const struct pmapx_text *stat)
{
	struct px_bytes *out = &redactor->out;
	const char *at, *end = stat->bytes + stat->length;

	at = memrchr(stat->bytes, ')', stat->length);
	if (at == NULL)
		return;
	px_bytes_put(out, stat->bytes, (size_t)(at - stat->bytes));
	for (int field = 2; at < end; field++) {
		const char *stop = memchr(at, ' ', (size_t)(end - at));
		uint64_t number = 0;

		stop = stop != NULL ? stop + 1 : end;
		/* 0 is unknown, and so is 1, which the kernel says to those who may not know. */
		if (is_address(field) && px_scan_decimal(at, stop, &number) != NULL && number > 1) {
			char text[24];
			int length = snprintf(text, sizeof(text), "%" PRIu64 "%c",
				px_moved(redactor, number), stop[-1]);

			px_bytes_put(out, text, (size_t)length);
		} else {
			px_bytes_put(out, at, (size_t)(stop - at));
		}
		at = stop;
	}
}

void px_redact_rollup(struct px_redactor *redactor, const struct pmapx_text *rollup)
{
	const char *rest = memchr(rollup->bytes, ' ', rollup->length);
	size_t count = redactor->moved_count;
	uint64_t start = 0, end = 0;

	if (rest == NULL)
		return;
	if (count > 0) {
		const struct px_moved *last = &redactor->moved[count - 1];

		start = redactor->moved[0].to;
		end = last->to + (last->end - last->start);
	}
	px_redact_put_address(&redactor->out, start);
	px_bytes_put(&redactor->out, "-", 1);
	px_redact_put_address(&redactor->out, end);
	px_bytes_put(&redactor->out, rest, rollup->length - (size_t)(rest - rollup->bytes));
}
