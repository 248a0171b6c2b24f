/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cells.c: texts that recur are kept once, and come back even if somebody has
 * chosen them to collide.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The store itself, to find texts whose hashes collide. */
#include "pmap/cells.c"

static void add(struct px_cells *cells, const char *bytes, size_t length)
{
	assert_int_equal(px_cells_add_shared(cells, &(struct pmapx_text){ bytes, length }), 0);
}

/* Returns where the text is. */
static const char *check_next(
	const char *row, struct px_cells *cells, const char *bytes, size_t length)
{
	struct px_cell cell;

	assert_true(px_cells_more(cells));
	cell = px_cells_next(cells);
	assert_false(cell.is_number);
	px_same_bytes(row, bytes, length, cell.text.bytes, cell.text.length);
	return cell.text.bytes;
}

static void add_number(struct px_cells *cells, uint64_t number)
{
	const struct px_cell cell = px_number_cell(number);

	assert_int_equal(px_cells_add(cells, &cell), 0);
}

static void check_number(struct px_cells *cells, uint64_t number)
{
	struct px_cell cell;

	assert_true(px_cells_more(cells));
	cell = px_cells_next(cells);
	assert_true(cell.is_number);
	px_same_number("number", number, cell.number);
}

/* Names that differ in a number: what is before it, its digits at least, what is behind. */
struct names {
	const char *before;
	int digits;
	const char *behind;
};

static void make_name(const struct names *names, size_t number, char ret[32])
{
	snprintf(ret, 32, "%s%0*zu%s", names->before, names->digits, number, names->behind);
}

/* How many of @count names are kept once; each is put in three times. */
static size_t count_kept_once(const struct names *names, size_t count)
{
	struct px_cells *cells = px_cells_new();
	const char **first = calloc(count, sizeof(*first));
	size_t once = 0;
	char name[32];

	assert_non_null(first);
	for (size_t i = 0; i < 3 * count; i++) {
		make_name(names, i % count, name);
		add(cells, name, strlen(name));
	}
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (size_t i = 0; i < 3 * count; i++) {
		const char *text;

		make_name(names, i % count, name);
		text = check_next(name, cells, name, strlen(name));
		if (i < count)
			first[i] = text;
		once += i >= count && text == first[i % count];
	}
	assert_false(px_cells_more(cells));
	free(first);
	px_cells_free(cells);
	return once / 2;
}

PX_TEST(a_shared_text_is_kept_once)
{
	static const struct names rows[] = {
		{ "", 2, "" },
		{ "a", 1, "" },
		{ "", 1, ".so" },
		{ "/lib/number ", 1, "" },
		{ "libabcdefgh.so.", 1, "" },
		{ "segment-", 6, "" },
		{ "", 6, "-segment" },
		{ "file", 5, ".data" },
		{ "[anon:thread ", 4, "]" },
	};
	static const size_t counts[] = { 60, 1000, 3000 };

	for (size_t i = 0; i < PX_COUNT(rows) * PX_COUNT(counts); i++) {
		const struct names *names = &rows[i / PX_COUNT(counts)];
		size_t count = counts[i % PX_COUNT(counts)];
		size_t once = count_kept_once(names, count);

		/* Some may collide, but few. */
		if (once < count - count / 50)
			fail_msg("of %zu names %s…%s only %zu are kept once", count, names->before,
				names->behind, once);
	}
}

enum { COLLIDING = 200 };

/* Put different digits near the end of @text until the hash ends in ten zeros. */
static void make_collide(char *text, size_t length, unsigned *tried)
{
	char digits[16];

	do {
		snprintf(digits, sizeof(digits), "%06u", (*tried)++);
		memcpy(text + length - (length < 8 ? 6 : 8), digits, 6);
	} while ((hash_text(&(struct pmapx_text){ text, length }) & 0x3ff) != 0);
}

/* Names that collide: more than a table has slots for them. */
static void find_colliding(char names[COLLIDING][32])
{
	unsigned tried = 0;

	for (size_t i = 0; i < COLLIDING; i++) {
		size_t length = 7 + i % 14;

		memset(names[i], 'x', sizeof(names[i]));
		make_collide(names[i], length, &tried);
		names[i][length] = '\0';
	}
}

PX_TEST(texts_whose_hashes_collide_come_back)
{
	struct px_cells *cells = px_cells_new();
	char names[COLLIDING][32];
	size_t once = 0, more = 0;
	const char *first[COLLIDING];

	find_colliding(names);
	for (size_t i = 0; i < 3 * COLLIDING; i++)
		add(cells, names[i % COLLIDING], strlen(names[i % COLLIDING]));
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (size_t i = 0; i < 3 * COLLIDING; i++) {
		const char *name = names[i % COLLIDING];
		const char *text = check_next(name, cells, name, strlen(name));

		if (i < COLLIDING)
			first[i] = text;
		else if (first[i % COLLIDING] == text)
			once++;
		else
			more++;
	}
	assert_false(px_cells_more(cells));
	/* If these are all kept once, they did not collide. */
	assert_true(once > 0 && more > COLLIDING);
	px_cells_free(cells);
}

/*
 * Without trying: what the first eight of 16 bytes make is undone by the last
 * eight.  test_names_made_to_collide in tests/cases/pmapx/odd_fields.py has
 * 60,000 of these names, and takes too long if they are looked for one by one.
 */
static void make_of_one_hash(size_t number, char ret[17])
{
	uint64_t word, state;

	snprintf(ret, 17, "%08zu", number);
	memcpy(&word, ret, sizeof(word));
	state = (16 ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	state ^= state >> 32 ^ 0x2a;
	memcpy(ret + sizeof(word), &state, sizeof(state));
}

PX_TEST(texts_can_be_made_that_have_one_hash)
{
	enum { NAMES = 1000 };
	struct px_cells *cells = px_cells_new();
	uint32_t hash = 0;
	char name[17];

	for (size_t i = 0; i < 2 * NAMES; i++) {
		make_of_one_hash(i % NAMES, name);
		if (i == 0)
			hash = hash_text(&(struct pmapx_text){ name, 16 });
		/* If not, the hash is another one now, and both tests need names for it. */
		assert_int_equal(hash_text(&(struct pmapx_text){ name, 16 }), hash);
		add(cells, name, 16);
	}
	px_cells_end_row(cells);
	px_cells_rewind(cells);
	for (size_t i = 0; i < 2 * NAMES; i++) {
		make_of_one_hash(i % NAMES, name);
		check_next("of one hash", cells, name, 16);
	}
	assert_false(px_cells_more(cells));
	px_cells_free(cells);
}

struct hashed {
	uint32_t hash;
	char name[24];
};

static int compare_hashes(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

PX_TEST(texts_with_the_same_hash_are_different_texts)
{
	enum { NAMES = 300000 };
	struct hashed *names = calloc(NAMES, sizeof(*names));
	uint32_t random = 1;
	size_t found = 0;

	assert_non_null(names);
	/* So many that some have the same 32 bits. */
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(names[i].name, sizeof(names[i].name), "%08x%06zu",
			(unsigned)px_draw(&random, UINT32_MAX), i);
		names[i].hash = hash_text(&(struct pmapx_text){ names[i].name, 14 });
	}
	qsort(names, NAMES, sizeof(*names), compare_hashes);
	for (size_t i = 1; i < NAMES; i++) {
		struct px_cells *cells;

		if (names[i].hash != names[i - 1].hash)
			continue;
		found++;
		cells = px_cells_new();
		add(cells, names[i - 1].name, 14);
		add(cells, names[i].name, 14);
		px_cells_end_row(cells);
		px_cells_rewind(cells);
		check_next("first", cells, names[i - 1].name, 14);
		check_next("second", cells, names[i].name, 14);
		px_cells_free(cells);
	}
	assert_true(found > 0);
	free(names);
}

PX_TEST(a_long_text_that_collides_comes_back_wherever_it_begins)
{
	enum { FIRST = 16 * 1024, LENGTH = 3 * FIRST };
	char names[COLLIDING][32], *text = malloc(LENGTH);
	unsigned tried = 0;

	assert_non_null(text);
	memset(text, 'x', LENGTH);
	make_collide(text, LENGTH, &tried);
	find_colliding(names);
	/* Near the end of the first piece of memory, which is too short for it. */
	for (size_t before = FIRST - 400; before <= FIRST; before++) {
		struct px_cells *cells = px_cells_new();

		for (size_t i = 0; i < 20; i++)
			add(cells, names[i], strlen(names[i]));
		for (size_t i = 0; i < before; i++)
			add_number(cells, i % 100);
		add(cells, text, LENGTH);
		add_number(cells, 42);
		px_cells_end_row(cells);
		px_cells_rewind(cells);
		for (size_t i = 0; i < 20; i++)
			check_next(names[i], cells, names[i], strlen(names[i]));
		for (size_t i = 0; i < before; i++)
			check_number(cells, i % 100);
		check_next("long", cells, text, LENGTH);
		check_number(cells, 42);
		assert_false(px_cells_more(cells));
		px_cells_free(cells);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_text_is_kept_once),
		cmocka_unit_test(texts_whose_hashes_collide_come_back),
		cmocka_unit_test(texts_can_be_made_that_have_one_hash),
		cmocka_unit_test(texts_with_the_same_hash_are_different_texts),
		cmocka_unit_test(a_long_text_that_collides_comes_back_wherever_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
