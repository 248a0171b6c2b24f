/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack_zstd.c: what libzstd packs comes out again, and the rest is refused.
 */
#include "packing.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>

/* With the size of the contents if @has_size; else with that of a window. */
static void pack_frame(
	struct px_store *packed, const void *bytes, size_t length, int has_size, int has_sum)
{
	size_t room = ZSTD_compressBound(length), got;
	ZSTD_CCtx *context = ZSTD_createCCtx();
	uint8_t *frame = malloc(room);

	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, has_sum);
	ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, has_size);
	got = ZSTD_compress2(context, frame, room, bytes, length);
	assert_false(ZSTD_isError(got));
	px_store_add(packed, frame, got);
	ZSTD_freeCCtx(context);
	free(frame);
}

static void pack(struct px_store *packed, const void *bytes, size_t length)
{
	pack_frame(packed, bytes, length, 0, 1);
}

static void pack_with_size(struct px_store *packed, const void *bytes, size_t length)
{
	pack_frame(packed, bytes, length, 1, 1);
}

/* So that a frame may end where there is no more room. */
static void pack_without_sum(struct px_store *packed, const void *bytes, size_t length)
{
	pack_frame(packed, bytes, length, 0, 0);
}

static const struct px_packer zstd = { PX_PACKING_ZSTD, pack };
static const struct px_packer zstd_with_size = { PX_PACKING_ZSTD, pack_with_size };

PX_TEST(what_was_packed_comes_out)
{
	px_check_whole(&zstd);
	px_check_whole(&zstd_with_size);
	px_check_whole(&(struct px_packer){ PX_PACKING_ZSTD, pack_without_sum });
}

PX_TEST(what_is_cut_is_handed_out_as_far_as_it_goes)
{
	px_check_cut(&zstd);
	px_check_cut(&zstd_with_size);
}

PX_TEST(input_that_fails_is_no_fault_of_the_data)
{
	px_check_failing_input(&zstd);
	px_check_failing_input(&zstd_with_size);
}

PX_TEST(frames_behind_each_other_are_one)
{
	static const char skipped[] = "\x50\x2a\x4d\x18\5\0\0\0:-)))";
	struct pmapx_text beginning = { skipped, sizeof(skipped) - 1 };
	struct px_store text = { 0 }, packed = { 0 };

	px_store_add_text(&text, 9000);
	px_store_add(&packed, skipped, sizeof(skipped) - 1);
	pack(&packed, text.bytes, 2000);
	pack_without_sum(&packed, text.bytes + 2000, 2000);
	pack_with_size(&packed, NULL, 0);
	px_store_add(&packed, skipped, sizeof(skipped) - 1);
	pack_with_size(&packed, text.bytes + 4000, 5000);
	px_store_add(&packed, skipped, sizeof(skipped) - 1);
	assert_int_equal(px_unpack_find(&beginning), PX_PACKING_ZSTD);
	px_check_unpack("frames", PX_PACKING_ZSTD, &packed, &text, 0, "");
	packed.length--;
	px_check_unpack("cut", PX_PACKING_ZSTD, &packed, &text, -ENODATA, PX_ENDS_EARLY);
	packed.length++;
	/* As zstd(1) has it. */
	px_store_add(&packed, "garbage", 7);
	px_check_unpack("garbage", PX_PACKING_ZSTD, &packed, &text, -EBADMSG, PX_DAMAGED);
	px_store_drop(&text);
	px_store_drop(&packed);
}

PX_TEST(damage_comes_behind_what_is_whole)
{
	/* A single segment with a dictionary; a bit that is reserved. */
	static const char dictionary[] = "\x28\xb5\x2f\xfd\x21\7\1\x09\0\0a";
	static const char reserved[] = "\x28\xb5\x2f\xfd\x28\1\x09\0\0a";
	struct px_store text = { 0 }, packed = { 0 };
	size_t first;

	px_store_add_text(&text, 2000);
	pack(&packed, text.bytes, 2000);
	packed.bytes[packed.length - 1] ^= 1;
	px_check_unpack("sum", PX_PACKING_ZSTD, &packed, &text, -EBADMSG, PX_DAMAGED);
	packed.bytes[packed.length - 1] ^= 1;
	first = packed.length;
	px_store_add(&packed, dictionary, sizeof(dictionary) - 1);
	px_check_unpack("dictionary", PX_PACKING_ZSTD, &packed, &text, -EOPNOTSUPP,
		"the data is compressed with a dictionary, which is missing");
	packed.length = first;
	px_store_add(&packed, reserved, sizeof(reserved) - 1);
	px_check_unpack("reserved", PX_PACKING_ZSTD, &packed, &text, -EOPNOTSUPP,
		"the data is compressed in a way that libzstd does not know");
	px_store_drop(&text);
	px_store_drop(&packed);
}

/* Two frames, whose second has @change behind its magic in place of as many bytes. */
static void check_window(const struct pmapx_text *change, const char *said)
{
	struct px_store text = { 0 }, packed = { 0 };
	bool is_refused = *said != '\0';
	size_t first;

	px_store_add_text(&text, 3000);
	pack(&packed, text.bytes, 1000);
	first = packed.length;
	pack(&packed, text.bytes + 1000, 2000);
	assert_int_equal(packed.bytes[first + 4], 4);
	for (size_t i = 0; i < change->length; i++)
		packed.bytes[first + 4 + i] = (uint8_t)change->bytes[i];
	text.length = is_refused ? 1000 : 3000;
	px_check_unpack(said, PX_PACKING_ZSTD, &packed, &text, is_refused ? -EFBIG : 0, said);
	px_store_drop(&text);
	px_store_drop(&packed);
}

#define NEEDS(mib) "unpacking needs " mib " MiB of memory, more than the 128 MiB that may be taken"

PX_TEST(memory_has_a_limit)
{
	/* A checksum and a window: its power of two from 10 on, and its eighths. */
	check_window(&(struct pmapx_text){ "\4\x80", 2 }, "");
	check_window(&(struct pmapx_text){ "\4\x88", 2 }, "");
	check_window(&(struct pmapx_text){ "\4\x89", 2 }, NEEDS("144"));
	check_window(&(struct pmapx_text){ "\4\x90", 2 }, NEEDS("256"));
	check_window(&(struct pmapx_text){ "\4\xa8", 2 }, NEEDS("2048"));
	check_window(&(struct pmapx_text){ "\4\xff", 2 }, NEEDS("3932160"));
	/* A single segment: with sizes of four and of eight bytes, and without a dictionary, by a number. */
	check_window(&(struct pmapx_text){ "\xa4\1\0\0\x08", 5 }, NEEDS("129"));
	check_window(&(struct pmapx_text){ "\xe4\0\0\0\0\1\0\0\0", 9 }, NEEDS("4096"));
	check_window(&(struct pmapx_text){ "\xe7\0\0\0\0\0\0\0\0\1\0\0\0", 13 }, NEEDS("4096"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_out),
		cmocka_unit_test(what_is_cut_is_handed_out_as_far_as_it_goes),
		cmocka_unit_test(input_that_fails_is_no_fault_of_the_data),
		cmocka_unit_test(frames_behind_each_other_are_one),
		cmocka_unit_test(damage_comes_behind_what_is_whole),
		cmocka_unit_test(memory_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
