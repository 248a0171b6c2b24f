/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of workers whose output comes out in the order of their jobs.
 *
 * A job prints into a block in memory.  When all jobs before it have been
 * printed, it is its turn: whoever finds that writes the block out.  A block
 * that grows beyond BLOCK_MAX waits for its turn, and from then on is written
 * through.
 */
#include "jobs.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What one job may have in memory, and all jobs that wait to be printed, in bytes. */
#define BLOCK_MAX ((size_t)1024 * 1024)
#define WAITING_MAX ((size_t)4 * 1024 * 1024)
/* How far jobs may be ahead of what is printed. */
#define WINDOW 256
/* A worker needs little: names, lines and rows are not on the stack. */
#define STACK_SIZE ((size_t)512 * 1024)

/* A piece of output that waits. */
struct piece {
	struct piece *next;
	struct px_out *to; /* The stream of the run that it is for. */
	size_t length;
	char bytes[];
};

/* Pieces in order. */
struct pieces {
	struct piece *first, *last;
	size_t length;
};

struct pool {
	const struct px_jobs *jobs;
	/* The run's streams: written to by whoever has the turn. */
	struct px_console *console;
	pthread_mutex_t lock;
	pthread_cond_t moved; /* @turn has moved on. */
	/* Under the lock: */
	size_t next;    /* The job to begin next. */
	size_t turn;    /* The job to be printed next. */
	size_t waiting; /* Bytes in @done. */
	bool stopped;   /* Output has failed. */
	int status;
	struct {
		bool is_done;
		struct pieces pieces;
	} done[WINDOW]; /* Jobs that wait for their turn, by their number modulo WINDOW. */
};

/* What a job prints to. */
struct block {
	struct px_sink sink;
	struct pool *pool;
	size_t job;
	struct pieces pieces;
	bool has_turn;
};

static bool is_turn(struct pool *pool, size_t job)
{
	bool result;

	pthread_mutex_lock(&pool->lock);
	result = pool->turn == job;
	pthread_mutex_unlock(&pool->lock);
	return result;
}

static void wait_for_turn(struct pool *pool, size_t job)
{
	pthread_mutex_lock(&pool->lock);
	while (pool->turn != job)
		pthread_cond_wait(&pool->moved, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}

/* Write to a stream of the run; only with the turn. */
static void write_through(struct pool *pool, struct px_out *to, const char *bytes, size_t length)
{
	px_out_write(to, bytes, length);
	/* Without standard error, there is still something to be done. */
	if (to == &pool->console->out && to->error != 0) {
		pthread_mutex_lock(&pool->lock);
		pool->stopped = true;
		pthread_mutex_unlock(&pool->lock);
	}
}

/* Write pieces and free them; only with the turn. */
static void write_pieces(struct pool *pool, struct pieces *pieces)
{
	struct piece *piece = pieces->first;

	while (piece != NULL) {
		struct piece *next = piece->next;

		write_through(pool, piece->to, piece->bytes, piece->length);
		free(piece);
		piece = next;
	}
	*pieces = (struct pieces){ 0 };
}

/* Keep a copy; false if there is no memory for it. */
static bool keep(struct pieces *pieces, struct px_out *to, const char *bytes, size_t length)
{
	struct piece *piece = malloc(sizeof(*piece) + length);

	if (piece == NULL)
		return false;
	piece->next = NULL;
	piece->to = to;
	piece->length = length;
	memcpy(piece->bytes, bytes, length);
	if (pieces->last != NULL)
		pieces->last->next = piece;
	else
		pieces->first = piece;
	pieces->last = piece;
	pieces->length += length;
	return true;
}

/* It is the turn of @block: from now on it writes through. */
static void begin_turn(struct block *block)
{
	block->has_turn = true;
	write_pieces(block->pool, &block->pieces);
}

static void await_turn(struct px_sink *sink)
{
	struct block *block = (struct block *)sink;

	if (block->has_turn)
		return;
	wait_for_turn(block->pool, block->job);
	begin_turn(block);
}

/* The sink of a worker's streams. */
static void take(struct px_sink *sink, struct px_out *out)
{
	struct block *block = (struct block *)sink;
	struct pool *pool = block->pool;
	struct px_out *to = out->fd == pool->console->err.fd ? &pool->console->err
							     : &pool->console->out;

	if (!block->has_turn) {
		if (block->pieces.length + out->length <= BLOCK_MAX &&
			keep(&block->pieces, to, out->bytes, out->length))
			return;
		await_turn(sink);
	}
	write_through(pool, to, out->bytes, out->length);
	out->error = to->error;
}

/* Begin the next job: false if there is none. */
static bool begin_job(struct pool *pool, size_t *ret)
{
	bool result;

	pthread_mutex_lock(&pool->lock);
	/* The job whose turn it is must not wait for itself. */
	while (pool->next != pool->turn && !pool->stopped &&
		(pool->next - pool->turn >= WINDOW || pool->waiting > WAITING_MAX))
		pthread_cond_wait(&pool->moved, &pool->lock);
	result = !pool->stopped && pool->next < pool->jobs->count;
	if (result)
		*ret = pool->next++;
	pthread_mutex_unlock(&pool->lock);
	return result;
}

/* Print the jobs that are next and done, under the lock. */
static void print_done(struct pool *pool)
{
	while (pool->done[pool->turn % WINDOW].is_done) {
		struct pieces pieces = pool->done[pool->turn % WINDOW].pieces;

		pool->done[pool->turn % WINDOW].is_done = false;
		pool->waiting -= pieces.length;
		pthread_mutex_unlock(&pool->lock);
		write_pieces(pool, &pieces);
		pthread_mutex_lock(&pool->lock);
		pool->turn++;
	}
}

/* A job is done: print it, or leave it to whoever prints the one before. */
static void end_job(struct block *block, struct px_console *console, int status)
{
	struct pool *pool = block->pool;

	if (!block->has_turn && is_turn(pool, block->job))
		begin_turn(block);
	px_out_flush(&console->out);
	px_out_flush(&console->err);
	pthread_mutex_lock(&pool->lock);
	pool->status |= status;
	if (!block->has_turn && pool->turn != block->job) {
		pool->done[block->job % WINDOW].is_done = true;
		pool->done[block->job % WINDOW].pieces = block->pieces;
		pool->waiting += block->pieces.length;
		pthread_mutex_unlock(&pool->lock);
		return;
	}
	pthread_mutex_unlock(&pool->lock);
	write_pieces(pool, &block->pieces);
	pthread_mutex_lock(&pool->lock);
	pool->turn++;
	print_done(pool);
	pthread_cond_broadcast(&pool->moved);
	pthread_mutex_unlock(&pool->lock);
}

/* Do jobs until there is none. */
static void work(struct pool *pool, struct px_console *console, void *worker)
{
	size_t job;

	while (begin_job(pool, &job)) {
		struct block block = { .sink = { take, await_turn }, .pool = pool, .job = job };

		console->out.sink = console->err.sink = &block.sink;
		end_job(&block, console, pool->jobs->run(worker, job));
		console->out.sink = console->err.sink = NULL;
	}
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

/* By @workers side by side. */
static int run_aside(
	struct px_console *console, const struct px_jobs *jobs, unsigned workers, int *ret_status)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	pthread_t *threads = calloc(workers, sizeof(*threads));
	unsigned count;
	bool begun;

	if (pool == NULL || threads == NULL) {
		free(pool);
		free(threads);
		return -ENOMEM;
	}
	pool->jobs = jobs;
	pool->console = console;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->moved, NULL);
	count = start_threads(pool, threads, workers - 1);
	begun = work_with_console(pool);
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	/* Others may have done everything all the same. */
	begun |= pool->next == jobs->count || pool->stopped;
	*ret_status = pool->status;
	pthread_cond_destroy(&pool->moved);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
	free(threads);
	return begun ? 0 : -ENOMEM;
}

/* One after the other, in the calling thread. */
static int run_alone(struct px_console *console, const struct px_jobs *jobs, int *ret_status)
{
	void *worker = jobs->begin(jobs->context, console);

	if (worker == NULL)
		return -ENOMEM;
	for (size_t job = 0; job < jobs->count && console->out.error == 0; job++)
		*ret_status |= jobs->run(worker, job);
	jobs->end(worker);
	return 0;
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
	return run_alone(console, jobs, ret_status);
}
