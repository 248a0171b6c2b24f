/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c: key lines that are tried as the mapping before had them.
 *
 * A parser that is given one mapping has nothing to expect, so it takes each
 * line on its own.  One that is given many must say the same of all of them,
 * whatever their lines look like and in whatever pieces they come.
 */
#include "transcript.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BLOCKS_MAX 16

/* Mappings, one below the other. */
struct sequence {
	struct pmapx_text blocks[BLOCKS_MAX];
	size_t count;
};

/* All that a parser says of a mapping, or of the @fields of it. */
static void write_all(FILE *to, const struct pmapx_mapping *mapping, const uint64_t *fields)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	uint64_t wanted = fields != NULL ? *fields : UINT64_MAX;

	if (fields == NULL)
		px_write_text(to, mapping, NULL);
	else
		fprintf(to, "'%.*s'\n", (int)mapping->name.length, mapping->name.bytes);
	for (size_t i = 0; i < PMAPX_FIELD_COUNT; i++) {
		const char *member = (const char *)smaps + px_keys[i].offset;
		struct pmapx_text text;
		uint64_t number;

		if (!pmapx_smaps_has(smaps, px_keys[i].field) ||
			(wanted >> px_keys[i].field & 1) == 0)
			continue;
		memcpy(&number, member, sizeof(number));
		memcpy(&text, member, px_keys[i].unit == PMAPX_UNIT_TEXT ? sizeof(text) : 0);
		if (px_keys[i].unit == PMAPX_UNIT_TEXT) {
			fprintf(to, " %s='", px_keys[i].key);
			fwrite(text.bytes, 1, text.length, to);
			fputs("'\n", to);
		} else {
			fprintf(to, " %s=%" PRIu64 "\n", px_keys[i].key, number);
		}
	}
}

/* What a new parser says of each block of @sequence alone, as if in its place; to be freed. */
static char *alone(const struct sequence *sequence, const uint64_t *fields, size_t *ret_length)
{
	struct px_feeding whole = { .first = SIZE_MAX };
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);

	for (size_t i = 0; i < sequence->count; i++) {
		const struct pmapx_text *block = &sequence->blocks[i];
		struct pmapx_parser *parser = px_parser_new(false, 0);
		char *exact = px_exact(block->bytes, block->length), *said;
		size_t length;

		said = px_transcript(
			parser, exact, block->length, &whole, write_all, fields, &length);
		fwrite(said, 1, length, to);
		for (size_t j = 0; j < block->length; j++)
			whole.lines_before += block->bytes[j] == '\n';
		free(said);
		free(exact);
		pmapx_parser_close(parser);
	}
	fclose(to);
	return ret;
}

static char *joined(const struct sequence *sequence, size_t *ret_length)
{
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);

	for (size_t i = 0; i < sequence->count; i++)
		fwrite(sequence->blocks[i].bytes, 1, sequence->blocks[i].length, to);
	fclose(to);
	return ret;
}

/*
 * Whatever is said of each block alone must be said of all together, by a
 * parser that looks for @fields if there are any, in some sizes of pieces.
 */
static void check(const char *row, const struct sequence *sequence, const uint64_t *fields,
	const size_t *chunks, size_t chunk_count)
{
	size_t length, want_length, got_length;
	char *bytes = joined(sequence, &length);
	char *want = alone(sequence, fields, &want_length), *got;

	for (size_t i = 0; i < chunk_count; i++) {
		struct pmapx_parser *parser = px_parser_new(false, fields ? *fields : 0);
		struct px_feeding feeding = { .first = chunks[i], .chunk = chunks[i] };

		got = px_transcript(
			parser, bytes, length, &feeding, write_all, fields, &got_length);
		px_same_bytes(row, want, want_length, got, got_length);
		free(got);
		pmapx_parser_close(parser);
	}
	free(want);
	free(bytes);
}

static const size_t some_chunks[] = { SIZE_MAX, 5 };
static const size_t all_chunks[] = { SIZE_MAX, 4096, 7, 3, 2, 1 };

/* A block as it is expected, a changed one, and both again. */
static void check_change(const char *row, const struct pmapx_text *usual,
	const struct pmapx_text *changed, bool thoroughly)
{
	const struct sequence sequence = {
		.blocks = { *usual, *changed, *usual, *usual, *changed, *changed, *usual },
		.count = thoroughly ? 7 : 3,
	};

	check(row, &sequence, NULL, some_chunks, thoroughly ? 2 : 1);
}

#define A_LINE "1000-2000 rw-p 00000000 00:00 0 \n"

/* Of each kind of line one, as the kernel prints them. */
static const char usual_block[] = A_LINE "Size:                  4 kB\n"
					 "Rss:            12345678 kB\n"
					 "Unheard:               3 kB\n"
					 "THPeligible:           0\n"
					 "VmFlags: rd wr \n"
					 "Pss:                   2 kB\n";

/* Bytes on both sides of every border that a line has. */
static const char bytes_of_interest[] = "\0\1\t\n\v\f\r\x1b\x1f !\"%/019:;@AFKPRV_`acfkp~\x7f\x80"
					"\x89\x8d\x90\x99\x9a\xa0\xb0\xb9\xba\xc6\xd0\xe0\xf0\xff";

PX_TEST(a_byte_changed_anywhere_is_noticed)
{
	const size_t first = sizeof(A_LINE) - 1, length = sizeof(usual_block) - 1;
	const size_t number = (size_t)(strstr(usual_block, "Rss:") - usual_block) + 16;
	char bytes[sizeof(usual_block)], row[64];

	/* But for the last newline, without which the next mapping is on the same line. */
	for (size_t at = first; at < length - 1; at++) {
		bool is_value = at >= number && at < number + 12;

		for (size_t i = 0; i < (is_value ? 256 : sizeof(bytes_of_interest) - 1); i++) {
			memcpy(bytes, usual_block, sizeof(bytes));
			bytes[at] = is_value ? (char)i : bytes_of_interest[i];
			snprintf(
				row, sizeof(row), "byte %zu is %02x", at, (unsigned char)bytes[at]);
			check_change(row, &(struct pmapx_text){ usual_block, length },
				&(struct pmapx_text){ bytes, length }, false);
		}
	}
}

PX_TEST(a_byte_more_or_less_anywhere_is_noticed)
{
	const size_t first = sizeof(A_LINE) - 1, length = sizeof(usual_block) - 1;
	const struct pmapx_text usual = { usual_block, length };
	char bytes[sizeof(usual_block) + 1], row[64];

	for (size_t at = first; at < length; at++) {
		memcpy(bytes, usual_block, at);
		memcpy(bytes + at, usual_block + at + 1, length - at - 1);
		snprintf(row, sizeof(row), "without byte %zu", at);
		/* Without the last newline, what follows is on the same line. */
		if (at < length - 1)
			check_change(row, &usual, &(struct pmapx_text){ bytes, length - 1 }, false);
		for (size_t i = 0; i < sizeof(bytes_of_interest) - 1; i++) {
			memcpy(bytes + at + 1, usual_block + at, length - at);
			bytes[at] = bytes_of_interest[i];
			snprintf(row, sizeof(row), "%02x before byte %zu", (unsigned char)bytes[at],
				at);
			check_change(row, &usual, &(struct pmapx_text){ bytes, length + 1 }, false);
		}
	}
}

/* What may stand behind a key: in the place where the kernel puts it, or right behind the colon. */
static const struct {
	bool aligned;
	const char *value;
	size_t length;
} values[] = {
	{ true, PX_BYTES("       0 kB") },
	{ true, PX_BYTES("       1 kB") },
	{ true, PX_BYTES("     800 kB") },
	{ true, PX_BYTES("12345678 kB") },
	{ true, PX_BYTES("99999999 kB") },
	{ true, PX_BYTES("10000000 kB") },
	{ true, PX_BYTES("123456789 kB") },
	{ true, PX_BYTES("1234567890123456789 kB") },
	{ true, PX_BYTES("12345678901234567890 kB") },
	{ true, PX_BYTES("18446744073709551615 kB") },
	{ true, PX_BYTES("18446744073709551616 kB") },
	{ true, PX_BYTES("000000000000000000001 kB") },
	{ true, PX_BYTES("    0017 kB") },
	{ true, PX_BYTES("      00 kB") },
	{ true, PX_BYTES("00000000 kB") },
	{ true, PX_BYTES("00000001 kB") },
	{ true, PX_BYTES("1        kB") },
	{ true, PX_BYTES("1      1 kB") },
	{ true, PX_BYTES("    1  1 kB") },
	{ true, PX_BYTES("         kB") },
	{ true, PX_BYTES("      -1 kB") },
	{ true, PX_BYTES("      +1 kB") },
	{ true, PX_BYTES("      1x kB") },
	{ true, PX_BYTES("      x1 kB") },
	{ true, PX_BYTES("manymany kB") },
	{ true, PX_BYTES("       ? kB") },
	{ true, PX_BYTES("       1") },
	{ true, PX_BYTES("12345678") },
	{ true, PX_BYTES("123456789") },
	{ true, PX_BYTES("       1 MB") },
	{ true, PX_BYTES("       1 kb") },
	{ true, PX_BYTES("       1 k") },
	{ true, PX_BYTES("       1kB") },
	{ true, PX_BYTES("       1 kB ") },
	{ true, PX_BYTES("       1 ") },
	{ true, PX_BYTES("       1\t") },
	{ true, PX_BYTES("       1  kB") },
	{ true, PX_BYTES("       1 kB\r") },
	{ true, PX_BYTES("       1\r") },
	{ true, PX_BYTES("       1 kBkB") },
	{ true, PX_BYTES("      \t1 kB") },
	{ true, PX_BYTES("\t\t\t\t\t\t\t1 kB") },
	{ true, PX_BYTES("       \0 kB") },
	{ true, PX_BYTES("      \0001 kB") },
	{ true, PX_BYTES("       1\0kB") },
	{ true, PX_BYTES("       1 \0B") },
	{ true, PX_BYTES("      \xb1\x31 kB") },
	{ true, PX_BYTES("      \xa0\x31 kB") },
	{ true, PX_BYTES("      :1 kB") },
	{ true, PX_BYTES("      ;1 kB") },
	{ true, PX_BYTES("        ") },
	{ true, PX_BYTES("        kB") },
	{ true, PX_BYTES("") },
	{ true, PX_BYTES("1") },
	{ true, PX_BYTES("1 kB") },
	{ false, PX_BYTES("1 kB") },
	{ false, PX_BYTES(" 1") },
	{ false, PX_BYTES("") },
	{ false, PX_BYTES("            ") },
	{ false, PX_BYTES("\t1 kB") },
	{ false, PX_BYTES("\t              1 kB") },
	{ false, PX_BYTES("        123456789 kB") },
	{ false, PX_BYTES("       12345678 kB") },
	{ false, PX_BYTES(" rd wr mr mw me ac sd ") },
	{ false, PX_BYTES(" [anon:a name]") },
};

static const char *const keys[] = { "Rss", "Unheard", "THPeligible", "VmFlags", "Name",
	"A_key_of_15_byt", "A_key_of_16_byte", "A_key_of_17_bytes", "R", "Shared_Hugetlb" };

/* A key line with one of the @values. */
static void put_line(FILE *to, const char *key, size_t value)
{
	size_t length = strlen(key);

	fprintf(to, "%s:", key);
	if (values[value].aligned && length < 15)
		fprintf(to, "%*s", 15 - (int)length, "");
	fwrite(values[value].value, 1, values[value].length, to);
	fputc('\n', to);
}

/* A mapping with one key between two others, to be freed. */
static struct pmapx_text make_block(const char *key, size_t value)
{
	size_t length;
	char *bytes;
	FILE *to = open_memstream(&bytes, &length);

	fputs(A_LINE "Size:                  4 kB\n", to);
	put_line(to, key, value);
	fputs("Pss:                   2 kB\n", to);
	fclose(to);
	return (struct pmapx_text){ bytes, length };
}

PX_TEST(every_shape_of_a_line_is_taken_after_every_other)
{
	for (size_t k = 0; k < PX_COUNT(keys); k++) {
		struct pmapx_text blocks[PX_COUNT(values)];
		char row[64];

		for (size_t i = 0; i < PX_COUNT(values); i++)
			blocks[i] = make_block(keys[k], i);
		for (size_t i = 0; i < PX_COUNT(values) * PX_COUNT(values); i++) {
			size_t first = i / PX_COUNT(values), other = i % PX_COUNT(values);

			snprintf(
				row, sizeof(row), "%s: shape %zu, then %zu", keys[k], first, other);
			check_change(row, &blocks[first], &blocks[other], i % 7 == 0);
		}
		for (size_t i = 0; i < PX_COUNT(values); i++)
			free((void *)(uintptr_t)blocks[i].bytes);
	}
}

/* Numerical Recipes' generator: the same numbers everywhere. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

PX_TEST(numbers_of_any_digits_are_what_they_say)
{
	static const char alphabet[] = "    00123456789";
	uint32_t seed = 1;

	for (int i = 0; i < 400; i++) {
		struct sequence sequence = { .count = 2 };
		char *bytes[2];

		for (int j = 0; j < 2; j++) {
			FILE *to = open_memstream(&bytes[j], &sequence.blocks[j].length);

			fputs(A_LINE, to);
			for (int field = 0; field < PMAPX_FIELD_COUNT; field++) {
				uint32_t digits = draw(&seed, 9), number = 0;
				char odd[9] = "";

				for (uint32_t k = 0; k < digits; k++)
					number = number * 10 + draw(&seed, 10);
				for (size_t k = 0; k < 8; k++)
					odd[k] = alphabet[draw(&seed, sizeof(alphabet) - 1)];
				if (px_keys[field].unit == PMAPX_UNIT_TEXT)
					continue;
				fprintf(to, "%s:%*s", px_keys[field].key,
					15 - (int)strlen(px_keys[field].key), "");
				if (j == 0 || i % 4 != 0)
					fprintf(to, "%8" PRIu32 " kB\n", number);
				else
					fprintf(to, "%s kB\n", odd);
			}
			fclose(to);
			sequence.blocks[j].bytes = bytes[j];
		}
		check("numbers", &sequence, NULL, some_chunks, 1);
		free(bytes[0]);
		free(bytes[1]);
	}
}

/* Keys of a made-up kernel, and how many of them a mapping has at most. */
static const char *const pool[] = { "Size", "Rss", "Pss", "Shared_Dirty", "Private_Dirty", "Swap",
	"THPeligible", "ProtectionKey", "VmFlags", "Name", "Unheard", "Unheard_Too",
	"A_key_of_15_byt", "A_key_of_16_byte", "A_key_of_17_bytes", "bad key", "face" };

enum { KEYS_MAX = 24 };

struct shape {
	const char *keys[KEYS_MAX];
	size_t count;
};

/* Insert, drop, repeat or move a key. */
static void vary(struct shape *shape, uint32_t *seed)
{
	size_t at = draw(seed, (uint32_t)shape->count + 1);
	uint32_t what = draw(seed, 4);

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
			shape->keys[at] = pool[draw(seed, PX_COUNT(pool))];
	}
}

static char *make_mapping(const struct shape *shape, uint32_t *seed, size_t *ret_length)
{
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);

	fprintf(to, "1000-2000 rw-p 0 0:0 0%s\n", draw(seed, 2) == 0 ? " /a/name" : "");
	for (size_t i = 0; i < shape->count; i++) {
		const char *key = shape->keys[i];
		uint32_t odd = draw(seed, 200);

		if (odd < PX_COUNT(values) / 2) {
			put_line(to, key, draw(seed, PX_COUNT(values)));
		} else if (strcmp(key, "VmFlags") == 0) {
			fprintf(to, "VmFlags: %.*s\n", (int)draw(seed, 20), "rd wr mr mw me ac sd");
		} else if (odd == 199) {
			fputs("0000~000-00001000\n", to);
		} else {
			fprintf(to, "%s:%*s%8" PRIu32 "%s\n", key,
				strlen(key) < 15 ? 15 - (int)strlen(key) : 0, "",
				draw(seed, odd % 2 != 0 ? 5000 : 3), odd % 16 != 0 ? " kB" : "");
		}
	}
	fclose(to);
	return ret;
}

/* Mappings, each much like the one before; free them with drop(). */
static struct sequence make_sequence(uint32_t *seed)
{
	struct sequence sequence = { .count = BLOCKS_MAX };
	struct shape shape = { .count = 0 };

	for (size_t i = 0; i < 12; i++)
		vary(&shape, seed);
	for (size_t i = 0; i < BLOCKS_MAX; i++) {
		struct pmapx_text *block = &sequence.blocks[i];

		while (draw(seed, 3) == 0)
			vary(&shape, seed);
		block->bytes = make_mapping(&shape, seed, &block->length);
	}
	/* The last one may end without a newline. */
	if (draw(seed, 4) == 0)
		sequence.blocks[BLOCKS_MAX - 1].length -= 1 + draw(seed, 12);
	return sequence;
}

static void drop(struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->count; i++)
		free((void *)(uintptr_t)sequence->blocks[i].bytes);
}

PX_TEST(a_mapping_is_the_same_wherever_it_stands)
{
	for (uint32_t i = 1; i <= 150; i++) {
		uint32_t seed = i;
		struct sequence sequence = make_sequence(&seed);
		char row[32];

		snprintf(row, sizeof(row), "seed %u", (unsigned)i);
		check(row, &sequence, NULL, all_chunks, PX_COUNT(all_chunks));
		drop(&sequence);
	}
}

PX_TEST(fields_that_are_wanted_are_as_without_a_wish)
{
	for (uint32_t i = 1; i <= 150; i++) {
		uint32_t seed = i;
		struct sequence sequence = make_sequence(&seed);
		uint64_t fields = (uint64_t)draw(&seed, 1 << 24) << 8 | draw(&seed, 1 << 8);
		char row[32];

		if (i % 4 == 0)
			fields = UINT64_C(1) << draw(&seed, PMAPX_FIELD_COUNT);
		snprintf(row, sizeof(row), "seed %u", (unsigned)i);
		check(row, &sequence, &fields, all_chunks, PX_COUNT(all_chunks));
		drop(&sequence);
	}
}

PX_TEST(a_parser_with_a_wish_lists_no_lines_and_makes_nothing_up)
{
	uint32_t seed = 5;
	struct sequence sequence = make_sequence(&seed);
	size_t length;
	char *bytes = joined(&sequence, &length);
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
	enum { MAPPINGS = 20 * BLOCKS_MAX };
	struct pmapx_parser *parser = px_parser_new(false, 0);
	char *had[MAPPINGS];
	uint64_t layouts[MAPPINGS];
	size_t count = 0, again = 0;

	for (uint32_t i = 1; i <= 20; i++) {
		uint32_t seed = i;
		struct sequence sequence = make_sequence(&seed);
		size_t length;
		char *bytes = joined(&sequence, &length);
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
		cmocka_unit_test(a_byte_changed_anywhere_is_noticed),
		cmocka_unit_test(a_byte_more_or_less_anywhere_is_noticed),
		cmocka_unit_test(every_shape_of_a_line_is_taken_after_every_other),
		cmocka_unit_test(numbers_of_any_digits_are_what_they_say),
		cmocka_unit_test(a_mapping_is_the_same_wherever_it_stands),
		cmocka_unit_test(fields_that_are_wanted_are_as_without_a_wish),
		cmocka_unit_test(a_parser_with_a_wish_lists_no_lines_and_makes_nothing_up),
		cmocka_unit_test(mappings_of_one_layout_have_the_same_keys_in_the_same_order),
		cmocka_unit_test(a_layout_changes_when_keys_do_and_else_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
