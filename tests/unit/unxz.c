/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unxz.c: what liblzma packs comes out again, and the rest is refused.
 */
#include "support.h"

#include <errno.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>

#include "unxz.h"

/* Bytes that grow; zero to begin with. */
struct store {
	uint8_t *bytes;
	size_t length, size;
};

static void add(struct store *store, const void *bytes, size_t length)
{
	if (store->size - store->length < length) {
		store->size = 2 * (store->length + length);
		store->bytes = realloc(store->bytes, store->size);
		assert_non_null(store->bytes);
	}
	if (length > 0)
		memcpy(store->bytes + store->length, bytes, length);
	store->length += length;
}

/* Pack @length bytes as a stream of its own, behind what is in @packed. */
static void pack(struct store *packed, const void *bytes, size_t length, uint32_t dictionary)
{
	size_t room = lzma_stream_buffer_bound(length), got = 0;
	uint8_t *stream = malloc(room);
	lzma_options_lzma options;
	lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &options }, { LZMA_VLI_UNKNOWN, NULL } };

	assert_false(lzma_lzma_preset(&options, 1));
	options.dict_size = dictionary;
	assert_int_equal(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, NULL, bytes, length,
				 stream, &got, room),
		LZMA_OK);
	add(packed, stream, got);
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

/* What is packed, handed out in pieces; at its end comes @end. */
struct feed {
	const uint8_t *bytes;
	size_t left, piece;
	ssize_t end;
};

static ssize_t take(void *data, void *bytes, size_t size)
{
	struct feed *feed = data;
	size_t n = feed->left < feed->piece ? feed->left : feed->piece;

	if (n == 0)
		return feed->end;
	n = n < size ? n : size;
	memcpy(bytes, feed->bytes, n);
	feed->bytes += n;
	feed->left -= n;
	return (ssize_t)n;
}

/* Unpack all of it, @size bytes at a time, into @ret; returns what ended that. */
static int unpack(struct feed feed, size_t size, struct store *ret, char trouble[120])
{
	struct px_unxz *unxz;
	char *bytes = malloc(size);
	ssize_t n;

	assert_int_equal(px_unxz_open(take, &feed, &unxz), 0);
	assert_null(px_unxz_trouble(unxz));
	while ((n = px_unxz_read(unxz, bytes, size)) > 0) {
		assert_true((size_t)n <= size);
		add(ret, bytes, (size_t)n);
	}
	/* It stays at that. */
	assert_int_equal(px_unxz_read(unxz, bytes, size), n);
	assert_int_equal(px_unxz_read(unxz, bytes, size), n);
	strcpy(trouble, px_unxz_trouble(unxz) != NULL ? px_unxz_trouble(unxz) : "");
	px_unxz_close(unxz);
	free(bytes);
	return (int)n;
}

/* All of @packed gives @want, then @result and @said, however it is cut into pieces. */
static void check(const char *row, const struct store *packed, const struct store *want, int result,
	const char *said)
{
	static const size_t pieces[] = { 1, 7, 4096, 1 << 20 }, sizes[] = { 1, 100, 1 << 17 };

	for (size_t i = 0; i < PX_COUNT(pieces) * PX_COUNT(sizes); i++) {
		struct feed feed = { packed->bytes, packed->length, pieces[i % PX_COUNT(pieces)],
			0 };
		struct store got = { 0 };
		char trouble[120];
		int r = unpack(feed, sizes[i / PX_COUNT(pieces)], &got, trouble);

		px_same_number(row, result, r);
		px_same(row, said, trouble);
		px_same_bytes(row, (const char *)want->bytes, want->length, (const char *)got.bytes,
			got.length);
		free(got.bytes);
	}
}

/* Something that does not pack well, then something that does. */
static void make_text(struct store *ret, size_t length)
{
	char *bytes = calloc(1, length);
	uint32_t seed = 1;

	for (size_t i = 0; i < length / 2; i++)
		bytes[i] = (char)px_draw(&seed, 256);
	add(ret, bytes, length);
	free(bytes);
}

PX_TEST(what_was_packed_comes_out)
{
	static const size_t lengths[] = { 0, 1, 5000, 200000 };

	for (size_t i = 0; i < PX_COUNT(lengths); i++) {
		struct store text = { 0 }, packed = { 0 };

		make_text(&text, lengths[i]);
		pack(&packed, text.bytes, text.length, 1 << 16);
		check("one stream", &packed, &text, 0, "");
		free(text.bytes);
		free(packed.bytes);
	}
}

PX_TEST(streams_behind_each_other_are_one)
{
	struct store text = { 0 }, packed = { 0 };

	make_text(&text, 9000);
	pack(&packed, text.bytes, 4000, 1 << 16);
	pack(&packed, NULL, 0, 1 << 16);
	add(&packed, "\0\0\0\0", 4);
	pack(&packed, text.bytes + 4000, 5000, 1 << 20);
	check("padded", &packed, &text, 0, "");
	add(&packed, "more than padding", 17);
	check("garbage", &packed, &text, -EBADMSG, "the compressed data is damaged");
	free(text.bytes);
	free(packed.bytes);
}

PX_TEST(what_is_cut_is_handed_out_as_far_as_it_goes)
{
	struct store text = { 0 }, packed = { 0 };
	size_t first, before = 0;

	make_text(&text, 1200);
	pack(&packed, text.bytes, 600, 1 << 16);
	first = packed.length;
	pack(&packed, text.bytes + 600, 600, 1 << 16);
	for (size_t cut = 0; cut < packed.length; cut++)
		for (size_t piece = 1; piece <= 500; piece += 499) {
			struct feed feed = { packed.bytes, cut, piece, 0 };
			struct store got = { 0 };
			char trouble[120];
			int r = unpack(feed, 1 + cut % 50, &got, trouble);
			/* Padding that is no multiple of four is damage; none is not. */
			bool is_whole = cut == first;

			assert_int_equal(r, is_whole ? 0 : -ENODATA);
			assert_string_equal(
				trouble, is_whole ? "" : "the compressed data ends too early");
			assert_true(got.length >= before && got.length <= text.length);
			assert_true(cut < first || got.length >= 600);
			if (got.length > 0)
				assert_memory_equal(got.bytes, text.bytes, got.length);
			before = got.length;
			free(got.bytes);
		}
	/* Only the checksum, the index and the end are missing. */
	assert_int_equal(before, text.length);
	free(text.bytes);
	free(packed.bytes);
}

PX_TEST(input_that_fails_is_no_fault_of_the_data)
{
	struct store text = { 0 }, packed = { 0 };

	make_text(&text, 2000);
	pack(&packed, text.bytes, text.length, 1 << 16);
	for (size_t cut = 0; cut <= packed.length; cut++) {
		struct store whole = { 0 }, got = { 0 };
		char trouble[120];

		unpack((struct feed){ packed.bytes, cut, 64, 0 }, 10, &whole, trouble);
		assert_int_equal(
			unpack((struct feed){ packed.bytes, cut, 64, -EIO }, 10, &got, trouble),
			-EIO);
		assert_string_equal(trouble, "");
		assert_int_equal(got.length, whole.length);
		free(whole.bytes);
		free(got.bytes);
	}
	free(text.bytes);
	free(packed.bytes);
}

PX_TEST(damage_comes_behind_what_is_whole)
{
	static const char damaged[] = "the compressed data is damaged";
	struct store text = { 0 }, packed = { 0 }, nothing = { 0 };
	struct store no_xz = { (uint8_t *)(uintptr_t) "PK\3\4 and then much more", 23, 23 };
	size_t first;

	check("no xz", &no_xz, &nothing, -EBADMSG,
		"the compressed data does not begin as .xz does");

	make_text(&text, 2000);
	pack(&packed, text.bytes, 1000, 1 << 16);
	/* The checksum, before the index (8 bytes) and the footer (12). */
	packed.bytes[packed.length - 24] ^= 1;
	text.length = 1000;
	check("checksum", &packed, &text, -EBADMSG, damaged);
	packed.bytes[packed.length - 24] ^= 1;

	/* In the second stream, once with a checksum that fits and once without. */
	first = packed.length;
	pack(&packed, text.bytes, 1000, 1 << 16);
	put_in_block(packed.bytes + first, FILTER_ID, 0x22);
	check("filter", &packed, &text, -EOPNOTSUPP,
		"the data is compressed in a way that liblzma does not know");
	packed.bytes[first + 13] ^= 1;
	check("header", &packed, &text, -EBADMSG, damaged);
	free(text.bytes);
	free(packed.bytes);
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
		struct store text = { 0 }, packed = { 0 }, got = { 0 };
		char trouble[120];
		size_t first;

		make_text(&text, 3000);
		pack(&packed, text.bytes, 1000, 1 << 16);
		first = packed.length;
		pack(&packed, text.bytes + 1000, 2000, 1 << 16);
		put_in_block(packed.bytes + first, FILTER_DICTIONARY, rows[i].dictionary);
		px_same_number(rows[i].said, rows[i].is_refused ? -EFBIG : 0,
			unpack((struct feed){ packed.bytes, packed.length, 1 << 20, 0 }, 4096, &got,
				trouble));
		px_same(rows[i].said, rows[i].said, trouble);
		px_same_bytes(rows[i].said, (const char *)text.bytes,
			rows[i].is_refused ? 1000 : 3000, (const char *)got.bytes, got.length);
		free(text.bytes);
		free(packed.bytes);
		free(got.bytes);
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

	px_unxz_close(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
