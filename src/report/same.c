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
	const char *command; /* Its name, of what could not be read perhaps from another look. */
	size_t look, index;
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

/* Whether each look is at one process: that is compared whatever it is. */
static bool is_alone(const struct px_look *looks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (looks[i].count != 1)
			return false;
	return true;
}

static int compare_numbers(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

/* By what both have in any case: below, above or 0 if they may be the same. */
static int compare(enum px_sameness sameness, const struct place *one, const struct place *other)
{
	bool is_program = sameness == PX_SAME_COMMAND;
	int order;

	if (sameness == PX_SAME_ONLY)
		return 0;
	order = strcmp(one->process->host, other->process->host);
	/* What has no name has its number, and what has no number its name. */
	if (order == 0 && is_program)
		order = strcmp(one->command, other->command);
	if (order == 0 && (!is_program || *one->command == '\0'))
		order = compare_numbers((uint64_t)one->process->pid, (uint64_t)other->process->pid);
	if (order == 0 && one->process->pid == 0)
		order = strcmp(one->command, other->command);
	return order;
}

/* Those that may be the same together, those that tell their start first, in its order. */
static int compare_places(const void *a, const void *b, void *context)
{
	const struct place *one = a, *other = b;
	int order = compare(*(enum px_sameness *)context, one, other);

	if (order == 0)
		order = other->process->has_start - one->process->has_start;
	if (order == 0)
		order = compare_numbers(one->process->start_ticks, other->process->start_ticks);
	if (order == 0)
		order = strcmp(one->process->boot_id, other->process->boot_id);
	if (order == 0)
		order = compare_numbers(one->look, other->look);
	return order != 0 ? order : compare_numbers(one->index, other->index);
}

/* Whether processes that may be the same are known not to be. */
static bool is_another(const struct px_looked *one, const struct px_looked *other)
{
	return (one->has_start && other->has_start && one->start_ticks != other->start_ticks) ||
		(*one->boot_id != '\0' && *other->boot_id != '\0' &&
			strcmp(one->boot_id, other->boot_id) != 0);
}

/* Whether a process is the one that is lined up as the @number-th, as far as can be told. */
static bool suits(const struct px_same *same, size_t number, const struct place *place)
{
	if (same->sameness == PX_SAME_ONLY ||
		(same->sameness == PX_SAME_COMMAND && *place->command != '\0'))
		return true;
	for (size_t i = 0; i < same->look_count; i++) {
		const struct px_looked *other = px_same_at(same, number)[i];

		if (other != NULL && is_another(place->process, other))
			return false;
	}
	return true;
}

/*
 * Where a process belongs among those from the @first-th on, which have its number: what
 * tells its start comes in that order, so that only the last can be it.
 */
static size_t find_line(const struct px_same *same, size_t first, const struct place *place)
{
	if (place->process->has_start && same->count > first)
		first = same->count - 1;
	while (first < same->count && !suits(same, first, place))
		first++;
	return first;
}

static int add(struct px_looked *process, struct px_looked *more)
{
	int r = px_groups_merge(&process->groups, &more->groups);

	/* A sum that lacks a part is not known. */
	process->known &= more->known;
	process->is_unread |= more->is_unread;
	px_groups_clear(&more->groups);
	return r;
}

/* Line up those that are beside each other because they may be the same; 0 or -ENOMEM. */
static int line_up(struct px_same *same, const struct place *places, size_t count)
{
	size_t first = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct px_looked *process = places[i].process, **at;
		size_t line;

		if (i == 0 || compare(same->sameness, &places[i - 1], &places[i]) != 0)
			first = same->count;
		line = find_line(same, first, &places[i]);
		if (line == same->count)
			same->count++;
		at = &px_same_at(same, line)[places[i].look];
		if (*at == NULL)
			*at = process;
		else
			r = add(*at, process);
	}
	return r;
}

/* By what the processes of one line have been found to be the same. */
static enum px_sameness judge(struct px_looked *const *processes, size_t count)
{
	enum px_sameness least = PX_SAME_BOOT;
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (processes[i] == NULL)
			continue;
		if (processes[i]->is_unread)
			return PX_SAME_BOOT;
		found++;
		if (!processes[i]->has_start)
			least = PX_SAME_PID;
		else if (*processes[i]->boot_id == '\0' && least == PX_SAME_BOOT)
			least = PX_SAME_START;
	}
	return found > 1 ? least : PX_SAME_BOOT;
}

/* What tells least. */
static void judge_all(struct px_same *same)
{
	for (size_t i = 0; same->sameness <= PX_SAME_PID && i < same->count; i++) {
		struct px_looked *const *processes = px_same_at(same, i);
		enum px_sameness sameness = judge(processes, same->look_count);

		if (sameness > same->sameness)
			same->sameness = sameness;
		same->by_number += sameness == PX_SAME_PID;
	}
}

/*
 * Of what could not be read not even the name may be known; but another look may have it.
 * @places are put in another order.
 */
static void name_unread(struct place *places, size_t count)
{
	enum px_sameness by_number = PX_SAME_PID;
	const struct place *named = NULL;

	qsort_r(places, count, sizeof(*places), compare_places, &by_number);
	/* What tells no start, as what is not open, is behind what does. */
	for (size_t i = 0; i < count; i++) {
		if (*places[i].command != '\0')
			named = &places[i];
		else if (places[i].process->is_unread && named != NULL &&
			compare(by_number, named, &places[i]) == 0)
			places[i].command = named->command;
	}
}

int px_same_find(struct px_same *same, enum px_match match, struct px_look *looks, size_t count)
{
	size_t total = 0, filled = 0;
	struct place *places;
	int r = -ENOMEM;

	*same = (struct px_same){ .look_count = count };
	if (match == PX_MATCH_COMMAND)
		same->sameness = PX_SAME_COMMAND;
	else if (match == PX_MATCH_PID && is_alone(looks, count))
		same->sameness = PX_SAME_ONLY;
	for (size_t i = 0; i < count; i++)
		total += looks[i].count;
	places = calloc(total + 1, sizeof(*places));
	/* One more, as nothing is no size to ask for. */
	same->list = calloc(total + 1, (count + 1) * sizeof(struct px_looked *));
	for (size_t i = 0; places != NULL && i < count; i++)
		for (size_t k = 0; k < looks[i].count; k++)
			places[filled++] = (struct place){ &looks[i].processes[k],
				looks[i].processes[k].command, i, k };
	if (places != NULL && same->list != NULL) {
		if (match == PX_MATCH_COMMAND)
			name_unread(places, total);
		qsort_r(places, total, sizeof(*places), compare_places, &same->sameness);
		r = line_up(same, places, total);
		judge_all(same);
	}
	free(places);
	return r;
}

bool px_same_is_of_two(const struct px_same *same)
{
	const struct px_looked *one, *other;

	if (same->sameness != PX_SAME_ONLY)
		return false;
	one = same->list[0];
	other = same->list[same->look_count - 1];
	return is_another(one, other) ||
		(one->pid != 0 && other->pid != 0 && one->pid != other->pid);
}

void px_same_deinit(struct px_same *same)
{
	free(same->list);
	*same = (struct px_same){ 0 };
}
