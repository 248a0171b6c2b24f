/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cells.c: what is put into the store comes out of it, in order.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

enum kind { A_CELL, A_SHARED_TEXT, A_NUMBER };

/* What was put in. */
struct put {
	enum kind kind;
	char *bytes;
	size_t length;
	uint64_t number;
};

static void add(struct px_cells *cells, const struct put *put)
{
	const struct pmapx_text text = { put->bytes, put->length };
	struct px_cell cell = put->kind == A_NUMBER ? px_number_cell(put->number)
						    : px_text_cell(put->bytes, put->length);

	if (put->kind == A_SHARED_TEXT)
		assert_int_equal(px_cells_add_shared(cells, &text), 0);
	else
		assert_int_equal(px_cells_add(cells, &cell), 0);
}

static void add_number(struct px_cells *cells, uint64_t number)
{
	add(cells, &(struct put){ .kind = A_NUMBER, .number = number });
}

static void check_next(const char *row, struct px_cells *cells, const struct put *put)
{
	struct px_cell cell;

	assert_true(px_cells_more(cells));
	cell = px_cells_next(cells);
	px_same_number(row, put->kind == A_NUMBER, cell.is_number);
	if (put->kind == A_NUMBER)
		px_same_number(row, put->number, cell.number);
	else
		px_same_bytes(row, put->bytes, put->length, cell.text.bytes, cell.text.length);
}

static void check_number(const char *row, struct px_cells *cells, uint64_t number)
{
	check_next(row, cells, &(struct put){ .kind = A_NUMBER, .number = number });
}

PX_TEST(texts_and_numbers_of_any_size_come_back)
{
	static const size_t lengths[] = { 0, 1, 2, 44, 45, 46, 47, 100, 126, 127, 128, 242, 243,
		244, 255, 256, 16383, 16384, 262143, 262144, 262145, 1000000 };
	static const uint64_t numbers[] = { 0, 1, 127, 128, 199, 200, 201, 255, 256, 16383, 16384,
		65535, 65536, 1000000, UINT32_MAX, UINT64_C(1) << 32, UINT64_MAX };
	struct px_cells *cells = px_cells_new();
	char *bytes = malloc(1000000);

	assert_true(cells != NULL && bytes != NULL);
	for (size_t i = 0; i < 1000000; i++)
		bytes[i] = (char)(i * 31 % 257);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < PX_COUNT(lengths); i++) {
			add(cells, &(struct put){ A_CELL, bytes, lengths[i], 0 });
			add(cells, &(struct put){ A_SHARED_TEXT, bytes, lengths[i], 0 });
			add_number(cells, numbers[i % PX_COUNT(numbers)]);
		}
	}
	px_cells_end_row(cells);
	/* It can be read as often as one likes. */
	for (int round = 0; round < 2; round++) {
		px_cells_rewind(cells);
		for (size_t i = 0; i < 2 * PX_COUNT(lengths); i++) {
			size_t j = i % PX_COUNT(lengths);

			check_next("cell", cells, &(struct put){ A_CELL, bytes, lengths[j], 0 });
			check_next("shared", cells,
				&(struct put){ A_SHARED_TEXT, bytes, lengths[j], 0 });
			check_number("number", cells, numbers[j % PX_COUNT(numbers)]);
		}
		assert_false(px_cells_more(cells));
	}
	free(bytes);
	px_cells_free(cells);
}

enum { LONGEST = 64 * 1024 };

PX_TEST(texts_as_long_as_a_piece_of_memory_come_back)
{
	char *bytes = malloc(LONGEST);

	assert_non_null(bytes);
	for (size_t i = 0; i < LONGEST; i++)
		bytes[i] = (char)(i * 31 % 257);
	/* Whatever that is, with what else is in it. */
	for (size_t size = 4096; size <= LONGEST; size *= 2) {
		for (size_t length = size - 100; length <= size; length++) {
			struct px_cells *cells = px_cells_new();

			for (int i = 0; i < 3; i++)
				add(cells, &(struct put){ A_CELL, bytes, length, 0 });
			px_cells_end_row(cells);
			px_cells_rewind(cells);
			for (int i = 0; i < 3; i++)
				check_next(
					"text", cells, &(struct put){ A_CELL, bytes, length, 0 });
			assert_false(px_cells_more(cells));
			px_cells_free(cells);
		}
	}
	free(bytes);
}

PX_TEST(pieces_of_memory_grow_up_to_a_limit)
{
	const size_t count = 3000000;
	struct px_cells *cells = px_cells_new();

	/* 9 bytes each: the largest piece has 4 MiB. */
	for (uint64_t i = 0; i < count; i++)
		add_number(cells, UINT64_MAX - i);
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (uint64_t i = 0; i < count; i++)
		assert_true(px_cells_next(cells).number == UINT64_MAX - i);
	assert_false(px_cells_more(cells));
	px_cells_free(cells);
}

PX_TEST(every_single_byte_comes_back)
{
	struct px_cells *cells = px_cells_new();

	for (int i = 0; i < 512; i++) {
		char byte = (char)(i / 2);

		add(cells, &(struct put){ i % 2 != 0 ? A_SHARED_TEXT : A_CELL, &byte, 1, 0 });
	}
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (int i = 0; i < 512; i++) {
		char byte = (char)(i / 2);

		check_next("byte", cells, &(struct put){ A_CELL, &byte, 1, 0 });
	}
	assert_false(px_cells_more(cells));
	px_cells_free(cells);
}

PX_TEST(texts_stay_valid_until_the_store_is_cleared)
{
	struct px_cells *cells = px_cells_new();
	struct pmapx_text texts[2000];
	char name[32];

	for (size_t i = 0; i < PX_COUNT(texts); i++) {
		int length = snprintf(name, sizeof(name), "%0*zu", i % 2 != 0 ? 9 : 20, i);

		add(cells,
			&(struct put){
				i % 3 != 0 ? A_SHARED_TEXT : A_CELL, name, (size_t)length, 0 });
	}
	px_cells_rewind(cells);
	for (size_t i = 0; i < PX_COUNT(texts); i++)
		texts[i] = px_cells_next(cells).text;
	for (size_t i = 0; i < PX_COUNT(texts); i++) {
		snprintf(name, sizeof(name), "%0*zu", i % 2 != 0 ? 9 : 20, i);
		px_same_bytes(name, name, strlen(name), texts[i].bytes, texts[i].length);
	}
	px_cells_free(cells);
}

PX_TEST(a_cleared_store_is_empty_and_usable)
{
	struct px_cells *cells = px_cells_new();
	char text[] = "shared";

	for (int round = 0; round < 3; round++) {
		px_cells_rewind(cells);
		assert_false(px_cells_more(cells));
		add(cells, &(struct put){ A_SHARED_TEXT, text, 6, 0 });
		add_number(cells, 5);
		px_cells_end_row(cells);
		px_cells_rewind(cells);
		check_next("text", cells, &(struct put){ A_SHARED_TEXT, text, 6, 0 });
		check_number("number", cells, 5);
		assert_false(px_cells_more(cells));
		px_cells_clear(cells);
	}
	px_cells_free(cells);
	px_cells_free(NULL);
}

PX_TEST(a_row_that_was_not_ended_is_not_there)
{
	enum { LARGE = 300000 };
	struct px_cells *cells = px_cells_new();
	char *large = calloc(LARGE, 1), text[] = "text";

	assert_non_null(large);
	add(cells, &(struct put){ A_CELL, text, 4, 0 });
	px_cells_rewind(cells);
	assert_false(px_cells_more(cells));
	/* Ended rows, and a begun one in this piece or in others. */
	for (size_t begun = 0; begun < 3; begun++) {
		px_cells_clear(cells);
		for (int i = 0; i < 3; i++) {
			add(cells, &(struct put){ A_SHARED_TEXT, text, 4, 0 });
			add_number(cells, 7);
			px_cells_end_row(cells);
		}
		for (size_t i = 0; i <= begun; i++)
			add(cells, &(struct put){ A_CELL, large, begun == 0 ? 5 : LARGE, 0 });
		px_cells_rewind(cells);
		for (int i = 0; i < 3; i++) {
			check_next("text", cells, &(struct put){ A_SHARED_TEXT, text, 4, 0 });
			check_number("number", cells, 7);
		}
		assert_false(px_cells_more(cells));
	}
	free(large);
	px_cells_free(cells);
}

/* Numbers in a row, read in parts of @part, up to a text. */
static void check_numbers(struct px_cells *cells, uint64_t first, size_t count, size_t part)
{
	uint64_t got[64];

	for (size_t i = 0; i < count;) {
		size_t want = count - i < part ? count - i : part;

		memset(got, 0x5a, sizeof(got));
		/* Asked for more than there are, it stops at the text. */
		px_same_number("count", want, px_cells_next_numbers(cells, got, part));
		for (size_t j = 0; j < want; j++)
			px_same_number("number", (first + i + j) * (first + i + j), got[j]);
		px_same_number("beyond", UINT64_C(0x5a5a5a5a5a5a5a5a), got[want]);
		i += want;
	}
	px_same_number("none", 0, px_cells_next_numbers(cells, got, 0));
	px_same_number("a text", 0, px_cells_next_numbers(cells, got, part));
}

PX_TEST(numbers_are_read_many_at_once_up_to_a_text)
{
	static const size_t parts[] = { 1, 2, 7, 63 };
	struct px_cells *cells = px_cells_new();
	char text[] = "text";

	/* By either way of putting them; the one by one in the middle of which pieces end. */
	for (size_t row = 0; row < 600; row++) {
		bool at_once = row % 2 == 0 && row < 100;
		unsigned char *at = at_once ? px_cells_room(cells, row) : NULL;

		for (uint64_t i = row; i < 2 * row; i++) {
			if (at_once)
				at = px_cell_put(at, i * i);
			else
				add_number(cells, i * i);
		}
		if (at_once)
			px_cells_filled(cells, at);
		add(cells,
			&(struct put){ row % 3 != 0 ? A_SHARED_TEXT : A_CELL, text, row % 5, 0 });
		px_cells_end_row(cells);
	}
	for (size_t i = 0; i < PX_COUNT(parts); i++) {
		px_cells_rewind(cells);
		for (size_t row = 0; row < 600; row++) {
			check_numbers(cells, row, row, parts[i]);
			check_next("text", cells, &(struct put){ A_CELL, text, row % 5, 0 });
		}
		assert_false(px_cells_more(cells));
	}
	px_cells_free(cells);
}

/* The text number @column of row @row: short, and now and then a long one. */
static struct put some_text(char *bytes, size_t row, size_t column)
{
	static const size_t lengths[] = { 0, 1, 2, 12, 44, 45, 46, 47, 127, 128, 300, 20000 };
	size_t choices = PX_COUNT(lengths) - (row % 40 != 0);

	return (struct put){ A_CELL, bytes + column,
		lengths[(row * (column + 1) + column) % choices], 0 };
}

PX_TEST(texts_may_be_added_many_at_once)
{
	enum { ROWS = 200, TEXTS = 5 };
	char *bytes = malloc(20000 + TEXTS);

	assert_non_null(bytes);
	for (size_t i = 0; i < 20000 + TEXTS; i++)
		bytes[i] = (char)(i * 7 % 253);
	/* From anywhere in the first piece of memory on. */
	for (size_t before = 0; before < 400; before++) {
		struct px_cells *cells = px_cells_new();
		struct pmapx_text texts[TEXTS];

		for (size_t i = 0; i < before; i++)
			add_number(cells, 1);
		for (size_t i = 0; i < ROWS; i++) {
			for (size_t j = 0; j < TEXTS; j++) {
				struct put put = some_text(bytes, i, j);

				texts[j] = (struct pmapx_text){ put.bytes, put.length };
			}
			assert_int_equal(px_cells_add_texts(cells, texts, i % (TEXTS + 1)), 0);
			add_number(cells, i);
		}
		px_cells_end_row(cells);
		px_cells_rewind(cells);
		for (size_t i = 0; i < before; i++)
			check_number("before", cells, 1);
		for (size_t i = 0; i < ROWS; i++) {
			for (size_t j = 0; j < i % (TEXTS + 1); j++) {
				struct put put = some_text(bytes, i, j);

				check_next("text", cells, &put);
			}
			check_number("number", cells, i);
		}
		assert_false(px_cells_more(cells));
		px_cells_free(cells);
	}
	free(bytes);
}

PX_TEST(a_number_takes_as_many_bytes_as_it_needs)
{
	unsigned char bytes[16];

	for (unsigned shift = 0; shift < 64; shift++) {
		for (int i = -1; i <= 1; i++) {
			uint64_t number = (UINT64_C(1) << shift) + (uint64_t)i;
			size_t needed = 1;

			for (uint64_t rest = number; number >= PX_CELL_SMALL && rest != 0;
				rest >>= 8)
				needed++;
			memset(bytes, 0x5a, sizeof(bytes));
			px_same_number("needed", needed, px_cell_put(bytes, number) - bytes);
			assert_true(needed <= PX_CELL_NUMBER_MAX);
			px_same_number("behind", 0x5a, bytes[needed]);
		}
	}
	assert_int_equal(px_cell_put(bytes, PX_CELL_SMALL - 1) - bytes, 1);
	assert_int_equal(px_cell_put(bytes, PX_CELL_SMALL) - bytes, 2);
}

PX_TEST(a_long_mixture_comes_back)
{
	enum { CELLS = 20000 };
	struct put *model = calloc(CELLS, sizeof(*model));

	assert_non_null(model);
	for (uint32_t seed = 1; seed <= 3; seed++) {
		struct px_cells *cells = px_cells_new();
		uint32_t random = seed;
		char row[64];

		for (size_t i = 0; i < CELLS; i++) {
			uint32_t what = px_draw(&random, 1 << 24) % 100;
			struct put *put = &model[i];

			put->kind = what < 40 ? A_CELL : what < 65 ? A_SHARED_TEXT : A_NUMBER;
			put->number = (uint64_t)px_draw(&random, 1 << 24)
				<< px_draw(&random, 1 << 24) % 40;
			if (what % 2 != 0)
				put->number %= 300;
			put->length = what % 20 == 0 ? px_draw(&random, 1 << 24) % 600
						     : px_draw(&random, 1 << 24) % 12;
			if (px_draw(&random, 1 << 24) % 2000 == 0)
				put->length = px_draw(&random, 1 << 24) % 600000;
			if (put->kind == A_SHARED_TEXT && i > 0 && what % 2 == 0 &&
				model[i / 2].kind == A_SHARED_TEXT) {
				/* One that was there before. */
				put->length = model[i / 2].length;
				put->bytes = px_exact(model[i / 2].bytes, put->length);
			} else if (put->kind != A_NUMBER) {
				put->bytes = malloc(put->length + 1);
				assert_non_null(put->bytes);
				for (size_t j = 0; j < put->length; j++)
					put->bytes[j] = (char)px_draw(&random, 1 << 24);
			}
			add(cells, put);
			if (what < 10 || i == CELLS - 1)
				px_cells_end_row(cells);
		}
		px_cells_rewind(cells);
		for (size_t i = 0; i < CELLS; i++) {
			snprintf(row, sizeof(row), "seed %u, cell %zu", (unsigned)seed, i);
			check_next(row, cells, &model[i]);
			free(model[i].bytes);
			model[i].bytes = NULL;
		}
		assert_false(px_cells_more(cells));
		px_cells_free(cells);
	}
	free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_numbers_of_any_size_come_back),
		cmocka_unit_test(texts_as_long_as_a_piece_of_memory_come_back),
		cmocka_unit_test(pieces_of_memory_grow_up_to_a_limit),
		cmocka_unit_test(every_single_byte_comes_back),
		cmocka_unit_test(texts_stay_valid_until_the_store_is_cleared),
		cmocka_unit_test(a_cleared_store_is_empty_and_usable),
		cmocka_unit_test(a_row_that_was_not_ended_is_not_there),
		cmocka_unit_test(numbers_are_read_many_at_once_up_to_a_text),
		cmocka_unit_test(texts_may_be_added_many_at_once),
		cmocka_unit_test(a_number_takes_as_many_bytes_as_it_needs),
		cmocka_unit_test(a_long_mixture_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
