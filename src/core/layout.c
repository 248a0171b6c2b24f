/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The key lines of a mapping, tried first as the mapping before had them.
 *
 * Kernels print a number as "%-16s%8lu kB" since 2.6.14 (show_smap() in
 * fs/proc/task_mmu.c), so that nearly all lines are 28 bytes long; plain
 * numbers lack the unit.  What is of another shape, such as a number of nine
 * digits, is left to px_smaps_parse(), line by line.
 */
#include "layout.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"
#include "smaps.h"

/* A line with a number: head, value, perhaps " kB", newline. */
enum { VALUE_LENGTH = 8, UNIT_LENGTH = 4 };

/* Longer than all flags that there can be: 64 bits, three bytes each. */
#define FLAGS_MAX 256

void px_layout_deinit(struct px_layout *layout)
{
	free(layout->places);
	free(layout->lines.offsets);
	*layout = (struct px_layout){ 0 };
}

void px_layout_begin(struct px_layout *layout, const char *base)
{
	layout->lines.base = base;
	layout->lines.length = 0;
	layout->at = 0;
}

void px_layout_end(struct px_layout *layout)
{
	if (layout->at < layout->count) {
		layout->count = layout->at;
		layout->number++;
	}
}

/* Eight bytes of text, the first of them lowest. */
static inline uint64_t load(const char *at)
{
	uint64_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return le64toh(bytes);
}

/*
 * Eight bytes that hold a number as the kernel writes it: right-aligned with
 * blanks, no zeros in front.  Digits are summed up in pairs, fours and eight.
 */
static inline bool scan_value(uint64_t bytes, uint64_t *ret)
{
	uint64_t digits = bytes ^ px_scan_each('0'), no_blank, first;
	unsigned shift;

	/* Most values are one digit: 0, or a page. */
	*ret = digits >> 56;
	if ((bytes << 8) == px_scan_each(' ') << 8 && *ret < 10)
		return true;
	/* Digits are now 0 to 9, and a blank is 0x10. */
	no_blank = ~digits & px_scan_each(0x10);
	if (no_blank == 0)
		return false;
	shift = (unsigned)__builtin_ctzll(no_blank) & ~7U;
	first = UINT64_C(1) << shift;
	if ((digits & (first - 1)) != (px_scan_each(0x10) & (first - 1)))
		return false;
	digits &= ~(first - 1);
	if (((digits | (digits + px_scan_each(0x76))) & px_scan_each(0x80)) != 0 ||
		(digits & (first * 0xff)) == 0)
		return false;
	digits = digits * 10 + (digits >> 8);
	digits = (digits & UINT64_C(0x000000ff000000ff)) * ((UINT64_C(1000000) << 32) + 100) +
		((digits >> 16) & UINT64_C(0x000000ff000000ff)) * ((UINT64_C(10000) << 32) + 1);
	*ret = digits >> 32;
	return true;
}

/*
 * Where the line at @at ends if its head is that of @place and its value has
 * no newline in it; else NULL.  Sets *@ret to the value's eight bytes.
 */
static inline const char *match_line(
	const struct px_key_place *place, const char *at, const char *end, uint64_t *ret)
{
	static const char unit[UNIT_LENGTH] = { ' ', 'k', 'B', '\n' };
	const char *tail = at + PX_HEAD_LENGTH + VALUE_LENGTH;
	uint64_t wrong;

	if (end - at < PX_HEAD_LENGTH + VALUE_LENGTH + UNIT_LENGTH)
		return NULL;
	*ret = load(at + PX_HEAD_LENGTH);
	wrong = (load(at) ^ load(place->head)) | (load(at + 8) ^ load(place->head + 8));
	/* Control characters, such as a newline, lack this bit. */
	if ((wrong | (~*ret & px_scan_each(0x20))) != 0)
		return NULL;
	if (memcmp(tail, unit, UNIT_LENGTH) == 0)
		return tail + UNIT_LENGTH;
	return *tail == '\n' ? tail + 1 : NULL;
}

static const char *take_flags(
	const struct px_layout *layout, const char *at, const char *end, struct pmapx_smaps *smaps)
{
	static const char key[] = "VmFlags:";
	const size_t length = sizeof(key) - 1;
	const char *newline;

	/* What is not there yet is not to be searched again and again. */
	if (end - at > FLAGS_MAX)
		end = at + FLAGS_MAX;
	if (end - at < PX_HEAD_LENGTH || memcmp(at, key, length) != 0)
		return NULL;
	newline = memchr(at + length, '\n', (size_t)(end - at) - length);
	if (newline == NULL)
		return NULL;
	if ((layout->wanted >> PMAPX_FIELD_VM_FLAGS & 1) != 0)
		px_smaps_set_text(smaps, PMAPX_FIELD_VM_FLAGS, at + length, newline);
	return newline + 1;
}

const char *px_layout_take(
	struct px_layout *layout, const char *at, const char *end, struct pmapx_smaps *smaps)
{
	const struct px_key_place *place;
	size_t *offset;
	uint64_t have = 0;

	if (layout->at == layout->count)
		return at;
	place = &layout->places[layout->at];
	offset = &layout->lines.offsets[layout->at];
	for (size_t left = layout->count - layout->at; left > 0; left--, place++) {
		const char *next = NULL;
		uint64_t value = 0;

		if (place->kind == PX_PLACE_FLAGS)
			next = take_flags(layout, at, end, smaps);
		else if (place->kind != PX_PLACE_OTHER)
			next = match_line(place, at, end, &value);
		if (next == NULL)
			break;
		if (place->kind >= PX_PLACE_CHECK && !scan_value(value, &value))
			break;
		if (place->kind == PX_PLACE_NUMBER) {
			memcpy((char *)smaps + place->offset, &value, sizeof(value));
			have |= place->bit;
		}
		*offset++ = (size_t)(at - layout->lines.base);
		at = next;
	}
	smaps->have |= have;
	layout->at = (size_t)(place - layout->places);
	layout->lines.length = (size_t)(at - layout->lines.base);
	return at;
}

/* Make room for one more line. */
static int reserve(struct px_layout *layout)
{
	size_t size = layout->size ? layout->size * 2 : 32, *offsets;
	struct px_key_place *places;

	if (layout->at < layout->size)
		return 0;
	places = reallocarray(layout->places, size, sizeof(*places));
	if (places == NULL)
		return -ENOMEM;
	layout->places = places;
	offsets = reallocarray(layout->lines.offsets, size, sizeof(*offsets));
	if (offsets == NULL)
		return -ENOMEM;
	layout->lines.offsets = offsets;
	layout->size = size;
	return 0;
}

/* Whether the key of @entry is the one expected at @place. */
static bool is_expected(const struct px_key_place *place, const struct pmapx_entry *entry)
{
	size_t length = entry->key.length + 1;

	if (place->field != PMAPX_FIELD_UNKNOWN || entry->field != PMAPX_FIELD_UNKNOWN)
		return place->field == entry->field;
	return place->kind != PX_PLACE_OTHER && length <= PX_HEAD_LENGTH &&
		memcmp(place->head, entry->key.bytes, length) == 0;
}

/* Whether the line begins with its key, a colon, and blanks up to the value's place. */
static bool has_head(const struct pmapx_text *line, const struct pmapx_entry *entry)
{
	size_t length = entry->key.length + 1;

	if (line->length < PX_HEAD_LENGTH)
		return false;
	while (length < PX_HEAD_LENGTH && line->bytes[length] == ' ')
		length++;
	return length == PX_HEAD_LENGTH;
}

/* Expect a line like this one in the next mapping. */
static void expect(const struct px_layout *layout, struct px_key_place *place,
	const struct pmapx_text *line, const struct pmapx_entry *entry)
{
	place->field = entry->field;
	place->kind = PX_PLACE_OTHER;
	if (entry->field == PMAPX_FIELD_VM_FLAGS) {
		place->kind = PX_PLACE_FLAGS;
	} else if (entry->field != PMAPX_FIELD_NAME && has_head(line, entry)) {
		bool wanted = entry->field >= 0 && (layout->wanted >> entry->field & 1) != 0;

		place->kind = wanted ? PX_PLACE_NUMBER : PX_PLACE_SKIP;
		if (entry->field == PMAPX_FIELD_UNKNOWN && layout->lists)
			place->kind = PX_PLACE_CHECK;
		if (wanted) {
			place->offset = px_smaps_offsets[entry->field];
			place->bit = UINT64_C(1) << entry->field;
		}
		memcpy(place->head, line->bytes, PX_HEAD_LENGTH);
	}
}

int px_layout_add(struct px_layout *layout, const struct pmapx_text *line,
	struct pmapx_smaps *smaps, struct pmapx_error *error)
{
	struct px_key_place *place;
	struct pmapx_entry entry;
	int r = reserve(layout);

	if (r < 0) {
		*error = (struct pmapx_error){ .code = ENOMEM, .reason = "out of memory" };
		return r;
	}
	place = &layout->places[layout->at];
	r = px_smaps_parse(line, layout->at < layout->count ? place->field : PMAPX_FIELD_UNKNOWN,
		&entry, error);
	if (r < 0)
		return r;
	if (layout->at == layout->count || !is_expected(place, &entry)) {
		expect(layout, place, line, &entry);
		layout->number++;
	}
	if (entry.field >= 0 && (layout->wanted >> entry.field & 1) != 0)
		px_smaps_set(smaps, &entry);
	smaps->plain &= px_smaps_is_plain(&entry);
	layout->lines.offsets[layout->at++] = (size_t)(line->bytes - layout->lines.base);
	layout->lines.length = (size_t)(line->bytes - layout->lines.base) + line->length + 1;
	if (layout->count < layout->at)
		layout->count = layout->at;
	return 0;
}
