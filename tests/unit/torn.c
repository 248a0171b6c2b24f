/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.c: a map that changed while it was read is read again, unless too much
 * of it has been seen; if it never fits together, that is said.
 */
#include "support.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stage.h"

#define LOW "00001000-00003000 rw-p 00000000 00:00 0 \n"
#define HIGH "00004000-00005000 rw-p 00000000 00:00 0 \n"
/* Begins where LOW has been. */
#define TORN "00002000-00004000 rw-p 00000000 00:00 0 \n"
#define KEYS "Size: 8 kB\nRss: 4 kB\nShared_Dirty: 0 kB\nPrivate_Dirty: 4 kB\n"

/* What each reading finds, the last for ever. */
struct script {
	const char *readings[8];
	unsigned count;
	unsigned opened;
};

static struct script script;

static void next_reading(struct px_stage *stage, enum px_file file)
{
	unsigned reading = script.opened < script.count ? script.opened : script.count - 1;

	if (file != PX_FILE_MAPS && file != PX_FILE_SMAPS)
		return;
	stage->files[file].text = px_text(script.readings[reading]);
	script.opened++;
}

static struct px_stage *new_stage(enum px_view_kind view)
{
	struct px_stage *stage = calloc(1, sizeof(*stage));

	assert_non_null(stage);
	px_stage_begin(stage, true);
	stage->source.is_procfs = true;
	stage->options.view = view;
	stage->opened = next_reading;
	stage->files[PX_FILE_STAT].text = px_text(
		"100 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 55 0 0 0 0 0 8191 0 0 0 0 0 0 0 "
		"0 0 0 17 0\n");
	return stage;
}

static void free_stage(struct px_stage *stage)
{
	px_stage_end(stage);
	free(stage);
}

/* Show it; "status|out|err", to be freed. */
static char *show(struct px_stage *stage, const struct script *readings)
{
	char *ret;
	int status;

	script = *readings;
	status = px_stage_show(stage);
	assert_true(asprintf(&ret, "%d|%.*s|%.*s", status, (int)stage->said.out.length,
			    stage->said.out.bytes, (int)stage->said.err.length,
			    stage->said.err.length > 0 ? stage->said.err.bytes : "") > 0);
	return ret;
}

/* Show it in @view, and compare with what it must be. */
static void check(
	enum px_view_kind view, const struct script *readings, const char *want, unsigned opened)
{
	struct px_stage *stage = new_stage(view);
	char *got = show(stage, readings);

	px_same("shown", want, got);
	px_same_number("readings", opened, script.opened);
	free(got);
	free_stage(stage);
}

PX_TEST(a_torn_map_is_read_again)
{
	static const char want[] = "0|100:   [x]\n"
				   "0000000000001000      8K rw---   [ stack ]\n"
				   "0000000000004000      4K rw---   [ anon ]\n"
				   " total               12K\n|";
	struct script readings = { .readings = { LOW HIGH }, .count = 1 };

	check(PX_VIEW_PLAIN, &readings, want, 1);
	for (unsigned torn = 1; torn <= 5; torn++) {
		for (unsigned i = 0; i < torn; i++)
			readings.readings[i] = i % 2 == 0 ? LOW TORN : LOW HIGH LOW;
		readings.readings[torn] = LOW HIGH;
		readings.count = torn + 1;
		check(PX_VIEW_PLAIN, &readings, want, torn + 1);
	}
}

PX_TEST(in_every_view)
{
	const struct script readings = {
		.readings = { LOW KEYS TORN KEYS, LOW KEYS HIGH KEYS },
		.count = 2,
	};

	check(PX_VIEW_EXTENDED, &readings,
		"0|100:   [x]\n"
		"Address           Kbytes     RSS   Dirty Mode  Mapping\n"
		"0000000000001000       8       4       4 rw---   [ stack ]\n"
		"0000000000004000       4       4       4 rw---   [ anon ]\n"
		"---------------- ------- ------- ------- \n"
		"total kB              12       8       8\n|",
		2);
	check(PX_VIEW_FIELDS, &readings,
		"0|100:   [x]\n"
		" Address Perm   Offset Device Inode Size Rss Mapping\n"
		"00001000 rw-p 00000000  00:00     0    8   4 \n"
		"00004000 rw-p 00000000  00:00     0    8   4 \n"
		"                                    ==== === \n"
		"                                      16   8 KB \n|",
		2);
}

PX_TEST(what_never_fits_is_shown_and_said)
{
	const struct script readings = { .readings = { LOW TORN LOW }, .count = 1 };
	struct px_stage *stage = new_stage(PX_VIEW_PLAIN);
	char *got = show(stage, &readings);

	px_same("shown",
		"1|100:   [x]\n"
		"0000000000001000      8K rw---   [ stack ]\n"
		"0000000000002000      8K rw---   [ anon ]\n"
		"0000000000001000      8K rw---   [ stack ]\n"
		" total               24K\n"
		"|pmapx: 100: /memory/100/maps: the map was changing while it was read "
		"(and 1 more)\n",
		got);
	px_same_number("readings", 6, script.opened);
	free(got);
	free_stage(stage);
}

PX_TEST(messages_of_a_torn_reading_are_forgotten)
{
	const struct script readings = {
		.readings = { "oops\n" LOW TORN, LOW HIGH },
		.count = 2,
	};

	check(PX_VIEW_PLAIN, &readings,
		"0|100:   [x]\n"
		"0000000000001000      8K rw---   [ stack ]\n"
		"0000000000004000      4K rw---   [ anon ]\n"
		" total               12K\n|",
		2);
}

PX_TEST(neighbours_fit)
{
	const struct script readings = {
		.readings = { "00001000-00002000 rw-p 00000000 00:00 0 \n" TORN
			      "00004000-00004000 rw-p 00000000 00:00 0 \n" HIGH },
		.count = 1,
	};

	check(PX_VIEW_PLAIN, &readings,
		"0|100:   [x]\n"
		"0000000000001000      4K rw---   [ stack ]\n"
		"0000000000002000      8K rw---   [ anon ]\n"
		"0000000000004000      0K rw---   [ anon ]\n"
		"0000000000004000      4K rw---   [ anon ]\n"
		" total               16K\n|",
		1);
}

PX_TEST(a_saved_file_need_not_be_in_order)
{
	const struct script readings = { .readings = { HIGH LOW }, .count = 1 };
	struct px_stage *stage = new_stage(PX_VIEW_PLAIN);
	char *got;

	stage->source.is_procfs = false;
	got = show(stage, &readings);
	px_same("shown",
		"0|100:   [x]\n"
		"0000000000004000      4K rw---   [ anon ]\n"
		"0000000000001000      8K rw---   [ stack ]\n"
		" total               12K\n|",
		got);
	free(got);
	free_stage(stage);
}

/* A map of @count mappings whose last is where the first one is; to be freed. */
static char *torn_at_the_end(unsigned count)
{
	const size_t room = 100;
	char *text = malloc(room * (count + 1)), *at = text;

	assert_non_null(text);
	for (unsigned i = 1; i <= count; i++)
		at += snprintf(at, room, "%08x-%08x rw-p 00000000 00:00 0 \nSize: 4 kB\n",
			i % count * 0x2000, i % count * 0x2000 + 0x1000);
	return text;
}

PX_TEST(what_has_been_seen_is_not_read_again)
{
	static const struct {
		enum px_view_kind view;
		unsigned count, readings;
	} rows[] = {
		/* 45 bytes to a row; 70; some 40 in memory. */
		{ PX_VIEW_PLAIN, 20000, 6 },
		{ PX_VIEW_PLAIN, 40000, 1 },
		{ PX_VIEW_EXTENDED, 14000, 6 },
		{ PX_VIEW_EXTENDED, 30000, 1 },
		{ PX_VIEW_FIELDS, 14000, 6 },
		{ PX_VIEW_FIELDS, 60000, 1 },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char *text = torn_at_the_end(rows[i].count), said[200];
		const struct script readings = { .readings = { text }, .count = 1 };
		struct px_stage *stage = new_stage(rows[i].view);
		bool is_plain = rows[i].view == PX_VIEW_PLAIN;
		char *got = show(stage, &readings);

		snprintf(said, sizeof(said),
			"|pmapx: 100: /memory/100/%s: the map was changing while it was read\n",
			is_plain ? "maps" : "smaps");
		px_same(said, said, got + strlen(got) - strlen(said));
		assert_true(got[0] == '1');
		px_same_number(said, rows[i].readings, script.opened);
		free(got);
		free(text);
		free_stage(stage);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_torn_map_is_read_again),
		cmocka_unit_test(in_every_view),
		cmocka_unit_test(what_never_fits_is_shown_and_said),
		cmocka_unit_test(messages_of_a_torn_reading_are_forgotten),
		cmocka_unit_test(neighbours_fit),
		cmocka_unit_test(a_saved_file_need_not_be_in_order),
		cmocka_unit_test(what_has_been_seen_is_not_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
