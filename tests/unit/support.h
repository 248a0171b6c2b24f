/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the unit tests share: comparing row by row, folders to read from,
 * descriptors to write to, and the keys of smaps as a second witness.
 */
#ifndef PX_TEST_SUPPORT_H
#define PX_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pmapx/mapping.h>

/** A test, named for what must hold. */
#define PX_TEST(name) static void name(void **state __attribute__((unused)))

/** How many elements an array has. */
#define PX_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/** A literal, which may have NULs in it, as two initialisers: bytes, length. */
#define PX_BYTES(literal) (literal), sizeof(literal) - 1

/** Fail, naming the row of a table, if two strings, texts or numbers differ. */
#define px_same(row, want, got) px_check_same(row, want, got, __FILE__, __LINE__)
#define px_same_bytes(row, want, want_length, got, got_length) \
	px_check_same_bytes(row, want, want_length, got, got_length, __FILE__, __LINE__)
#define px_same_number(row, want, got) \
	px_check_same_number(row, (uint64_t)(want), (uint64_t)(got), __FILE__, __LINE__)

void px_check_same(const char *row, const char *want, const char *got, const char *file, int line);
void px_check_same_bytes(const char *row, const char *want, size_t want_length, const char *got,
	size_t got_length, const char *file, int line);
void px_check_same_number(const char *row, uint64_t want, uint64_t got, const char *file, int line);

/** The text of a terminated string. */
struct pmapx_text px_text(const char *string);

/** A copy in memory of that very size, so that sanitizers see a byte too many; free it. */
char *px_exact(const char *bytes, size_t length);

/** The next number below @below of a generator that gives the same ones everywhere. */
uint32_t px_draw(uint32_t *seed, uint32_t below);

/** A descriptor that remembers what is written to it; close it. */
int px_memory(void);

/** What was written to it since the last time, terminated, to be freed. */
char *px_taken(int fd, size_t *ret_length);

/** A file as it is, terminated, to be freed; NULL if it cannot be read. */
char *px_whole_file(const char *path, size_t *ret_length);

/** A folder for a test, and what is in it: cmocka's setup and teardown. */
int px_folder_make(void **state);
int px_folder_remove(void **state);

/** Write a file of the folder *@state, making the folders above it. */
void px_folder_put(void **state, const char *name, const char *bytes, size_t length);
void px_folder_write(void **state, const char *name, const char *text);

/** Make a folder in the folder *@state, and those above it. */
void px_folder_mkdir(void **state, const char *name);

/** A key of smaps, written down independently of fields.inc. */
struct px_known_key {
	enum pmapx_field field;
	const char *key;
	size_t offset; /**< Of its member in struct pmapx_smaps. */
	enum pmapx_unit unit;
};

extern const struct px_known_key px_keys[PMAPX_FIELD_COUNT];

#endif
