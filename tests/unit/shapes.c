/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c: lines of every shape, where another shape was expected.
 */
#include "sequence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

/* Sizes of pieces. */
static const size_t none[] = { 0 }, pieces[] = { 5, 0 };

/* A block as it is expected, a changed one, and both again. */
static void check_change(const char *row, const struct pmapx_text *usual,
	const struct pmapx_text *changed, bool thoroughly)
{
	const struct px_sequence sequence = {
		.blocks = { *usual, *changed, *usual, *usual, *changed, *changed, *usual },
		.count = thoroughly ? 7 : 3,
	};

	px_check_sequence(row, &sequence, NULL, thoroughly ? pieces : none);
}

/* The same for a parser that looks for one field, which comes last. */
static void check_change_of_fields(
	const char *row, const struct pmapx_text *usual, const struct pmapx_text *changed)
{
	static const uint64_t few = UINT64_C(1) << PMAPX_FIELD_PSS;
	const struct px_sequence sequence = { { *usual, *changed, *usual }, 3 };

	px_check_sequence(row, &sequence, &few, none);
}

#define A_LINE "1000-2000 rw-p 00000000 00:00 0 \n"

/* Of each kind of line one, as the kernel prints them. */
static const char usual_block[] = A_LINE "Size:                  4 kB\n"
					 "Rss:            12345678 kB\n"
					 "Unheard:               3 kB\n"
					 "THPeligible:           0\n"
					 "A_key_of_15_byt:      17 kB\n"
					 "A_key_of_16_byte:       1 kB\n"
					 "VmFlags: rd wr \n"
					 "Pss:                   2 kB\n";

/* Bytes on both sides of every border that a line has. */
static const char bytes_of_interest[] = "\0\1\t\n\v\f\r\x1b\x1f !\"%/019:;@AFKPRV_`acfkp~\x7f\x80"
					"\x89\x8d\x90\x99\x9a\xa0\xb0\xb9\xba\xc6\xd0\xe0\xf0\xff";

PX_TEST(a_byte_changed_anywhere_is_noticed)
{
	const size_t first = sizeof(A_LINE) - 1, length = sizeof(usual_block) - 1;
	const size_t number = (size_t)(strstr(usual_block, "Rss:") - usual_block) + 16;
	const struct pmapx_text usual = { usual_block, length };
	char bytes[sizeof(usual_block)], row[64];

	/* But for the last newline, without which the next mapping is on the same line. */
	for (size_t at = first; at < length - 1; at++) {
		bool is_value = at >= number && at < number + 12;

		for (size_t i = 0; i < (is_value ? 256 : sizeof(bytes_of_interest) - 1); i++) {
			memcpy(bytes, usual_block, sizeof(bytes));
			bytes[at] = is_value ? (char)i : bytes_of_interest[i];
			snprintf(
				row, sizeof(row), "byte %zu is %02x", at, (unsigned char)bytes[at]);
			check_change(row, &usual, &(struct pmapx_text){ bytes, length }, false);
			check_change_of_fields(row, &usual, &(struct pmapx_text){ bytes, length });
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
			check_change_of_fields(
				row, &usual, &(struct pmapx_text){ bytes, length + 1 });
		}
	}
}

static const char *const keys[] = { "Rss", "Unheard", "THPeligible", "VmFlags", "Name",
	"A_key_of_15_byt", "A_key_of_16_byte" };

/* A mapping with one key between two others, to be freed. */
static struct pmapx_text make_block(const char *key, size_t shape)
{
	size_t length;
	char *bytes;
	FILE *to = open_memstream(&bytes, &length);

	fputs(A_LINE "Size:                  4 kB\n", to);
	px_put_shape(to, key, shape);
	fputs("Pss:                   2 kB\n", to);
	fclose(to);
	return (struct pmapx_text){ bytes, length };
}

enum { SHAPES_MAX = 100 };

PX_TEST(every_shape_of_a_line_is_taken_after_every_other)
{
	for (size_t k = 0; k < PX_COUNT(keys); k++) {
		struct pmapx_text blocks[SHAPES_MAX];
		char row[64];

		assert_true(px_shape_count <= SHAPES_MAX);
		for (size_t i = 0; i < px_shape_count; i++)
			blocks[i] = make_block(keys[k], i);
		for (size_t i = 0; i < px_shape_count * px_shape_count; i++) {
			size_t first = i / px_shape_count, other = i % px_shape_count;

			snprintf(
				row, sizeof(row), "%s: shape %zu, then %zu", keys[k], first, other);
			check_change(row, &blocks[first], &blocks[other], i % 7 == 0);
		}
		for (size_t i = 0; i < px_shape_count; i++)
			free((void *)(uintptr_t)blocks[i].bytes);
	}
}

PX_TEST(numbers_of_any_digits_are_what_they_say)
{
	static const char alphabet[] = "    00123456789";
	uint32_t seed = 1;

	for (int i = 0; i < 400; i++) {
		struct px_sequence sequence = { .count = 2 };
		char *bytes[2];

		for (int j = 0; j < 2; j++) {
			FILE *to = open_memstream(&bytes[j], &sequence.blocks[j].length);

			fputs(A_LINE, to);
			for (int field = 0; field < PMAPX_FIELD_COUNT; field++) {
				uint32_t digits = px_draw(&seed, 9), number = 0;
				char odd[9] = "";

				for (uint32_t k = 0; k < digits; k++)
					number = number * 10 + px_draw(&seed, 10);
				for (size_t k = 0; k < 8; k++)
					odd[k] = alphabet[px_draw(&seed, sizeof(alphabet) - 1)];
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
		px_check_sequence("numbers", &sequence, NULL, none);
		free(bytes[0]);
		free(bytes[1]);
	}
}

/* Lines in the shape of the kernel's, as many as are expected, and one more. */
static const struct {
	const char *about, *lines;
	size_t taken; /* How many are, after the lines of learnt[]. */
} taken[] = {
	{ "the same",
		"Size:                  4 kB\nNew:                   4 kB\n"
		"THPeligible:           0\nVmFlags: rd wr ex \nRss: ",
		4 },
	{ "of any digits",
		"Size:           98765432 kB\nNew:             9090909 kB\n"
		"THPeligible:    12345678\nVmFlags:        \nRss: ",
		4 },
	{ "of other digits",
		"Size:             987654 kB\nNew:                 909 kB\n"
		"THPeligible:          99\nVmFlags: none of these      \n",
		4 },
	{ "of ten",
		"Size:                 10 kB\nNew:                  10 kB\n"
		"THPeligible:        1000\nVmFlags: none of these      \n",
		4 },
	{ "flags of another length",
		"Size:                  4 kB\nNew:                   4 kB\n"
		"THPeligible:           0\nVmFlags: rd wr mr mw me ac sd \n",
		4 },
	{ "no flags",
		"Size:                  4 kB\nNew:                   4 kB\n"
		"THPeligible:           0\nVmFlags:\nRss: 4 kB",
		4 },
	{ "flags that are not whole",
		"Size:                  4 kB\nNew:                   4 kB\n"
		"THPeligible:           0\nVmFlags: rd wr ex and so on",
		3 },
	{ "with a unit or not",
		"Size:                  4\nNew:                   4\n"
		"THPeligible:           0 kB\nVmFlags: rd wr ex \n",
		4 },
	{ "more digits than the kernel's", "Size:          123456789 kB\n", 0 },
	{ "zeros in front", "Size:                 04 kB\n", 0 },
	{ "no number", "Size:                  x kB\n", 0 },
	{ "another unit", "Size:                  4 MB\n", 0 },
	{ "another key", "Size:                  4 kB\nNews:                  4 kB\n", 1 },
	{ "no key", "Size:                  4 kB\nNew                    4 kB\n", 1 },
	{ "a key less",
		"Size:                  4 kB\nTHPeligible:           0\nVmFlags: rd wr ex\n", 1 },
	{ "nothing", "", 0 },
};

/* Put each of @lines into @layout, as if it had not been expected. */
static void learn(struct px_layout *layout, const char *lines, struct pmapx_smaps *smaps)
{
	struct pmapx_error error;

	while (*lines != '\0') {
		const char *end = strchr(lines, '\n');

		assert_int_equal(
			px_layout_add(layout, &(struct pmapx_text){ lines, (size_t)(end - lines) },
				smaps, &error),
			0);
		lines = end + 1;
	}
}

PX_TEST(lines_in_the_shape_of_the_kernels_are_taken_at_once)
{
	static const char learnt[] = "Size:                  4 kB\nNew:                   4 kB\n"
				     "THPeligible:           0\nVmFlags: rd wr ex \n";

	for (size_t i = 0; i < PX_COUNT(taken); i++) {
		struct px_layout layout = { .wanted = UINT64_MAX, .lists = true };
		struct pmapx_smaps smaps = { 0 };
		size_t length = strlen(taken[i].lines), lines = 0;
		char *exact = px_exact(taken[i].lines, length);
		const char *at, *want = exact;
		uint64_t number;

		px_layout_begin(&layout, learnt);
		learn(&layout, learnt, &smaps);
		px_layout_end(&layout);
		number = layout.number;
		px_layout_begin(&layout, exact);
		at = px_layout_take(&layout, exact, exact + length, &smaps);
		for (; lines < taken[i].taken; lines++) {
			px_same_number(taken[i].about, (size_t)(want - exact),
				layout.lines.offsets[lines]);
			want = (const char *)memchr(want, '\n', length) + 1;
		}
		px_same_number(taken[i].about, want - exact, at - exact);
		px_same_number(taken[i].about, lines, layout.at);
		px_layout_end(&layout);
		px_same_number(taken[i].about, lines == 4, layout.number == number);
		px_layout_deinit(&layout);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_changed_anywhere_is_noticed),
		cmocka_unit_test(a_byte_more_or_less_anywhere_is_noticed),
		cmocka_unit_test(every_shape_of_a_line_is_taken_after_every_other),
		cmocka_unit_test(numbers_of_any_digits_are_what_they_say),
		cmocka_unit_test(lines_in_the_shape_of_the_kernels_are_taken_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
