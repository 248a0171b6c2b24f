/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cells.c: what is put into the store comes out of it, in order.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

enum kind { CELL, SHARED, COUNT };

/* What was put in. */
struct put {
	enum kind kind;
	char *bytes;
	size_t length; /* Or the count. */
};

static void add(struct px_cells *cells, const struct put *put)
{
	const struct pmapx_text text = { put->bytes, put->length };

	if (put->kind == COUNT)
		assert_int_equal(px_cells_add_count(cells, put->length), 0);
	else if (put->kind == SHARED)
		assert_int_equal(px_cells_add_shared(cells, &text), 0);
	else
		assert_int_equal(px_cells_add(cells, &text), 0);
}

static void check_next(const char *row, struct px_cells *cells, const struct put *put)
{
	assert_true(px_cells_more(cells));
	if (put->kind == COUNT) {
		px_same_number(row, put->length, px_cells_next_count(cells));
	} else {
		struct pmapx_text text = px_cells_next(cells);

		px_same_bytes(row, put->bytes, put->length, text.bytes, text.length);
	}
}

PX_TEST(texts_and_counts_of_any_size_come_back)
{
	static const size_t lengths[] = { 0, 1, 2, 100, 126, 127, 128, 242, 243, 244, 255, 256,
		16383, 16384, 262143, 262144, 262145, 1000000 };
	static const size_t counts[] = { 0, 1, 127, 128, 16383, 16384, 1000000, UINT32_MAX,
		SIZE_MAX };
	struct px_cells *cells = px_cells_new();
	char *bytes = malloc(1000000);

	assert_true(cells != NULL && bytes != NULL);
	for (size_t i = 0; i < 1000000; i++)
		bytes[i] = (char)(i * 31 % 257);
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < PX_COUNT(lengths); i++) {
			add(cells, &(struct put){ CELL, bytes, lengths[i] });
			add(cells, &(struct put){ SHARED, bytes, lengths[i] });
			add(cells, &(struct put){ COUNT, NULL, counts[i % PX_COUNT(counts)] });
		}
	}
	px_cells_end_row(cells);
	/* It can be read as often as one likes. */
	for (int round = 0; round < 2; round++) {
		px_cells_rewind(cells);
		for (size_t i = 0; i < 2 * PX_COUNT(lengths); i++) {
			size_t j = i % PX_COUNT(lengths);

			check_next("cell", cells, &(struct put){ CELL, bytes, lengths[j] });
			check_next("shared", cells, &(struct put){ SHARED, bytes, lengths[j] });
			check_next("count", cells,
				&(struct put){ COUNT, NULL, counts[j % PX_COUNT(counts)] });
		}
		assert_false(px_cells_more(cells));
	}
	free(bytes);
	px_cells_free(cells);
}

PX_TEST(every_single_byte_comes_back)
{
	struct px_cells *cells = px_cells_new();

	for (int i = 0; i < 512; i++) {
		char byte = (char)(i / 2);

		add(cells, &(struct put){ i % 2 != 0 ? SHARED : CELL, &byte, 1 });
	}
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (int i = 0; i < 512; i++) {
		char byte = (char)(i / 2);

		check_next("byte", cells, &(struct put){ CELL, &byte, 1 });
	}
	assert_false(px_cells_more(cells));
	px_cells_free(cells);
}

PX_TEST(a_shared_text_is_kept_once)
{
	struct px_cells *cells = px_cells_new();
	struct pmapx_text first = { 0 };
	char name[32];

	for (int i = 0; i < 30000; i++) {
		int length = snprintf(name, sizeof(name), "/lib/number %d", i % 3000);

		add(cells, &(struct put){ SHARED, name, (size_t)length });
	}
	px_cells_rewind(cells);
	for (int i = 0; i < 30000; i++) {
		struct pmapx_text text = px_cells_next(cells);

		snprintf(name, sizeof(name), "/lib/number %d", i % 3000);
		px_same_bytes(name, name, strlen(name), text.bytes, text.length);
		if (i == 0)
			first = text;
		if (i % 3000 == 0)
			assert_ptr_equal(text.bytes, first.bytes);
	}
	px_cells_free(cells);
}

PX_TEST(texts_stay_valid_until_the_store_is_cleared)
{
	struct px_cells *cells = px_cells_new();
	struct pmapx_text texts[2000];
	char name[32];

	for (size_t i = 0; i < PX_COUNT(texts); i++) {
		int length = snprintf(name, sizeof(name), "%0*zu", i % 2 != 0 ? 9 : 20, i);

		add(cells, &(struct put){ i % 3 != 0 ? SHARED : CELL, name, (size_t)length });
	}
	px_cells_rewind(cells);
	for (size_t i = 0; i < PX_COUNT(texts); i++)
		texts[i] = px_cells_next(cells);
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
		add(cells, &(struct put){ SHARED, text, 6 });
		add(cells, &(struct put){ COUNT, NULL, 5 });
		px_cells_end_row(cells);
		px_cells_rewind(cells);
		check_next("text", cells, &(struct put){ SHARED, text, 6 });
		check_next("count", cells, &(struct put){ COUNT, NULL, 5 });
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
	add(cells, &(struct put){ CELL, text, 4 });
	px_cells_rewind(cells);
	assert_false(px_cells_more(cells));
	/* Ended rows, and a begun one in this piece or in others. */
	for (size_t begun = 0; begun < 3; begun++) {
		px_cells_clear(cells);
		for (int i = 0; i < 3; i++) {
			add(cells, &(struct put){ SHARED, text, 4 });
			add(cells, &(struct put){ COUNT, NULL, 7 });
			px_cells_end_row(cells);
		}
		for (size_t i = 0; i <= begun; i++)
			add(cells, &(struct put){ CELL, large, begun == 0 ? 5 : LARGE });
		px_cells_rewind(cells);
		for (int i = 0; i < 3; i++) {
			check_next("text", cells, &(struct put){ SHARED, text, 4 });
			check_next("count", cells, &(struct put){ COUNT, NULL, 7 });
		}
		assert_false(px_cells_more(cells));
	}
	free(large);
	px_cells_free(cells);
}

/* FNV-1a, as anybody can compute it. */
static uint32_t fnv(const char *text)
{
	uint32_t hash = 2166136261u;

	while (*text != '\0')
		hash = (hash ^ (unsigned char)*text++) * 16777619u;
	return hash;
}

PX_TEST(texts_whose_hashes_collide_come_back)
{
	enum { MANY = 200 };
	struct px_cells *cells = px_cells_new();
	char names[MANY][16];
	unsigned tried = 0;

	for (size_t i = 0; i < MANY; tried++) {
		snprintf(names[i], sizeof(names[i]), "/x%u", tried);
		i += (fnv(names[i]) & 0x3ff) == 0;
	}
	for (size_t i = 0; i < 3 * MANY; i++)
		add(cells, &(struct put){ SHARED, names[i % MANY], strlen(names[i % MANY]) });
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (size_t i = 0; i < 3 * MANY; i++)
		check_next(names[i % MANY], cells,
			&(struct put){ SHARED, names[i % MANY], strlen(names[i % MANY]) });
	assert_false(px_cells_more(cells));
	px_cells_free(cells);
}

/* Numerical Recipes' generator: the same numbers everywhere. */
static uint32_t draw(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
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
			uint32_t what = draw(&random) % 100;
			struct put *put = &model[i];

			put->kind = what < 60 ? CELL : what < 85 ? SHARED : COUNT;
			put->length = what % 20 == 0 ? draw(&random) % 600 : draw(&random) % 12;
			if (draw(&random) % 2000 == 0)
				put->length = draw(&random) % 600000;
			if (put->kind == SHARED && i > 0 && what % 2 == 0 &&
				model[i / 2].kind == SHARED) {
				/* One that was there before. */
				put->length = model[i / 2].length;
				put->bytes = px_exact(model[i / 2].bytes, put->length);
			} else if (put->kind != COUNT) {
				put->bytes = malloc(put->length + 1);
				assert_non_null(put->bytes);
				for (size_t j = 0; j < put->length; j++)
					put->bytes[j] = (char)draw(&random);
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
		cmocka_unit_test(texts_and_counts_of_any_size_come_back),
		cmocka_unit_test(every_single_byte_comes_back),
		cmocka_unit_test(a_shared_text_is_kept_once),
		cmocka_unit_test(texts_stay_valid_until_the_store_is_cleared),
		cmocka_unit_test(a_cleared_store_is_empty_and_usable),
		cmocka_unit_test(a_row_that_was_not_ended_is_not_there),
		cmocka_unit_test(texts_whose_hashes_collide_come_back),
		cmocka_unit_test(a_long_mixture_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
