/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * px_out_undo(): what a job has printed is forgotten as long as nobody has
 * seen it, with workers (jobs.c) and without (alone.c).
 */
#include "support.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "held.h"
#include "jobs.h"

/* Each job prints so many bytes, says something, wants that undone, and prints its letter. */
struct context {
	size_t settled;      /* First so many that are to stay, then */
	size_t before;       /* how many, */
	bool awaits;         /* after awaiting its turn. */
	atomic_uint refused; /* How often it was not to be undone. */
};

struct worker {
	struct context *context;
	struct px_console *console;
};

static void *begin(void *data, struct px_console *console)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	assert_non_null(worker);
	worker->context = data;
	worker->console = console;
	return worker;
}

static int run(void *data, size_t job)
{
	struct worker *worker = data;
	struct px_console *console = worker->console;

	if (worker->context->awaits && !px_out_await_turn(&console->out))
		return 0;
	if (worker->context->settled > 0) {
		px_out_fill(&console->out, '=', worker->context->settled);
		px_out_settle(&console->out);
	}
	px_out_fill(&console->out, '-', worker->context->before);
	px_message(console, "too early");
	if (!px_out_undo(&console->out))
		atomic_fetch_add(&worker->context->refused, 1);
	px_out_fill(&console->out, (char)('a' + job), 1);
	px_message(console, "in time");
	return 0;
}

/* Run three jobs; what they printed and said, to be freed. */
static void run_jobs(unsigned workers, struct context *context, char **ret_out, char **ret_err)
{
	struct px_console *console = calloc(1, sizeof(*console));
	const struct px_jobs jobs = {
		.count = 3,
		.workers = workers,
		.context = context,
		.begin = begin,
		.run = run,
		.end = free,
	};
	size_t length;
	int status;

	assert_non_null(console);
	px_console_init(console, "pmapx");
	console->out.fd = px_memory();
	console->err.fd = px_memory();
	assert_int_equal(px_jobs_run(console, &jobs, &status), 0);
	px_out_flush(&console->out);
	*ret_out = px_taken(console->out.fd, &length);
	*ret_err = px_taken(console->err.fd, &length);
	close(console->out.fd);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

PX_TEST(what_nobody_has_seen_is_forgotten)
{
	static const size_t sizes[] = { 0, 1, PX_OUT_SIZE, PX_OUT_SIZE + 1, PX_HELD_MAX / 2,
		PX_HELD_MAX - PX_OUT_SIZE };

	for (size_t i = 0; i < PX_COUNT(sizes); i++) {
		for (unsigned workers = 1; workers <= 2; workers++) {
			struct context context = { .before = sizes[i] };
			char *out, *err;

			run_jobs(workers, &context, &out, &err);
			px_same("printed", "abc", out);
			px_same("said", "pmapx: in time\npmapx: in time\npmapx: in time\n", err);
			assert_int_equal(context.refused, 0);
			free(out);
			free(err);
		}
	}
}

/* However it was told: all jobs were refused, and all that they printed is there. */
static void check_refused(struct context *context, unsigned workers)
{
	char *out, *err;
	size_t dashes = 0, letters = 0;

	run_jobs(workers, context, &out, &err);
	for (const char *at = out; *at != '\0'; at++) {
		dashes += *at == '-';
		letters += *at == (char)('a' + letters);
	}
	px_same_number("printed", 3 * context->before, dashes);
	assert_int_equal(letters, 3);
	assert_int_equal(context->refused, 3);
	px_same("said",
		"pmapx: too early\npmapx: in time\n"
		"pmapx: too early\npmapx: in time\n"
		"pmapx: too early\npmapx: in time\n",
		err);
	free(out);
	free(err);
}

PX_TEST(what_was_too_much_to_be_held_is_not)
{
	for (unsigned workers = 1; workers <= 2; workers++) {
		struct context context = { .before = PX_HELD_MAX + 2 * PX_OUT_SIZE };

		check_refused(&context, workers);
	}
}

/* However much that was: without workers, what comes after it can still be forgotten. */
PX_TEST(what_is_settled_stays)
{
	static const size_t sizes[] = { 1, PX_OUT_SIZE + 1, PX_HELD_MAX + 2 * PX_OUT_SIZE };

	for (size_t i = 0; i < PX_COUNT(sizes); i++) {
		struct context context = { .settled = sizes[i], .before = 5 };
		size_t marks = 0, letters = 0, others = 0;
		char *out, *err;

		run_jobs(1, &context, &out, &err);
		for (const char *at = out; *at != '\0'; at++) {
			marks += *at == '=';
			letters += *at == (char)('a' + letters) &&
				marks == (letters + 1) * sizes[i];
			others += *at == '-';
		}
		px_same_number("marks", 3 * sizes[i], marks);
		assert_int_equal(letters, 3);
		assert_int_equal(others, 0);
		px_same("said", "pmapx: in time\npmapx: in time\npmapx: in time\n", err);
		assert_int_equal(context.refused, 0);
		free(out);
		free(err);
	}
}

PX_TEST(what_has_had_its_turn_is_not)
{
	struct context context = { .before = 5, .awaits = true };

	check_refused(&context, 2);
}

PX_TEST(without_jobs_nothing_is_undone)
{
	struct px_out *out = calloc(1, sizeof(*out));

	assert_non_null(out);
	px_out_string(out, "x");
	assert_false(px_out_undo(out));
	assert_int_equal(out->length, 1);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_has_seen_is_forgotten),
		cmocka_unit_test(what_was_too_much_to_be_held_is_not),
		cmocka_unit_test(what_is_settled_stays),
		cmocka_unit_test(what_has_had_its_turn_is_not),
		cmocka_unit_test(without_jobs_nothing_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
