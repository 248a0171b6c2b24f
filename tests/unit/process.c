/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process.c: finding a process in a folder, and reading who it is.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <pmapx/process.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define A_STAT "100 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 4096 0\n"

static struct pmapx_source *open_root(void **state)
{
	struct pmapx_source *source;

	assert_int_equal(pmapx_source_open_root(*state, NULL, &source), 0);
	return source;
}

PX_TEST(a_process_is_who_its_files_say)
{
	struct pmapx_source *source = open_root(state);
	const struct pmapx_identity *identity;
	struct pmapx_process *process;

	px_folder_write(state, "101/stat", A_STAT);
	px_folder_write(state, "101/status", "Name:\ta\nTgid:\t100\n");
	assert_int_equal(pmapx_process_open(source, 101, &process, NULL), 0);
	identity = pmapx_process_identity(process);
	assert_int_equal(identity->pid, 101);
	assert_int_equal(identity->tgid, 100);
	assert_int_equal(identity->ppid, 1);
	assert_int_equal(identity->state, 'S');
	assert_int_equal(identity->start_ticks, 77);
	assert_true(identity->has_start_stack);
	assert_int_equal(identity->start_stack, 4096);
	px_same_bytes("comm", "a", 1, identity->comm.bytes, identity->comm.length);
	pmapx_process_close(process);
	pmapx_process_close(NULL);
	pmapx_source_close(source);
}

PX_TEST(what_has_no_stat_is_no_process_and_why_is_said)
{
	static const struct {
		pid_t pid;
		int code;
		const char *file;
	} rows[] = {
		{ 1, ESRCH, "" },
		{ 2, ESRCH, "" },
		{ 3, ENOENT, "stat" },
		{ 4, ENODATA, "stat" },
		{ 5, EISDIR, "stat" },
		{ 6, ENOENT, "stat" },
		{ INT32_MAX, ESRCH, "" },
	};
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process = NULL;

	px_folder_write(state, "2", "a file");
	px_folder_mkdir(state, "3");
	px_folder_write(state, "4/stat", "");
	px_folder_mkdir(state, "5/stat");
	px_folder_write(state, "6/status", "Tgid:\t6\n");
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct pmapx_error error = { 0 };
		char row[16];

		snprintf(row, sizeof(row), "%ld", (long)rows[i].pid);
		px_same_number(
			row, -ESRCH, pmapx_process_open(source, rows[i].pid, &process, NULL));
		px_same_number(
			row, -ESRCH, pmapx_process_open(source, rows[i].pid, &process, &error));
		px_same_number(row, rows[i].code, error.code);
		px_same(row, rows[i].file, error.file != NULL ? error.file : "");
		px_same(row, "", error.reason);
	}
	assert_null(process);
	pmapx_source_close(source);
}

PX_TEST(a_stat_of_nonsense_is_a_process_nevertheless)
{
	struct pmapx_source *source = open_root(state);
	const struct pmapx_identity *identity;
	struct pmapx_process *process;

	px_folder_write(state, "7/stat", "nonsense");
	assert_int_equal(pmapx_process_open(source, 7, &process, NULL), 0);
	identity = pmapx_process_identity(process);
	assert_int_equal(identity->tgid, 7);
	assert_int_equal(identity->ppid, 0);
	assert_int_equal(identity->comm.length, 0);
	assert_false(identity->has_start_stack);
	pmapx_process_close(process);
	pmapx_source_close(source);
}

PX_TEST(files_are_read_up_to_a_limit)
{
	static const size_t lengths[] = { 2048, 8192, 32768, 65536, 70000 };
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process;
	char *stat = calloc(1, 70001);

	assert_non_null(stat);
	for (size_t i = 0; i < PX_COUNT(lengths); i++) {
		memset(stat, ' ', lengths[i]);
		memcpy(stat, A_STAT, sizeof(A_STAT) - 2);
		/* Were it read, the name would end there. */
		if (lengths[i] > 65536)
			stat[lengths[i] - 1] = ')';
		px_folder_write(state, "7/stat", stat);
		assert_int_equal(pmapx_process_open(source, 7, &process, NULL), 0);
		assert_int_equal(pmapx_process_identity(process)->start_ticks, 77);
		pmapx_process_close(process);
	}
	free(stat);
	pmapx_source_close(source);
}

PX_TEST(without_a_status_a_process_is_its_own_group)
{
	static const char *const statuses[] = { NULL, "", "Name:\tx\n", "Tgid:\tx\n" };
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process;

	px_folder_write(state, "8/stat", A_STAT);
	for (size_t i = 0; i < PX_COUNT(statuses); i++) {
		if (statuses[i] != NULL)
			px_folder_write(state, "8/status", statuses[i]);
		assert_int_equal(pmapx_process_open(source, 8, &process, NULL), 0);
		assert_int_equal(pmapx_process_identity(process)->tgid, 8);
		pmapx_process_close(process);
	}
	px_folder_write(state, "9/stat", A_STAT);
	px_folder_mkdir(state, "9/status");
	assert_int_equal(pmapx_process_open(source, 9, &process, NULL), 0);
	assert_int_equal(pmapx_process_identity(process)->tgid, 9);
	pmapx_process_close(process);
	pmapx_source_close(source);
}

PX_TEST(a_command_line_is_kept_as_it_is_up_to_its_limit)
{
	static const size_t lengths[] = { 0, 1, 2047, 2048, 2049, PMAPX_CMDLINE_MAX - 1,
		PMAPX_CMDLINE_MAX, PMAPX_CMDLINE_MAX + 1, PMAPX_CMDLINE_MAX * 3 };
	char *bytes = malloc(PMAPX_CMDLINE_MAX * 3);

	assert_non_null(bytes);
	for (size_t i = 0; i < PMAPX_CMDLINE_MAX * 3; i++)
		bytes[i] = (char)(i % 251);
	px_folder_write(state, "100/stat", A_STAT);
	for (size_t i = 0; i < PX_COUNT(lengths); i++) {
		struct pmapx_source *source = open_root(state);
		struct pmapx_text first, second;
		struct pmapx_process *process;

		px_folder_put(state, "100/cmdline", bytes, lengths[i]);
		assert_int_equal(pmapx_process_open(source, 100, &process, NULL), 0);
		assert_int_equal(pmapx_process_cmdline(process, &first), 0);
		px_same_bytes("cmdline", bytes,
			lengths[i] < PMAPX_CMDLINE_MAX ? lengths[i] : PMAPX_CMDLINE_MAX,
			first.bytes, first.length);
		assert_int_equal(pmapx_process_cmdline(process, &second), 0);
		assert_ptr_equal(first.bytes, second.bytes);
		assert_int_equal(first.length, second.length);
		pmapx_process_close(process);
		pmapx_source_close(source);
	}
	free(bytes);
}

PX_TEST(a_command_line_that_cannot_be_read_says_why)
{
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process;
	struct pmapx_text cmdline;

	px_folder_write(state, "100/stat", A_STAT);
	assert_int_equal(pmapx_process_open(source, 100, &process, NULL), 0);
	assert_int_equal(pmapx_process_cmdline(process, &cmdline), -ENOENT);
	px_folder_mkdir(state, "100/cmdline");
	assert_int_equal(pmapx_process_cmdline(process, &cmdline), -EISDIR);
	pmapx_process_close(process);
	pmapx_source_close(source);
}

PX_TEST(a_process_stays_the_one_that_was_opened)
{
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process;
	struct pmapx_text cmdline;
	char from[4096], to[4096];

	px_folder_write(state, "100/stat", A_STAT);
	px_folder_write(state, "100/cmdline", "first");
	assert_int_equal(pmapx_process_open(source, 100, &process, NULL), 0);
	/* The number is used again. */
	snprintf(from, sizeof(from), "%s/100", (const char *)*state);
	snprintf(to, sizeof(to), "%s/gone", (const char *)*state);
	assert_int_equal(rename(from, to), 0);
	px_folder_write(state, "100/cmdline", "second");
	assert_int_equal(pmapx_process_cmdline(process, &cmdline), 0);
	px_same_bytes("cmdline", "first", 5, cmdline.bytes, cmdline.length);
	pmapx_process_close(process);
	pmapx_source_close(source);
}

PX_TEST(a_fifo_in_place_of_a_file_blocks_nobody)
{
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process = NULL;
	char path[4096];

	px_folder_mkdir(state, "100");
	snprintf(path, sizeof(path), "%s/100/stat", (const char *)*state);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pmapx_process_open(source, 100, &process, NULL), -ESRCH);
	pmapx_source_close(source);
}

PX_TEST(no_more_descriptors_is_not_taken_for_no_such_process)
{
	struct pmapx_source *source = open_root(state);
	struct pmapx_process *process = NULL;
	struct rlimit before, few;
	int next, results[3];

	px_folder_write(state, "100/stat", A_STAT);
	px_folder_write(state, "100/status", "Tgid:\t100\n");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	next = open("/", O_RDONLY | O_CLOEXEC);
	assert_true(next > 2);
	close(next);
	for (int spare = 0; spare <= 2; spare++) {
		few = before;
		few.rlim_cur = (rlim_t)(next + spare);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		results[spare] = pmapx_process_open(source, 100, &process, NULL);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	}
	assert_int_equal(results[0], -EMFILE);
	assert_int_equal(results[1], -EMFILE);
	assert_int_equal(results[2], 0);
	pmapx_process_close(process);
	/* None was lost on the way. */
	assert_int_equal(open("/", O_RDONLY | O_CLOEXEC), next);
	close(next);
	pmapx_source_close(source);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_process_is_who_its_files_say),
		IN_FOLDER(what_has_no_stat_is_no_process_and_why_is_said),
		IN_FOLDER(a_stat_of_nonsense_is_a_process_nevertheless),
		IN_FOLDER(files_are_read_up_to_a_limit),
		IN_FOLDER(without_a_status_a_process_is_its_own_group),
		IN_FOLDER(a_command_line_is_kept_as_it_is_up_to_its_limit),
		IN_FOLDER(a_command_line_that_cannot_be_read_says_why),
		IN_FOLDER(a_process_stays_the_one_that_was_opened),
		IN_FOLDER(a_fifo_in_place_of_a_file_blocks_nobody),
		IN_FOLDER(no_more_descriptors_is_not_taken_for_no_such_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
