/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source.c, root.c, live.c, shm.c, descriptor.c, plain_error.c: opening sources, the device
 * of shared memory, descriptors that are never those of standard streams, and errors.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pmapx/reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plain_error.h"
#include "source_impl.h"

static struct pmapx_source *open_root(void **state)
{
	struct pmapx_source *source;

	assert_int_equal(pmapx_source_open_root(*state, NULL, &source), 0);
	return source;
}

PX_TEST(a_source_says_what_it_is)
{
	struct pmapx_source *source = open_root(state);

	px_same("kind", "root", pmapx_source_kind(source));
	px_same("path", *state, pmapx_source_path(source));
	assert_false(pmapx_source_in_order(source));
	pmapx_source_close(source);

	assert_int_equal(pmapx_source_open_live(NULL, &source), 0);
	px_same("kind", "live", pmapx_source_kind(source));
	px_same("path", "/proc", pmapx_source_path(source));
	assert_true(pmapx_source_in_order(source));
	pmapx_source_close(source);
	pmapx_source_close(NULL);
}

PX_TEST(only_a_folder_is_a_root)
{
	struct pmapx_source *source = NULL;
	char path[4096];

	px_folder_write(state, "file", "");
	snprintf(path, sizeof(path), "%s/file", (const char *)*state);
	assert_int_equal(pmapx_source_open_root(path, NULL, &source), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/missing", (const char *)*state);
	assert_int_equal(pmapx_source_open_root(path, NULL, &source), -ENOENT);
	assert_int_equal(pmapx_source_open_root("", NULL, &source), -ENOENT);
	assert_null(source);
}

PX_TEST(options_may_be_shorter_or_longer_than_the_library_knows)
{
	static const struct {
		size_t size, beyond;
		int want;
	} rows[] = {
		{ sizeof(struct pmapx_source_options), 1, 0 },
		{ sizeof(struct pmapx_source_options) + sizeof(size_t), 0, 0 },
		{ sizeof(struct pmapx_source_options) + sizeof(size_t), 1, -E2BIG },
		{ sizeof(size_t) - 1, 0, -EINVAL },
		{ 0, 0, -EINVAL },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		const struct {
			struct pmapx_source_options known;
			size_t beyond;
		} options = { .known = { .size = rows[i].size }, .beyond = rows[i].beyond };
		struct pmapx_source *source = NULL;

		px_same_number("root", rows[i].want,
			pmapx_source_open_root(*state, &options.known, &source));
		pmapx_source_close(source);
		source = NULL;
		px_same_number(
			"live", rows[i].want, pmapx_source_open_live(&options.known, &source));
		pmapx_source_close(source);
	}
}

PX_TEST(processes_that_were_asked_for_come_in_that_order)
{
	static const pid_t pids[] = { 30, 7, 99, 0, -1, 30 };
	static const struct {
		const pid_t *pids;
		size_t count;
		pid_t want[5]; /* 0 behind the last. */
	} rows[] = {
		{ NULL, 0, { 7, 30, 99, 100 } },
		{ pids, PX_COUNT(pids), { 30, 7, 30 } },
		{ pids + 1, 1, { 7 } },
		{ pids, 0, { 0 } },
	};

	px_folder_write(state, "7/stat", "");
	px_folder_write(state, "30/stat", "");
	px_folder_write(state, "100/stat", "");
	px_folder_write(state, "99", "not a folder");
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		const struct pmapx_source_options options = {
			.size = sizeof(options), .pids = rows[i].pids, .pid_count = rows[i].count
		};
		const struct pmapx_member *member;
		struct pmapx_source *source;
		size_t at = 0;

		assert_int_equal(pmapx_source_open_root(*state, &options, &source), 0);
		while (pmapx_source_next(source, &member, NULL) == 1)
			assert_int_equal(member->pid, rows[i].want[at++]);
		assert_int_equal(rows[i].want[at], 0);
		assert_int_equal(pmapx_source_next(source, &member, NULL), 0);
		pmapx_source_close(source);
	}
}

static const struct {
	const char *maps;
	uint64_t minor; /* 0: not known. */
} shm_rows[] = {
	{ "1-2 rw-s 0 00:01 5 /SYSV00000000 (deleted)\n", 1 },
	{ "1-2 rw-s 0 00:1a 5 /SYSV00abcdef\n", 0x1a },
	{ "1-2 r--s 0 00:05 5 /dev/zero (deleted)\n", 5 },
	{ "1-2 rw-s 0 00:06 5 /memfd:x (deleted)\n", 6 },
	{ "1-2 rw-S 0 00:06 5 /memfd:x (deleted)\n", 6 },
	{ "1-2 rw-s 0 00:06 5 /memfd:x (deleted)", 6 },
	{ "1-2 rw-p 0 00:00 0\n~\n\n1-2 rw-s 0 00:07 5 /SYSV00000000\n1-2 rw-s 0 00:08 5 "
	  "/SYSV00000000\n",
		7 },
	/* The surest name wins, of equals the first. */
	{ "1-2 rw-s 0 00:06 5 /memfd:x (deleted)\n1-2 rw-s 0 00:07 5 /SYSV00000000\n"
	  "1-2 rw-s 0 00:08 5 /dev/zero (deleted)\n1-2 rw-s 0 00:09 5 /dev/zero (deleted)\n",
		8 },
	{ "1-2 rw-s 0 00:06 5 /memfd:x (deleted)\n1-2 rw-s 0 00:07 5 /SYSV00000000\n", 7 },
	{ "1-2 rw-s 0 00:07 5 /SYSV00000000\n1-2 rw-s 0 00:06 5 /memfd:x (deleted)\n", 7 },
	/* A private mapping, a file on a disk, names that only look alike. */
	{ "1-2 rw-p 0 00:01 5 /SYSV00000000 (deleted)\n", 0 },
	{ "1-2 rw-s 0 fe:01 5 /SYSV00000000 (deleted)\n", 0 },
	{ "1-2 rw-s 0 fe:01 5 /memfd:x (deleted)\n", 0 },
	{ "1-2 rw-s 0 00:01 5 /dev/zero\n", 0 },
	{ "1-2 rw-s 0 00:01 5 /dev/zero (deleted) \n", 0 },
	{ "1-2 rw-s 0 00:01 5 /tmp/memfd:x\n", 0 },
	{ "1-2 rw-s 0 00:01 5 /tmp/SYSV00000000\n", 0 },
	{ "1-2 rw-s 0 00:01 5 [heap]\n", 0 },
	{ "1-2 rw-s 0 00:01 5 /SYSV0000", 0 },
	{ "", 0 },
	{ "~\n", 0 },
};

PX_TEST(the_device_of_shared_memory_is_known_by_names_in_self_maps)
{
	for (size_t i = 0; i < PX_COUNT(shm_rows); i++) {
		struct pmapx_source *source = open_root(state);
		struct pmapx_device device = { 77, 77 };
		bool known = shm_rows[i].minor != 0;

		px_folder_write(state, "self/maps", shm_rows[i].maps);
		px_same_number(shm_rows[i].maps, known ? 0 : -ENODATA,
			pmapx_source_shm_device(source, &device));
		px_same_number(shm_rows[i].maps, known ? 0 : 77, device.major);
		px_same_number(shm_rows[i].maps, known ? shm_rows[i].minor : 77, device.minor);
		/* Asked once for all, whatever the answer was. */
		px_folder_write(state, "self/maps", "1-2 rw-s 0 00:63 5 /SYSV00000000\n");
		px_same_number(shm_rows[i].maps, known ? 0 : -ENODATA,
			pmapx_source_shm_device(source, &device));
		px_same_number(shm_rows[i].maps, known ? shm_rows[i].minor : 77, device.minor);
		pmapx_source_close(source);
	}
}

PX_TEST(without_a_file_self_maps_the_device_is_not_known)
{
	struct pmapx_source *source = open_root(state);
	struct pmapx_device device;

	assert_int_equal(pmapx_source_shm_device(source, &device), -ENODATA);
	pmapx_source_close(source);
	px_folder_mkdir(state, "self/maps");
	source = open_root(state);
	assert_int_equal(pmapx_source_shm_device(source, &device), -ENODATA);
	pmapx_source_close(source);
}

PX_TEST(no_more_descriptors_is_no_answer_for_ever)
{
	struct pmapx_source *source = open_root(state);
	struct pmapx_device device;
	struct rlimit before, few;
	int next, r;

	px_folder_write(state, "self/maps", "1-2 rw-s 0 00:07 5 /SYSV00000000\n");
	next = open("/", O_RDONLY | O_CLOEXEC);
	assert_true(next > 2);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	r = pmapx_source_shm_device(source, &device);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(r, -EMFILE);
	assert_int_equal(pmapx_source_shm_device(source, &device), 0);
	assert_int_equal(device.minor, 7);
	pmapx_source_close(source);
}

PX_TEST(the_running_system_tells_its_device)
{
	struct pmapx_source *source;
	struct pmapx_device device = { 77, 77 };
	int r;

	assert_int_equal(pmapx_source_open_live(NULL, &source), 0);
	r = pmapx_source_shm_device(source, &device);
	if (r != -ENODATA) {
		assert_int_equal(r, 0);
		assert_int_equal(device.major, 0);
		assert_true(device.minor > 0 && device.minor != 77);
	}
	pmapx_source_close(source);
}

PX_TEST(an_own_process_is_found_on_the_running_system)
{
	struct pmapx_source *source;
	struct pmapx_process *process;
	struct pmapx_reader *reader;
	const struct pmapx_mapping *mapping;
	unsigned found = 0;

	assert_int_equal(pmapx_source_open_live(NULL, &source), 0);
	assert_int_equal(pmapx_process_open(source, getpid(), &process, NULL), 0);
	assert_int_equal(pmapx_process_identity(process)->ppid, getppid());
	assert_int_equal(pmapx_process_identity(process)->state, 'R');
	assert_int_equal(pmapx_reader_open(process, PMAPX_FILE_MAPS, NULL, &reader), 0);
	while (pmapx_reader_next(reader, &mapping, NULL) == 1)
		found += mapping->start <= (uintptr_t)shm_rows &&
			(uintptr_t)shm_rows < mapping->end;
	assert_int_equal(found, 1);
	pmapx_reader_close(reader);
	pmapx_process_close(process);
	pmapx_source_close(source);
}

/* Whether those of 0, 1 and 2 that @closed has a bit for are still closed. */
static bool are_closed(unsigned closed)
{
	for (int fd = 0; fd <= 2; fd++)
		if ((closed >> fd & 1) != 0 && fcntl(fd, F_GETFD) >= 0)
			return false;
	return true;
}

/* Open everything with some streams closed; returns the step that failed, or 0. */
static int open_without_streams(const char *root, unsigned closed)
{
	struct pmapx_source *source;
	struct pmapx_process *process;
	struct pmapx_reader *reader;
	struct pmapx_device device;
	struct pmapx_text cmdline;
	const struct pmapx_mapping *mapping;
	int step = 1;

	for (int fd = 0; fd <= 2; fd++)
		if ((closed >> fd & 1) != 0)
			close(fd);
	if (pmapx_source_open_root(root, NULL, &source) != 0 || !are_closed(closed))
		return step;
	step++;
	if (pmapx_process_open(source, 101, &process, NULL) != 0 || !are_closed(closed))
		return step;
	step++;
	if (process->place.fd <= 2 || pmapx_process_cmdline(process, &cmdline) != 0 ||
		!are_closed(closed))
		return step;
	step++;
	if (pmapx_reader_open(process, PMAPX_FILE_MAPS, NULL, &reader) != 0 ||
		!are_closed(closed) || pmapx_reader_next(reader, &mapping, NULL) != 1)
		return step;
	step++;
	if (pmapx_source_shm_device(source, &device) != 0 || !are_closed(closed))
		return step;
	pmapx_reader_close(reader);
	pmapx_process_close(process);
	pmapx_source_close(source);
	return 0;
}

PX_TEST(a_closed_standard_stream_is_never_taken_for_a_file)
{
	int status;
	pid_t child;

	px_folder_write(state, "100/maps", "1-2 rw-p 0 0:0 0 /a\n");
	px_folder_write(state, "101/maps", "1-2 rw-p 0 0:0 0 /a\n");
	px_folder_write(state, "101/stat", "101 (a) S 1");
	px_folder_write(state, "101/status", "Tgid:\t100\n");
	px_folder_write(state, "101/cmdline", "a");
	px_folder_write(state, "self/maps", "1-2 rw-s 0 00:07 5 /SYSV00000000\n");
	for (unsigned closed = 1; closed < 8; closed++) {
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(open_without_streams(*state, closed));
		assert_int_equal(waitpid(child, &status, 0), child);
		px_same_number("step that failed", 0, status);
	}
}

PX_TEST(what_is_opened_does_not_outlive_an_exec)
{
	struct pmapx_source *source = open_root(state);

	assert_true((fcntl(source->fd, F_GETFD) & FD_CLOEXEC) != 0);
	pmapx_source_close(source);
}

PX_TEST(errors_are_told_in_english_in_any_locale)
{
	char *plain[134];

	(void)state;
	assert_non_null(setlocale(LC_ALL, "C"));
	for (int error = 1; error < (int)PX_COUNT(plain); error++)
		plain[error] = strdup(strerror(error));
	if (setlocale(LC_ALL, "fr_FR.UTF-8") == NULL ||
		strcmp(plain[EACCES], strerror(EACCES)) == 0) {
		print_message("[  NOTE  ] no French here: only that of C is compared\n");
		assert_non_null(setlocale(LC_ALL, "C"));
	}
	for (int error = 1; error < (int)PX_COUNT(plain); error++) {
		/* Numbers that no error has, and ours. */
		if (strstr(plain[error], "nknown error") == NULL && error != EMEDIUMTYPE)
			px_same("error", plain[error], px_plain_error(error));
		free(plain[error]);
	}
	px_same("error", "Permission denied", px_plain_error(EACCES));
	px_same("error", "Not a regular file", px_plain_error(EMEDIUMTYPE));
	assert_non_null(px_plain_error(99999));
	setlocale(LC_ALL, "C");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_source_says_what_it_is),
		IN_FOLDER(only_a_folder_is_a_root),
		IN_FOLDER(options_may_be_shorter_or_longer_than_the_library_knows),
		IN_FOLDER(processes_that_were_asked_for_come_in_that_order),
		IN_FOLDER(the_device_of_shared_memory_is_known_by_names_in_self_maps),
		IN_FOLDER(without_a_file_self_maps_the_device_is_not_known),
		IN_FOLDER(no_more_descriptors_is_no_answer_for_ever),
		cmocka_unit_test(the_running_system_tells_its_device),
		cmocka_unit_test(an_own_process_is_found_on_the_running_system),
		IN_FOLDER(a_closed_standard_stream_is_never_taken_for_a_file),
		IN_FOLDER(what_is_opened_does_not_outlive_an_exec),
		cmocka_unit_test(errors_are_told_in_english_in_any_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
