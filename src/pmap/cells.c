/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store for cells: bytes in large pieces that never move, each cell in one
 * piece.  A cell begins with a byte that says how to read it:
 *
 *   0 … 199      that number, which most cells of smaps are
 *   NUMBER + n   a number in the n+1 bytes that follow, lowest first
 *   SHARED       the number of a text that is kept once
 *   LONG         a length, then text
 *   SHORT + n    n bytes of text
 *
 * Lengths and numbers of texts are in base 128, lowest first, the high bit
 * for "more".
 */
#include "cells.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "name.h"
#include "put.h"

enum {
	NUMBER = PX_CELL_SMALL,
	SHARED = NUMBER + 8,
	LONG = 209,
	SHORT = 210,
	SHORT_MAX = 255 - SHORT
};

/* Longest number in base 128. */
#define NUMBER_MAX 10
/* Small processes do with the first piece; each further one is twice as large. */
#define FIRST_PIECE_SIZE ((size_t)4 * 1024)
#define PIECE_SIZE ((size_t)4 * 1024 * 1024)
/* On most machines; elsewhere no harm is done. */
#define HUGE_PAGE ((size_t)2 * 1024 * 1024)
/*
 * How far a slot may be from its hash: names are chosen by strangers, who can
 * make hashes collide.  Texts beyond are kept as often as they occur.
 */
#define PROBES_MAX 16

/* A piece of memory, in a list in the order of filling. */
struct piece {
	struct piece *next;
	size_t size, used;
	char bytes[];
};

/* Texts that are kept once, found by hash. */
struct shared_text {
	struct pmapx_text text;
	uint32_t hash;
};

struct px_cells {
	struct piece *first, *last; /* Cells. */
	struct piece *texts;        /* What shared texts point into, newest first. */
	struct shared_text *shared;
	size_t shared_count, shared_size;
	uint32_t *table; /* Numbers of shared texts plus 1, open addressing. */
	size_t table_size;
	const struct piece *stop; /* Where the last whole row ends. */
	size_t stop_offset;
	const struct piece *at; /* Where reading is. */
	size_t offset;
};

struct px_cells *px_cells_new(void)
{
	return calloc(1, sizeof(struct px_cells));
}

static void free_pieces(struct piece *piece)
{
	while (piece != NULL) {
		struct piece *next = piece->next;

		free(piece);
		piece = next;
	}
}

void px_cells_clear(struct px_cells *cells)
{
	free_pieces(cells->first);
	free_pieces(cells->texts);
	free(cells->shared);
	free(cells->table);
	*cells = (struct px_cells){ 0 };
}

void px_cells_free(struct px_cells *cells)
{
	if (cells == NULL)
		return;
	px_cells_clear(cells);
	free(cells);
}

size_t px_cells_size(const struct px_cells *cells)
{
	size_t size = 0;

	for (const struct piece *piece = cells->first; piece != NULL; piece = piece->next)
		size += piece->used;
	return size;
}

/* Memory for a piece of @size bytes with all that it is made of, or NULL. */
static struct piece *get_memory(size_t size)
{
	struct piece *piece;

	if (size % HUGE_PAGE != 0)
		return malloc(size);
	piece = aligned_alloc(HUGE_PAGE, size);
	/* A hint: for each small page, the kernel would be entered once. */
	if (piece != NULL)
		madvise(piece, size, MADV_HUGEPAGE);
	return piece;
}

/* A piece that holds @need bytes, to follow @last, which may be NULL. */
static struct piece *new_piece(size_t need, const struct piece *last)
{
	size_t size = last == NULL ? FIRST_PIECE_SIZE : 2 * (last->size + sizeof(*last));
	struct piece *piece;

	if (size > PIECE_SIZE)
		size = PIECE_SIZE;
	if (size - sizeof(*piece) < need)
		size = sizeof(*piece) + need;
	piece = get_memory(size);
	if (piece != NULL) {
		piece->next = NULL;
		piece->size = size - sizeof(*piece);
		piece->used = 0;
	}
	return piece;
}

/* Room for a cell of @need bytes, or NULL. */
static char *reserve(struct px_cells *cells, size_t need)
{
	struct piece *piece = cells->last;

	if (piece == NULL || piece->size - piece->used < need) {
		piece = new_piece(need, cells->last);
		if (piece == NULL)
			return NULL;
		if (cells->last != NULL)
			cells->last->next = piece;
		else
			cells->first = piece;
		cells->last = piece;
	}
	return piece->bytes + piece->used;
}

static void written(struct px_cells *cells, const char *end)
{
	cells->last->used = (size_t)(end - cells->last->bytes);
}

static char *put_number(char *at, size_t number)
{
	while (number >= 0x80) {
		*at++ = (char)(number | 0x80);
		number >>= 7;
	}
	*at++ = (char)number;
	return at;
}

static size_t take_number(struct px_cells *cells)
{
	size_t number = 0;

	for (unsigned shift = 0;; shift += 7) {
		unsigned char byte = (unsigned char)cells->at->bytes[cells->offset++];

		number |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return number;
	}
}

static char *put_text_cell(char *at, const struct pmapx_text *text)
{
	if (text->length <= SHORT_MAX) {
		*at++ = (char)(SHORT + text->length);
	} else {
		*at++ = (char)LONG;
		at = put_number(at, text->length);
	}
	px_put_bytes(at, text->bytes, text->length);
	return at + text->length;
}

unsigned char *px_cells_room(struct px_cells *cells, size_t count)
{
	return (unsigned char *)reserve(cells, count * PX_CELL_NUMBER_MAX);
}

void px_cells_filled(struct px_cells *cells, const unsigned char *end)
{
	written(cells, (const char *)end);
}

int px_cells_add(struct px_cells *cells, const struct px_cell *cell)
{
	char *at;

	if (cell->is_number) {
		unsigned char *room = px_cells_room(cells, 1);

		if (room == NULL)
			return -ENOMEM;
		px_cells_filled(cells, px_cell_put(room, cell->number));
		return 0;
	}
	at = reserve(cells, NUMBER_MAX + 1 + cell->text.length);
	if (at == NULL)
		return -ENOMEM;
	written(cells, put_text_cell(at, &cell->text));
	return 0;
}

int px_cells_add_texts(struct px_cells *cells, const struct pmapx_text *texts, size_t count)
{
	size_t need = 0;
	char *at;

	for (size_t i = 0; i < count; i++)
		need += NUMBER_MAX + 1 + texts[i].length;
	at = reserve(cells, need);
	if (at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		at = put_text_cell(at, &texts[i]);
	written(cells, at);
	return 0;
}

/*
 * A hash of eight bytes at a time, each mixed in by a multiplication.  It need
 * not be one that nobody can make collide: see PROBES_MAX.
 */
static uint32_t hash_text(const struct pmapx_text *text)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	const char *at = text->bytes, *end = at + text->length;
	uint64_t hash = text->length, word = 0;

	for (; end - at > (ptrdiff_t)sizeof(word); at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 32;
	}
	/* What is left, and if there is more, what is before it once more. */
	if (text->length >= sizeof(word))
		memcpy(&word, end - sizeof(word), sizeof(word));
	else
		for (; at < end; at++)
			word = word << 8 | (unsigned char)*at;
	/* Last bytes are highest, and products do not reach down: bring them there. */
	hash = (hash ^ word) * odd;
	return (uint32_t)((hash ^ hash >> 32) * odd >> 32);
}

/* The slot of the table where a text is, or is to be put; NULL if all near are taken. */
static uint32_t *find_slot(
	const struct px_cells *cells, const struct pmapx_text *text, uint32_t hash)
{
	size_t mask = cells->table_size - 1;

	for (size_t i = 0; i < PROBES_MAX; i++) {
		uint32_t *slot = &cells->table[(hash + i) & mask];
		const struct shared_text *shared;

		if (*slot == 0)
			return slot;
		shared = &cells->shared[*slot - 1];
		if (shared->hash == hash && px_text_equals(&shared->text, text))
			return slot;
	}
	return NULL;
}

/* Room for one more shared text, with the table at most half full. */
static int reserve_shared(struct px_cells *cells)
{
	size_t size = cells->shared_size ? cells->shared_size * 2 : 64;
	struct shared_text *shared;
	uint32_t *table;

	if (cells->shared_count < cells->shared_size)
		return 0;
	if (size > UINT32_MAX / 4)
		return -ENOMEM;
	shared = reallocarray(cells->shared, size, sizeof(*shared));
	if (shared == NULL)
		return -ENOMEM;
	cells->shared = shared;
	table = calloc(size * 2, sizeof(*table));
	if (table == NULL)
		return -ENOMEM;
	free(cells->table);
	cells->table = table;
	cells->table_size = size * 2;
	cells->shared_size = size;
	for (size_t i = 0; i < cells->shared_count; i++) {
		uint32_t *slot = find_slot(cells, &shared[i].text, shared[i].hash);

		if (slot != NULL)
			*slot = (uint32_t)(i + 1);
	}
	return 0;
}

/* A copy of a text that stays where it is. */
static const char *keep_text(struct px_cells *cells, const struct pmapx_text *text)
{
	struct piece *piece = cells->texts;
	char *at;

	if (piece == NULL || piece->size - piece->used < text->length) {
		piece = new_piece(text->length, cells->texts);
		if (piece == NULL)
			return NULL;
		piece->next = cells->texts;
		cells->texts = piece;
	}
	at = piece->bytes + piece->used;
	memcpy(at, text->bytes, text->length);
	piece->used += text->length;
	return at;
}

int px_cells_add_shared(struct px_cells *cells, const struct pmapx_text *text)
{
	struct px_cell cell = px_text_cell(text->bytes, text->length);
	uint32_t hash, *slot;
	char *at;

	/* The number of a shared text would be no shorter. */
	if (text->length <= 1)
		return px_cells_add(cells, &cell);
	at = reserve(cells, NUMBER_MAX + 1);
	if (at == NULL || reserve_shared(cells) < 0)
		return -ENOMEM;
	hash = hash_text(text);
	slot = find_slot(cells, text, hash);
	if (slot == NULL)
		return px_cells_add(cells, &cell);
	if (*slot == 0) {
		const char *kept = keep_text(cells, text);

		if (kept == NULL)
			return -ENOMEM;
		cells->shared[cells->shared_count++] = (struct shared_text){
			.text = { kept, text->length },
			.hash = hash,
		};
		*slot = (uint32_t)cells->shared_count;
	}
	*at++ = (char)SHARED;
	written(cells, put_number(at, *slot - 1));
	return 0;
}

void px_cells_end_row(struct px_cells *cells)
{
	cells->stop = cells->last;
	cells->stop_offset = cells->last ? cells->last->used : 0;
}

void px_cells_rewind(struct px_cells *cells)
{
	cells->at = cells->first;
	cells->offset = 0;
}

bool px_cells_more(const struct px_cells *cells)
{
	return cells->stop != NULL &&
		(cells->at != cells->stop || cells->offset < cells->stop_offset);
}

/* Go on to the next piece where this one ends; one may have been left empty. */
static void settle(struct px_cells *cells)
{
	while (cells->offset == cells->at->used) {
		cells->at = cells->at->next;
		cells->offset = 0;
	}
}

/* The number that follows a byte of @kind, in a cell that is longer than that byte. */
static inline uint64_t long_number(const char *at, unsigned kind)
{
	uint64_t bytes = 0;

	memcpy(&bytes, at, kind - NUMBER + 1);
	return le64toh(bytes);
}

struct px_cell px_cells_next(struct px_cells *cells)
{
	struct px_cell cell = { 0 };
	unsigned kind;

	settle(cells);
	kind = (unsigned char)cells->at->bytes[cells->offset++];
	if (kind < NUMBER)
		return px_number_cell(kind);
	if (kind < SHARED) {
		cell = px_number_cell(long_number(cells->at->bytes + cells->offset, kind));
		cells->offset += kind - NUMBER + 1;
		return cell;
	}
	if (kind == SHARED) {
		cell.text = cells->shared[take_number(cells)].text;
		return cell;
	}
	cell.text.length = kind == LONG ? take_number(cells) : kind - SHORT;
	cell.text.bytes = cells->at->bytes + cells->offset;
	cells->offset += cell.text.length;
	return cell;
}

size_t px_cells_next_numbers(struct px_cells *cells, uint64_t *ret, size_t count)
{
	size_t done = 0;
	unsigned kind = 0;

	while (done < count && kind < SHARED) {
		const struct piece *piece;
		size_t offset;

		settle(cells);
		piece = cells->at;
		offset = cells->offset;
		for (; done < count && offset < piece->used; done++) {
			kind = (unsigned char)piece->bytes[offset];
			if (kind >= SHARED)
				break;
			offset++;
			ret[done] = kind;
			if (kind >= NUMBER) {
				ret[done] = long_number(piece->bytes + offset, kind);
				offset += kind - NUMBER + 1;
			}
		}
		cells->offset = offset;
	}
	return done;
}
