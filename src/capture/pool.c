/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readers side by side.
 *
 * Each has a spool of its own, to which it appends one process after the other,
 * and which is emptied when all that is in it has been written.  So memory and
 * descriptors are those of the readers, however far they are ahead.
 */
#include "pool.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

/* How many processes readers may be ahead. */
#define WINDOW ((size_t)1024)
/* What the spools of all readers keep in memory. */
#define MEMORY_MAX ((size_t)16 * 1024 * 1024)
/* And in all: then readers wait until theirs has been written. */
#define SPOOL_MAX ((uint64_t)128 * 1024 * 1024)
#define STACK_SIZE ((size_t)256 * 1024)
/* How long to wait for the next process at a time. */
#define PATIENCE_NS 100000000

struct reader {
	struct px_pool *pool;
	pthread_t thread;
	struct px_taker taker;
	struct px_spool spool;
	size_t waiting; /* Processes in the spool; under the lock. */
};

struct px_pool {
	const struct px_capture_options *options;
	const struct px_redaction *redaction;
	struct px_pace pace;
	struct reader *readers;
	unsigned reader_count, thread_count;
	pthread_mutex_t lock;
	pthread_cond_t done; /* A process has been read. */
	pthread_cond_t room; /* One has been written. */
	/* Under the lock: */
	size_t next; /* The process to be read next. */
	size_t turn; /* The one to be handed out next. */
	bool is_out; /* The one before that is in use. */
	struct {
		struct reader *reader; /* NULL if it has not been read. */
		struct px_taken record;
	} slots[WINDOW]; /* By number modulo WINDOW. */
};

/*
 * Whether a reader is to wait until something of its spool has been written, under
 * the lock: before it takes more than memory, as long as there is something to
 * write; if that must wait for another reader, before it takes too much.
 */
static bool is_full(const struct reader *reader)
{
	const struct px_pool *pool = reader->pool;
	bool is_writing = pool->is_out || pool->slots[pool->turn % WINDOW].reader != NULL;

	if (reader->waiting == 0)
		return false;
	return reader->spool.length >
		(is_writing ? reader->spool.memory_max / 2 : SPOOL_MAX / pool->reader_count);
}

/* Wait until there is something to read, under the lock: false if there will not be. */
static bool wait_for_job(struct reader *reader, size_t *ret)
{
	struct px_pool *pool = reader->pool;

	/* What is next to be written waits for nobody. */
	while (!atomic_load(&pool->pace.stopped) && pool->next < pool->options->pid_count &&
		pool->next != pool->turn && (pool->next - pool->turn >= WINDOW || is_full(reader)))
		pthread_cond_wait(&pool->room, &pool->lock);
	if (atomic_load(&pool->pace.stopped) || pool->next >= pool->options->pid_count)
		return false;
	*ret = pool->next++;
	if (reader->waiting == 0)
		px_spool_clear(&reader->spool);
	return true;
}

/* Read one process, without the lock. */
static void read_job(struct reader *reader, size_t job)
{
	struct px_pool *pool = reader->pool;

	px_take(&reader->taker, pool->options->pids[job], &pool->slots[job % WINDOW].record);
}

static void *work(void *data)
{
	struct reader *reader = data;
	struct px_pool *pool = reader->pool;
	size_t job;

	pthread_mutex_lock(&pool->lock);
	while (wait_for_job(reader, &job)) {
		pthread_mutex_unlock(&pool->lock);
		read_job(reader, job);
		pthread_mutex_lock(&pool->lock);
		pool->slots[job % WINDOW].reader = reader;
		reader->waiting++;
		pthread_cond_signal(&pool->done);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* How many are to read. */
static unsigned count_readers(const struct px_capture_options *options)
{
	unsigned most = 1;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		most = (unsigned)CPU_COUNT(&set);
	if (options->jobs > 0 && options->jobs < most)
		most = options->jobs;
	return options->pid_count < most ? (unsigned)options->pid_count : most;
}

/* Begin as many as there can be. */
static int begin_readers(struct px_pool *pool, const char *folder, unsigned wanted)
{
	size_t memory = MEMORY_MAX / (wanted > 0 ? wanted : 1);

	pool->readers = calloc(wanted > 0 ? wanted : 1, sizeof(*pool->readers));
	if (pool->readers == NULL)
		return -ENOMEM;
	while (pool->reader_count < wanted) {
		struct reader *reader = &pool->readers[pool->reader_count];
		int r;

		reader->pool = pool;
		px_spool_init(&reader->spool, folder, memory);
		r = px_taker_init(&reader->taker, pool->options, pool->redaction, &pool->pace,
			&reader->spool);
		if (r < 0) {
			px_taker_deinit(&reader->taker);
			return pool->reader_count > 0 ? 0 : r;
		}
		pool->reader_count++;
	}
	return 0;
}

/* One that reads alone does so when asked; so does the first if no thread can be begun. */
static void begin_threads(struct px_pool *pool)
{
	pthread_attr_t attributes;

	if (pool->reader_count < 2 || pthread_attr_init(&attributes) != 0)
		return;
#ifdef M_ARENA_MAX
	/* As in jobs.c. */
	mallopt(M_ARENA_MAX, 1);
#endif
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	while (pool->thread_count < pool->reader_count) {
		struct reader *reader = &pool->readers[pool->thread_count];

		if (pthread_create(&reader->thread, &attributes, work, reader) != 0)
			break;
		pool->thread_count++;
	}
	pthread_attr_destroy(&attributes);
}

int px_pool_open(const struct px_capture_options *options, const struct px_redaction *redaction,
	const char *folder, struct px_pool **ret)
{
	struct px_pool *pool = calloc(1, sizeof(*pool));
	pthread_condattr_t attributes;
	int r;

	if (pool == NULL)
		return -ENOMEM;
	pool->options = options;
	pool->redaction = redaction;
	pthread_mutex_init(&pool->lock, NULL);
	/* Whoever sets the time does not set how long to wait. */
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->done, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_cond_init(&pool->room, NULL);
	r = begin_readers(pool, folder, count_readers(options));
	if (r < 0) {
		px_pool_close(pool);
		return r;
	}
	begin_threads(pool);
	*ret = pool;
	return 0;
}

/* The process that was handed out last has been written, under the lock. */
static void give_back(struct px_pool *pool)
{
	if (!pool->is_out)
		return;
	pool->slots[pool->turn % WINDOW].reader->waiting--;
	pool->slots[pool->turn % WINDOW].reader = NULL;
	pool->is_out = false;
	pool->turn++;
	pthread_cond_broadcast(&pool->room);
}

/* Wait a while for the next process, under the lock. */
static int wait_for_turn(struct px_pool *pool)
{
	struct reader **reader = &pool->slots[pool->turn % WINDOW].reader;
	struct timespec end;
	int r = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += PATIENCE_NS;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	while (*reader == NULL && r == 0)
		r = pthread_cond_timedwait(&pool->done, &pool->lock, &end);
	return *reader != NULL ? 1 : -EAGAIN;
}

int px_pool_next(struct px_pool *pool, const struct px_taken **ret)
{
	int r = 0;

	pthread_mutex_lock(&pool->lock);
	give_back(pool);
	if (pool->turn < pool->options->pid_count) {
		size_t job;

		if (pool->thread_count > 0) {
			r = wait_for_turn(pool);
		} else if (wait_for_job(&pool->readers[0], &job)) {
			read_job(&pool->readers[0], job);
			pool->slots[job % WINDOW].reader = &pool->readers[0];
			pool->readers[0].waiting++;
			r = 1;
		}
	}
	if (r > 0) {
		pool->is_out = true;
		*ret = &pool->slots[pool->turn % WINDOW].record;
	}
	pthread_mutex_unlock(&pool->lock);
	return r;
}

size_t px_pool_bytes(const struct px_pool *pool)
{
	return atomic_load(&pool->pace.read_bytes);
}

void px_pool_close(struct px_pool *pool)
{
	if (pool == NULL)
		return;
	atomic_store(&pool->pace.stopped, true);
	pthread_mutex_lock(&pool->lock);
	pthread_cond_broadcast(&pool->room);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->thread_count; i++)
		pthread_join(pool->readers[i].thread, NULL);
	for (unsigned i = 0; i < pool->reader_count; i++) {
		px_taker_deinit(&pool->readers[i].taker);
		px_spool_deinit(&pool->readers[i].spool);
	}
	pthread_cond_destroy(&pool->room);
	pthread_cond_destroy(&pool->done);
	pthread_mutex_destroy(&pool->lock);
	free(pool->readers);
	free(pool);
}
