/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of workers whose output comes out in the order of their jobs.
 *
 * A job prints into a block in memory.  When all jobs before it have been
 * printed, it is its turn: whoever finds that writes the block out.  A block
 * that grows beyond PX_HELD_MAX waits for its turn, and from then on is written
 * through.
 *
 * When memory or descriptors are short, what several jobs at a time cannot do
 * one may: the worker that finds out stays, all others leave, and the jobs
 * that they were in are done again.
 */
#include "jobs.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "held.h"

/* What all jobs that wait to be printed may have in memory, in bytes. */
#define WAITING_MAX ((size_t)4 * 1024 * 1024)
/* How far jobs may be ahead of what is printed. */
#define WINDOW 256
/* A worker needs little: names, lines and rows are not on the stack. */
#define STACK_SIZE ((size_t)256 * 1024)

struct pool {
	const struct px_jobs *jobs;
	/* The run's streams: written to by whoever has the turn. */
	struct px_console *console;
	pthread_mutex_t lock;
	pthread_cond_t moved; /* @turn has moved on, or a claim has been dropped. */
	/* Under the lock: */
	size_t next;   /* The job to begin next, after those in @again. */
	size_t *again; /* Jobs that were given up, as many as workers at most. */
	size_t again_count;
	unsigned workers; /* How many there are. */
	bool is_alone;    /* There is to be but one. */
	size_t turn;      /* The job to be printed next. */
	size_t waiting;   /* Bytes in @done. */
	bool stopped;     /* Output has failed. */
	int status;
	struct block *working; /* Those that are being worked on, in a list. */
	struct {
		bool is_done;
		struct px_held held;
	} done[WINDOW]; /* Jobs that wait for their turn, by their number modulo WINDOW. */
};

/* What a job prints to. */
struct block {
	struct px_sink sink;
	struct pool *pool;
	size_t job;
	struct px_held held;
	bool has_turn;
	bool is_void;       /* Nothing more is printed. */
	bool is_given_up;   /* It is to be done again. */
	bool survives;      /* By this worker, when it is the only one. */
	uint64_t claim;     /* What it works on, 0 for nothing; under the lock. */
	struct block *next; /* In the list. */
};

static bool is_turn(struct pool *pool, size_t job)
{
	bool result;

	pthread_mutex_lock(&pool->lock);
	result = pool->turn == job;
	pthread_mutex_unlock(&pool->lock);
	return result;
}

/* Wait until nobody else works on what @block claims, under the lock. */
static void wait_for_claim(struct block *block, uint64_t claim)
{
	struct pool *pool = block->pool;
	const struct block *other = claim != 0 ? pool->working : NULL;

	while (other != NULL) {
		if (other != block && other->claim == claim) {
			pthread_cond_wait(&pool->moved, &pool->lock);
			other = pool->working;
		} else {
			other = other->next;
		}
	}
	block->claim = claim;
}

static void claim(struct px_sink *sink, uint64_t number)
{
	struct block *block = (struct block *)sink;

	pthread_mutex_lock(&block->pool->lock);
	wait_for_claim(block, number);
	pthread_mutex_unlock(&block->pool->lock);
}

/* Others may work on what this one did, under the lock. */
static void drop_claim(struct block *block)
{
	if (block->claim != 0)
		pthread_cond_broadcast(&block->pool->moved);
	block->claim = 0;
}

/*
 * Whoever waits for a turn has no claim meanwhile: a job before it may be in
 * need of that.  Returns false if the job is given up instead.
 */
static bool wait_for_turn(struct block *block)
{
	struct pool *pool = block->pool;
	uint64_t claimed;

	pthread_mutex_lock(&pool->lock);
	claimed = block->claim;
	if (pool->turn != block->job)
		drop_claim(block);
	while (pool->turn != block->job && !pool->is_alone)
		pthread_cond_wait(&pool->moved, &pool->lock);
	block->is_given_up = pool->turn != block->job;
	if (!block->is_given_up)
		wait_for_claim(block, claimed);
	pthread_mutex_unlock(&pool->lock);
	return !block->is_given_up;
}

/* The sink's: the first to ask stays, and waits here until all others have left. */
static bool give_up(struct px_sink *sink)
{
	struct block *block = (struct block *)sink;
	struct pool *pool = block->pool;

	if (block->has_turn)
		return false;
	pthread_mutex_lock(&pool->lock);
	block->is_given_up |= pool->workers > 1;
	if (block->is_given_up && !pool->is_alone) {
		pool->is_alone = block->survives = true;
		drop_claim(block);
		pthread_cond_broadcast(&pool->moved);
		while (pool->workers > 1)
			pthread_cond_wait(&pool->moved, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return block->is_given_up;
}

/* Without standard error, there is still something to be done. */
static void note_failure(struct pool *pool)
{
	if (pool->console->out.error == 0)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopped = true;
	pthread_mutex_unlock(&pool->lock);
}

/*
 * Write what is held of a job; only with the turn.  If output had failed
 * before, the job would not have been done.
 */
static void write_held(struct pool *pool, struct px_held *held)
{
	if (pool->console->out.error != 0)
		px_held_drop(held);
	else
		px_held_write(held);
	note_failure(pool);
}

/* It is the turn of @block: from now on it writes through. */
static void begin_turn(struct block *block)
{
	block->has_turn = true;
	block->is_void = block->pool->console->out.error != 0;
	write_held(block->pool, &block->held);
}

static bool await_turn(struct px_sink *sink)
{
	struct block *block = (struct block *)sink;

	if (!block->has_turn && !block->is_given_up && wait_for_turn(block))
		begin_turn(block);
	return block->has_turn;
}

/* The sink of a worker's streams. */
static void take(struct px_sink *sink, struct px_out *out)
{
	struct block *block = (struct block *)sink;
	struct pool *pool = block->pool;
	struct px_out *to = out->fd == pool->console->err.fd ? &pool->console->err
							     : &pool->console->out;

	if (!block->has_turn && !block->is_given_up) {
		if (px_held_keep(&block->held, to, out->bytes, out->length))
			return;
		await_turn(sink);
	}
	/* An error ends the job soon. */
	if (block->is_given_up) {
		out->error = ECANCELED;
		return;
	}
	if (!block->is_void) {
		px_out_write(to, out->bytes, out->length);
		note_failure(pool);
	}
	out->error = block->is_void ? pool->console->out.error : to->error;
}

/* The sink's: what is held has been seen by nobody. */
static bool undo(struct px_sink *sink)
{
	struct block *block = (struct block *)sink;

	if (block->has_turn || block->is_given_up)
		return false;
	px_held_drop(&block->held);
	return true;
}

/* Whether jobs are far enough ahead of what has been printed, under the lock. */
static bool is_far_ahead(const struct pool *pool)
{
	/* The job whose turn it is must not wait for itself. */
	return pool->next != pool->turn &&
		(pool->next - pool->turn >= WINDOW || pool->waiting > WAITING_MAX);
}

/* Take the first of the jobs that were given up, under the lock. */
static size_t take_again(struct pool *pool)
{
	size_t first = 0, job;

	for (size_t i = 1; i < pool->again_count; i++)
		if (pool->again[i] < pool->again[first])
			first = i;
	job = pool->again[first];
	pool->again[first] = pool->again[--pool->again_count];
	return job;
}

/* Begin the next job: false if there is none for this worker. */
static bool begin_job(struct pool *pool, bool survives, size_t *ret)
{
	bool result = true;

	pthread_mutex_lock(&pool->lock);
	while (!pool->stopped && !pool->is_alone && is_far_ahead(pool))
		pthread_cond_wait(&pool->moved, &pool->lock);
	if (pool->stopped || (pool->is_alone && !survives))
		result = false;
	else if (pool->again_count > 0)
		*ret = take_again(pool);
	else if (pool->next < pool->jobs->count)
		*ret = pool->next++;
	else
		result = false;
	pthread_mutex_unlock(&pool->lock);
	return result;
}

/* Print the jobs that are next and done, under the lock. */
static void print_done(struct pool *pool)
{
	while (pool->done[pool->turn % WINDOW].is_done) {
		struct px_held held = pool->done[pool->turn % WINDOW].held;

		pool->done[pool->turn % WINDOW].is_done = false;
		pool->waiting -= held.length;
		pthread_mutex_unlock(&pool->lock);
		write_held(pool, &held);
		pthread_mutex_lock(&pool->lock);
		pool->turn++;
	}
}

/* The work on a job begins and ends. */
static void enter(struct block *block)
{
	struct pool *pool = block->pool;

	pthread_mutex_lock(&pool->lock);
	block->next = pool->working;
	pool->working = block;
	pthread_mutex_unlock(&pool->lock);
}

static void leave(struct block *block)
{
	struct pool *pool = block->pool;
	struct block **link = &pool->working;

	pthread_mutex_lock(&pool->lock);
	drop_claim(block);
	while (*link != block)
		link = &(*link)->next;
	*link = block->next;
	pthread_mutex_unlock(&pool->lock);
}

/* A job was given up: forget what it printed. */
static void give_back(struct block *block, struct px_console *console)
{
	struct pool *pool = block->pool;

	px_held_drop(&block->held);
	console->out.length = console->err.length = 0;
	console->out.error = console->err.error = 0;
	pthread_mutex_lock(&pool->lock);
	pool->again[pool->again_count++] = block->job;
	pthread_mutex_unlock(&pool->lock);
}

/* A job is done: print it, or leave it to whoever prints the one before. */
static void end_job(struct block *block, struct px_console *console, int status)
{
	struct pool *pool = block->pool;

	if (!block->is_given_up) {
		if (!block->has_turn && is_turn(pool, block->job))
			begin_turn(block);
		px_out_flush(&console->out);
		px_out_flush(&console->err);
	}
	leave(block);
	/* Be it for want of memory to hold the last of it. */
	if (block->is_given_up) {
		give_back(block, console);
		return;
	}
	pthread_mutex_lock(&pool->lock);
	pool->status |= status;
	if (!block->has_turn && pool->turn != block->job) {
		pool->done[block->job % WINDOW].is_done = true;
		pool->done[block->job % WINDOW].held = block->held;
		pool->waiting += block->held.length;
		pthread_mutex_unlock(&pool->lock);
		return;
	}
	pthread_mutex_unlock(&pool->lock);
	write_held(pool, &block->held);
	pthread_mutex_lock(&pool->lock);
	pool->turn++;
	print_done(pool);
	pthread_cond_broadcast(&pool->moved);
	pthread_mutex_unlock(&pool->lock);
}

/* Do jobs until there is none. */
static void work(struct pool *pool, struct px_console *console, void *worker)
{
	bool survives = false;
	size_t job;

	while (begin_job(pool, survives, &job)) {
		struct block block = {
			.sink = { .take = take,
				.await_turn = await_turn,
				.claim = claim,
				.give_up = give_up,
				.undo = undo },
			.pool = pool,
			.job = job,
		};

		enter(&block);
		console->out.sink = console->err.sink = &block.sink;
		end_job(&block, console, pool->jobs->run(worker, job));
		console->out.sink = console->err.sink = NULL;
		survives |= block.survives;
	}
}

/* Fewer workers: the one that stays may be waiting for that. */
static void retire(struct pool *pool, unsigned count)
{
	pthread_mutex_lock(&pool->lock);
	pool->workers -= count;
	pthread_cond_broadcast(&pool->moved);
	pthread_mutex_unlock(&pool->lock);
}

/*
 * A worker with a console of its own; without memory there is one less.
 * Returns whether it could begin.
 */
static bool work_with_console(struct pool *pool)
{
	struct px_console *console = malloc(sizeof(*console));
	void *worker;

	if (console == NULL)
		return false;
	px_console_copy(console, pool->console);
	worker = pool->jobs->begin(pool->jobs->context, console);
	if (worker != NULL) {
		work(pool, console, worker);
		pool->jobs->end(worker);
	}
	px_console_deinit(console);
	free(console);
	return worker != NULL;
}

static void *work_aside(void *pool)
{
	work_with_console(pool);
	retire(pool, 1);
	return NULL;
}

/* Start up to @count threads; returns how many there are. */
static unsigned start_threads(struct pool *pool, pthread_t *threads, unsigned count)
{
	pthread_attr_t attributes;
	unsigned started = 0;

	if (pthread_attr_init(&attributes) != 0)
		return 0;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	while (started < count &&
		pthread_create(&threads[started], &attributes, work_aside, pool) == 0)
		started++;
	pthread_attr_destroy(&attributes);
	return started;
}

static void free_pool(struct pool *pool)
{
	if (pool != NULL)
		free(pool->again);
	free(pool);
}

/* By @workers side by side. */
static int run_aside(
	struct px_console *console, const struct px_jobs *jobs, unsigned workers, int *ret_status)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	pthread_t *threads = calloc(workers, sizeof(*threads));
	unsigned count;
	bool begun;

	if (pool != NULL)
		pool->again = calloc(workers, sizeof(*pool->again));
	if (pool == NULL || threads == NULL || pool->again == NULL) {
		free_pool(pool);
		free(threads);
		return -ENOMEM;
	}
	pool->jobs = jobs;
	pool->console = console;
	pool->workers = workers;
#ifdef M_ARENA_MAX
	/* Workers allocate little: memory of their own would cost more than waiting for it. */
	mallopt(M_ARENA_MAX, 1);
#endif
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->moved, NULL);
	count = start_threads(pool, threads, workers - 1);
	retire(pool, workers - 1 - count);
	begun = work_with_console(pool);
	retire(pool, 1);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	/* Others may have done everything all the same. */
	begun |= pool->turn == jobs->count || pool->stopped;
	*ret_status = pool->status;
	pthread_cond_destroy(&pool->moved);
	pthread_mutex_destroy(&pool->lock);
	free_pool(pool);
	free(threads);
	return begun ? 0 : -ENOMEM;
}

/* How many processors this process may use. */
static unsigned processors(void)
{
	cpu_set_t set;
	long count;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return (unsigned)CPU_COUNT(&set);
	/* More than the set has room for. */
	count = sysconf(_SC_NPROCESSORS_ONLN);
	return count > 0 ? (unsigned)count : 1;
}

int px_jobs_run(struct px_console *console, const struct px_jobs *jobs, int *ret_status)
{
	unsigned workers = jobs->workers;

	*ret_status = 0;
	if (jobs->count > 1 && workers != 1) {
		unsigned most = processors();

		if (workers == 0 || workers > most)
			workers = most;
		if (workers > jobs->count)
			workers = (unsigned)jobs->count;
		if (workers > 1 && run_aside(console, jobs, workers, ret_status) == 0)
			return 0;
	}
	return px_jobs_run_alone(console, jobs, ret_status);
}
