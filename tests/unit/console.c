/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * console.c: messages, and what became of the output.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "console.h"

static struct px_console *open_console(const char *argv0)
{
	struct px_console *console = calloc(1, sizeof(*console));

	assert_non_null(console);
	px_console_init(console, argv0);
	assert_int_equal(console->out.fd, STDOUT_FILENO);
	assert_int_equal(console->err.fd, STDERR_FILENO);
	console->out.fd = px_memory();
	console->err.fd = px_memory();
	return console;
}

static void check_errors(struct px_console *console, const char *want)
{
	size_t length;
	char *got = px_taken(console->err.fd, &length);

	px_same("standard error", want, got);
	free(got);
}

static void close_console(struct px_console *console)
{
	close(console->out.fd);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

PX_TEST(messages_begin_with_the_name_and_are_written_at_once)
{
	static const struct {
		const char *argv0, *want;
	} rows[] = {
		{ "pmapx", "pmapx: argument missing\n" },
		{ "/usr/bin/pmap", "pmap: argument missing\n" },
		{ "./a/b/", ": argument missing\n" },
		{ "", ": argument missing\n" },
	};

	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		struct px_console *console = open_console(rows[i].argv0);

		px_message(console, "argument missing");
		check_errors(console, rows[i].want);
		close_console(console);
	}
}

PX_TEST(messages_have_values_and_harmless_text_in_them)
{
	struct px_console *console = open_console("pmapx");

	px_message_format(console, "line %d of %s",
		(const struct px_format_value[]){ { .number = 7 }, { .text = "x" } }, 2);
	check_errors(console, "pmapx: line 7 of x\n");
	px_message_begin(console);
	px_message_text(console, "a\033[31m\nb");
	px_message_end(console);
	check_errors(console, "pmapx: a?[31m?b\n");
	close_console(console);
}

PX_TEST(a_status_stands_unless_output_was_lost)
{
	struct px_console *console = open_console("pmapx");

	px_out_string(&console->out, "text");
	assert_int_equal(px_console_finish(console, 42), 42);
	check_errors(console, "");
	console->out.error = ENOSPC;
	assert_int_equal(px_console_finish(console, 42), 1);
	check_errors(console, "pmapx: write error: No space left on device\n");
	console->out.error = EPIPE;
	assert_int_equal(px_console_finish(console, 0), 1);
	check_errors(console, "pmapx: write error: Broken pipe\n");
	/* pmap says nothing about a reader that went away, but it is an error. */
	console->terse = true;
	assert_int_equal(px_console_finish(console, 0), 1);
	check_errors(console, "");
	console->out.error = EBADF;
	assert_int_equal(px_console_finish(console, 0), 1);
	check_errors(console, "pmapx: write error: Bad file descriptor\n");
	console->out.error = 0;
	console->err.error = EBADF;
	assert_int_equal(px_console_finish(console, 0), 1);
	close_console(console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_begin_with_the_name_and_are_written_at_once),
		cmocka_unit_test(messages_have_values_and_harmless_text_in_them),
		cmocka_unit_test(a_status_stands_unless_output_was_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
