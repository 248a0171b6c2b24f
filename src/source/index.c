/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a saved source holds.
 */
#include "index.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/*
 * What is held at once of an archive; a larger one is shown in several goes.  A
 * file takes 32 bytes, so this is 8 MiB, and 40,000 processes with all their files.
 */
#define FILES_MAX ((size_t)256 * 1024)
/* A name may take 4 KiB, so this is a MiB. */
#define HOSTS_MAX 256

/* Where the name of a host is kept, and by which it is found. */
struct named {
	struct pmapx_text name; /* Behind this struct. */
	uint32_t number;
};

static int compare_names(const void *a, const void *b)
{
	const struct pmapx_text *one = &((const struct named *)a)->name;
	const struct pmapx_text *other = &((const struct named *)b)->name;

	if (one->length != other->length)
		return one->length < other->length ? -1 : 1;
	return memcmp(one->bytes, other->bytes, one->length);
}

void px_index_clear(struct px_index *index)
{
	tdestroy(index->names, free);
	free(index->hosts);
	free(index->list);
	*index = (struct px_index){ .is_bounded = index->is_bounded };
}

static bool is_host(const struct px_host *host, const struct pmapx_text *name)
{
	return host->length == name->length && memcmp(host->name, name->bytes, name->length) == 0;
}

/* Room for one more. */
static int make_room(struct px_index *index)
{
	uint32_t room = index->host_room != 0 ? index->host_room * 2 : 4;
	struct px_host *hosts;

	if (index->is_bounded && index->host_count == HOSTS_MAX)
		return -EXFULL;
	if (index->host_count < index->host_room)
		return 0;
	hosts = reallocarray(index->hosts, room, sizeof(*hosts));
	if (hosts == NULL)
		return -ENOMEM;
	index->hosts = hosts;
	index->host_room = room;
	return 0;
}

/* A host that is not there; its number is the next. */
static int add_host(struct px_index *index, const struct pmapx_text *name)
{
	int r = make_room(index);
	struct named *named;
	char *copy;

	if (r < 0)
		return r;
	named = malloc(sizeof(*named) + name->length + 1);
	if (named == NULL)
		return -ENOMEM;
	copy = (char *)(named + 1);
	memcpy(copy, name->bytes, name->length);
	copy[name->length] = '\0';
	*named = (struct named){ { copy, name->length }, index->host_count };
	if (tsearch(named, &index->names, compare_names) == NULL) {
		free(named);
		return -ENOMEM;
	}
	index->hosts[index->host_count++] = (struct px_host){ .name = copy,
		.length = name->length };
	return 0;
}

int px_index_host(struct px_index *index, const struct pmapx_text *name, uint32_t *ret)
{
	uint32_t number = index->last_host;

	/* Files of one host mostly follow each other. */
	if (number >= index->host_count || !is_host(&index->hosts[number], name)) {
		const struct named wanted = { .name = *name };
		struct named *const *found = tfind(&wanted, &index->names, compare_names);
		int r = 0;

		number = found != NULL ? (*found)->number : index->host_count;
		if (found == NULL)
			r = add_host(index, name);
		if (r < 0)
			return r;
	}
	*ret = index->last_host = number;
	return 0;
}

int px_index_add(struct px_index *index, const struct px_found *found)
{
	if (index->is_bounded && index->count == FILES_MAX)
		return -EXFULL;
	if (index->count == index->room) {
		size_t room = index->room != 0 ? index->room * 2 : 64;
		struct px_found *list = reallocarray(index->list, room, sizeof(*list));

		if (list == NULL)
			return -ENOMEM;
		index->list = list;
		index->room = room;
	}
	index->list[index->count++] = *found;
	return 0;
}

/* Which host, which process, which file, and which of the same. */
static int compare(const void *a, const void *b, void *data)
{
	const struct px_found *one = a, *other = b;
	const struct px_index *index = data;

	if (one->host != other->host)
		return strcmp(index->hosts[one->host].name, index->hosts[other->host].name);
	if (one->pid != other->pid)
		return one->pid < other->pid ? -1 : 1;
	if (one->file != other->file)
		return one->file < other->file ? -1 : 1;
	return one->at < other->at ? -1 : one->at > other->at;
}

static bool is_same_process(const struct px_found *one, const struct px_found *other)
{
	return one->host == other->host && one->pid == other->pid;
}

void px_index_sort(struct px_index *index)
{
	struct px_found *list = index->list;
	size_t kept = 0;

	if (list == NULL)
		return;
	qsort_r(list, index->count, sizeof(*list), compare, index);
	for (size_t i = 0; i < index->count; i++) {
		const struct px_found *next = i + 1 < index->count ? &list[i + 1] : NULL;

		if (next == NULL || !is_same_process(&list[i], next) || list[i].file != next->file)
			list[kept++] = list[i];
	}
	index->count = kept;
}

/* The first file at @first or behind it that does not come before @wanted. */
static size_t find_from(struct px_index *index, size_t first, const struct px_found *wanted)
{
	size_t end = index->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (compare(&index->list[middle], wanted, index) < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

size_t px_index_find(struct px_index *index, size_t first, pid_t pid)
{
	while (first < index->count) {
		struct px_found wanted = { .host = index->list[first].host, .pid = pid };

		first = find_from(index, first, &wanted);
		if (first < index->count && is_same_process(&index->list[first], &wanted))
			break;
		/* Behind the last of this host. */
		wanted.pid = INT32_MAX;
		wanted.file = PX_FILE_COUNT;
		first = find_from(index, first, &wanted);
	}
	return first;
}

size_t px_index_run(const struct px_index *index, size_t first)
{
	size_t i = first;

	while (i < index->count && is_same_process(&index->list[first], &index->list[i]))
		i++;
	return i - first;
}
