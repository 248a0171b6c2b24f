/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --sort and --top.  The rows that wait are a list; once there are as many as are to be
 * shown, it is a heap whose first is the last to be shown.
 */
#include "sorter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "copy.h"
#include "field.h"

/* A mapping that waits. */
struct waiting {
	struct px_copy *copy;
	struct pmapx_text text; /* To sort by, if it is a text; in the copy. */
	uint64_t number;        /* To sort by; of texts, the first bytes. */
	uint64_t sequence;      /* Of mappings that are alike, the first comes first. */
	size_t size;            /* Of the copy. */
	bool is_known;
};

struct px_sorter {
	struct waiting *list; /* Owned, and so are the copies. */
	size_t count, size;
	size_t bytes;      /* Of the copies. */
	uint64_t sequence; /* How many mappings were to be shown so far. */
};

static int compare_numbers(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int compare_texts(const struct waiting *one, const struct waiting *other)
{
	const struct pmapx_text *a = &one->text, *b = &other->text;
	size_t length = a->length < b->length ? a->length : b->length;
	int r = length > 0 ? memcmp(a->bytes, b->bytes, length) : 0;

	return r != 0 ? r : compare_numbers(a->length, b->length);
}

/* Which of two comes first: what is not known is last in both directions. */
static int compare(const struct waiting *one, const struct waiting *other, bool descends)
{
	int r;

	if (one->is_known != other->is_known)
		return one->is_known ? -1 : 1;
	r = compare_numbers(one->number, other->number);
	if (r == 0)
		r = compare_texts(one, other);
	if (r != 0)
		return descends ? -r : r;
	return compare_numbers(one->sequence, other->sequence);
}

/* The same for qsort_r(). */
static int compare_in(const void *one, const void *other, void *descends)
{
	return compare(one, other, *(const bool *)descends);
}

/* Bring the heap into order, in which only the element @at may be too low. */
static void sink(struct px_sorter *sorter, bool descends, size_t at)
{
	struct waiting *list = sorter->list, moved = list[at];
	size_t child;

	for (; (child = 2 * at + 1) < sorter->count; at = child) {
		if (child + 1 < sorter->count &&
			compare(&list[child], &list[child + 1], descends) < 0)
			child++;
		if (compare(&list[child], &moved, descends) < 0)
			break;
		list[at] = list[child];
	}
	list[at] = moved;
}

static void make_heap(struct px_sorter *sorter, bool descends)
{
	for (size_t i = sorter->count / 2; i-- > 0;)
		sink(sorter, descends, i);
}

static int sorter_open(struct px_sheet *sheet)
{
	int r;

	sheet->sorter = calloc(1, sizeof(*sheet->sorter));
	if (sheet->sorter == NULL)
		return -ENOMEM;
	r = sheet->inner->open != NULL ? sheet->inner->open(sheet) : 0;
	if (r < 0) {
		free(sheet->sorter);
		sheet->sorter = NULL;
	}
	return r;
}

static void forget(struct px_sorter *sorter)
{
	for (size_t i = 0; i < sorter->count; i++)
		free(sorter->list[i].copy);
	sorter->count = sorter->bytes = 0;
	sorter->sequence = 0;
}

static void sorter_close(struct px_sheet *sheet)
{
	forget(sheet->sorter);
	free(sheet->sorter->list);
	free(sheet->sorter);
	sheet->sorter = NULL;
	if (sheet->inner->close != NULL)
		sheet->inner->close(sheet);
}

static void sorter_begin(struct px_sheet *sheet)
{
	forget(sheet->sorter);
	sheet->inner->begin(sheet);
}

/* Hand a row on that has waited, as what it has become. */
static int hand_on(struct px_sheet *sheet, struct waiting *waiting, enum px_selection selection)
{
	struct px_copied copied;
	int r;

	sheet->numa = px_copy_numa(waiting->copy);
	r = sheet->inner->row(sheet, px_copy_open(waiting->copy, &copied), selection);

	free(waiting->copy);
	sheet->sorter->bytes -= waiting->size;
	return r;
}

/* The first bytes of a text as a number of the same order, so that most need no second look. */
static uint64_t first_bytes(const struct pmapx_text *text)
{
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | (i < text->length ? (unsigned char)text->bytes[i] : 0);
	return number;
}

/* What a mapping is sorted by, without a copy: its text may be in *@value. */
static struct waiting waiting_of(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, struct px_field_value *value)
{
	const struct px_field *field = sheet->options->arrange.field;
	bool is_text = field->kind == PX_FIELD_TEXT;

	px_field_read(sheet, field, mapping, value);
	return (struct waiting){
		.text = is_text ? value->text : (struct pmapx_text){ "", 0 },
		.number = is_text ? first_bytes(&value->text) : value->number,
		.sequence = sheet->sorter->sequence++,
		.is_known = value->is_known,
	};
}

static bool reserve(struct px_sorter *sorter)
{
	size_t size = sorter->size > 0 ? sorter->size * 2 : 64;
	struct waiting *list;

	if (sorter->count < sorter->size)
		return true;
	list = reallocarray(sorter->list, size, sizeof(*list));
	if (list == NULL)
		return false;
	sorter->list = list;
	sorter->size = size;
	return true;
}

/* Keep a copy of a mapping in @waiting. */
static int copy(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, struct waiting *waiting)
{
	waiting->copy = px_copy_new(mapping, &sheet->numa, &waiting->text, &waiting->size);
	if (waiting->copy == NULL)
		return -ENOMEM;
	waiting->text = px_copy_note(waiting->copy);
	sheet->sorter->bytes += waiting->size;
	return 0;
}

/* Keep a mapping, unless there are enough that come before it. */
static int keep(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	struct px_sorter *sorter = sheet->sorter;
	const struct px_arrange *arrange = &sheet->options->arrange;
	struct px_field_value value;
	struct waiting waiting = waiting_of(sheet, mapping, &value);
	bool is_full = arrange->top != 0 && sorter->count == arrange->top;
	int r = 0;

	if (is_full && compare(&waiting, &sorter->list[0], arrange->descends) > 0)
		return sheet->inner->row(sheet, mapping, PX_COUNTED);
	if ((!is_full && !reserve(sorter)) || copy(sheet, mapping, &waiting) < 0)
		return -ENOMEM;
	if (!is_full) {
		sorter->list[sorter->count++] = waiting;
		if (sorter->count == arrange->top)
			make_heap(sorter, arrange->descends);
		return 0;
	}
	r = hand_on(sheet, &sorter->list[0], PX_COUNTED);
	sorter->list[0] = waiting;
	sink(sorter, arrange->descends, 0);
	return r;
}

static int sorter_row(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection)
{
	const struct px_arrange *arrange = &sheet->options->arrange;
	const struct px_view *inner = sheet->inner;
	int r, result = 0;

	if (selection != PX_SHOWN)
		return inner->row(sheet, mapping, selection);
	if (arrange->field == NULL)
		return inner->row(sheet, mapping,
			sheet->sorter->sequence++ < arrange->top ? PX_SHOWN : PX_COUNTED);
	if (inner->needs_all)
		result = inner->row(sheet, mapping, PX_SKIPPED);
	r = result == -ENOMEM ? result : keep(sheet, mapping);
	return r < 0 ? r : result;
}

static int sorter_end(struct px_sheet *sheet)
{
	struct px_sorter *sorter = sheet->sorter;
	bool descends = sheet->options->arrange.descends;
	size_t done = 0;
	int r, result = 0;

	if (sorter->count > 0)
		qsort_r(sorter->list, sorter->count, sizeof(*sorter->list), compare_in, &descends);
	/* A view that has found no memory for a row takes no other. */
	while (done < sorter->count && result != -ENOMEM)
		result = hand_on(sheet, &sorter->list[done++], PX_SHOWN);
	while (done < sorter->count)
		free(sorter->list[done++].copy);
	sorter->count = sorter->bytes = 0;
	r = sheet->inner->end(sheet);
	return r < 0 || result != -ENOMEM ? r : result;
}

static size_t sorter_kept(const struct px_sheet *sheet)
{
	const struct px_view *inner = sheet->inner;

	return sheet->sorter->bytes + (inner->kept != NULL ? inner->kept(sheet) : 0);
}

void px_sorter_wrap(const struct px_view *view, struct px_view *ret)
{
	*ret = *view;
	ret->open = sorter_open;
	ret->close = sorter_close;
	ret->begin = sorter_begin;
	ret->row = sorter_row;
	ret->end = sorter_end;
	ret->kept = sorter_kept;
}
