/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store for the rows of a table whose widths are known only at the end:
 * written once, read back once, as small as its text allows.
 */
#ifndef PX_PMAP_CELLS_H
#define PX_PMAP_CELLS_H

#include <pmapx/base.h>

/** What a cell holds. */
struct px_cell {
	struct pmapx_text text; /**< If it is a text. */
	uint64_t number;        /**< If it is a number. */
	bool is_number;         /**< Which of the two it is. */
};

static inline struct px_cell px_text_cell(const char *bytes, size_t length)
{
	return (struct px_cell){ .text = { bytes, length } };
}

static inline struct px_cell px_number_cell(uint64_t number)
{
	return (struct px_cell){ .number = number, .is_number = true };
}

/** Numbers below this are a byte of their own; see cells.c. */
#define PX_CELL_SMALL 200

struct px_cells;

/** Make an empty store, or return NULL. */
struct px_cells *px_cells_new(void);

/** Free it; NULL is fine. */
void px_cells_free(struct px_cells *cells);

/** Forget all cells. */
void px_cells_clear(struct px_cells *cells);

/** How many bytes its cells take up, without texts that are kept once. */
size_t px_cells_size(const struct px_cells *cells);

/** Append a cell.  0 or -ENOMEM. */
int px_cells_add(struct px_cells *cells, const struct px_cell *cell);

/** Append @count cells that are texts.  0 or -ENOMEM. */
int px_cells_add_texts(struct px_cells *cells, const struct pmapx_text *texts, size_t count);

/** The most that one number takes up, in bytes. */
#define PX_CELL_NUMBER_MAX 9

/**
 * Room for @count cells that are numbers, to be filled with px_cell_put()
 * before anything else is done with @cells; NULL if memory is short.
 */
unsigned char *px_cells_room(struct px_cells *cells, size_t count);

/** Put a number at @at; returns where the next one goes. */
static inline unsigned char *px_cell_put(unsigned char *at, uint64_t number)
{
	unsigned count = 0;

	if (number < PX_CELL_SMALL) {
		*at = (unsigned char)number;
		return at + 1;
	}
	for (; number != 0; number >>= 8)
		at[++count] = (unsigned char)number;
	*at = (unsigned char)(PX_CELL_SMALL + count - 1);
	return at + count + 1;
}

/** Say that px_cell_put() went up to @end. */
void px_cells_filled(struct px_cells *cells, const unsigned char *end);

/** Append a cell whose text recurs, such as a name: it is kept once.  0 or -ENOMEM. */
int px_cells_add_shared(struct px_cells *cells, const struct pmapx_text *text);

/**
 * Say that a row is whole: what was added is read back only up to the last of
 * these, so that a row that ran out of memory is not there.
 */
void px_cells_end_row(struct px_cells *cells);

/** Read from the first cell on. */
void px_cells_rewind(struct px_cells *cells);

/** Whether there is a row to read. */
bool px_cells_more(const struct px_cells *cells);

/** The next cell; valid until px_cells_clear(). */
struct px_cell px_cells_next(struct px_cells *cells);

/**
 * Read up to @count cells that are numbers into @ret, up to the first that is
 * none.  Returns how many there were.
 */
size_t px_cells_next_numbers(struct px_cells *cells, uint64_t *ret, size_t count);

#endif
