/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output that is held in memory for a while.
 */
#include "held.h"

#include <stdlib.h>

struct px_held_piece {
	struct px_held_piece *next;
	struct px_out *to;
	size_t length;
	char bytes[];
};

bool px_held_keep(struct px_held *held, struct px_out *to, const char *bytes, size_t length)
{
	struct px_held_piece *piece;

	if (length > PX_HELD_MAX - held->length)
		return false;
	piece = malloc(sizeof(*piece) + length);
	if (piece == NULL)
		return false;
	piece->next = NULL;
	piece->to = to;
	piece->length = length;
	memcpy(piece->bytes, bytes, length);
	if (held->last != NULL)
		held->last->next = piece;
	else
		held->first = piece;
	held->last = piece;
	held->length += length;
	return true;
}

/* Free the first piece. */
static void drop_first(struct px_held *held)
{
	struct px_held_piece *piece = held->first;

	held->first = piece->next;
	free(piece);
}

void px_held_write(struct px_held *held)
{
	while (held->first != NULL) {
		px_out_write(held->first->to, held->first->bytes, held->first->length);
		drop_first(held);
	}
	*held = (struct px_held){ 0 };
}

void px_held_drop(struct px_held *held)
{
	while (held->first != NULL)
		drop_first(held);
	*held = (struct px_held){ 0 };
}
