/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sorter.c: the first so many rows are the beginning of all in that order, whatever
 * that order is; and a map that changed while it was read is sorted anew.
 */
#include "field.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"
#include "support.h"

#define ROWS 300

/* What the readings of the map find. */
static struct pmapx_text readings[2];
static unsigned opened;

static void next_reading(struct px_stage *stage, enum px_file file)
{
	if (file == PX_FILE_MAPS || file == PX_FILE_SMAPS)
		stage->files[file].text = readings[opened++ > 0];
}

/* What is shown of the readings, sorted by @column if it is not NULL; to be freed. */
static char *show(enum px_view_kind view, const char *column, bool descends, size_t top)
{
	struct px_stage *stage = calloc(1, sizeof(*stage));
	struct px_field_set set = px_field_set_of(view);
	struct px_arrange *arrange;
	char *ret;

	assert_non_null(stage);
	px_stage_begin(stage, true);
	arrange = &stage->options.arrange;
	stage->source.is_procfs = true;
	stage->options.view = view;
	stage->options.quiet = true;
	stage->opened = next_reading;
	stage->files[PX_FILE_STAT].text = px_text(
		"100 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 55 0 0 0 0 0 8191 0 0 0 0 0 0 0 "
		"0 0 0 17 0\n");
	if (column != NULL) {
		struct pmapx_text name = px_text(column);

		arrange->field = malloc(sizeof(*arrange->field));
		assert_non_null(arrange->field);
		assert_int_equal(px_field_find(&set, &name, arrange->field), 0);
	}
	arrange->descends = descends;
	arrange->top = top;
	opened = 0;
	assert_int_equal(px_stage_show(stage), 0);
	assert_int_equal(stage->said.err.length, 0);
	ret = strndup(stage->said.out.bytes, stage->said.out.length);
	px_stage_end(stage);
	free(stage);
	return ret;
}

/* Mappings with sizes, names and numbers drawn from few, so that many are alike. */
static char *draw(uint32_t seed)
{
	char *ret;
	size_t length;
	FILE *to = open_memstream(&ret, &length);

	assert_non_null(to);
	for (unsigned i = 1; i <= ROWS; i++) {
		fprintf(to, "%08x-%08x rw-p 00000000 00:00 0 %.*s\n", i << 20,
			(i << 20) + ((px_draw(&seed, 40) + 1) << 12), (int)px_draw(&seed, 12),
			"/longer/names");
		fprintf(to, "Rss: %s%u kB\n", px_draw(&seed, 9) == 0 ? "x" : "",
			px_draw(&seed, 30));
	}
	assert_int_equal(fclose(to), 0);
	return ret;
}

/* Where line @count of @text ends. */
static size_t end_of_line(const char *text, size_t count)
{
	const char *at = text;

	for (; count > 0 && *at != '\0'; count--)
		at = strchr(at, '\n') + 1;
	return (size_t)(at - text);
}

PX_TEST(the_first_rows_are_the_beginning_of_all)
{
	static const struct {
		enum px_view_kind view;
		const char *column;
	} rows[] = {
		{ PX_VIEW_PLAIN, "Kbytes" },
		{ PX_VIEW_PLAIN, NULL },
		{ PX_VIEW_EXTENDED, "RSS" },
		{ PX_VIEW_EXTENDED, "Mapping" },
		{ PX_VIEW_DEVICE, "Address" },
		{ PX_VIEW_FIELDS, "Mapping" },
	};
	static const size_t tops[] = { 1, 2, 3, 30, ROWS - 1, ROWS, ROWS + 1 };
	char *text = draw(1);

	readings[0] = readings[1] = px_text(text);
	for (size_t i = 0; i < PX_COUNT(rows) * 2; i++) {
		char *all = show(rows[i / 2].view, rows[i / 2].column, i % 2 != 0, 0);

		/* The header is a line as well. */
		assert_true(all[end_of_line(all, ROWS)] != '\0');
		assert_true(all[end_of_line(all, ROWS + 1)] == '\0');
		for (size_t j = 0; j < PX_COUNT(tops); j++) {
			char *first = show(
				rows[i / 2].view, rows[i / 2].column, i % 2 != 0, tops[j]);

			px_same_bytes(rows[i / 2].column, all, end_of_line(all, tops[j] + 1), first,
				strlen(first));
			free(first);
		}
		free(all);
	}
	free(text);
}

PX_TEST(a_torn_map_is_sorted_anew)
{
	char *text = draw(2), *torn;
	static const enum px_view_kind views[] = { PX_VIEW_PLAIN, PX_VIEW_EXTENDED,
		PX_VIEW_FIELDS };

	assert_true(asprintf(&torn, "%s00000000-00001000 rw-p 00000000 00:00 0 \n", text) > 0);
	for (size_t i = 0; i < PX_COUNT(views); i++) {
		char *want, *got;

		readings[0] = readings[1] = px_text(text);
		want = show(views[i], "Mapping", true, 0);
		readings[0] = px_text(torn);
		got = show(views[i], "Mapping", true, 0);
		px_same("torn", want, got);
		px_same_number("readings", 2, opened);
		free(want);
		free(got);
	}
	free(torn);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_rows_are_the_beginning_of_all),
		cmocka_unit_test(a_torn_map_is_sorted_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
