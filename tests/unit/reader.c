/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reader.c: from a process to its mappings, whichever file has them.
 */
#include "support.h"

#include <errno.h>
#include <pmapx/reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One mapping, told apart by its start. */
#define MAPPING(start) #start "-fff rw-p 0 0:0 0 /a\n"
#define A_STAT "100 (a) S 1\n"

/* A process with a reader, and what it stands on. */
struct reading {
	struct pmapx_source *source;
	struct pmapx_process *process;
	struct pmapx_reader *reader;
};

static int open_reading(void **state, pid_t pid, enum pmapx_map_file file,
	const struct pmapx_reader_options *options, struct reading *ret)
{
	*ret = (struct reading){ 0 };
	assert_int_equal(pmapx_source_open_root(*state, NULL, &ret->source), 0);
	assert_int_equal(pmapx_process_open(ret->source, pid, &ret->process, NULL), 0);
	return pmapx_reader_open(ret->process, file, options, &ret->reader);
}

static void close_reading(struct reading *reading)
{
	pmapx_reader_close(reading->reader);
	pmapx_process_close(reading->process);
	pmapx_source_close(reading->source);
}

static const char *error_name(int error)
{
	return error == EISDIR     ? "EISDIR"
		: error == EBADMSG ? "EBADMSG"
		: error == ENODATA ? "ENODATA"
				   : strerror(error);
}

/*
 * What a reader gives: "start" for each mapping, the names of errors, and
 * "@pid" of whose file it was.
 */
static void read_all(struct pmapx_reader *reader, char *got, size_t size)
{
	const struct pmapx_mapping *mapping;
	struct pmapx_error error;
	char *at = got, *end = got + size;
	int r;

	while ((r = pmapx_reader_next(reader, &mapping, &error)) != 0) {
		assert_true(end - at > 32);
		if (r == 1) {
			at += snprintf(at, (size_t)(end - at), "%x ", (unsigned)mapping->start);
			continue;
		}
		assert_int_equal(error.code, -r);
		assert_non_null(error.reason);
		at += snprintf(at, (size_t)(end - at), "%s:%d ", error_name(-r), (int)error.line);
	}
	snprintf(at, (size_t)(end - at), "@%ld", (long)pmapx_reader_pid(reader));
	for (int i = 0; i < 3; i++)
		assert_int_equal(pmapx_reader_next(reader, &mapping, &error), 0);
}

static const struct {
	const char *about;
	/* The files of group 100 and its thread 101: NULL is no folder, "/" a folder. */
	const char *group, *own;
	const char *want_group, *want_thread;
} rows[] = {
	{ "both", MAPPING(1) MAPPING(2), MAPPING(3), "1 2 @100", "1 2 @100" },
	{ "nothing", "", "", "@100", "@101" },
	{ "the leader has exited", "", MAPPING(3), "@100", "3 @101" },
	{ "the leader's cannot be read", "/", MAPPING(3), "EISDIR:0 @100", "3 @101" },
	{ "the thread's cannot be read", MAPPING(1), "/", "1 @100", "1 @100" },
	{ "neither can be read", "/", "/", "EISDIR:0 @100", "EISDIR:0 @101" },
	{ "no group", NULL, MAPPING(3), NULL, "3 @101" },
	{ "no group, and the thread's cannot be read", NULL, "/", NULL, "EISDIR:0 @101" },
	{ "an error in the middle", MAPPING(1) "~\n\n" MAPPING(2), MAPPING(3),
		"EBADMSG:2 EBADMSG:3 1 2 @100", "EBADMSG:2 EBADMSG:3 1 2 @100" },
	{ "cut in a mapping", MAPPING(1) "2-fff rw", MAPPING(3), "1 ENODATA:2 @100",
		"1 ENODATA:2 @100" },
	{ "cut behind a mapping", MAPPING(1) "2-fff rw-p 0 0:0 0 /b", MAPPING(3),
		"1 2 ENODATA:2 @100", "1 2 ENODATA:2 @100" },
};

static void put_maps(void **state, const char *name, const char *maps)
{
	if (maps[0] == '/')
		px_folder_mkdir(state, name);
	else
		px_folder_write(state, name, maps);
}

PX_TEST(the_file_of_the_group_is_read_and_else_the_threads_own)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		static const char *const names[] = { "maps", "smaps" };
		struct reading reading;
		char name[16], got[256];

		assert_int_equal(px_folder_make(state), 0);
		px_folder_write(state, "101/stat", A_STAT);
		px_folder_write(state, "101/status", "Tgid:\t100\n");
		if (rows[i].group != NULL)
			px_folder_write(state, "100/stat", A_STAT);
		for (int file = 0; file < 2; file++) {
			snprintf(name, sizeof(name), "101/%s", names[file]);
			put_maps(state, name, rows[i].own);
			snprintf(name, sizeof(name), "100/%s", names[file]);
			if (rows[i].group != NULL)
				put_maps(state, name, rows[i].group);
			assert_int_equal(
				open_reading(state, 101, file ? PMAPX_FILE_SMAPS : PMAPX_FILE_MAPS,
					NULL, &reading),
				0);
			read_all(reading.reader, got, sizeof(got));
			px_same(rows[i].about, rows[i].want_thread, got);
			close_reading(&reading);
			if (rows[i].group == NULL)
				continue;
			assert_int_equal(
				open_reading(state, 100, file ? PMAPX_FILE_SMAPS : PMAPX_FILE_MAPS,
					NULL, &reading),
				0);
			read_all(reading.reader, got, sizeof(got));
			px_same(rows[i].about, rows[i].want_group, got);
			close_reading(&reading);
		}
		assert_int_equal(px_folder_remove(state), 0);
	}
}

PX_TEST(the_cut_at_the_end_is_the_last_thing_said)
{
	/* The group's file has only a piece, so the thread's own might be turned to. */
	struct reading reading;
	const struct pmapx_mapping *mapping;
	int r;

	px_folder_write(state, "101/stat", A_STAT);
	px_folder_write(state, "101/status", "Tgid:\t100\n");
	px_folder_write(state, "101/maps", MAPPING(3));
	px_folder_write(state, "100/maps", "1-ff");
	assert_int_equal(open_reading(state, 101, PMAPX_FILE_MAPS, NULL, &reading), 0);
	while ((r = pmapx_reader_next(reading.reader, &mapping, NULL)) == 1)
		continue;
	if (r == -ENODATA)
		assert_int_equal(pmapx_reader_next(reading.reader, &mapping, NULL), 0);
	else
		assert_int_equal(r, 0);
	close_reading(&reading);
}

PX_TEST(a_file_that_is_missing_is_said_to_be_at_once)
{
	struct reading reading;

	px_folder_write(state, "100/stat", A_STAT);
	px_folder_write(state, "100/maps", MAPPING(1));
	assert_int_equal(open_reading(state, 100, PMAPX_FILE_SMAPS, NULL, &reading), -ENOENT);
	assert_null(reading.reader);
	close_reading(&reading);

	px_folder_write(state, "101/stat", A_STAT);
	px_folder_write(state, "101/status", "Tgid:\t100\n");
	assert_int_equal(open_reading(state, 101, PMAPX_FILE_SMAPS, NULL, &reading), -ENOENT);
	close_reading(&reading);
}

PX_TEST(what_is_neither_file_nor_folder_is_not_read)
{
	struct reading reading;
	char path[4096];

	px_folder_write(state, "100/stat", A_STAT);
	snprintf(path, sizeof(path), "%s/100/maps", (const char *)*state);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(open_reading(state, 100, PMAPX_FILE_MAPS, NULL, &reading), -EMEDIUMTYPE);
	close_reading(&reading);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/dev/zero", path), 0);
	assert_int_equal(open_reading(state, 100, PMAPX_FILE_MAPS, NULL, &reading), -EMEDIUMTYPE);
	close_reading(&reading);
}

PX_TEST(a_file_of_many_reads_comes_whole)
{
	enum { MANY = 5000 };
	struct reading reading;
	const struct pmapx_mapping *mapping;
	struct pmapx_error error;
	char *bytes;
	size_t length;
	FILE *to = open_memstream(&bytes, &length);

	for (unsigned i = 0; i < MANY; i++)
		fprintf(to, "%x-%x rw-p 0 0:0 %u /file/%u\nRss: %u kB\nVmFlags: f%u\n", i, i + 1, i,
			i, i, i);
	fclose(to);
	px_folder_write(state, "100/stat", A_STAT);
	px_folder_put(state, "100/smaps", bytes, length);
	free(bytes);
	assert_int_equal(open_reading(state, 100, PMAPX_FILE_SMAPS, NULL, &reading), 0);
	for (unsigned i = 0; i < MANY; i++) {
		char want[32];

		assert_int_equal(pmapx_reader_next(reading.reader, &mapping, &error), 1);
		assert_int_equal(mapping->start, i);
		assert_int_equal(mapping->line, 3 * i + 1);
		assert_int_equal(mapping->smaps->rss_kb, i);
		snprintf(want, sizeof(want), "/file/%u", i);
		px_same_bytes(
			"name", want, strlen(want), mapping->name.bytes, mapping->name.length);
		snprintf(want, sizeof(want), "f%u", i);
		px_same_bytes("flags", want, strlen(want), mapping->smaps->vm_flags.bytes,
			mapping->smaps->vm_flags.length);
	}
	assert_int_equal(pmapx_reader_next(reading.reader, &mapping, &error), 0);
	close_reading(&reading);
	pmapx_reader_close(NULL);
}

PX_TEST(a_file_of_a_later_version_is_refused)
{
	struct reading reading;

	px_folder_write(state, "100/stat", A_STAT);
	px_folder_write(state, "100/maps", MAPPING(1));
	px_same_number("file", -EINVAL,
		open_reading(state, 100, PMAPX_FILE_SMAPS_ROLLUP + 1, NULL, &reading));
	close_reading(&reading);
}

PX_TEST(options_are_those_of_the_parser_and_may_grow)
{
	const size_t full = sizeof(struct pmapx_reader_options);
	const struct {
		const char *about;
		size_t size, beyond;
		int want;
		size_t entries;
	} options_rows[] = {
		{ "as it is", full, 1, 0, 0 },
		{ "size alone", sizeof(size_t), 1, 0, 1 },
		{ "longer, zero", full + sizeof(size_t), 0, 0, 0 },
		{ "longer, not zero", full + sizeof(size_t), 1, -E2BIG, 0 },
		{ "no size", 0, 0, -EINVAL, 0 },
	};

	px_folder_write(state, "100/stat", A_STAT);
	px_folder_write(state, "100/smaps", MAPPING(1) "Rss: 4 kB\n");
	for (size_t i = 0; i < PX_COUNT(options_rows); i++) {
		const struct {
			struct pmapx_reader_options known;
			size_t beyond;
		} options = {
			.known = { .size = options_rows[i].size, .mappings_only = true },
			.beyond = options_rows[i].beyond,
		};
		const struct pmapx_mapping *mapping;
		struct reading reading;

		px_same_number(options_rows[i].about, options_rows[i].want,
			open_reading(state, 100, PMAPX_FILE_SMAPS, &options.known, &reading));
		if (options_rows[i].want == 0) {
			assert_int_equal(pmapx_reader_next(reading.reader, &mapping, NULL), 1);
			px_same_number(options_rows[i].about, options_rows[i].entries,
				mapping->smaps->entry_count);
		}
		close_reading(&reading);
	}
}

PX_TEST(fields_that_are_wanted_are_the_parsers_to_look_for)
{
	static const char smaps[] = MAPPING(1) "Rss: 4 kB\nPss: 3 kB\n";
	struct pmapx_reader_options options = { .size = sizeof(options) };
	const struct pmapx_mapping *mapping;
	struct reading reading;

	px_folder_write(state, "100/stat", A_STAT);
	px_folder_write(state, "100/smaps", smaps);
	for (int wanted = 0; wanted < 2; wanted++) {
		options.fields = wanted ? UINT64_C(1) << PMAPX_FIELD_PSS : 0;
		assert_int_equal(open_reading(state, 100, PMAPX_FILE_SMAPS, &options, &reading), 0);
		assert_int_equal(pmapx_reader_next(reading.reader, &mapping, NULL), 1);
		assert_int_equal(mapping->smaps->entry_count, wanted ? 0 : 2);
		assert_true(pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_PSS));
		assert_int_equal(mapping->smaps->pss_kb, 3);
		close_reading(&reading);
	}
}

/* How many mappings of this process from @low to @high are handed out; checks their order. */
static size_t count_live(uint64_t low, uint64_t high, bool mappings_only)
{
	const struct pmapx_reader_options options = {
		.size = sizeof(options),
		.mappings_only = mappings_only,
		.has_range = true,
		.low = low,
		.high = high,
	};
	const struct pmapx_mapping *mapping;
	struct reading reading = { 0 };
	uint64_t end = 0;
	size_t count = 0;

	assert_int_equal(pmapx_source_open_live(NULL, &reading.source), 0);
	assert_int_equal(pmapx_process_open(reading.source, getpid(), &reading.process, NULL), 0);
	assert_int_equal(
		pmapx_reader_open(reading.process, PMAPX_FILE_MAPS, &options, &reading.reader), 0);
	while (pmapx_reader_next(reading.reader, &mapping, NULL) == 1) {
		assert_true(mapping->start >= end);
		end = mapping->end;
		count += mapping->end > low && mapping->start <= high;
	}
	pmapx_reader_close(reading.reader);
	pmapx_process_close(reading.process);
	pmapx_source_close(reading.source);
	return count;
}

PX_TEST(a_range_has_all_its_mappings_however_they_are_found)
{
	enum { COUNT = 200 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, COUNT * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t low = (uintptr_t)map;

	assert_true(map != MAP_FAILED);
	for (size_t i = 0; i < COUNT; i += 2)
		assert_int_equal(mprotect(map + i * page, page, PROT_NONE), 0);
	for (size_t count = 1; count < COUNT; count += count < 60 || count > 70 ? 13 : 1) {
		/* The last page may have become one with what follows. */
		uint64_t high = low + count * page - 1;

		assert_int_equal(count_live(low, high, true), count);
		assert_int_equal(count_live(low, high, false), count);
	}
	assert_int_equal(count_live(low + page / 2, low + page / 2, true), 1);
	assert_int_equal(count_live(5, 5, true), 0);
	munmap(map, COUNT * page);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_file_of_the_group_is_read_and_else_the_threads_own),
		cmocka_unit_test(a_range_has_all_its_mappings_however_they_are_found),
		IN_FOLDER(the_cut_at_the_end_is_the_last_thing_said),
		IN_FOLDER(a_file_that_is_missing_is_said_to_be_at_once),
		IN_FOLDER(what_is_neither_file_nor_folder_is_not_read),
		IN_FOLDER(a_file_of_many_reads_comes_whole),
		IN_FOLDER(a_file_of_a_later_version_is_refused),
		IN_FOLDER(options_are_those_of_the_parser_and_may_grow),
		IN_FOLDER(fields_that_are_wanted_are_the_parsers_to_look_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
