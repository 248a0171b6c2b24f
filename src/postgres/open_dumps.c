/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dumps that are under way in a log.
 */
#include "open_dumps.h"

#include <stdlib.h>

/* Processes have numbers one after the other: these are in chains of their own. */
static size_t bucket_of(enum px_contexts_source source, uint32_t pid)
{
	return (pid ^ pid / PX_OPEN_DUMPS_BUCKETS ^ (uint32_t)source) % PX_OPEN_DUMPS_BUCKETS;
}

void px_open_dump_free(struct px_open_dump *dump)
{
	if (dump == NULL)
		return;
	px_dump_build_deinit(&dump->build);
	free(dump->held);
	free(dump);
}

struct px_open_dump *px_open_dumps_find(
	const struct px_open_dumps *dumps, enum px_contexts_source source, uint32_t pid)
{
	struct px_open_dump *dump = dumps->buckets[bucket_of(source, pid)];

	while (dump != NULL && (dump->pid != pid || dump->source != source))
		dump = dump->chained;
	return dump;
}

/* Let @dump be found no more. */
static void unlist(struct px_open_dumps *dumps, struct px_open_dump *dump)
{
	struct px_open_dump **at = &dumps->buckets[bucket_of(dump->source, dump->pid)];

	if (!dump->listed)
		return;
	while (*at != dump)
		at = &(*at)->chained;
	*at = dump->chained;
	*(dump->newer != NULL ? &dump->newer->older : &dumps->newest) = dump->older;
	*(dump->older != NULL ? &dump->older->newer : &dumps->oldest) = dump->newer;
	dumps->count--;
	dump->listed = false;
}

struct px_open_dump *px_open_dumps_make(
	struct px_open_dumps *dumps, enum px_contexts_source source, uint32_t pid)
{
	struct px_open_dump *dump, **bucket = &dumps->buckets[bucket_of(source, pid)];

	if (dumps->count == PX_CONTEXTS_MAX_OPEN)
		px_open_dumps_end(dumps, dumps->oldest, PX_CONTEXTS_CROWDED);
	dump = calloc(1, sizeof(*dump));
	if (dump == NULL)
		return NULL;
	px_dump_build_init(&dump->build, &dumps->held);
	dump->source = source;
	dump->pid = pid;
	if (source == PX_CONTEXTS_VIEW)
		return dump;
	dump->chained = *bucket;
	*bucket = dump;
	dump->older = dumps->newest;
	*(dumps->newest != NULL ? &dumps->newest->newer : &dumps->oldest) = dump;
	dumps->newest = dump;
	dump->listed = true;
	dumps->count++;
	return dump;
}

void px_open_dumps_end(
	struct px_open_dumps *dumps, struct px_open_dump *dump, enum px_contexts_flaw flaw)
{
	unlist(dumps, dump);
	if (!dump->started) {
		px_open_dump_free(dump);
		return;
	}
	if (flaw != PX_CONTEXTS_COMPLETE)
		px_dump_build_blame(&dump->build, flaw);
	dump->newer = NULL;
	*(dumps->last_ended != NULL ? &dumps->last_ended->newer : &dumps->first_ended) = dump;
	dumps->last_ended = dump;
}

struct px_open_dump *px_open_dumps_take(struct px_open_dumps *dumps)
{
	struct px_open_dump *dump = dumps->first_ended;

	if (dump != NULL)
		dumps->first_ended = dump->newer;
	if (dumps->first_ended == NULL)
		dumps->last_ended = NULL;
	return dump;
}

void px_open_dumps_deinit(struct px_open_dumps *dumps)
{
	struct px_open_dump *dump;

	while ((dump = dumps->oldest) != NULL) {
		dumps->oldest = dump->newer;
		px_open_dump_free(dump);
	}
	while ((dump = px_open_dumps_take(dumps)) != NULL)
		px_open_dump_free(dump);
}
