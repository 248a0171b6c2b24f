/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack_gzip.c: what zlib packs comes out again, and the rest is refused.
 */
#include "packing.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

static void pack(struct px_store *packed, const void *bytes, size_t length)
{
	z_stream stream = { 0 };
	size_t room;
	uint8_t *member;

	assert_int_equal(
		deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	room = deflateBound(&stream, length);
	member = malloc(room);
	stream.next_in = (uint8_t *)(uintptr_t)bytes;
	stream.avail_in = (uInt)length;
	stream.next_out = member;
	stream.avail_out = (uInt)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	px_store_add(packed, member, room - stream.avail_out);
	deflateEnd(&stream);
	free(member);
}

static const struct px_packer gzip = { PX_PACKING_GZIP, pack };

PX_TEST(what_was_packed_comes_out)
{
	px_check_whole(&gzip);
}

PX_TEST(what_is_cut_is_handed_out_as_far_as_it_goes)
{
	px_check_cut(&gzip);
}

PX_TEST(input_that_fails_is_no_fault_of_the_data)
{
	px_check_failing_input(&gzip);
}

PX_TEST(members_behind_each_other_are_one)
{
	static const struct pmapx_text rests[] = {
		{ "\0", 1 },
		{ "\0\0\0\0\0\0\0\0\x1f\x8b\x08", 11 },
		{ "garbage", 7 },
		{ "\x1f", 1 },
		{ "\x1f\x1f\x8b", 3 },
		{ "\x1f\x8b\x09\0\0\0\0\0\0\0", 10 },
	};
	struct px_store text = { 0 }, packed = { 0 };
	size_t length;

	px_store_add_text(&text, 9000);
	pack(&packed, text.bytes, 4000);
	pack(&packed, NULL, 0);
	pack(&packed, NULL, 0);
	pack(&packed, text.bytes + 4000, 5000);
	px_check_unpack("members", PX_PACKING_GZIP, &packed, &text, 0, "");
	length = packed.length;
	/* What is no member is nothing, unless it could have become one. */
	for (size_t i = 0; i < PX_COUNT(rests); i++) {
		packed.length = length;
		px_store_add(&packed, rests[i].bytes, rests[i].length);
		px_check_unpack("rest", PX_PACKING_GZIP, &packed, &text,
			i == 3           ? -ENODATA
				: i == 5 ? -EBADMSG
					 : 0,
			i == 3           ? PX_ENDS_EARLY
				: i == 5 ? PX_DAMAGED
					 : "");
	}
	px_store_drop(&text);
	px_store_drop(&packed);
}

PX_TEST(damage_comes_behind_what_is_whole)
{
	struct px_store text = { 0 }, packed = { 0 }, nothing = { 0 };
	size_t first;

	px_store_add_text(&text, 2000);
	pack(&packed, text.bytes, 2000);
	/* The checksum, and behind it the length. */
	for (size_t i = 1; i <= 8; i++) {
		packed.bytes[packed.length - i] ^= 1;
		px_check_unpack("sum", PX_PACKING_GZIP, &packed, &text, -EBADMSG, PX_DAMAGED);
		packed.bytes[packed.length - i] ^= 1;
	}
	/* In the second member, whose first block is of a type that there is not. */
	first = packed.length;
	pack(&packed, text.bytes, 1000);
	packed.bytes[first + 10] |= 6;
	px_check_unpack("block", PX_PACKING_GZIP, &packed, &text, -EBADMSG, PX_DAMAGED);
	/* Another method. */
	packed.bytes[2] = 7;
	px_check_unpack("method", PX_PACKING_GZIP, &packed, &nothing, -EBADMSG, PX_DAMAGED);
	px_store_drop(&text);
	px_store_drop(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_out),
		cmocka_unit_test(what_is_cut_is_handed_out_as_far_as_it_goes),
		cmocka_unit_test(input_that_fails_is_no_fault_of_the_data),
		cmocka_unit_test(members_behind_each_other_are_one),
		cmocka_unit_test(damage_comes_behind_what_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
