/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that each use the library by handles of their own, on the same sources at the same
 * moment: px_threads COUNT {live PID | root FOLDER | saved PATH | text FILE}...
 *
 * What each has seen must be what one thread alone sees afterwards; a line for each source says
 * what that was.  tests/check/threads.py builds this with ThreadSanitizer.
 */
#include <pmapx.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 3
/* How much a parser is fed at a time: pieces of lines. */
#define PIECE 11
/* How many processes of the running system are looked at which may come and go. */
#define OTHERS_MAX 50

/* What there is to do. */
struct job {
	const char *how, *what;
};

/* What was seen of a source. */
struct seen {
	bool is_live; /* What is resident changes with what others do. */
	uint64_t hash;
	unsigned processes, mappings, failures;
};

struct run {
	const struct job *jobs;
	size_t count;
	pthread_barrier_t barrier;
};

struct worker {
	struct run *run;
	size_t number;
	struct seen *seen; /* Of each job in each round. */
	pthread_t thread;
};

static void note(struct seen *seen, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		seen->hash = (seen->hash ^ at[i]) * UINT64_C(0x100000001b3);
}

static void note_number(struct seen *seen, uint64_t number)
{
	note(seen, &number, sizeof(number));
}

static void note_text(struct seen *seen, const struct pmapx_text *text)
{
	note_number(seen, text->length);
	note(seen, text->bytes, text->length);
}

static void note_error(struct seen *seen, int r, const struct pmapx_error *error)
{
	seen->failures++;
	note_number(seen, (uint64_t)-r);
	note_number(seen, error->line);
	note(seen, error->reason, strlen(error->reason));
}

static void note_numbers(struct seen *seen, const struct pmapx_smaps *smaps)
{
	struct pmapx_entry entry;
	uint64_t number;

	note_number(seen, smaps->have);
	for (int i = 0; i < PMAPX_FIELD_COUNT; i++)
		if (pmapx_smaps_number(smaps, i, &number) && !seen->is_live)
			note_number(seen, number);
	for (size_t i = 0; pmapx_smaps_entry(smaps, i, &entry); i++) {
		note_text(seen, &entry.key);
		if (!seen->is_live)
			note_text(seen, &entry.value);
	}
}

static void note_mapping(
	struct seen *seen, struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping)
{
	bool guessed;
	enum pmapx_kind kind = pmapx_kinds_tell(kinds, mapping, &guessed);
	const char *name = pmapx_kind_lookup(kind)->name;
	const struct pmapx_text text = { name, strlen(name) };

	seen->mappings++;
	note_number(seen, mapping->start);
	note_number(seen, mapping->end);
	note_text(seen, &mapping->name);
	note_text(seen, &mapping->text);
	note_text(seen, &text);
	note_number(seen, pmapx_kind_find(&text) + guessed);
	note_numbers(seen, mapping->smaps);
}

static void read_map(
	struct seen *seen, struct pmapx_process *process, enum pmapx_map_file file, uint64_t fields)
{
	const struct pmapx_reader_options options = {
		.size = sizeof(options), .look_ahead = true, .fields = fields
	};
	const struct pmapx_mapping *mapping;
	struct pmapx_kinds kinds = { 0 };
	struct pmapx_reader *reader;
	struct pmapx_error error = { .reason = "" };
	int r = pmapx_reader_open(process, file, &options, &reader);

	if (r < 0) {
		note_error(seen, r, &error);
		return;
	}
	while ((r = pmapx_reader_next(reader, &mapping, &error)) != 0)
		if (r == 1)
			note_mapping(seen, &kinds, mapping);
		else
			note_error(seen, r, &error);
	note_number(seen, (uint64_t)pmapx_reader_pid(reader));
	note_number(seen, pmapx_reader_file(reader));
	pmapx_reader_close(reader);
}

static void look_at_process(struct seen *seen, struct pmapx_process *process)
{
	const struct pmapx_identity *identity = pmapx_process_identity(process);
	struct pmapx_text text;

	seen->processes++;
	note_number(seen, (uint64_t)identity->tgid);
	note_text(seen, &identity->comm);
	if (pmapx_process_cmdline(process, &text) == 0)
		note_text(seen, &text);
	if (pmapx_process_executable(process, &text) == 0)
		note_text(seen, &text);
	read_map(seen, process, PMAPX_FILE_MAPS, 0);
	read_map(seen, process, PMAPX_FILE_SMAPS, 0);
	read_map(seen, process, PMAPX_FILE_SMAPS, UINT64_C(1) << PMAPX_FIELD_RSS);
}

/* All that a source hands out. */
static void look_at_all(struct seen *seen, struct pmapx_source *source)
{
	const struct pmapx_member *member;
	struct pmapx_process *process;
	struct pmapx_error error;
	int r;

	while ((r = pmapx_source_next(source, &member, &error)) != 0) {
		if (r == 1)
			r = pmapx_process_open_member(source, &process, &error);
		if (r < 0) {
			note_error(seen, r, &error);
			continue;
		}
		note(seen, member->host, strlen(member->host));
		note_number(seen, member->captured_ms);
		look_at_process(seen, process);
		pmapx_process_close(process);
	}
}

/* One process that holds still, and a look at others. */
static void look_at_one(struct seen *seen, struct pmapx_source *source, pid_t pid)
{
	const struct pmapx_member *member;
	struct pmapx_process *process;
	struct pmapx_error error;
	int r = pmapx_process_open(source, pid, &process, &error);

	if (r < 0) {
		note_error(seen, r, &error);
		return;
	}
	look_at_process(seen, process);
	pmapx_process_close(process);
	for (int i = 0; i < OTHERS_MAX && pmapx_source_next(source, &member, NULL) == 1; i++)
		if (pmapx_process_open_member(source, &process, NULL) == 0)
			pmapx_process_close(process);
}

static void look_at_source(struct seen *seen, const struct job *job)
{
	struct pmapx_error error = { .reason = "" };
	struct pmapx_device device = { 0, 0 };
	struct pmapx_source *source;
	int r = seen->is_live      ? pmapx_source_open_live(NULL, &source)
		: *job->how == 'r' ? pmapx_source_open_root(job->what, NULL, &source)
				   : pmapx_source_open_saved(job->what, NULL, &source, &error);

	if (r < 0) {
		note_error(seen, r, &error);
		return;
	}
	if (seen->is_live)
		look_at_one(seen, source, atoi(job->what));
	else
		look_at_all(seen, source);
	note_number(seen, (uint64_t)-pmapx_source_shm_device(source, &device));
	note_number(seen, device.minor);
	note_number(seen, pmapx_source_in_order(source));
	note(seen, pmapx_source_kind(source), 4);
	note(seen, pmapx_source_path(source), strlen(pmapx_source_path(source)));
	pmapx_source_close(source);
}

/* Read a file, and have it parsed in pieces. */
static void parse_file(struct seen *seen, const char *path)
{
	struct pmapx_parser *parser;
	const struct pmapx_mapping *mapping;
	struct pmapx_kinds kinds = { 0 };
	struct pmapx_error error;
	char piece[PIECE];
	FILE *file = fopen(path, "rb");
	size_t length;
	int r;

	if (file == NULL || pmapx_parser_open(NULL, &parser) < 0)
		exit(2);
	while ((r = pmapx_parser_next(parser, &mapping, &error)) != 0) {
		if (r == 1)
			note_mapping(seen, &kinds, mapping);
		else if (r != -EAGAIN)
			note_error(seen, r, &error);
		else if ((length = fread(piece, 1, sizeof(piece), file)) == 0)
			pmapx_parser_finish(parser);
		else if (pmapx_parser_feed(parser, piece, length) < 0)
			exit(2);
	}
	pmapx_parser_close(parser);
	(void)fclose(file);
}

static struct seen look(const struct job *job)
{
	struct seen seen = {
		.is_live = strcmp(job->how, "live") == 0,
		.hash = UINT64_C(0xcbf29ce484222325),
	};

	if (strcmp(job->how, "text") == 0)
		parse_file(&seen, job->what);
	else
		look_at_source(&seen, job);
	return seen;
}

static void *work(void *context)
{
	struct worker *worker = context;
	struct run *run = worker->run;

	for (size_t round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < run->count; i++) {
			/* First all the same, so that what is loaded late is by all at once. */
			size_t job = (i + round * worker->number) % run->count;

			if (round == 0)
				(void)pthread_barrier_wait(&run->barrier);
			worker->seen[round * run->count + job] = look(&run->jobs[job]);
		}
	}
	return NULL;
}

/* Whether all have seen what one alone sees. */
static bool is_same(const struct run *run, const struct worker *workers, size_t count)
{
	bool same = true;

	for (size_t i = 0; i < run->count; i++) {
		struct seen alone = look(&run->jobs[i]);

		printf("%s: %u processes, %u mappings, %u failures\n", run->jobs[i].how,
			alone.processes, alone.mappings, alone.failures);
		for (size_t k = 0; k < count * ROUNDS; k++) {
			const struct seen *other = &workers[k / ROUNDS]
							    .seen[k % ROUNDS * run->count + i];

			if (other->hash == alone.hash)
				continue;
			printf("thread %zu, round %zu, %s: %u %u %u\n", k / ROUNDS, k % ROUNDS,
				run->jobs[i].what, other->processes, other->mappings,
				other->failures);
			same = false;
		}
	}
	return same;
}

int main(int argc, char *argv[])
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, jobs = 0;
	struct job *list = calloc((size_t)argc, sizeof(*list));
	struct worker *workers = calloc(count + 1, sizeof(*workers));
	struct run run = { .jobs = list };
	bool same;

	if (count == 0 || list == NULL || workers == NULL)
		return 2;
	for (int i = 2; i + 1 < argc; i += 2)
		list[jobs++] = (struct job){ argv[i], argv[i + 1] };
	run.count = jobs;
	if (pthread_barrier_init(&run.barrier, NULL, (unsigned)count) != 0)
		return 2;
	for (size_t i = 0; i < count; i++) {
		workers[i] = (struct worker){ .run = &run, .number = i };
		workers[i].seen = calloc(ROUNDS * jobs, sizeof(struct seen));
		if (workers[i].seen == NULL ||
			pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			return 2;
	}
	for (size_t i = 0; i < count; i++)
		(void)pthread_join(workers[i].thread, NULL);
	same = is_same(&run, workers, count);
	for (size_t i = 0; i < count; i++)
		free(workers[i].seen);
	free(workers);
	free(list);
	return same ? 0 : 1;
}
