/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out.c: everything arrives, in order, or the first reason why not is known.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "out.h"

static struct px_out *new_out(int fd)
{
	struct px_out *out = malloc(sizeof(*out));

	assert_non_null(out);
	out->fd = fd;
	out->sink = NULL;
	out->error = 0;
	out->length = 0;
	return out;
}

/* Flush, and compare what came of it all. */
static void check(const char *row, struct px_out *out, const char *want, size_t want_length)
{
	size_t length;
	char *got;

	px_out_flush(out);
	assert_int_equal(out->error, 0);
	got = px_taken(out->fd, &length);
	px_same_bytes(row, want, want_length, got, length);
	free(got);
}

PX_TEST(pieces_are_aligned_as_asked)
{
	static const struct {
		const char *text;
		size_t width;
		const char *right, *left;
	} rows[] = {
		{ "", 0, "", "" },
		{ "", 3, "   ", "   " },
		{ "ab", 0, "ab", "ab" },
		{ "ab", 2, "ab", "ab" },
		{ "ab", 5, "   ab", "ab   " },
		{ "abcdef", 5, "abcdef", "abcdef" },
	};
	struct px_out *out = new_out(px_memory());

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		px_out_right(out, rows[i].text, strlen(rows[i].text), rows[i].width);
		check(rows[i].text, out, rows[i].right, strlen(rows[i].right));
		px_out_left(out, rows[i].text, strlen(rows[i].text), rows[i].width);
		check(rows[i].text, out, rows[i].left, strlen(rows[i].left));
	}
	px_out_bytes(out, "a\0b", 3);
	px_out_string(out, "c");
	check("NUL", out, "a\0bc", 4);
	close(out->fd);
	free(out);
}

PX_TEST(nothing_is_written_before_it_must_be)
{
	struct px_out *out = new_out(px_memory());

	px_out_fill(out, 'x', PX_OUT_SIZE);
	assert_int_equal(lseek(out->fd, 0, SEEK_END), 0);
	px_out_fill(out, 'x', 1);
	assert_int_equal(lseek(out->fd, 0, SEEK_END), PX_OUT_SIZE);
	close(out->fd);
	free(out);
}

PX_TEST(output_of_any_size_arrives_in_order)
{
	static const size_t pieces[] = { 1, 2, 3, 1000, PX_OUT_SIZE - 1, PX_OUT_SIZE,
		PX_OUT_SIZE + 1, 3 * PX_OUT_SIZE + 17 };
	enum { TOTAL = 5 * PX_OUT_SIZE + 11 };
	char *bytes = malloc(TOTAL), *got;
	size_t length;

	assert_non_null(bytes);
	for (size_t i = 0; i < TOTAL; i++)
		bytes[i] = (char)(i * 7 % 253);
	for (size_t i = 0; i < PX_COUNT(pieces); i++) {
		struct px_out *out = new_out(px_memory());

		for (size_t at = 0; at < TOTAL; at += pieces[i])
			px_out_bytes(
				out, bytes + at, TOTAL - at < pieces[i] ? TOTAL - at : pieces[i]);
		check("pieces", out, bytes, TOTAL);

		px_out_string(out, "<");
		px_out_right(out, "r", 1, pieces[i]);
		px_out_string(out, ">");
		px_out_flush(out);
		got = px_taken(out->fd, &length);
		assert_int_equal(length, pieces[i] + 2);
		assert_int_equal(strspn(got + 1, " "), pieces[i] - 1);
		assert_string_equal(got + pieces[i], "r>");
		free(got);
		close(out->fd);
		free(out);
	}
	free(bytes);
}

PX_TEST(room_is_there_when_asked_for)
{
	struct px_out *out = new_out(px_memory());
	char *at;

	px_out_string(out, "begin");
	at = px_out_room(out, PX_OUT_SIZE);
	memset(at, 'y', PX_OUT_SIZE);
	px_out_written(out, at + PX_OUT_SIZE);
	px_out_string(out, "end");
	px_out_flush(out);
	assert_int_equal(lseek(out->fd, 0, SEEK_END), PX_OUT_SIZE + 8);
	close(out->fd);
	free(out);
}

/* Write a lot to @fd, which takes nothing. */
static void check_failure(int fd, int want)
{
	struct px_out *out = new_out(fd);

	px_out_string(out, "some");
	assert_int_equal(out->error, 0);
	px_out_flush(out);
	assert_int_equal(out->error, want);
	/* It stays, and what follows is dropped. */
	out->fd = px_memory();
	px_out_fill(out, 'x', 3 * PX_OUT_SIZE);
	px_out_string(out, "more");
	px_out_flush(out);
	assert_int_equal(out->error, want);
	assert_int_equal(lseek(out->fd, 0, SEEK_END), 0);
	close(out->fd);
	free(out);
}

PX_TEST(a_full_disk_is_remembered)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		print_message("skipped: no /dev/full\n");
		skip();
	}
	check_failure(fd, ENOSPC);
	close(fd);
}

PX_TEST(a_closed_descriptor_is_remembered)
{
	int fd = px_memory();

	close(fd);
	check_failure(fd, EBADF);
}

PX_TEST(a_reader_that_went_away_is_remembered)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	check_failure(ends[1], EPIPE);
	close(ends[1]);
}

PX_TEST(no_output_is_no_failure)
{
	struct px_out *out = new_out(-1);

	px_out_bytes(out, "", 0);
	px_out_fill(out, 'x', 0);
	px_out_flush(out);
	assert_int_equal(out->error, 0);
	free(out);
}

static void ignore(int number)
{
	(void)number;
}

PX_TEST(interrupted_and_short_writes_are_gone_on_with)
{
	enum { TOTAL = 3 * PX_OUT_SIZE };
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	const struct sigaction interrupting = { .sa_handler = ignore };
	struct px_out *out;
	int ends[2], status;
	pid_t child;

	/* A small pipe, a slow reader, and signals that end a write() half done. */
	assert_int_equal(pipe(ends), 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) > 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char bytes[1000];
		size_t total = 0;
		ssize_t n;

		close(ends[1]);
		while ((n = read(ends[0], bytes, sizeof(bytes))) > 0) {
			for (ssize_t i = 0; i < n; i++)
				if (bytes[i] != (char)(total++ % 251))
					_exit(1);
			usleep(1000);
		}
		_exit(total == TOTAL ? 0 : 2);
	}
	close(ends[0]);
	assert_int_equal(sigaction(SIGALRM, &interrupting, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	out = new_out(ends[1]);
	for (size_t i = 0; i < TOTAL; i++) {
		char byte = (char)(i % 251);

		px_out_bytes(out, &byte, 1);
	}
	px_out_flush(out);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(out->error, 0);
	close(ends[1]);
	free(out);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

PX_TEST(a_file_that_may_not_grow_takes_what_it_can_and_fails)
{
	struct px_out *out = new_out(px_memory());
	struct rlimit before, small;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = PX_OUT_SIZE / 2;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	px_out_fill(out, 'x', PX_OUT_SIZE);
	px_out_flush(out);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(out->error, EFBIG);
	assert_int_equal(lseek(out->fd, 0, SEEK_END), PX_OUT_SIZE / 2);
	close(out->fd);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_as_asked),
		cmocka_unit_test(nothing_is_written_before_it_must_be),
		cmocka_unit_test(output_of_any_size_arrives_in_order),
		cmocka_unit_test(room_is_there_when_asked_for),
		cmocka_unit_test(a_full_disk_is_remembered),
		cmocka_unit_test(a_closed_descriptor_is_remembered),
		cmocka_unit_test(a_reader_that_went_away_is_remembered),
		cmocka_unit_test(no_output_is_no_failure),
		cmocka_unit_test(interrupted_and_short_writes_are_gone_on_with),
		cmocka_unit_test(a_file_that_may_not_grow_takes_what_it_can_and_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
