/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Unpacking what a test has packed, in pieces of all sizes.
 */
#include "packing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void px_store_add(struct px_store *store, const void *bytes, size_t length)
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

void px_store_add_text(struct px_store *store, size_t length)
{
	char *bytes = calloc(1, length + 1);
	uint32_t seed = 1;

	for (size_t i = 0; i < length / 2; i++)
		bytes[i] = (char)px_draw(&seed, 256);
	px_store_add(store, bytes, length);
	free(bytes);
}

void px_store_drop(struct px_store *store)
{
	free(store->bytes);
	*store = (struct px_store){ 0 };
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
static int unpack(enum px_packing packing, struct feed feed, size_t size, struct px_store *ret,
	char trouble[120])
{
	struct px_unpack *handle;
	char *bytes = malloc(size);
	ssize_t n;

	assert_int_equal(px_unpack_open(packing, take, &feed, &handle), 0);
	assert_null(px_unpack_trouble(handle));
	while ((n = px_unpack_read(handle, bytes, size)) > 0) {
		assert_true((size_t)n <= size);
		px_store_add(ret, bytes, (size_t)n);
	}
	/* It stays at that. */
	assert_int_equal(px_unpack_read(handle, bytes, size), n);
	assert_int_equal(px_unpack_read(handle, bytes, size), n);
	strcpy(trouble, px_unpack_trouble(handle) != NULL ? px_unpack_trouble(handle) : "");
	px_unpack_close(handle);
	free(bytes);
	return (int)n;
}

void px_check_unpack(const char *row, enum px_packing packing, const struct px_store *packed,
	const struct px_store *want, int result, const char *said)
{
	static const size_t pieces[] = { 1, 7, 4096, 1 << 20 }, sizes[] = { 1, 100, 1 << 17 };

	for (size_t i = 0; i < PX_COUNT(pieces) * PX_COUNT(sizes); i++) {
		struct feed feed = { packed->bytes, packed->length, pieces[i % PX_COUNT(pieces)],
			0 };
		struct px_store got = { 0 };
		char trouble[120];
		int r = unpack(packing, feed, sizes[i / PX_COUNT(pieces)], &got, trouble);

		px_same_number(row, result, r);
		px_same(row, said, trouble);
		px_same_bytes(row, (const char *)want->bytes, want->length, (const char *)got.bytes,
			got.length);
		px_store_drop(&got);
	}
}

void px_check_whole(const struct px_packer *packer)
{
	static const size_t lengths[] = { 0, 1, 5000, 200000 };

	for (size_t i = 0; i < PX_COUNT(lengths); i++) {
		struct px_store text = { 0 }, packed = { 0 };
		struct pmapx_text beginning;

		px_store_add_text(&text, lengths[i]);
		packer->pack(&packed, text.bytes, text.length);
		beginning = (struct pmapx_text){ (const char *)packed.bytes, packed.length };
		assert_int_equal(px_unpack_find(&beginning), packer->packing);
		px_check_unpack("whole", packer->packing, &packed, &text, 0, "");
		px_store_drop(&text);
		px_store_drop(&packed);
	}
}

void px_check_cut(const struct px_packer *packer)
{
	struct px_store text = { 0 }, packed = { 0 };
	size_t first, before = 0;

	px_store_add_text(&text, 1200);
	packer->pack(&packed, text.bytes, 600);
	first = packed.length;
	packer->pack(&packed, text.bytes + 600, 600);
	for (size_t cut = 0; cut < packed.length; cut++)
		for (size_t piece = 1; piece <= 500; piece += 499) {
			struct feed feed = { packed.bytes, cut, piece, 0 };
			struct px_store got = { 0 };
			char trouble[120];
			int r = unpack(packer->packing, feed, 1 + cut % 50, &got, trouble);
			bool is_whole = cut == first;

			assert_int_equal(r, is_whole ? 0 : -ENODATA);
			assert_string_equal(trouble, is_whole ? "" : PX_ENDS_EARLY);
			assert_true(got.length >= before && got.length <= text.length);
			assert_true(cut < first || got.length >= 600);
			if (got.length > 0)
				assert_memory_equal(got.bytes, text.bytes, got.length);
			before = got.length;
			px_store_drop(&got);
		}
	/* What is missing last are checksums and the like. */
	assert_int_equal(before, text.length);
	px_store_drop(&text);
	px_store_drop(&packed);
}

void px_check_failing_input(const struct px_packer *packer)
{
	struct px_store text = { 0 }, packed = { 0 };

	px_store_add_text(&text, 2000);
	packer->pack(&packed, text.bytes, text.length);
	for (size_t cut = 0; cut <= packed.length; cut++) {
		struct feed ends = { packed.bytes, cut, 64, 0 };
		struct feed fails = { packed.bytes, cut, 64, -EIO };
		struct px_store whole = { 0 }, got = { 0 };
		char trouble[120];

		unpack(packer->packing, ends, 10, &whole, trouble);
		assert_int_equal(unpack(packer->packing, fails, 10, &got, trouble), -EIO);
		assert_string_equal(trouble, "");
		assert_int_equal(got.length, whole.length);
		px_store_drop(&whole);
		px_store_drop(&got);
	}
	px_store_drop(&text);
	px_store_drop(&packed);
}
