/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups are found in a tree that keeps its balance, so that nobody can choose names
 * that take long; hashes, which somebody may make equal, only save comparisons.
 */
#include "group.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "name.h"

int px_group_compare(const struct px_group *a, const struct px_group *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++) {
		const struct pmapx_text *one = &a->texts[i], *other = &b->texts[i];
		int order = px_text_compare(one, other);

		/* What is nowhere is before what is empty. */
		if (order == 0)
			order = (one->bytes != NULL) - (other->bytes != NULL);
		if (order != 0)
			return order;
	}
	return (a->count > b->count) - (a->count < b->count);
}

static int compare_groups(const void *one, const void *other)
{
	const struct px_group *a = one, *b = other;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return px_group_compare(a, b);
}

static uint64_t hash_text(uint64_t hash, const struct pmapx_text *text)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	size_t at = 0;
	uint64_t word;

	for (; text->length - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text->bytes + at, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 32;
	}
	word = text->length;
	for (; at < text->length; at++)
		word = word << 8 | (unsigned char)text->bytes[at];
	hash = (hash ^ word) * odd;
	return hash ^ hash >> 32;
}

/* A group with room for as many texts as there may be. */
union wanted {
	struct px_group group;
	char room[sizeof(struct px_group) + PX_KEYS_MAX * sizeof(struct pmapx_text)];
};

static void forget(void *group)
{
	(void)group;
}

void px_groups_clear(struct px_groups *groups)
{
	struct px_group *group = groups->last;

	tdestroy(groups->tree, forget);
	while (group != NULL) {
		struct px_group *next = group->next;

		free(group);
		group = next;
	}
	*groups = (struct px_groups){ 0 };
}

/* A group like @wanted that has its texts behind itself, or NULL. */
static struct px_group *copy(const struct px_group *wanted)
{
	size_t size = sizeof(*wanted) + wanted->count * sizeof(wanted->texts[0]), length = 0;
	struct px_group *group;
	char *at;

	for (size_t i = 0; i < wanted->count; i++)
		length += wanted->texts[i].length;
	group = malloc(size + length);
	if (group == NULL)
		return NULL;
	at = mempcpy(group, wanted, size);
	for (size_t i = 0; i < wanted->count; i++) {
		if (wanted->texts[i].bytes == NULL)
			continue;
		group->texts[i].bytes = at;
		at = mempcpy(at, wanted->texts[i].bytes, wanted->texts[i].length);
	}
	return group;
}

struct px_group *px_groups_find(
	struct px_groups *groups, const struct pmapx_text *texts, size_t count)
{
	union wanted room = { .group = { .count = count } };
	struct px_group *wanted = &room.group, *group, **found;

	for (size_t i = 0; i < count; i++) {
		wanted->texts[i] = texts[i];
		wanted->hash = hash_text(wanted->hash, &texts[i]);
	}
	found = tfind(wanted, &groups->tree, compare_groups);
	if (found != NULL)
		return *found;
	group = copy(wanted);
	if (group == NULL || tsearch(group, &groups->tree, compare_groups) == NULL) {
		free(group);
		return NULL;
	}
	group->next = groups->last;
	groups->last = group;
	groups->count++;
	return group;
}

int px_groups_merge(struct px_groups *groups, const struct px_groups *more)
{
	for (const struct px_group *group = more->last; group != NULL; group = group->next) {
		struct px_group *same = px_groups_find(groups, group->texts, group->count);

		if (same == NULL)
			return -ENOMEM;
		px_sums_merge(&same->sums, &group->sums);
	}
	return 0;
}

int px_groups_take(struct px_groups *groups, struct px_groups *more)
{
	int r = 0;

	if (groups->count == 0) {
		px_groups_clear(groups);
		*groups = *more;
		*more = (struct px_groups){ 0 };
		return 0;
	}
	r = px_groups_merge(groups, more);
	px_groups_clear(more);
	return r;
}

static int compare_places(const void *one, const void *other)
{
	return px_group_compare(*(struct px_group *const *)one, *(struct px_group *const *)other);
}

struct px_group **px_groups_sorted(const struct px_groups *groups)
{
	struct px_group **list = calloc(groups->count + 1, sizeof(struct px_group *));
	size_t count = 0;

	if (list == NULL)
		return NULL;
	for (struct px_group *group = groups->last; group != NULL; group = group->next)
		list[count++] = group;
	qsort(list, count, sizeof(struct px_group *), compare_places);
	return list;
}
