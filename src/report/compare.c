/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at processes side by side: process by process, the groups of each look in the
 * order of their texts.
 */
#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The groups of one process in each look, sorted, and how far each has been taken. */
struct cursors {
	struct px_group ***lists;
	size_t *counts, *at;
	size_t count;
};

static void cursors_deinit(struct cursors *cursors)
{
	for (size_t i = 0; cursors->lists != NULL && i < cursors->count; i++)
		free(cursors->lists[i]);
	free(cursors->lists);
	free(cursors->counts);
	free(cursors->at);
}

/* 0 or -ENOMEM, and then, too, cursors_deinit(). */
static int cursors_init(struct cursors *cursors, struct px_looked *const *processes, size_t count)
{
	*cursors = (struct cursors){ .count = count };
	cursors->lists = calloc(count, sizeof(*cursors->lists));
	cursors->counts = calloc(count, sizeof(*cursors->counts));
	cursors->at = calloc(count, sizeof(*cursors->at));
	if (cursors->lists == NULL || cursors->counts == NULL || cursors->at == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (processes[i] == NULL)
			continue;
		cursors->counts[i] = processes[i]->groups.count;
		cursors->lists[i] = px_groups_sorted(&processes[i]->groups);
		if (cursors->lists[i] == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* The next group of a look, NULL if there are no more. */
static const struct px_group *next_group(const struct cursors *cursors, size_t look)
{
	return cursors->at[look] < cursors->counts[look] ? cursors->lists[look][cursors->at[look]]
							 : NULL;
}

/* The groups with the next texts, NULL for looks without; false if there are no more. */
static bool take_next(struct cursors *cursors, const struct px_group **ret)
{
	const struct px_group *first = NULL;

	for (size_t i = 0; i < cursors->count; i++) {
		ret[i] = next_group(cursors, i);
		if (ret[i] != NULL && (first == NULL || px_group_compare(ret[i], first) < 0))
			first = ret[i];
	}
	for (size_t i = 0; first != NULL && i < cursors->count; i++) {
		if (ret[i] != NULL && px_group_compare(ret[i], first) == 0)
			cursors->at[i]++;
		else
			ret[i] = NULL;
	}
	return first != NULL;
}

int64_t px_change(uint64_t before, uint64_t after)
{
	uint64_t by = after > before ? after - before : before - after;
	int64_t change = by < INT64_MAX ? (int64_t)by : INT64_MAX;

	return after > before ? change : -change;
}

bool px_difference_at(const struct px_differences *differences, const struct px_difference *row,
	size_t look, enum px_measure measure, uint64_t *ret)
{
	const struct px_group *group = row->groups[look];
	unsigned known = row->processes[look] != NULL ? row->processes[look]->known
						      : differences->looks[look].known;

	/* What is not there has nothing, where that can be known at all. */
	*ret = group != NULL ? group->sums.sums[measure] : 0;
	return (known >> measure & 1) != 0 &&
		(group == NULL || px_sums_tell(&group->sums, measure));
}

bool px_difference_change(const struct px_differences *differences, const struct px_difference *row,
	size_t from, size_t to, enum px_measure measure, int64_t *ret)
{
	uint64_t before, after;

	if (!px_difference_at(differences, row, from, measure, &before) ||
		!px_difference_at(differences, row, to, measure, &after))
		return false;
	*ret = px_change(before, after);
	return true;
}

/* Whether anything differs between the first and the last look. */
static bool differs(const struct px_differences *differences, const struct px_difference *row)
{
	size_t last = differences->look_count - 1;
	int64_t change;

	if ((row->groups[0] == NULL) != (row->groups[last] == NULL))
		return true;
	for (int i = 0; i < PX_MEASURES; i++)
		if (px_difference_change(differences, row, 0, last, (enum px_measure)i, &change) &&
			change != 0)
			return true;
	return false;
}

/* Whether it has grown from each look to the next. */
static bool keeps_growing(const struct px_differences *differences, const struct px_difference *row)
{
	int64_t change;

	for (size_t i = 1; i < differences->look_count; i++)
		if (!px_difference_change(
			    differences, row, i - 1, i, differences->growth, &change) ||
			change <= 0)
			return false;
	return true;
}

static int add_row(struct px_differences *differences, const struct px_difference *row)
{
	if (differences->count == differences->room) {
		size_t room = differences->room * 2 + 256;
		struct px_difference *more = reallocarray(differences->rows, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		differences->rows = more;
		differences->room = room;
	}
	differences->rows[differences->count++] = *row;
	return 0;
}

/*
 * Whether mappings are large enough in one of the looks: what has grown above the least
 * has not appeared, and what has shrunk below it is not gone.  Where a look does not tell
 * what is resident, it is no more than their size.
 */
static bool is_large(
	const struct px_differences *differences, const struct px_difference *row, uint64_t min_kb)
{
	uint64_t kb;

	for (size_t i = 0; i < differences->look_count; i++) {
		if (row->groups[i] == NULL)
			continue;
		if (!px_difference_at(differences, row, i, PX_MEASURE_RSS, &kb))
			kb = row->groups[i]->sums.sums[PX_MEASURE_SIZE];
		if (kb >= min_kb)
			return true;
	}
	return false;
}

/* The rows of the processes that are the @number-th, and what is added up of them. */
static int find_rows(struct px_differences *differences, size_t number, uint64_t min_kb,
	size_t *next_row, const struct px_group ***groups_at)
{
	struct px_looked *const *processes = px_same_at(&differences->same, number);
	size_t count = differences->look_count;
	struct cursors cursors;
	int r = cursors_init(&cursors, processes, count);

	while (r == 0 && take_next(&cursors, *groups_at)) {
		struct px_difference row = {
			.processes = processes, .groups = *groups_at, .number = (*next_row)++
		};

		if (!is_large(differences, &row, min_kb))
			continue;
		for (size_t i = 0; i < count; i++)
			if (row.groups[i] != NULL)
				px_sums_merge(&differences->totals[i], &row.groups[i]->sums);
		if (!(count > 2 ? keeps_growing(differences, &row) : differs(differences, &row)))
			continue;
		row.has_growth = px_difference_change(
			differences, &row, 0, count - 1, differences->growth, &row.growth);
		r = add_row(differences, &row);
		*groups_at += count;
	}
	cursors_deinit(&cursors);
	return r;
}

/*
 * Whether all looks tell of the processes that are the @number-th: that they were read, or
 * that they were not there.
 */
static bool is_told(const struct px_differences *differences, size_t number)
{
	struct px_looked *const *processes = px_same_at(&differences->same, number);

	for (size_t i = 0; i < differences->look_count; i++)
		if (processes[i] != NULL ? processes[i]->is_unread
					 : differences->looks[i].counts.has_gap)
			return false;
	return true;
}

/* Whether any look tells what the processes have that are the @number-th. */
static bool is_read(const struct px_differences *differences, size_t number)
{
	struct px_looked *const *processes = px_same_at(&differences->same, number);

	for (size_t i = 0; i < differences->look_count; i++)
		if (processes[i] != NULL && !processes[i]->is_unread)
			return true;
	return false;
}

/* Whether one look only has the processes that are the @number-th. */
static bool is_only(const struct px_differences *differences, size_t number)
{
	size_t found = 0;

	for (size_t i = 0; i < differences->look_count; i++)
		found += px_same_at(&differences->same, number)[i] != NULL;
	return found == 1;
}

/*
 * Count whom one look has; of what they add up to, what each of them tells is known, if
 * each of their mappings that were added up does.
 */
static void count_compared(struct px_differences *differences, size_t look)
{
	struct px_compared *compared = &differences->compared[look];
	unsigned known = ~0U;

	for (size_t i = 0; i < differences->same.count; i++) {
		const struct px_looked *process = px_same_at(&differences->same, i)[look];

		if (process == NULL || !is_told(differences, i))
			continue;
		known &= process->known;
		compared->count++;
		compared->only += is_only(differences, i);
	}
	differences->totals[look].known = compared->count > 0 ? known : 0;
}

static int compare_rows(const void *a, const void *b)
{
	const struct px_difference *one = a, *other = b;

	/* The largest growth first; what is not known last. */
	if (one->has_growth != other->has_growth)
		return one->has_growth ? -1 : 1;
	if (one->growth != other->growth)
		return one->growth > other->growth ? -1 : 1;
	return (one->number > other->number) - (one->number < other->number);
}

enum px_measure px_growth_choose(const struct px_look *looks, size_t count)
{
	static const enum px_measure measures[] = { PX_MEASURE_PSS, PX_MEASURE_RSS };
	unsigned known = ~0U;

	for (size_t i = 0; i < count; i++)
		known &= looks[i].known;
	for (size_t i = 0; i < sizeof(measures) / sizeof(measures[0]); i++)
		if ((known >> measures[i] & 1) != 0)
			return measures[i];
	return PX_MEASURE_SIZE;
}

/* Room for as many groups as there may be in rows, and for totals. */
static int make_room(struct px_differences *differences)
{
	/* One more, as nothing is no size to ask for. */
	size_t count = differences->look_count, most = 1;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < differences->looks[i].count; k++)
			most += differences->looks[i].processes[k].groups.count;
	differences->groups = calloc(most, (count + 1) * sizeof(struct px_group *));
	differences->totals = calloc(count + 1, sizeof(*differences->totals));
	differences->compared = calloc(count + 1, sizeof(*differences->compared));
	return differences->groups == NULL || differences->totals == NULL ||
			differences->compared == NULL
		? -ENOMEM
		: 0;
}

/* Whether the first and the last look have the processes that are the @number-th. */
static bool is_in_both(const struct px_differences *differences, size_t number)
{
	struct px_looked *const *processes = px_same_at(&differences->same, number);

	return processes[0] != NULL && processes[differences->look_count - 1] != NULL;
}

int px_compare(struct px_differences *ret, const struct px_comparison *how, struct px_look *looks,
	size_t count)
{
	const struct px_group **groups_at;
	size_t next_row = 0;
	int r;

	*ret = (struct px_differences){
		.looks = looks, .look_count = count, .growth = how->growth
	};
	r = px_same_find(&ret->same, how->match, looks, count);
	if (r == 0)
		r = make_room(ret);
	if (r < 0)
		return r;
	groups_at = ret->groups;
	for (size_t i = 0; r == 0 && i < ret->same.count; i++) {
		if (is_told(ret, i)) {
			ret->in_both += is_in_both(ret, i);
			r = find_rows(ret, i, how->min_kb, &next_row, &groups_at);
		} else {
			ret->left_out += is_read(ret, i);
		}
	}
	for (size_t i = 0; i < count; i++)
		count_compared(ret, i);
	if (ret->count > 0)
		qsort(ret->rows, ret->count, sizeof(*ret->rows), compare_rows);
	return r;
}

void px_differences_deinit(struct px_differences *differences)
{
	px_same_deinit(&differences->same);
	free(differences->rows);
	free(differences->groups);
	free(differences->totals);
	free(differences->compared);
	*differences = (struct px_differences){ 0 };
}

const char *px_difference_state(
	const struct px_differences *differences, const struct px_difference *row)
{
	if (row->groups[0] == NULL)
		return "appeared";
	if (row->groups[differences->look_count - 1] == NULL)
		return "vanished";
	if (!row->has_growth || row->growth == 0)
		return "changed";
	return row->growth > 0 ? "grown" : "shrunk";
}

const struct px_looked *px_difference_process(
	const struct px_differences *differences, const struct px_difference *row)
{
	size_t i = differences->look_count - 1;

	while (i > 0 && row->processes[i] == NULL)
		i--;
	return row->processes[i];
}

const struct pmapx_text *px_difference_texts(
	const struct px_differences *differences, const struct px_difference *row)
{
	size_t i = 0;

	while (i + 1 < differences->look_count && row->groups[i] == NULL)
		i++;
	return row->groups[i]->texts;
}
