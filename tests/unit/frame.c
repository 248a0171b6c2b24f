/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * frame.c: bytes in any chunking become whole lines, and what is kept survives.
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"

static void feed(struct px_frame *frame, const char *bytes, size_t length)
{
	ptrdiff_t shift;

	if (length == 0)
		return;
	assert_int_equal(px_frame_space(frame, length, &shift), 0);
	assert_true(frame->size - frame->end >= length);
	memcpy(frame->bytes + frame->end, bytes, length);
	frame->end += length;
}

/* Take all lines there are into @to as "number=text|"; nothing is kept behind them. */
static enum px_frame_result take_all(struct px_frame *frame, FILE *to)
{
	enum px_frame_result result;
	struct pmapx_text line;

	while ((result = px_frame_peek(frame, &line)) != PX_FRAME_MORE && result != PX_FRAME_END) {
		px_frame_take(frame, &line);
		fprintf(to, "%d%c", (int)frame->line, result == PX_FRAME_CUT ? '~' : '=');
		fwrite(line.bytes, 1, line.length, to);
		fputc('|', to);
	}
	frame->keep = frame->at;
	return result;
}

static const struct {
	const char *bytes;
	size_t length;
	const char *want;
} samples[] = {
	{ PX_BYTES(""), "" },
	{ PX_BYTES("\n"), "1=|" },
	{ PX_BYTES("\n\n"), "1=|2=|" },
	{ PX_BYTES("a"), "1~a|" },
	{ PX_BYTES("a\n"), "1=a|" },
	{ PX_BYTES("a\nbc"), "1=a|2~bc|" },
	{ PX_BYTES("\nabc\n\nd\n"), "1=|2=abc|3=|4=d|" },
	{ PX_BYTES("a\r\n"), "1=a\r|" },
};

PX_TEST(lines_do_not_depend_on_the_pieces_they_come_in)
{
	for (size_t i = 0; i < PX_COUNT(samples); i++) {
		for (size_t chunk = 1; chunk <= samples[i].length + 1; chunk++) {
			struct px_frame frame = { 0 };
			char *got;
			size_t size;
			FILE *to = open_memstream(&got, &size);

			for (size_t at = 0; at < samples[i].length; at += chunk) {
				size_t left = samples[i].length - at;

				feed(&frame, samples[i].bytes + at, left < chunk ? left : chunk);
				assert_int_equal(take_all(&frame, to), PX_FRAME_MORE);
			}
			frame.finished = true;
			assert_int_equal(take_all(&frame, to), PX_FRAME_END);
			assert_int_equal(take_all(&frame, to), PX_FRAME_END);
			fclose(to);
			px_same(samples[i].want, samples[i].want, got);
			free(got);
			px_frame_deinit(&frame);
		}
	}
}

PX_TEST(a_peek_takes_nothing)
{
	struct px_frame frame = { 0 };
	struct pmapx_text first, second;

	feed(&frame, "ab\ncd\n", 6);
	assert_int_equal(px_frame_peek(&frame, &first), PX_FRAME_LINE);
	assert_int_equal(px_frame_peek(&frame, &second), PX_FRAME_LINE);
	assert_ptr_equal(first.bytes, second.bytes);
	assert_int_equal(first.length, second.length);
	assert_int_equal(frame.line, 0);
	px_frame_deinit(&frame);
}

PX_TEST(what_is_kept_moves_as_the_shift_says)
{
	struct px_frame frame = { 0 };
	size_t kept = 0;
	unsigned moves = 0;

	/* Keep the last 1 to 5000 bytes, in an input of about a megabyte. */
	for (uint64_t i = 0; i < 20000; i++) {
		uintptr_t old = (uintptr_t)frame.bytes + frame.keep;
		char piece[64];
		int length = snprintf(piece, sizeof(piece), "%020d.....%020d", (int)i, (int)i);
		ptrdiff_t shift;

		assert_int_equal(px_frame_space(&frame, (size_t)length, &shift), 0);
		if (kept > 0)
			assert_int_equal(
				(uintptr_t)frame.bytes + frame.keep, old + (uintptr_t)shift);
		moves += shift != 0;
		memcpy(frame.bytes + frame.end, piece, (size_t)length);
		frame.end += (size_t)length;
		frame.at = frame.scanned = frame.end;
		if (i % 111 == 0)
			frame.keep = frame.end - (size_t)length;
		kept = frame.end - frame.keep;
		assert_memory_equal(frame.bytes + frame.end - 20, piece + 25, 20);
		length = snprintf(piece, sizeof(piece), "%020d", (int)(i - i % 111));
		assert_memory_equal(frame.bytes + frame.keep, piece, (size_t)length);
	}
	assert_true(moves > 5);
	/* It is reused, not grown for ever. */
	assert_true(frame.size <= 64 * 1024);
	px_frame_deinit(&frame);
}

PX_TEST(what_little_is_kept_moves_to_the_front)
{
	static char bytes[1000];
	/* Bytes that are gone before those that are kept, and whether there is a move. */
	static const struct {
		size_t gone, kept;
		bool moves;
	} rows[] = {
		{ 0, 0, false },
		{ 0, 1, false },
		{ 1, 1, false },
		{ 100, 100, false },
		{ 1000, 251, false },
		{ 1000, 250, true },
		{ 1000, 1, true },
		{ 1000, 0, true },
		{ 1, 0, true },
	};

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i % 251 + 1);
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		size_t gone = rows[i].gone, kept = rows[i].kept;
		struct px_frame frame = { 0 };
		const char *buffer;
		ptrdiff_t shift = 42;

		assert_int_equal(px_frame_space(&frame, 2000, &shift), 0);
		assert_int_equal(shift, 0);
		memcpy(frame.bytes, bytes, gone);
		memcpy(frame.bytes + gone, bytes, kept);
		frame.end = gone + kept;
		frame.keep = gone;
		frame.at = frame.scanned = frame.end;
		buffer = frame.bytes;
		assert_int_equal(px_frame_space(&frame, 1, &shift), 0);
		assert_ptr_equal(frame.bytes, buffer);
		px_same_number("shift", rows[i].moves ? -(ptrdiff_t)gone : 0, shift);
		px_same_number("keep", rows[i].moves ? 0 : gone, frame.keep);
		px_same_number("kept", kept, frame.end - frame.keep);
		px_same_number("at", frame.end, frame.at);
		px_same_number("scanned", frame.end, frame.scanned);
		px_same_bytes("bytes", bytes, kept, frame.bytes + frame.keep, kept);
		px_frame_deinit(&frame);
	}
}

PX_TEST(lines_that_are_skipped_are_counted_and_gone)
{
	struct px_frame frame = { 0 };
	struct pmapx_text line;

	feed(&frame, "one\ntwo\nthree\nfour", 18);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	/* None: all is as it was. */
	px_frame_skip(&frame, frame.bytes + 99, 0);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	px_same_bytes("none", "one", 3, line.bytes, line.length);
	assert_int_equal(frame.line, 0);
	px_frame_skip(&frame, frame.bytes + 8, 2);
	assert_int_equal(frame.line, 2);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	px_same_bytes("two", "three", 5, line.bytes, line.length);
	/* The newline of the line that was looked at before is not taken for another's. */
	px_frame_skip(&frame, frame.bytes + 14, 1);
	assert_int_equal(frame.line, 3);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_MORE);
	feed(&frame, "\n", 1);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	px_same_bytes("the last", "four", 4, line.bytes, line.length);
	px_frame_take(&frame, &line);
	assert_int_equal(frame.line, 4);
	px_frame_deinit(&frame);
}

PX_TEST(a_line_longer_than_the_buffer_makes_it_grow)
{
	struct px_frame frame = { 0 };
	struct pmapx_text line;
	char piece[1000];

	for (int i = 0; i < 3000; i++) {
		memset(piece, 'a' + i % 26, sizeof(piece));
		feed(&frame, piece, sizeof(piece));
		assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_MORE);
	}
	feed(&frame, "\n", 1);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	assert_int_equal(line.length, 3000 * sizeof(piece));
	for (size_t i = 0; i < line.length; i++)
		if (line.bytes[i] != (char)('a' + i / sizeof(piece) % 26))
			fail_msg("byte %zu is %c", i, line.bytes[i]);
	px_frame_deinit(&frame);
}

PX_TEST(room_beyond_all_memory_is_refused_and_nothing_is_lost)
{
	struct px_frame frame = { 0 };
	struct pmapx_text line;
	ptrdiff_t shift;

	feed(&frame, "kept\n", 5);
	assert_int_equal(px_frame_space(&frame, SIZE_MAX, &shift), -ENOMEM);
	assert_int_equal(px_frame_space(&frame, SIZE_MAX - 3, &shift), -ENOMEM);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	px_same_bytes("line", "kept", 4, line.bytes, line.length);
	px_frame_deinit(&frame);
}

PX_TEST(a_reset_keeps_the_memory_only)
{
	struct px_frame frame = { 0 };
	struct pmapx_text line;
	const char *bytes;

	feed(&frame, "a\nb", 3);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	px_frame_take(&frame, &line);
	frame.finished = true;
	bytes = frame.bytes;
	px_frame_reset(&frame);
	assert_ptr_equal(frame.bytes, bytes);
	assert_int_equal(frame.line, 0);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_MORE);
	feed(&frame, "c\n", 2);
	assert_int_equal(px_frame_peek(&frame, &line), PX_FRAME_LINE);
	px_same_bytes("line", "c", 1, line.bytes, line.length);
	px_frame_deinit(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_do_not_depend_on_the_pieces_they_come_in),
		cmocka_unit_test(a_peek_takes_nothing),
		cmocka_unit_test(what_is_kept_moves_as_the_shift_says),
		cmocka_unit_test(what_little_is_kept_moves_to_the_front),
		cmocka_unit_test(lines_that_are_skipped_are_counted_and_gone),
		cmocka_unit_test(a_line_longer_than_the_buffer_makes_it_grow),
		cmocka_unit_test(room_beyond_all_memory_is_refused_and_nothing_is_lost),
		cmocka_unit_test(a_reset_keeps_the_memory_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
