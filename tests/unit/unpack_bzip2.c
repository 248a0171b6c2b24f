/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack_bzip2.c: what libbz2 packs comes out again, and the rest is refused.
 */
#include "packing.h"

#include <bzlib.h>
#include <errno.h>
#include <stdlib.h>

static void pack(struct px_store *packed, const void *bytes, size_t length)
{
	unsigned int room = (unsigned int)(length + length / 100 + 600);
	char *stream = malloc(room);

	assert_int_equal(BZ2_bzBuffToBuffCompress(stream, &room,
				 (char *)(uintptr_t)(length > 0 ? bytes : ""), (unsigned int)length,
				 1, 0, 0),
		BZ_OK);
	px_store_add(packed, stream, room);
	free(stream);
}

static const struct px_packer bzip2 = { PX_PACKING_BZIP2, pack };

PX_TEST(what_was_packed_comes_out)
{
	px_check_whole(&bzip2);
}

PX_TEST(what_is_cut_is_handed_out_as_far_as_it_goes)
{
	px_check_cut(&bzip2);
}

PX_TEST(input_that_fails_is_no_fault_of_the_data)
{
	px_check_failing_input(&bzip2);
}

PX_TEST(streams_behind_each_other_are_one)
{
	static const struct {
		struct pmapx_text rest;
		int result;
		const char *said;
	} rows[] = {
		{ { "\0\0\0\0", 4 }, 0, "" },
		{ { "garbage", 7 }, 0, "" },
		{ { "BBZh9", 5 }, 0, "" },
		{ { "BZip", 4 }, 0, "" },
		{ { "BZ", 2 }, -ENODATA, PX_ENDS_EARLY },
		{ { "BZhx", 4 }, -EBADMSG, PX_DAMAGED },
	};
	struct px_store text = { 0 }, packed = { 0 };
	size_t length;

	px_store_add_text(&text, 9000);
	pack(&packed, text.bytes, 4000);
	pack(&packed, text.bytes, 0);
	pack(&packed, text.bytes + 4000, 5000);
	px_check_unpack("streams", PX_PACKING_BZIP2, &packed, &text, 0, "");
	length = packed.length;
	/* What is no stream is nothing, unless it could have become one. */
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		packed.length = length;
		px_store_add(&packed, rows[i].rest.bytes, rows[i].rest.length);
		px_check_unpack(rows[i].rest.bytes, PX_PACKING_BZIP2, &packed, &text,
			rows[i].result, rows[i].said);
	}
	px_store_drop(&text);
	px_store_drop(&packed);
}

PX_TEST(damage_comes_behind_what_is_whole)
{
	struct px_store text = { 0 }, packed = { 0 };
	size_t first;

	px_store_add_text(&text, 2000);
	pack(&packed, text.bytes, 2000);
	/* The sum of the stream, which need not end with a byte. */
	packed.bytes[packed.length - 2] ^= 1;
	px_check_unpack("sum", PX_PACKING_BZIP2, &packed, &text, -EBADMSG, PX_DAMAGED);
	packed.bytes[packed.length - 2] ^= 1;
	/* In the second stream the sum of the block, of whose contents libbz2 has shown all. */
	first = packed.length;
	pack(&packed, text.bytes, 1000);
	packed.bytes[first + 10] ^= 1;
	px_store_add(&text, text.bytes, 1000);
	px_check_unpack("block", PX_PACKING_BZIP2, &packed, &text, -EBADMSG, PX_DAMAGED);
	/* The magic of the block. */
	text.length = 2000;
	packed.bytes[first + 4] ^= 1;
	px_check_unpack("magic", PX_PACKING_BZIP2, &packed, &text, -EBADMSG, PX_DAMAGED);
	px_store_drop(&text);
	px_store_drop(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_out),
		cmocka_unit_test(what_is_cut_is_handed_out_as_far_as_it_goes),
		cmocka_unit_test(input_that_fails_is_no_fault_of_the_data),
		cmocka_unit_test(streams_behind_each_other_are_one),
		cmocka_unit_test(damage_comes_behind_what_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
