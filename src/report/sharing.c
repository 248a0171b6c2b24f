/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who shares its memory with whom: only a kernel can tell, and only of processes that are.
 */
#include "sharing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptor.h"

/* Processes that have memory of their own each, in the order that the kernel puts them in. */
struct known {
	struct px_rank_row **rows; /* Room for all. */
	size_t count;
};

/*
 * Whose memory spans the same and has its stack at the same place may be one: fork()
 * copies both.
 */
static int compare_spans(const void *a, const void *b)
{
	const struct px_rank_row *one = *(struct px_rank_row *const *)a;
	const struct px_rank_row *other = *(struct px_rank_row *const *)b;

	if (one->memory.start != other->memory.start)
		return one->memory.start < other->memory.start ? -1 : 1;
	if (one->memory.end != other->memory.end)
		return one->memory.end < other->memory.end ? -1 : 1;
	if (one->start_stack != other->start_stack)
		return one->start_stack < other->start_stack ? -1 : 1;
	return (one->number > other->number) - (one->number < other->number);
}

static bool is_same_span(const struct px_rank_row *one, const struct px_rank_row *other)
{
	return one->memory.start == other->memory.start && one->memory.end == other->memory.end &&
		one->start_stack == other->start_stack;
}

/* 0 if both have one memory, 1 or 2 for an order of two; negative if the kernel does not tell. */
static long compare_memories(const struct px_rank_row *one, const struct px_rank_row *other)
{
	return syscall(SYS_kcmp, one->thread, other->thread, KCMP_VM, 0, 0);
}

/* Whoever has ended since has no memory, and nothing is what all of those share. */
static bool has_memory(const struct px_rank_row *row)
{
	char path[32], size[1];
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/statm", (int)row->thread);
	fd = px_openat(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		return false;
	n = px_read(fd, size, sizeof(size));
	close(fd);
	return n == 1 && size[0] != '0';
}

/*
 * Where among @known the memory of @row is, or would be: 0 if it is there, 1 or 2 if it is
 * not; negative if that of the one there cannot be compared.
 */
static long search(const struct known *known, const struct px_rank_row *row, size_t *ret)
{
	size_t low = 0, high = known->count;
	long order = 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		order = compare_memories(row, known->rows[middle]);
		if (order <= 0) {
			*ret = middle;
			return order;
		}
		if (order == 1)
			high = middle;
		else
			low = middle + 1;
	}
	*ret = low;
	return order;
}

static void insert(struct known *known, size_t place, struct px_rank_row *row)
{
	memmove(known->rows + place + 1, known->rows + place,
		(known->count - place) * sizeof(struct px_rank_row *));
	known->rows[place] = row;
	known->count++;
}

static void take_out(struct known *known, size_t place)
{
	known->count--;
	memmove(known->rows + place, known->rows + place + 1,
		(known->count - place) * sizeof(struct px_rank_row *));
}

/*
 * Look for the memory of @row among those that are @known to differ.  A row that the kernel
 * does not tell about, be it this one or one of those, is left out: in its place it would
 * lead the search for others astray.
 */
static void place_row(struct px_ranking *ranking, struct known *known, struct px_rank_row *row)
{
	size_t place;
	long order;

	while ((order = search(known, row, &place)) <= 0) {
		if (order == 0 && has_memory(row)) {
			row->memory_of = known->rows[place]->pid;
			ranking->copies++;
			return;
		}
		ranking->incomparable++;
		/* One that can be compared with itself is not to blame. */
		if (order == 0 || compare_memories(row, row) != 0)
			return;
		take_out(known, place);
	}
	insert(known, place, row);
}

int px_sharing_find(struct px_ranking *ranking)
{
	size_t count = ranking->count, end;
	struct px_rank_row **rows = calloc(2 * count + 1, sizeof(struct px_rank_row *));

	if (rows == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		rows[i] = &ranking->rows[i];
	qsort(rows, count, sizeof(struct px_rank_row *), compare_spans);
	for (size_t first = 0; first < count; first = end) {
		struct known known = { rows + count, 0 };

		for (end = first + 1; end < count && is_same_span(rows[first], rows[end]);)
			end++;
		for (size_t i = first; end - first > 1 && i < end; i++)
			place_row(ranking, &known, rows[i]);
	}
	free(rows);
	return 0;
}
