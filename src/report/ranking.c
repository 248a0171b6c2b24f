/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and what they cost, row by row.
 */
#include "ranking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "descriptor.h"
#include "name.h"
#include "proctable.h"
#include "sharing.h"
#include "who.h"

static void free_row(struct px_rank_row *row)
{
	for (size_t i = 0; i < PX_RANK_TEXTS; i++)
		free(row->owned[i]);
}

void px_ranking_deinit(struct px_ranking *ranking)
{
	for (size_t i = 0; i < ranking->count; i++)
		free_row(&ranking->rows[i]);
	free(ranking->rows);
	ranking->rows = NULL;
	ranking->count = 0;
}

static bool wants(const struct px_ranking *ranking, enum px_rank_text text)
{
	return (ranking->texts & 1U << text) != 0;
}

/* Keep a copy of a text that lives no longer than its process. */
static int keep(struct px_rank_row *row, enum px_rank_text which, const struct pmapx_text *text)
{
	char *bytes = malloc(text->length + 1);

	if (bytes == NULL)
		return -ENOMEM;
	if (text->length > 0)
		memcpy(bytes, text->bytes, text->length);
	row->owned[which] = bytes;
	row->texts[which] = (struct pmapx_text){ bytes, text->length };
	return 0;
}

/* Who it is.  What cannot be read of that is not known; a shortage is an error. */
static int read_texts(
	const struct px_ranking *ranking, struct px_visit *visit, struct px_rank_row *row)
{
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);
	struct pmapx_process *process = visit->process;
	int r = 0;

	if (wants(ranking, PX_RANK_USER))
		r = px_process_euid(process, &row->uid);
	if (!px_is_shortage(r) && wants(ranking, PX_RANK_CGROUP))
		r = px_process_cgroup(
			process, &row->owned[PX_RANK_CGROUP], &row->texts[PX_RANK_CGROUP]);
	if (px_is_shortage(r))
		return r;
	r = 0;
	if (wants(ranking, PX_RANK_CMD) && (identity->has_stat || identity->comm.length > 0))
		r = keep(row, PX_RANK_CMD, &identity->comm);
	if (r == 0 && visit->member != NULL && *visit->member->host != '\0')
		r = keep(row, PX_RANK_HOST,
			&(struct pmapx_text){ visit->member->host, strlen(visit->member->host) });
	if (r == 0 && wants(ranking, PX_RANK_COMMAND))
		r = px_command(visit, &row->owned[PX_RANK_COMMAND], &row->texts[PX_RANK_COMMAND]);
	return r;
}

static int add_row(struct px_ranking *ranking, const struct px_rank_row *row)
{
	if (ranking->count == ranking->size) {
		size_t size = ranking->size * 2 + 64;
		struct px_rank_row *more = reallocarray(ranking->rows, size, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		ranking->rows = more;
		ranking->size = size;
	}
	ranking->rows[ranking->count++] = *row;
	return 0;
}

int px_ranking_visit(void *context, struct px_visit *visit)
{
	struct px_ranking *ranking = context;
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);
	struct px_rank_row row = {
		.number = visit->number,
		.processes = 1,
		.pid = identity->tgid,
		.thread = identity->pid,
		.memory_of = identity->tgid,
		.start_stack = identity->start_stack,
		.uid = UINT32_MAX,
	};
	int r = px_memory_read(visit, ranking->amounts, &row.memory);

	if (r != 0)
		return r;
	r = read_texts(ranking, visit, &row);
	if (r == 0) {
		px_walk_lock(visit);
		r = add_row(ranking, &row);
		px_walk_unlock(visit);
	}
	if (r < 0)
		free_row(&row);
	return r;
}

static int compare_numbers(const void *a, const void *b)
{
	const struct px_rank_row *one = a, *other = b;

	return (one->number > other->number) - (one->number < other->number);
}

/* Each is looked up once, and by one thread: whatever answers may not be made for more. */
static int name_users(struct px_ranking *ranking)
{
	struct px_users users = { NULL };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ranking->count; i++) {
		struct px_rank_row *row = &ranking->rows[i];
		const char *name;

		/* Of some it is not known. */
		if (row->uid == UINT32_MAX)
			continue;
		r = px_users_find(&users, row->uid, ranking->is_live, &name);
		if (r == 0)
			r = keep(row, PX_RANK_USER, &(struct pmapx_text){ name, strlen(name) });
	}
	px_users_deinit(&users);
	return r;
}

int px_ranking_finish(struct px_ranking *ranking)
{
	int r;

	if (ranking->count == 0)
		return 0;
	qsort(ranking->rows, ranking->count, sizeof(*ranking->rows), compare_numbers);
	for (size_t i = 0; i < ranking->count; i++) {
		const struct px_rank_row *row = &ranking->rows[i];

		ranking->has_hosts |= row->texts[PX_RANK_HOST].bytes != NULL;
		ranking->torn += row->memory.is_torn;
		ranking->from_smaps += row->memory.is_from_smaps;
		ranking->huge += (row->memory.known & 1U << PX_AMOUNT_HUGETLB) != 0 &&
			row->memory.kb[PX_AMOUNT_HUGETLB] > 0;
	}
	r = name_users(ranking);
	if (r == 0 && ranking->is_live)
		r = px_sharing_find(ranking);
	return r;
}

/* What is not known is none of those that are, and last. */
static int compare_texts(const struct pmapx_text *one, const struct pmapx_text *other)
{
	if (one->bytes == NULL || other->bytes == NULL)
		return (one->bytes == NULL) - (other->bytes == NULL);
	return px_text_compare(one, other);
}

/* Texts that rows are compared by, beside the host. */
struct keys {
	const enum px_rank_text *list;
	size_t count;
};

static int compare_groups(
	const struct px_rank_row *one, const struct px_rank_row *other, const struct keys *keys)
{
	int order = compare_texts(&one->texts[PX_RANK_HOST], &other->texts[PX_RANK_HOST]);

	for (size_t i = 0; order == 0 && i < keys->count; i++)
		order = compare_texts(&one->texts[keys->list[i]], &other->texts[keys->list[i]]);
	return order;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	int order = compare_groups(a, b, context);

	return order != 0 ? order : compare_numbers(a, b);
}

/* Add @more to @sums; the memory of another has been counted, or will be. */
static void add_memory(struct px_rank_row *sums, const struct px_rank_row *more)
{
	sums->processes += more->processes;
	if (more->memory_of == more->pid)
		px_memory_add(&sums->memory, &more->memory);
}

static void begin_sums(struct px_rank_row *sums)
{
	sums->processes = 0;
	sums->memory = (struct px_memory){ .known = ~0U };
}

void px_ranking_group(struct px_ranking *ranking, const enum px_rank_text *keys, size_t count)
{
	struct keys all = { keys, count };
	struct px_rank_row *rows = ranking->rows;
	size_t groups = 0, end;

	if (ranking->count > 0)
		qsort_r(rows, ranking->count, sizeof(*rows), compare_rows, &all);
	for (size_t first = 0; first < ranking->count; first = end) {
		struct px_rank_row group = rows[first];

		begin_sums(&group);
		add_memory(&group, &rows[first]);
		for (end = first + 1;
			end < ranking->count && compare_groups(&group, &rows[end], &all) == 0;
			end++) {
			add_memory(&group, &rows[end]);
			free_row(&rows[end]);
		}
		rows[groups++] = group;
	}
	ranking->count = groups;
}

void px_ranking_total(const struct px_ranking *ranking, struct px_rank_row *ret)
{
	*ret = (struct px_rank_row){ 0 };
	begin_sums(ret);
	for (size_t i = 0; i < ranking->count; i++)
		add_memory(ret, &ranking->rows[i]);
}
