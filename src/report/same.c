/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processes of several looks are the same.
 */
#include "same.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A process of a look. */
struct place {
	struct px_looked *process;
	size_t look;
};

const char *px_sameness_name(enum px_sameness sameness)
{
	static const char *const names[] = {
		[PX_SAME_BOOT] = "pid+start+boot",
		[PX_SAME_START] = "pid+start",
		[PX_SAME_PID] = "pid",
		[PX_SAME_COMMAND] = "cmd",
		[PX_SAME_ONLY] = "only",
	};

	return names[sameness];
}

/* What every process of every look tells decides. */
static enum px_sameness choose(enum px_match match, const struct px_look *looks, size_t count)
{
	bool has_starts = true, has_boots = true, is_alone = true;

	if (match == PX_MATCH_COMMAND)
		return PX_SAME_COMMAND;
	for (size_t i = 0; i < count; i++) {
		is_alone &= looks[i].count == 1;
		for (size_t k = 0; k < looks[i].count; k++) {
			has_starts &= looks[i].processes[k].has_start;
			has_boots &= *looks[i].processes[k].boot_id != '\0';
		}
	}
	if (is_alone)
		return PX_SAME_ONLY;
	return has_starts && has_boots ? PX_SAME_BOOT : has_starts ? PX_SAME_START : PX_SAME_PID;
}

static int compare_numbers(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

/* Below, above or 0 if they are the same. */
static int compare(
	enum px_sameness sameness, const struct px_looked *one, const struct px_looked *other)
{
	int order;

	if (sameness == PX_SAME_ONLY)
		return 0;
	if (sameness == PX_SAME_COMMAND)
		return strcmp(one->command, other->command);
	order = compare_numbers((uint64_t)one->pid, (uint64_t)other->pid);
	/* What has no number has its name. */
	if (order == 0)
		order = strcmp(one->host, other->host);
	if (order == 0 && one->pid == 0)
		order = strcmp(one->command, other->command);
	if (order == 0 && sameness <= PX_SAME_START)
		order = compare_numbers(one->start_ticks, other->start_ticks);
	if (order == 0 && sameness == PX_SAME_BOOT)
		order = strcmp(one->boot_id, other->boot_id);
	return order;
}

static int compare_places(const void *a, const void *b, void *context)
{
	const struct place *one = a, *other = b;
	int order = compare(*(enum px_sameness *)context, one->process, other->process);

	/* Those of one look stay in their order. */
	return order != 0 ? order
			  : (one->process > other->process) - (one->process < other->process);
}

/* Line up those that are beside each other because they are the same; 0 or -ENOMEM. */
static int line_up(struct px_same *same, const struct place *places, size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct px_looked **first;

		if (i == 0 ||
			compare(same->sameness, places[i - 1].process, places[i].process) != 0)
			same->count++;
		first = &px_same_at(same, same->count - 1)[places[i].look];
		if (*first == NULL) {
			*first = places[i].process;
			continue;
		}
		r = px_groups_merge(&(*first)->groups, &places[i].process->groups);
		(*first)->known |= places[i].process->known;
		px_groups_clear(&places[i].process->groups);
	}
	return r;
}

int px_same_find(struct px_same *same, enum px_match match, struct px_look *looks, size_t count)
{
	size_t total = 0, filled = 0;
	struct place *places;
	int r = -ENOMEM;

	*same = (struct px_same){ .sameness = choose(match, looks, count), .look_count = count };
	for (size_t i = 0; i < count; i++)
		total += looks[i].count;
	places = calloc(total + 1, sizeof(*places));
	/* One more, as nothing is no size to ask for. */
	same->list = calloc(total + 1, (count + 1) * sizeof(struct px_looked *));
	for (size_t i = 0; places != NULL && i < count; i++)
		for (size_t k = 0; k < looks[i].count; k++)
			places[filled++] = (struct place){ &looks[i].processes[k], i };
	if (places != NULL && same->list != NULL) {
		qsort_r(places, total, sizeof(*places), compare_places, &same->sameness);
		r = line_up(same, places, total);
	}
	free(places);
	return r;
}

void px_same_deinit(struct px_same *same)
{
	free(same->list);
	*same = (struct px_same){ 0 };
}
