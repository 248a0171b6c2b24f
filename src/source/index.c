/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a saved source holds.
 */
#include "index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * What is held at once of an archive; a larger one is shown in several goes.  A
 * file takes 32 bytes, so this is 8 MiB, and 40,000 processes with all their files.
 */
#define FILES_MAX ((size_t)256 * 1024)
/* Each is looked for among all. */
#define HOSTS_MAX 256

void px_index_clear(struct px_index *index)
{
	for (uint32_t i = 0; i < index->host_count; i++)
		free(index->hosts[i].name);
	free(index->hosts);
	free(index->list);
	*index = (struct px_index){ .is_bounded = index->is_bounded };
}

static bool is_host(const struct px_host *host, const struct pmapx_text *name)
{
	return host->length == name->length && memcmp(host->name, name->bytes, name->length) == 0;
}

static int add_host(struct px_index *index, const struct pmapx_text *name)
{
	struct px_host *hosts;
	char *copy;

	if (index->is_bounded && index->host_count == HOSTS_MAX)
		return -EXFULL;
	hosts = reallocarray(index->hosts, index->host_count + 1, sizeof(*hosts));
	if (hosts == NULL)
		return -ENOMEM;
	index->hosts = hosts;
	copy = strndup(name->bytes, name->length);
	if (copy == NULL)
		return -ENOMEM;
	hosts[index->host_count++] = (struct px_host){ .name = copy, .length = name->length };
	return 0;
}

int px_index_host(struct px_index *index, const struct pmapx_text *name, uint32_t *ret)
{
	uint32_t i = index->last_host;

	/* Files of one host mostly follow each other. */
	if (i >= index->host_count || !is_host(&index->hosts[i], name))
		for (i = 0; i < index->host_count && !is_host(&index->hosts[i], name);)
			i++;
	if (i == index->host_count) {
		int r = add_host(index, name);

		if (r < 0)
			return r;
	}
	*ret = index->last_host = i;
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

size_t px_index_run(const struct px_index *index, size_t first)
{
	size_t i = first;

	while (i < index->count && is_same_process(&index->list[first], &index->list[i]))
		i++;
	return i - first;
}
