/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c: key lines that are tried as the mapping before had them.
 *
 * A parser that is given one mapping has nothing to expect, so it takes each
 * line on its own.  One that is given many must say the same of all of them,
 * whatever their lines look like and in whatever pieces they come.
 */
#include "sequence.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define A_LINE "1000-2000 rw-p 00000000 00:00 0 \n"

/* Keys of a made-up kernel, and how many of them a mapping has at most. */
static const char *const pool[] = { "Size", "Rss", "Pss", "Shared_Dirty", "Private_Dirty", "Swap",
	"THPeligible", "ProtectionKey", "VmFlags", "Name", "Unheard", "Unheard_Too",
	"A_key_of_15_byt", "A_key_of_16_byte", "A_key_of_17_bytes", "bad key", "face" };

enum { KEYS_MAX = 24 };

struct key_order {
	const char *keys[KEYS_MAX];
	size_t count;
};

/* Insert, drop, repeat or move a key. */
static void vary(struct key_order *shape, uint32_t *seed)
{
	size_t at = px_draw(seed, (uint32_t)shape->count + 1);
	uint32_t what = px_draw(seed, 4);

	if (what == 0 && shape->count > 0) {
		shape->count--;
		for (at %= shape->count + 1; at < shape->count; at++)
			shape->keys[at] = shape->keys[at + 1];
	} else if (what == 1 && at + 1 < shape->count) {
		const char *key = shape->keys[at];

		shape->keys[at] = shape->keys[at + 1];
		shape->keys[at + 1] = key;
	} else if (shape->count < KEYS_MAX) {
		memmove(&shape->keys[at + 1], &shape->keys[at],
			(shape->count - at) * sizeof(shape->keys[0]));
		shape->count++;
		/* If it is to be repeated, and there is one. */
		if (what == 2 && shape->count > 1)
			shape->keys[at] = shape->keys[at > 0 ? at - 1 : 1];
		else
			shape->keys[at] = pool[px_draw(seed, PX_COUNT(pool))];
	}
}

static char *make_mapping(const struct key_order *shape, uint32_t *seed, size_t *ret_length)
{
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);

	fprintf(to, "1000-2000 rw-p 0 0:0 0%s\n", px_draw(seed, 2) == 0 ? " /a/name" : "");
	for (size_t i = 0; i < shape->count; i++) {
		const char *key = shape->keys[i];
		uint32_t odd = px_draw(seed, 200);

		if (odd < 30) {
			px_put_shape(to, key, px_draw(seed, (uint32_t)px_shape_count));
		} else if (strcmp(key, "VmFlags") == 0) {
			fprintf(to, "VmFlags: %.*s\n", (int)px_draw(seed, 20),
				"rd wr mr mw me ac sd");
		} else if (odd == 199) {
			fputs("0000~000-00001000\n", to);
		} else {
			fprintf(to, "%s:%*s%8" PRIu32 "%s\n", key,
				strlen(key) < 15 ? 15 - (int)strlen(key) : 0, "",
				px_draw(seed, odd % 2 != 0 ? 5000 : 3), odd % 16 != 0 ? " kB" : "");
		}
	}
	fclose(to);
	return ret;
}

/* Mappings, each much like the one before; free them with drop(). */
static struct px_sequence make_sequence(uint32_t *seed)
{
	struct px_sequence sequence = { .count = PX_BLOCKS_MAX };
	struct key_order shape = { .count = 0 };

	for (size_t i = 0; i < 12; i++)
		vary(&shape, seed);
	for (size_t i = 0; i < PX_BLOCKS_MAX; i++) {
		struct pmapx_text *block = &sequence.blocks[i];

		while (px_draw(seed, 3) == 0)
			vary(&shape, seed);
		block->bytes = make_mapping(&shape, seed, &block->length);
	}
	/* The last one may end without a newline. */
	if (px_draw(seed, 4) == 0)
		sequence.blocks[PX_BLOCKS_MAX - 1].length -= 1 + px_draw(seed, 12);
	return sequence;
}

static void drop(struct px_sequence *sequence)
{
	for (size_t i = 0; i < sequence->count; i++)
		free((void *)(uintptr_t)sequence->blocks[i].bytes);
}

static const size_t pieces[] = { 4096, 7, 3, 2, 1, 0 };

PX_TEST(a_mapping_is_the_same_wherever_it_stands)
{
	for (uint32_t i = 1; i <= 150; i++) {
		uint32_t seed = i;
		struct px_sequence sequence = make_sequence(&seed);
		char row[32];

		snprintf(row, sizeof(row), "seed %u", (unsigned)i);
		px_check_sequence(row, &sequence, NULL, pieces);
		drop(&sequence);
	}
}

PX_TEST(fields_that_are_wanted_are_as_without_a_wish)
{
	for (uint32_t i = 1; i <= 150; i++) {
		uint32_t seed = i;
		struct px_sequence sequence = make_sequence(&seed);
		uint64_t fields = (uint64_t)px_draw(&seed, 1 << 24) << 8 | px_draw(&seed, 1 << 8);
		char row[32];

		if (i % 4 == 0)
			fields = UINT64_C(1) << px_draw(&seed, PMAPX_FIELD_COUNT);
		snprintf(row, sizeof(row), "seed %u", (unsigned)i);
		px_check_sequence(row, &sequence, &fields, pieces);
		drop(&sequence);
	}
}

PX_TEST(a_parser_with_a_wish_lists_no_lines_and_makes_nothing_up)
{
	uint32_t seed = 5;
	struct px_sequence sequence = make_sequence(&seed);
	size_t length;
	char *bytes = px_sequence_joined(&sequence, &length);
	struct pmapx_parser *all = px_parser_new(false, 0);
	struct pmapx_parser *some = px_parser_new(false, UINT64_C(1) << PMAPX_FIELD_RSS);
	const struct pmapx_mapping *full, *mapping;
	int r = 0;

	px_parser_feed(all, bytes, length, false);
	px_parser_feed(some, bytes, length, false);
	while ((r = pmapx_parser_next(all, &full, NULL)) != -EAGAIN) {
		struct pmapx_entry entry = { .number = 42 };

		assert_int_equal(pmapx_parser_next(some, &mapping, NULL), r);
		if (r != 1)
			continue;
		assert_true(full->smaps->layout != 0);
		assert_int_equal(mapping->smaps->layout, 0);
		assert_int_equal(mapping->smaps->entry_count, 0);
		assert_false(pmapx_smaps_entry(mapping->smaps, 0, &entry));
		assert_int_equal(entry.number, 42);
		/* It may have other fields, but none that is not there. */
		assert_int_equal(mapping->smaps->have & ~full->smaps->have, 0);
	}
	pmapx_parser_close(all);
	pmapx_parser_close(some);
	free(bytes);
	drop(&sequence);
}

/* The keys of a mapping, each followed by a bar, to be freed. */
static char *keys_of(const struct pmapx_smaps *smaps)
{
	struct pmapx_entry entry;
	size_t length;
	char *ret;
	FILE *to = open_memstream(&ret, &length);

	for (size_t i = 0; pmapx_smaps_entry(smaps, i, &entry); i++)
		fprintf(to, "%.*s|", (int)entry.key.length, entry.key.bytes);
	fclose(to);
	return ret;
}

PX_TEST(mappings_of_one_layout_have_the_same_keys_in_the_same_order)
{
	enum { MAPPINGS = 20 * PX_BLOCKS_MAX };
	struct pmapx_parser *parser = px_parser_new(false, 0);
	char *had[MAPPINGS];
	uint64_t layouts[MAPPINGS];
	size_t count = 0, again = 0;

	for (uint32_t i = 1; i <= 20; i++) {
		uint32_t seed = i;
		struct px_sequence sequence = make_sequence(&seed);
		size_t length;
		char *bytes = px_sequence_joined(&sequence, &length);
		const struct pmapx_mapping *mapping;
		int r;

		/* Layouts are a parser's: what it read before it was reset counts too. */
		pmapx_parser_reset(parser);
		px_parser_feed(parser, bytes, length, false);
		while ((r = pmapx_parser_next(parser, &mapping, NULL)) != -EAGAIN) {
			if (r != 1)
				continue;
			layouts[count] = mapping->smaps->layout;
			had[count++] = keys_of(mapping->smaps);
		}
		free(bytes);
		drop(&sequence);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (layouts[i] == layouts[j]) {
				px_same("same layout", had[i], had[j]);
				again++;
			}
	assert_true(again > count / 4);
	for (size_t i = 0; i < count; i++)
		free(had[i]);
	pmapx_parser_close(parser);
}

/* Keys by a letter each: as the kernel aligns them, and odd ones. */
static void put_by_letter(FILE *to, char letter)
{
	switch (letter) {
	case 'S':
		fputs("Size:                  4 kB\n", to);
		break;
	case 's':
		fputs("Size:\t123456789 MB\n", to);
		break;
	case 'R':
		fputs("Rss:                   4 kB\n", to);
		break;
	case 'r':
		fputs("Rss: none\n", to);
		break;
	case 'U':
		fputs("Unheard:               4 kB\n", to);
		break;
	case 'u':
		fputs("Unheard:        123456789 kB\n", to);
		break;
	case 'L':
		fputs("A_key_of_16_byte:       4 kB\n", to);
		break;
	case 'W':
		fputs("Unheard_Too:           4 kB\n", to);
		break;
	case 'V':
		fputs("VmFlags: rd wr\n", to);
		break;
	case 'N':
		fputs("Name: [anon:a]\n", to);
		break;
	case '!':
		fputs("no key\n", to);
		break;
	default:
		fail_msg("letter %c", letter);
	}
}

PX_TEST(a_layout_changes_when_keys_do_and_else_stays)
{
	/* Mappings with a bar between; below each whether it has the layout of the one before. */
	static const struct {
		const char *mappings, *same;
	} rows[] = {
		{ "SRV|SRV|SRV", "-==" },
		{ "||", "-==" },
		{ "|S||S", "----" },
		{ "SR|RS|SR|SR", "---=" },
		{ "SR|S|SR|SR", "---=" },
		{ "S|SR|S|S", "---=" },
		{ "SRU|SR|SRU|SRU", "---=" },
		{ "SUR|SWR|SWR|SUR", "--=-" },
		{ "SUR|SVR|SUR", "---" },
		{ "SRR|SRR|SR|RSR", "-=--" },
		{ "SR|sr|sR|Sr|SR", "-====" },
		{ "sr|SR|sr", "-==" },
		{ "SUR|SuR|SUR", "-==" },
		{ "SNV|SNV|SVN", "-=-" },
		{ "SR|S!R|!SR|SR!|SR", "-====" },
		{ "U|W|U", "---" },
		{ "U|L|U|U", "---=" },
		{ "SU|SL|SW|SL|SU", "-----" },
		{ "V|N|V|R|N", "-----" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_parser *parser = px_parser_new(false, 0);
		const struct pmapx_mapping *mapping;
		char got[16] = "", *bytes;
		uint64_t before = 0;
		size_t length, count = 0;
		FILE *to = open_memstream(&bytes, &length);
		int r;

		fputs(A_LINE, to);
		for (const char *p = rows[i].mappings; *p != '\0'; p++) {
			if (*p == '|')
				fputs(A_LINE, to);
			else
				put_by_letter(to, *p);
		}
		fclose(to);
		px_parser_feed(parser, bytes, length, false);
		pmapx_parser_finish(parser);
		while ((r = pmapx_parser_next(parser, &mapping, NULL)) != 0) {
			if (r != 1)
				continue;
			got[count++] = mapping->smaps->layout == before ? '=' : '-';
			before = mapping->smaps->layout;
		}
		px_same(rows[i].mappings, rows[i].same, got);
		free(bytes);
		pmapx_parser_close(parser);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mapping_is_the_same_wherever_it_stands),
		cmocka_unit_test(fields_that_are_wanted_are_as_without_a_wish),
		cmocka_unit_test(a_parser_with_a_wish_lists_no_lines_and_makes_nothing_up),
		cmocka_unit_test(mappings_of_one_layout_have_the_same_keys_in_the_same_order),
		cmocka_unit_test(a_layout_changes_when_keys_do_and_else_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
