/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store for cells: bytes in large pieces that never move, each cell in one
 * piece.  A cell begins with a byte that says how to read it:
 *
 *   0 … 9        one digit, which most cells of smaps are
 *   SHARED       the number of a text that is kept once
 *   LONG         a length, then text
 *   SHORT + n    n bytes of text
 *
 * Lengths and numbers are in base 128, lowest first, the high bit for "more".
 */
#include "cells.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHARED = 10, LONG = 11, SHORT = 12, SHORT_MAX = 255 - SHORT };

/* Longest number in base 128. */
#define NUMBER_MAX 10
#define PIECE_SIZE (256 * 1024)
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

static struct piece *new_piece(size_t need)
{
	size_t size = need > PIECE_SIZE ? need : PIECE_SIZE;
	struct piece *piece = malloc(sizeof(*piece) + size);

	if (piece != NULL) {
		piece->next = NULL;
		piece->size = size;
		piece->used = 0;
	}
	return piece;
}

/* Room for a cell of @need bytes, or NULL. */
static char *reserve(struct px_cells *cells, size_t need)
{
	struct piece *piece = cells->last;

	if (piece == NULL || piece->size - piece->used < need) {
		piece = new_piece(need);
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
	unsigned char byte;

	for (unsigned shift = 0;; shift += 7) {
		byte = (unsigned char)cells->at->bytes[cells->offset++];
		number |= (size_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return number;
	}
}

int px_cells_add(struct px_cells *cells, const struct pmapx_text *text)
{
	char *at = reserve(cells, text->length + NUMBER_MAX + 1);

	if (at == NULL)
		return -ENOMEM;
	if (text->length == 1 && text->bytes[0] >= '0' && text->bytes[0] <= '9') {
		*at++ = (char)(text->bytes[0] - '0');
		written(cells, at);
		return 0;
	}
	if (text->length <= SHORT_MAX) {
		*at++ = (char)(SHORT + text->length);
	} else {
		*at++ = LONG;
		at = put_number(at, text->length);
	}
	if (text->length > 0)
		memcpy(at, text->bytes, text->length);
	written(cells, at + text->length);
	return 0;
}

int px_cells_add_count(struct px_cells *cells, size_t count)
{
	char *at = reserve(cells, NUMBER_MAX);

	if (at == NULL)
		return -ENOMEM;
	written(cells, put_number(at, count));
	return 0;
}

/* FNV-1a, 32 bits. */
static uint32_t hash_text(const struct pmapx_text *text)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < text->length; i++)
		hash = (hash ^ (unsigned char)text->bytes[i]) * 16777619u;
	return hash;
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
		if (shared->hash == hash && shared->text.length == text->length &&
			memcmp(shared->text.bytes, text->bytes, text->length) == 0)
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
		piece = new_piece(text->length);
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
	uint32_t hash, *slot;
	char *at;

	/* The number of a shared text would be no shorter. */
	if (text->length <= 1)
		return px_cells_add(cells, text);
	at = reserve(cells, NUMBER_MAX + 1);
	if (at == NULL || reserve_shared(cells) < 0)
		return -ENOMEM;
	hash = hash_text(text);
	slot = find_slot(cells, text, hash);
	if (slot == NULL)
		return px_cells_add(cells, text);
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
	*at++ = SHARED;
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

/* Go on to the next piece where this one ends. */
static void settle(struct px_cells *cells)
{
	if (cells->offset == cells->at->used) {
		cells->at = cells->at->next;
		cells->offset = 0;
	}
}

struct pmapx_text px_cells_next(struct px_cells *cells)
{
	static const char digits[] = "0123456789";
	struct pmapx_text text;
	unsigned char kind;

	settle(cells);
	kind = (unsigned char)cells->at->bytes[cells->offset++];
	if (kind < SHARED)
		return (struct pmapx_text){ digits + kind, 1 };
	if (kind == SHARED)
		return cells->shared[take_number(cells)].text;
	text.length = kind == LONG ? take_number(cells) : (size_t)kind - SHORT;
	text.bytes = cells->at->bytes + cells->offset;
	cells->offset += text.length;
	return text;
}

size_t px_cells_next_count(struct px_cells *cells)
{
	settle(cells);
	return take_number(cells);
}
