/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jobs.c: however many workers there are, what jobs print comes out in order.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "jobs.h"

/* What jobs print, by their number modulo the rows: nothing, rows, more than may wait. */
static const size_t sizes[] = { 100, 0, 70000, 9, 9, 3 * 1024 * 1024, 1, 500000, 0, 40 };

struct context {
	atomic_uint begun, ended, run; /* Workers; jobs. */
	unsigned begin_max;            /* How many workers may begin. */
	bool awaits;                   /* Whether jobs await their turn in the middle. */
	size_t next;                   /* Of jobs that do: which one it is. */
	bool out_of_turn;
	size_t size_max;    /* Of what jobs print, if it is not 0. */
	unsigned things;    /* Jobs claim their number modulo this, if it is not 0. */
	atomic_int busy[4]; /* How many jobs work on each. */
	atomic_bool clash;
	bool is_short;         /* Some jobs cannot be done while others are under way. */
	atomic_int under_way;  /* Jobs. */
	atomic_uint given_up;  /* Times. */
	atomic_bool was_alone; /* A job that had been given up was done all the same. */
};

struct worker {
	struct context *context;
	struct px_console *console;
};

static void *begin(void *data, struct px_console *console)
{
	struct context *context = data;
	struct worker *worker;

	if (atomic_fetch_add(&context->begun, 1) >= context->begin_max)
		return NULL;
	worker = calloc(1, sizeof(*worker));
	worker->context = context;
	worker->console = console;
	return worker;
}

static void end(void *data)
{
	struct worker *worker = data;

	atomic_fetch_add(&worker->context->ended, 1);
	free(worker);
}

static size_t size_of(const struct context *context, size_t job)
{
	size_t size = sizes[job % PX_COUNT(sizes)];

	return context->size_max != 0 && size > context->size_max ? context->size_max : size;
}

/* The bytes of a job are its letter. */
static char letter(size_t job)
{
	return (char)('a' + job % 26);
}

static int run(void *data, size_t job)
{
	struct worker *worker = data;
	struct context *context = worker->context;
	struct px_console *console = worker->console;
	const struct timespec some = { .tv_nsec = (long)(job * 7919 % 13) * 10000 };
	size_t size = size_of(context, job);

	if (context->things > 0) {
		px_out_claim(&console->out, job % context->things + 1);
		if (atomic_fetch_add(&context->busy[job % context->things], 1) > 0)
			context->clash = true;
	}
	atomic_fetch_add(&context->under_way, 1);
	nanosleep(&some, NULL);
	px_out_fill(&console->out, letter(job), size / 2);
	if (context->is_short && job % 11 == 5 && px_out_give_up(&console->out)) {
		atomic_fetch_add(&context->given_up, 1);
		atomic_fetch_sub(&context->under_way, 1);
		return 1;
	}
	if (context->is_short && context->given_up > 0 && job % 11 == 5)
		context->was_alone |= context->under_way == 1;
	atomic_fetch_add(&context->run, 1);
	if (context->awaits) {
		if (!px_out_await_turn(&console->out)) {
			atomic_fetch_sub(&context->run, 1);
			atomic_fetch_sub(&context->under_way, 1);
			return 1;
		}
		context->out_of_turn |= context->next != job;
		context->next = job + 1;
	}
	if (job % 7 == 3)
		px_message(console, "a message");
	px_out_fill(&console->out, letter(job), size - size / 2);
	atomic_fetch_sub(&context->under_way, 1);
	if (context->things > 0)
		atomic_fetch_sub(&context->busy[job % context->things], 1);
	return job % 100 == 42 ? 42 : job % 100 == 17;
}

static struct px_console *open_console(int out)
{
	struct px_console *console = calloc(1, sizeof(*console));

	assert_non_null(console);
	px_console_init(console, "pmapx");
	console->out.fd = out;
	console->err.fd = px_memory();
	return console;
}

static void close_console(struct px_console *console)
{
	close(console->out.fd);
	close(console->err.fd);
	px_console_deinit(console);
	free(console);
}

/* What px_jobs_run() returns for @count jobs. */
static int run_jobs(struct px_console *console, size_t count, unsigned workers,
	struct context *context, int *ret_status)
{
	const struct px_jobs jobs = { .count = count,
		.workers = workers,
		.context = context,
		.begin = begin,
		.run = run,
		.end = end };

	return px_jobs_run(console, &jobs, ret_status);
}

/* Run @count jobs, and compare all that comes of it with what it must be. */
static void check(size_t count, unsigned workers, struct context *context)
{
	struct px_console *console = open_console(px_memory());
	char *got, row[64];
	size_t length, at = 0, messages = 0;
	int status;

	snprintf(row, sizeof(row), "%zu jobs, %u workers", count, workers);
	assert_int_equal(run_jobs(console, count, workers, context, &status), 0);
	px_out_flush(&console->out);
	got = px_taken(console->out.fd, &length);
	for (size_t job = 0; job < count; job++) {
		size_t size = size_of(context, job);

		assert_true(length - at >= size);
		for (size_t i = 0; i < size; i++)
			if (got[at + i] != letter(job))
				fail_msg("%s: job %zu, byte %zu", row, job, i);
		at += size;
		messages += job % 7 == 3;
	}
	px_same_number(row, at, length);
	free(got);
	free(px_taken(console->err.fd, &length));
	px_same_number(row, messages * (sizeof("pmapx: a message\n") - 1), length);
	px_same_number(row, (count > 17) | (count > 42 ? 42 : 0), status);
	/* One that could not be held, when another had become the only worker, is done again. */
	if (context->is_short)
		assert_true(context->run >= count);
	else
		px_same_number(row, count, context->run);
	assert_int_equal(console->out.error, 0);
	close_console(console);
}

PX_TEST(output_is_that_of_one_after_the_other)
{
	static const size_t counts[] = { 0, 1, 2, 3, 25, 100 };
	static const unsigned workers[] = { 0, 1, 2, 50 };

	for (size_t i = 0; i < PX_COUNT(counts); i++) {
		for (size_t j = 0; j < PX_COUNT(workers); j++) {
			struct context context = { .begin_max = 1000 };

			check(counts[i], workers[j], &context);
			px_same_number("all workers end", context.begun, context.ended);
			assert_true(context.begun <= (counts[i] > 1 ? counts[i] : 1));
			if (workers[j] == 1)
				assert_int_equal(context.begun, 1);
		}
	}
}

PX_TEST(a_job_can_await_its_turn)
{
	for (unsigned workers = 1; workers <= 2; workers++) {
		struct context context = { .begin_max = 1000, .awaits = true };

		check(50, workers, &context);
		assert_false(context.out_of_turn);
		assert_int_equal(context.next, 50);
	}
}

PX_TEST(two_workers_are_never_in_the_same_thing)
{
	for (unsigned things = 1; things <= 4; things++) {
		struct context context = { .begin_max = 1000, .things = things };

		/* Large ones wait for their turn, and let others in meanwhile. */
		check(100, 2, &context);
		context = (struct context){ .begin_max = 1000, .things = things, .size_max = 1000 };
		check(300, 2, &context);
		assert_false(context.clash);
	}
}

PX_TEST(what_is_too_much_for_two_is_done_by_one)
{
	for (unsigned awaits = 0; awaits < 2; awaits++) {
		struct context context = { .begin_max = 1000, .is_short = true, .awaits = awaits };

		check(60, 2, &context);
		if (context.begun > 1)
			assert_true(context.given_up > 0 && context.was_alone);
	}
}

/* Two jobs: the second waits for its turn with much to print when the first is short of memory. */
static int run_short(void *data, size_t job)
{
	struct worker *worker = data;
	struct context *context = worker->context;
	struct px_out *out = &worker->console->out;
	const struct timespec some = { .tv_nsec = 1000000 };

	if (job == 1)
		context->under_way = 1;
	for (int i = 0; job == 0 && i < 1000 && context->under_way == 0; i++)
		nanosleep(&some, NULL);
	/* Now it may have come to where it waits. */
	for (int i = 0; job == 0 && i < 20; i++)
		nanosleep(&some, NULL);
	if (job == 0 && px_out_give_up(out)) {
		atomic_fetch_add(&context->given_up, 1);
		return 1;
	}
	px_out_fill(out, letter(job), 3 * (size_t)1024 * 1024);
	return out->error != 0;
}

PX_TEST(one_that_waits_makes_room_for_one_that_is_short)
{
	const size_t size = 3 * (size_t)1024 * 1024;
	struct context context = { .begin_max = 1000 };
	struct px_console *console = open_console(px_memory());
	const struct px_jobs jobs = {
		.count = 2, .context = &context, .begin = begin, .run = run_short, .end = end
	};
	size_t length;
	char *got;
	int status;

	assert_int_equal(px_jobs_run(console, &jobs, &status), 0);
	assert_int_equal(status, 0);
	px_out_flush(&console->out);
	got = px_taken(console->out.fd, &length);
	px_same_number("length", 2 * size, length);
	for (size_t i = 0; i < length; i++)
		if (got[i] != letter(i / size))
			fail_msg("byte %zu", i);
	free(got);
	close_console(console);
}

PX_TEST(one_worker_that_can_begin_is_enough)
{
	struct context context = { .begin_max = 1 };

	check(25, 2, &context);
	assert_int_equal(context.ended, 1);
}

PX_TEST(without_any_worker_nothing_is_done)
{
	for (unsigned workers = 1; workers <= 2; workers++) {
		struct context context = { .begin_max = 0 };
		struct px_console *console = open_console(px_memory());
		int status;

		assert_int_equal(run_jobs(console, 5, workers, &context, &status), -ENOMEM);
		assert_int_equal(context.run, 0);
		close_console(console);
	}
}

PX_TEST(no_job_begins_once_output_has_failed)
{
	for (unsigned workers = 1; workers <= 2; workers++) {
		struct context context = { .begin_max = 1000 };
		int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
		struct px_console *console;
		int status;

		if (full < 0)
			skip();
		console = open_console(full);
		assert_int_equal(run_jobs(console, 100000, workers, &context, &status), 0);
		px_out_flush(&console->out);
		assert_int_equal(console->out.error, ENOSPC);
		/* Those that were under way may still end. */
		assert_true(context.run < 1000);
		close_console(console);
	}
}

PX_TEST(without_standard_error_jobs_go_on)
{
	for (unsigned workers = 1; workers <= 2; workers++) {
		struct context context = { .begin_max = 1000 };
		struct px_console *console = open_console(px_memory());
		int status;

		close(console->err.fd);
		assert_int_equal(run_jobs(console, 25, workers, &context, &status), 0);
		assert_int_equal(context.run, 25);
		assert_int_equal(console->err.error, EBADF);
		console->err.fd = px_memory();
		close_console(console);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_that_of_one_after_the_other),
		cmocka_unit_test(a_job_can_await_its_turn),
		cmocka_unit_test(two_workers_are_never_in_the_same_thing),
		cmocka_unit_test(what_is_too_much_for_two_is_done_by_one),
		cmocka_unit_test(one_that_waits_makes_room_for_one_that_is_short),
		cmocka_unit_test(one_worker_that_can_begin_is_enough),
		cmocka_unit_test(without_any_worker_nothing_is_done),
		cmocka_unit_test(no_job_begins_once_output_has_failed),
		cmocka_unit_test(without_standard_error_jobs_go_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
