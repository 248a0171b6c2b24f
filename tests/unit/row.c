/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * row.h: columns end where they should, in rows that fit the buffer and in
 * those that do not.
 */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "row.h"

/* Longer than any row here. */
#define ROWS_SIZE (4 * PX_OUT_SIZE)

/* What should be written, blanks first. */
struct model {
	char *bytes;
	size_t length;
};

/* A row of @length bytes, with @waiting bytes before it in the buffer. */
static struct px_row begin(struct px_out *out, struct model *model, size_t length, size_t waiting)
{
	memset(model->bytes, '<', waiting);
	memset(model->bytes + waiting, ' ', length);
	model->length = waiting;
	px_out_fill(out, '<', waiting);
	return px_row_begin(out, length);
}

static void put_bytes(struct px_row *row, struct model *model, size_t end, const char *bytes)
{
	memcpy(model->bytes + model->length + end - strlen(bytes), bytes, strlen(bytes));
	px_row_bytes(row, end, bytes, strlen(bytes));
}

static void put_number(struct px_row *row, struct model *model, size_t end, uint64_t number)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%" PRIu64, number);
	memcpy(model->bytes + model->length + end - strlen(digits), digits, strlen(digits));
	px_row_number(row, end, number);
}

static void end(const char *about, struct px_row *row, struct model *model, size_t length)
{
	size_t got_length;
	char *got;

	px_row_end(row);
	px_out_string(row->out, "|");
	model->bytes[model->length + length] = '|';
	model->length += length + 1;
	px_out_flush(row->out);
	got = px_taken(row->out->fd, &got_length);
	px_same_bytes(about, model->bytes, model->length, got, got_length);
	free(got);
}

static const uint64_t numbers[] = { 0, 1, 9, 10, 11, 99, 100, 4096, UINT32_MAX, UINT64_MAX };

/* Columns side by side, with a blank between or none, from @at on. */
static size_t put_columns(struct px_row *row, struct model *model, size_t at, size_t length)
{
	for (size_t i = 0; i < PX_COUNT(numbers); i++) {
		char digits[32];
		size_t width = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, numbers[i]);

		if (at + width + 5 > length)
			break;
		at += width + i % 2;
		put_number(row, model, at, numbers[i]);
		if (i % 3 == 0) {
			at += 4;
			put_bytes(row, model, at, i % 2 != 0 ? "text" : "?");
		}
	}
	return at;
}

PX_TEST(columns_end_where_they_should_in_rows_of_any_length)
{
	static const size_t lengths[] = { 0, 1, 2, 20, 21, 100, 1000, PX_OUT_SIZE - 1, PX_OUT_SIZE,
		PX_OUT_SIZE + 1, PX_OUT_SIZE + 50, 2 * PX_OUT_SIZE, 3 * PX_OUT_SIZE + 17 };
	static const size_t waiting[] = { 0, 1, 500, PX_OUT_SIZE - 1000, PX_OUT_SIZE - 1,
		PX_OUT_SIZE };
	struct px_out *out = calloc(1, sizeof(*out));
	struct model model = { malloc(ROWS_SIZE + PX_OUT_SIZE), 0 };

	assert_true(out != NULL && model.bytes != NULL);
	out->fd = px_memory();
	for (size_t i = 0; i < PX_COUNT(lengths) * PX_COUNT(waiting) * 2; i++) {
		size_t length = lengths[i / 2 % PX_COUNT(lengths)];
		struct px_row row = begin(out, &model, length, waiting[i / 2 / PX_COUNT(lengths)]);
		size_t at = put_columns(&row, &model, 0, length);
		char about[64];

		snprintf(about, sizeof(about), "%zu behind %zu", length, model.length);
		/* In a wide row, again near its end; to its very end, or with a rest. */
		if (length > 10000)
			at = put_columns(&row, &model, length - 300, length);
		if (i % 2 != 0 && length > at + 20)
			put_number(&row, &model, length, UINT64_MAX);
		else if (i % 2 != 0 && length > at + 4)
			put_bytes(&row, &model, length, "end");
		end(about, &row, &model, length);
	}
	free(model.bytes);
	close(out->fd);
	free(out);
}

PX_TEST(every_number_has_its_digits_and_no_more)
{
	struct px_out *out = calloc(1, sizeof(*out));
	struct model model = { malloc(ROWS_SIZE), 0 };

	assert_true(out != NULL && model.bytes != NULL);
	out->fd = px_memory();
	for (uint64_t power = 1, i = 0; i < 20; i++, power *= 10) {
		for (int wide = 0; wide < 2; wide++) {
			size_t length = wide ? PX_OUT_SIZE + 100 : 70;
			struct px_row row = begin(out, &model, length, 3);

			put_number(&row, &model, 21, power - 1);
			put_number(&row, &model, 42, power);
			put_number(&row, &model, 63, power + 1);
			end("powers of ten", &row, &model, length);
		}
	}
	free(model.bytes);
	close(out->fd);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_end_where_they_should_in_rows_of_any_length),
		cmocka_unit_test(every_number_has_its_digits_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
