/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns.c: rows that are read without looking at keys, mixed with others,
 * against a simple model.
 */
#include "run_columns.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 40, ROWS_MAX = 60 };

/* A column as anybody would do it: with text. */
struct column {
	char key[24];
	bool shown;
	char value[32]; /* Of the mapping at hand. */
	uint64_t total; /* Of this process, as all below. */
	size_t longest, rows, numbers;
};

struct model {
	struct column columns[COLUMNS_MAX];
	size_t count;
	/* Of each row that is kept, its cells, with a bar behind each. */
	char rows[ROWS_MAX][COLUMNS_MAX * 24];
	size_t row_count;
};

static void begin(struct model *model)
{
	model->row_count = model->count = 0;
}

static struct column *find(struct model *model, const char *key)
{
	struct column *column = model->columns;

	while (column < model->columns + model->count && strcmp(column->key, key) != 0)
		column++;
	if (column == model->columns + model->count) {
		assert_true(model->count++ < COLUMNS_MAX);
		*column = (struct column){ .shown = strchr(key, 'u') == NULL, .value = "-" };
		strcpy(column->key, key);
	}
	return column;
}

/* Whether a value is a number that fits, in 20 digits at most. */
static bool is_number(const char *value, uint64_t *ret)
{
	errno = 0;
	*ret = strtoull(value, NULL, 10);
	return errno == 0 && *value != '\0' && strlen(value) <= 20 &&
		strspn(value, "0123456789") == strlen(value);
}

static void count(struct column *column)
{
	uint64_t number;

	if (column->longest < strlen(column->value))
		column->longest = strlen(column->value);
	column->rows++;
	if (!is_number(column->value, &number))
		return;
	column->numbers++;
	column->total = number > UINT64_MAX - column->total ? UINT64_MAX : column->total + number;
}

static void fill(struct model *model, const char *lines, bool selected)
{
	char copy[2048], *rest = copy, *line, *row = model->rows[model->row_count];
	uint64_t number;

	for (size_t i = 0; i < model->count; i++)
		strcpy(model->columns[i].value, "-");
	strcpy(copy, lines);
	while ((line = strsep(&rest, "|")) != NULL && *line != '\0') {
		char *value = strchr(line, ':');
		struct column *column;

		*value = '\0';
		value += 2;
		column = find(model, line);
		strcpy(column->value, is_number(value, &number) ? value : "?");
	}
	if (!selected)
		return;
	model->row_count++;
	*row = '\0';
	for (size_t i = 0; i < model->count; i++) {
		if (!model->columns[i].shown)
			continue;
		row = stpcpy(stpcpy(row, model->columns[i].value), "|");
		count(&model->columns[i]);
	}
}

/* The cells of each row must be as they were seen. */
static void check_rows(const char *about, struct px_run_columns *table, const struct model *model)
{
	px_cells_rewind(table->cells);
	for (size_t i = 0; i < model->row_count; i++) {
		char got[COLUMNS_MAX * 24] = "", *at = got;
		uint64_t cells;

		assert_true(px_cells_more(table->cells));
		cells = px_cells_next(table->cells).number;
		for (uint64_t j = 0; j < cells; j++) {
			struct px_cell cell = px_cells_next(table->cells);

			px_write_cell(&cell, at, (size_t)(got + sizeof(got) - at));
			at = stpcpy(at + strlen(at), "|");
		}
		px_same(about, model->rows[i], got);
	}
	assert_false(px_cells_more(table->cells));
}

static void check_column(const char *about, const struct px_columns *columns, size_t number,
	const struct column *want, bool with_heading)
{
	const struct px_column *got = &columns->list[number];
	size_t width = want->longest > 0 ? want->longest : 1;
	char total[32], digits[PX_PUT_MAX];
	struct pmapx_text got_total = px_columns_total(columns, got, digits);

	px_same_bytes(about, want->key, strlen(want->key), got->key.bytes, got->key.length);
	px_same_number(about, want->shown, got->shown);
	if (!want->shown)
		return;
	px_same_number(about, want->numbers, got->number_count);
	snprintf(total, sizeof(total), "%" PRIu64, want->total);
	if (want->rows > 0 && want->numbers == 0)
		px_same_bytes(about, "?", 1, got_total.bytes, got_total.length);
	else
		px_same_bytes(about, total, strlen(total), got_total.bytes, got_total.length);
	if (with_heading && width < strlen(want->key))
		width = strlen(want->key);
	if (with_heading && width < strlen(total))
		width = strlen(total);
	px_same_number(about, width, got->width);
}

/* Without headings first, as those hide how wide values are. */
static void check_columns(const char *about, struct px_run_columns *table, struct model *model)
{
	px_same_number(about, model->count, table->columns.count);
	for (int with_heading = 0; with_heading < 2; with_heading++) {
		px_columns_end(&table->columns, with_heading);
		for (size_t i = 0; i < model->count; i++)
			check_column(about, &table->columns, i, &model->columns[i], with_heading);
	}
}

static const char *const keys[] = { "Rss", "Pss", "Size", "Swap", "THPeligible", "Anonymous",
	"Referenced", "New", "Newer", "Unusual", "Uncounted", "A_key_of_15_byt",
	"A_key_of_16_byte" };

/* "Key: value|Key: value", the keys as letters of @shape. */
static void make_lines(const char *shape, uint32_t *seed, uint32_t odd_of, char lines[2048])
{
	static const char *const odd[] = { "0017", "x", "", "18446744073709551616", "00", "-1",
		"000000000000000000001" };
	static const char *const large[] = { "18446744073709551615", "123456789", "9999999999",
		"9223372036854775807" };

	*lines = '\0';
	for (; *shape != '\0'; shape++) {
		uint32_t what = px_draw(seed, odd_of);
		char number[16];
		const char *value = number;

		snprintf(number, sizeof(number), "%u",
			(unsigned)(px_draw(seed, 1 << 24) >> px_draw(seed, 24)));
		if (what == 0)
			value = odd[px_draw(seed, PX_COUNT(odd))];
		else if (what == 1)
			value = large[px_draw(seed, PX_COUNT(large))];
		lines = stpcpy(lines, keys[*shape - 'a']);
		lines = stpcpy(stpcpy(stpcpy(lines, ": "), value), shape[1] != '\0' ? "|" : "");
	}
}

/* Another shape, a little different. */
static void vary(char shape[32], uint32_t *seed)
{
	size_t length = strlen(shape), at = px_draw(seed, (uint32_t)length + 1);

	if (px_draw(seed, 2) == 0 && at < length) {
		memmove(shape + at, shape + at + 1, length - at);
	} else if (length < 20) {
		memmove(shape + at + 1, shape + at, length - at + 1);
		shape[at] = (char)('a' + px_draw(seed, PX_COUNT(keys)));
	}
}

PX_TEST(rows_of_any_kind_in_any_order_are_as_in_the_model)
{
	static struct model model;
	size_t quick = 0;

	for (uint32_t run = 1; run <= 40; run++) {
		struct px_run_columns table = px_run_columns_new(state);
		char shape[32] = "abchij", lines[2048], about[32];
		uint32_t seed = run, odd_of = run % 2 != 0 ? 60 : 400;

		memset(&model, 0, sizeof(model));
		for (uint32_t process = 0; process < 4; process++) {
			snprintf(about, sizeof(about), "run %u, process %u", (unsigned)run,
				(unsigned)process);
			px_run_columns_begin(&table);
			begin(&model);
			for (size_t row = 0; row < ROWS_MAX; row++) {
				bool selected = px_draw(&seed, 6) != 0;

				while (px_draw(&seed, 12) == 0)
					vary(shape, &seed);
				make_lines(shape, &seed, odd_of, lines);
				assert_int_equal(px_run_columns_fill(&table, lines, selected), 0);
				fill(&model, lines, selected);
				quick += table.was_quick;
			}
			check_rows(about, &table, &model);
			check_columns(about, &table, &model);
		}
		px_run_columns_drop(&table);
	}
	/* The kernel's lines are quick where they can be, and that is what is tested here. */
	if (*(const enum px_style *)*state == PX_SLOW)
		assert_int_equal(quick, 0);
	if (*(const enum px_style *)*state == PX_KERNEL)
		assert_true(quick > 500);
}

PX_TEST(rows_of_any_size_fill_the_memory_of_the_store_to_its_end)
{
	static const char *const rows[] = { "Rss: 1|Pss: 2",
		"Rss: 18446744073709551615|Pss: 18446744073709551614" };

	/* As many small rows first as make up for a large one: the last may end anywhere. */
	for (size_t small = 0; small < 20; small++) {
		struct px_run_columns table = px_run_columns_new(state);

		for (size_t i = 0; i < 1000; i++)
			assert_int_equal(px_run_columns_fill(&table, rows[i >= small], true), 0);
		px_cells_rewind(table.cells);
		for (size_t i = 0; i < 1000; i++) {
			px_same_number("count", 2, px_cells_next(table.cells).number);
			px_same_number("first", i < small ? 1 : UINT64_MAX,
				px_cells_next(table.cells).number);
			px_same_number("second", i < small ? 2 : UINT64_MAX - 1,
				px_cells_next(table.cells).number);
		}
		assert_false(px_cells_more(table.cells));
		px_run_columns_drop(&table);
	}
}

PX_TEST(another_process_has_other_keys_though_its_layout_has_the_same_number)
{
	static const char *const processes[] = { "Rss: 1|New: 20", "Pss: 300|Old: 4000",
		"Rss: 5|Old: 6", "Old: 6|Rss: 5" };
	struct px_run_columns table = px_run_columns_new(state);
	static struct model model;

	memset(&model, 0, sizeof(model));
	for (size_t i = 0; i < PX_COUNT(processes); i++) {
		px_run_columns_begin(&table);
		begin(&model);
		for (int row = 0; row < 4; row++) {
			assert_int_equal(px_run_columns_fill(&table, processes[i], true), 0);
			fill(&model, processes[i], true);
		}
		check_rows(processes[i], &table, &model);
		check_columns(processes[i], &table, &model);
	}
	px_run_columns_drop(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PX_IN_EACH_STYLE(rows_of_any_kind_in_any_order_are_as_in_the_model),
		PX_IN_EACH_STYLE(rows_of_any_size_fill_the_memory_of_the_store_to_its_end),
		PX_IN_EACH_STYLE(
			another_process_has_other_keys_though_its_layout_has_the_same_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
