/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool.c: bytes that must wait, in memory and in a file without a name.
 */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool.h"

/* All that is in it, read in pieces of @size, is what @expected says. */
static void check(const struct px_spool *spool, const char *expected, size_t length, size_t size)
{
	char bytes[64];
	uint64_t offset = 0;
	ssize_t n;

	assert_int_equal(spool->length, length);
	while ((n = px_spool_read(spool, offset, bytes, size)) > 0) {
		assert_true((size_t)n <= size && offset + (uint64_t)n <= length);
		assert_memory_equal(bytes, expected + offset, (size_t)n);
		offset += (uint64_t)n;
	}
	assert_int_equal(n, 0);
	assert_int_equal(offset, length);
}

static void test_pieces(void **state)
{
	static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	(void)state;
	for (size_t memory = 0; memory <= 40; memory += 4)
		for (size_t piece = 1; piece <= 37; piece += 3) {
			struct px_spool spool;
			size_t length = sizeof(text);

			px_spool_init(&spool, "/tmp", memory);
			for (size_t at = 0; at < length; at += piece)
				assert_int_equal(px_spool_append(&spool, text + at,
							 at + piece < length ? piece : length - at),
					0);
			assert_int_equal(spool.fd >= 0, memory < length);
			for (size_t size = 1; size <= 37; size += 9)
				check(&spool, text, length, size);
			px_spool_clear(&spool);
			check(&spool, text, 0, 1);
			assert_int_equal(px_spool_append(&spool, text + 1, 20), 0);
			check(&spool, text + 1, 20, 7);
			px_spool_deinit(&spool);
		}
}

static void test_taken(void **state)
{
	static const char text[] = "0123456789";
	char bytes[sizeof(text)];

	(void)state;
	/* Across the end of what is in memory, and on either side. */
	for (size_t memory = 0; memory <= 12; memory++)
		for (size_t at = 0; at <= 10; at++) {
			struct px_spool spool;

			px_spool_init(&spool, "/tmp", memory);
			assert_int_equal(px_spool_append(&spool, text, 10), 0);
			assert_int_equal(px_spool_take(&spool, at, bytes), 10 - at);
			assert_memory_equal(bytes, text + at, 10 - at);
			check(&spool, text, at, 3);
			px_spool_deinit(&spool);
		}
}

static void test_no_name(void **state)
{
	char folder[] = "/tmp/px-spool-XXXXXX";
	struct px_spool spool;
	struct dirent *entry;
	DIR *dir;

	(void)state;
	assert_non_null(mkdtemp(folder));
	px_spool_init(&spool, folder, 2);
	assert_int_equal(px_spool_append(&spool, "abc", 3), 0);
	assert_true(spool.fd > STDERR_FILENO);
	dir = opendir(folder);
	while ((entry = readdir(dir)) != NULL)
		assert_true(entry->d_name[0] == '.');
	closedir(dir);
	px_spool_deinit(&spool);
	assert_int_equal(rmdir(folder), 0);
}

static void test_no_folder(void **state)
{
	struct px_spool spool;

	(void)state;
	px_spool_init(&spool, "/nonexistent", 2);
	assert_int_equal(px_spool_append(&spool, "ab", 2), 0);
	assert_int_equal(px_spool_append(&spool, "c", 1), -ENOENT);
	check(&spool, "ab", 2, 9);
	px_spool_deinit(&spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
