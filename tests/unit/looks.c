/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at processes that never were.
 */
#include "looks.h"

#include "support.h"

#include <stdlib.h>
#include <string.h>

void px_add_looked(struct px_look *look, int pid, uint64_t start, const char *boot_id,
	const char *host, const char *command)
{
	struct px_looked *process;

	look->processes = reallocarray(look->processes, look->count + 1, sizeof(*process));
	assert_non_null(look->processes);
	process = &look->processes[look->count++];
	*process = (struct px_looked){ .pid = pid,
		.has_start = start > 0,
		.start_ticks = start,
		.host = strdup(host),
		.command = strdup(command) };
	strcpy(process->boot_id, boot_id);
}

static struct px_group *add(struct px_look *look, const char *name, unsigned known)
{
	struct px_looked *process = &look->processes[look->count - 1];
	const struct pmapx_text text = { name, strlen(name) };
	struct px_group *group = px_groups_find(&process->groups, &text, 1);

	assert_non_null(group);
	group->sums.known = known;
	group->sums.sums[PX_MEASURE_COUNT] = 1;
	process->known |= known;
	look->known |= known;
	return group;
}

void px_add_group(
	struct px_look *look, const char *name, uint64_t size_kb, uint64_t rss_kb, uint64_t pss_kb)
{
	struct px_group *group = add(look, name,
		1U << PX_MEASURE_COUNT | 1U << PX_MEASURE_SIZE | 1U << PX_MEASURE_RSS |
			1U << PX_MEASURE_PSS);

	group->sums.sums[PX_MEASURE_SIZE] = size_kb;
	group->sums.sums[PX_MEASURE_RSS] = rss_kb;
	group->sums.sums[PX_MEASURE_PSS] = pss_kb;
}

void px_add_sizes(struct px_look *look, const char *name, uint64_t size_kb)
{
	add(look, name, 1U << PX_MEASURE_COUNT | 1U << PX_MEASURE_SIZE)
		->sums.sums[PX_MEASURE_SIZE] = size_kb;
}
