/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unpack_xz.c: what liblzma packs comes out again, and the rest is refused.
 */
#include "packing.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>

static void pack(struct px_store *packed, const void *bytes, size_t length)
{
	size_t room = lzma_stream_buffer_bound(length), got = 0;
	uint8_t *stream = malloc(room);
	lzma_options_lzma options;
	lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &options }, { LZMA_VLI_UNKNOWN, NULL } };

	assert_false(lzma_lzma_preset(&options, 1));
	options.dict_size = 1 << 16;
	assert_int_equal(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, NULL, bytes, length,
				 stream, &got, room),
		LZMA_OK);
	px_store_add(packed, stream, got);
	free(stream);
}

/* What a block says of its only filter: a number for LZMA2, one byte follows, the dictionary. */
enum { FILTER_ID, FILTER_LENGTH, FILTER_DICTIONARY };

/* Let the first block of @stream, behind 12 bytes, say something else of its filter. */
static void put_in_block(uint8_t *stream, size_t at, uint8_t byte)
{
	uint8_t *block = stream + 12, *filter = block + 2;
	size_t length = (size_t)block[0] * 4;
	uint32_t crc;

	/* Two sizes come first. */
	while (filter[FILTER_ID] != LZMA_FILTER_LZMA2 || filter[FILTER_LENGTH] != 1)
		filter++;
	filter[at] = byte;
	crc = lzma_crc32(block, length, 0);
	for (int i = 0; i < 4; i++)
		block[length + (size_t)i] = (uint8_t)(crc >> 8 * i);
}

static const struct px_packer xz = { PX_PACKING_XZ, pack };

PX_TEST(what_was_packed_comes_out)
{
	px_check_whole(&xz);
}

PX_TEST(streams_behind_each_other_are_one)
{
	struct px_store text = { 0 }, packed = { 0 };

	px_store_add_text(&text, 9000);
	pack(&packed, text.bytes, 4000);
	pack(&packed, NULL, 0);
	px_store_add(&packed, "\0\0\0\0", 4);
	pack(&packed, text.bytes + 4000, 5000);
	px_check_unpack("padded", PX_PACKING_XZ, &packed, &text, 0, "");
	px_store_add(&packed, "more than padding", 17);
	px_check_unpack("garbage", PX_PACKING_XZ, &packed, &text, -EBADMSG, PX_DAMAGED);
	px_store_drop(&text);
	px_store_drop(&packed);
}

PX_TEST(what_is_cut_is_handed_out_as_far_as_it_goes)
{
	px_check_cut(&xz);
}

PX_TEST(input_that_fails_is_no_fault_of_the_data)
{
	px_check_failing_input(&xz);
}

PX_TEST(damage_comes_behind_what_is_whole)
{
	struct px_store text = { 0 }, packed = { 0 }, nothing = { 0 };
	struct px_store no_xz = { (uint8_t *)(uintptr_t) "PK\3\4 and then much more", 23, 23 };
	size_t first;

	px_check_unpack("no xz", PX_PACKING_XZ, &no_xz, &nothing, -EBADMSG,
		"the compressed data does not begin as .xz does");

	px_store_add_text(&text, 2000);
	pack(&packed, text.bytes, 1000);
	/* The checksum, before the index (8 bytes) and the footer (12). */
	packed.bytes[packed.length - 24] ^= 1;
	text.length = 1000;
	px_check_unpack("checksum", PX_PACKING_XZ, &packed, &text, -EBADMSG, PX_DAMAGED);
	packed.bytes[packed.length - 24] ^= 1;

	/* In the second stream, once with a checksum that fits and once without. */
	first = packed.length;
	pack(&packed, text.bytes, 1000);
	put_in_block(packed.bytes + first, FILTER_ID, 0x22);
	px_check_unpack("filter", PX_PACKING_XZ, &packed, &text, -EOPNOTSUPP,
		"the data is compressed in a way that liblzma does not know");
	packed.bytes[first + 13] ^= 1;
	px_check_unpack("header", PX_PACKING_XZ, &packed, &text, -EBADMSG, PX_DAMAGED);
	px_store_drop(&text);
	px_store_drop(&packed);
}

PX_TEST(memory_has_a_limit)
{
	static const struct {
		uint8_t dictionary; /* As a block says it. */
		bool is_refused;
		const char *said;
	} rows[] = {
		{ 28, false, "" }, /* 64 MiB, the most that xz itself takes unless told. */
		{ 29, false, "" }, /* 96 MiB. */
		{ 30, true,
			"unpacking needs 129 MiB of memory, more than the 128 MiB that may be taken" },
		{ 37, true,
			"unpacking needs 1537 MiB of memory, more than the 128 MiB that may be taken" },
		{ 40, true,
			"unpacking needs 4097 MiB of memory, more than the 128 MiB that may be taken" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_store text = { 0 }, packed = { 0 };
		size_t first;

		px_store_add_text(&text, 3000);
		pack(&packed, text.bytes, 1000);
		first = packed.length;
		pack(&packed, text.bytes + 1000, 2000);
		put_in_block(packed.bytes + first, FILTER_DICTIONARY, rows[i].dictionary);
		text.length = rows[i].is_refused ? 1000 : 3000;
		px_check_unpack(rows[i].said, PX_PACKING_XZ, &packed, &text,
			rows[i].is_refused ? -EFBIG : 0, rows[i].said);
		px_store_drop(&text);
		px_store_drop(&packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_packed_comes_out),
		cmocka_unit_test(streams_behind_each_other_are_one),
		cmocka_unit_test(what_is_cut_is_handed_out_as_far_as_it_goes),
		cmocka_unit_test(input_that_fails_is_no_fault_of_the_data),
		cmocka_unit_test(damage_comes_behind_what_is_whole),
		cmocka_unit_test(memory_has_a_limit),
	};

	px_unpack_close(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
