/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CSV of the view pg_backend_memory_contexts.
 *
 * 14 to 17 walk the tree, with levels from 0, and say the name of the parent; 18 goes
 * level by level, from 1, and gives each context a number, of which a path is made:
 * "{1,22,431}".
 */
#include "context_view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "csv_cells.h"
#include "scan.h"

enum column {
	NAME,
	IDENT,
	PARENT,
	TYPE,
	LEVEL,
	PATH,
	TOTAL,
	BLOCKS,
	FREE,
	FREE_CHUNKS,
	USED,
	OTHER /* Of a version to come. */
};

static const char *const names[OTHER] = { "name", "ident", "parent", "type", "level", "path",
	"total_bytes", "total_nblocks", "free_bytes", "free_chunks", "used_bytes" };

/* What must be there. */
#define NEEDED                                                                                    \
	(1U << NAME | 1U << LEVEL | 1U << TOTAL | 1U << BLOCKS | 1U << FREE | 1U << FREE_CHUNKS | \
		1U << USED)

/* A row, as far as it has been read. */
struct row {
	struct px_context context;
	struct pmapx_text parent; /* Its name; bytes are NULL if there is none. */
	uint64_t level;
	uint32_t id, parent_id;
	uint32_t path_length;
};

bool px_context_view_header(const struct pmapx_text *record, struct px_context_view *ret)
{
	struct px_context_view view = { 0 };
	struct pmapx_text rest = *record;
	struct px_csv_cell cell;
	unsigned seen = 0;

	while (px_csv_next(&rest, &cell)) {
		unsigned column = 0;

		while (column < OTHER && !px_csv_equals(&cell, names[column]))
			column++;
		if (view.count == PX_CONTEXT_VIEW_COLUMNS)
			return false;
		/* Twice the same would leave it open which counts. */
		if (column < OTHER && (seen & 1U << column) != 0)
			return false;
		seen |= 1U << column;
		view.columns[view.count++] = (unsigned char)column;
	}
	if (rest.bytes != NULL || (seen & NEEDED) != NEEDED)
		return false;
	view.has_path = (seen & 1U << PATH) != 0;
	*ret = view;
	return true;
}

void px_context_view_deinit(struct px_context_view *view)
{
	free(view->ids);
	free(view->parents);
	*view = (struct px_context_view){ 0 };
}

/* "{1,22,431}": its last two numbers, and how many there are. */
static bool read_path(const struct pmapx_text *text, struct row *row)
{
	const char *at = text->bytes, *end = at + text->length;

	if (at == end || *at != '{')
		return false;
	do {
		uint64_t number;

		at = px_scan_decimal(at + 1, end, &number);
		if (at == NULL || at == end || number == 0 || number >= UINT32_MAX)
			return false;
		row->parent_id = row->id;
		row->id = (uint32_t)number;
		row->path_length++;
	} while (*at == ',');
	return *at == '}' && at + 1 == end;
}

/* Decode @cell to *@room, which is moved on; without bytes if it is NULL. */
static struct pmapx_text decode(const struct px_csv_cell *cell, char **room)
{
	struct pmapx_text text = { *room, px_csv_decode(cell, *room) };

	*room += text.length;
	if (text.length == 0 && !cell->quoted)
		text.bytes = NULL;
	return text;
}

static bool read_number(const struct px_csv_cell *cell, uint64_t *ret)
{
	const char *end = cell->text.bytes + cell->text.length;

	return px_scan_decimal(cell->text.bytes, end, ret) == end;
}

static bool read_cell(
	enum column column, const struct px_csv_cell *cell, char **room, struct row *row)
{
	struct px_context *context = &row->context;

	switch (column) {
	case NAME:
		context->name = decode(cell, room);
		return context->name.bytes != NULL;
	case IDENT:
		context->ident = decode(cell, room);
		return true;
	case PARENT:
		row->parent = decode(cell, room);
		return true;
	case TYPE:
		context->type = decode(cell, room);
		return true;
	case LEVEL:
		return read_number(cell, &row->level);
	case PATH:
		return read_path(&cell->text, row);
	case TOTAL:
		return read_number(cell, &context->sum.total);
	case BLOCKS:
		return read_number(cell, &context->sum.blocks);
	case FREE:
		return read_number(cell, &context->sum.free);
	case FREE_CHUNKS:
		context->have |= PX_CONTEXT_HAS_FREE_CHUNKS;
		return read_number(cell, &context->sum.free_chunks);
	case USED:
		return read_number(cell, &context->sum.used);
	case OTHER:
		break;
	}
	return true;
}

/* Remember the numbers of a row, which is to be number @index. */
static int keep_ids(struct px_context_view *view, size_t index, const struct row *row)
{
	if (index == view->size) {
		size_t size = view->size == 0 ? 256 : 2 * view->size;
		uint32_t *ids = reallocarray(view->ids, size, sizeof(*ids)), *parents;

		if (ids == NULL)
			return -ENOMEM;
		view->ids = ids;
		parents = reallocarray(view->parents, size, sizeof(*parents));
		if (parents == NULL)
			return -ENOMEM;
		view->parents = parents;
		view->size = size;
	}
	view->ids[index] = row->id;
	view->parents[index] = row->parent_id;
	return 0;
}

/* Append @row as a walk through the tree; its parent must have the name that it says. */
static int add_walked(struct row *row, struct px_dump_build *build)
{
	const struct px_context *parent;
	int r = px_dump_build_add(build, &row->context);

	if (r < 0 || row->context.parent == PX_CONTEXT_NO_PARENT || build->dump.count == 0)
		return r;
	parent = &build->rows[row->context.parent];
	if (row->parent.bytes != NULL &&
		(parent->name.length != row->parent.length ||
			memcmp(parent->name.bytes, row->parent.bytes, row->parent.length) != 0))
		px_dump_build_blame(build, PX_CONTEXTS_TORN);
	return 0;
}

int px_context_view_row(struct px_context_view *view, const struct pmapx_text *record, char *room,
	struct px_dump_build *build)
{
	struct row row = { .context = { .count = 1, .parent = PX_CONTEXT_NO_PARENT } };
	uint64_t first = view->has_path ? 1 : 0;
	struct pmapx_text rest = *record;
	struct px_csv_cell cell;
	int r;

	for (unsigned i = 0; i < view->count; i++)
		if (!px_csv_next(&rest, &cell) ||
			!read_cell((enum column)view->columns[i], &cell, &room, &row))
			return 0;
	if (rest.bytes != NULL || row.level < first || row.level - first >= INT32_MAX)
		return 0;
	row.context.depth = (uint32_t)(row.level - first + 1);
	build->dump.first_level = (int)first;
	if (!view->has_path) {
		r = add_walked(&row, build);
		return r < 0 ? r : 1;
	}
	if (row.path_length != row.context.depth)
		px_dump_build_blame(build, PX_CONTEXTS_TORN);
	r = keep_ids(view, build->dump.count, &row);
	if (r == 0)
		r = px_dump_build_append(build, &row.context);
	return r < 0 ? r : 1;
}

/* A number and, in the lower half, the index of its row. */
static int compare_ids(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

	return (first > second) - (first < second);
}

/* The index of the row whose number is @id, or PX_CONTEXT_NO_PARENT. */
static uint32_t find_id(const uint64_t *sorted, size_t count, uint32_t id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sorted[middle] >> 32 < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && sorted[low] >> 32 == id ? (uint32_t)sorted[low]
						      : PX_CONTEXT_NO_PARENT;
}

/* Hang each row below the one that its path names; there must be one root. */
static void hang(struct px_context_view *view, const uint64_t *sorted, struct px_dump_build *build)
{
	size_t count = build->dump.count, roots = 0;

	for (size_t i = 0; i < count; i++) {
		struct px_context *row = &build->rows[i];
		uint32_t parent = PX_CONTEXT_NO_PARENT;

		if (i > 0 && sorted[i] >> 32 == sorted[i - 1] >> 32)
			px_dump_build_blame(build, PX_CONTEXTS_TORN);
		if (row->depth == 1) {
			roots++;
			continue;
		}
		parent = find_id(sorted, count, view->parents[i]);
		if (parent == PX_CONTEXT_NO_PARENT || build->rows[parent].depth + 1 != row->depth)
			px_dump_build_blame(build, PX_CONTEXTS_TORN);
		else
			row->parent = parent;
	}
	if (roots != 1)
		px_dump_build_blame(build, PX_CONTEXTS_TORN);
}

int px_context_view_end(struct px_context_view *view, struct px_dump_build *build)
{
	size_t count = build->dump.count;
	uint64_t *sorted;

	if (count == 0)
		px_dump_build_blame(build, PX_CONTEXTS_ENDLESS);
	if (count == 0 || !view->has_path)
		return 0;
	sorted = calloc(count, sizeof(*sorted));
	if (sorted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		sorted[i] = (uint64_t)view->ids[i] << 32 | i;
	qsort(sorted, count, sizeof(*sorted), compare_ids);
	hang(view, sorted, build);
	free(sorted);
	return 0;
}
