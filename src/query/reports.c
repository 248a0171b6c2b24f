/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of reports.
 */
#include "reports.h"

#include <string.h>

#include "report_texts.h"

/* What a report may lack. */
static const char no_server[] = "there are no processes of a PostgreSQL server";
static const char no_process[] = "no process is known";
static const char no_pair[] =
	"there are no two captures of one host, without a boot between, whose times are known";

static const struct px_report_kind kinds[] = {
	{
		.name = "backends",
		.about = "PostgreSQL's processes: kernel, contexts and malloc, and a verdict",
		.nothing = no_server,
		.sql = { px_report_backends_sql },
		.sizes = "rss pss own swap shm heap mmap ctx_used ctx_free outside",
		.spare =
			"query username datname match server mmap heap shm pss skew_ms state ctx_free "
			"ctx_used rss",
	},
	{
		.name = "backend",
		.about = "one of them, by --pid: all that is known of its memory",
		.sql = { px_report_backend_sql, px_report_backend_kernel_sql,
			px_report_backend_contexts_sql },
		.sizes =
			"size rss resident pss shared own swap hugetlb page_tables ctx_total ctx_used "
			"ctx_free top_branch_size top_kind_size malloc malloc_swap outside "
			"malloc_free other_malloc",
		.has_pid = true,
	},
	{
		.name = "contexts",
		.about = "memory contexts of each backend, by name",
		.nothing =
			"there is no complete dump of memory contexts; --contexts takes a log that has some",
		.sql = { px_report_contexts_sql },
		.sizes = "total used free",
	},
	{
		.name = "instances",
		.about = "PostgreSQL servers as a whole, shared memory counted once",
		.nothing = no_server,
		.sql = { px_report_instances_sql },
		.sizes = "sum_rss sum_pss own swap page_tables shared_size shared_resident hugetlb",
		.spare = "readable sum_rss page_tables",
	},
	{
		.name = "segments",
		.about = "the pieces of their shared memory",
		.nothing = no_server,
		.sql = { px_report_segments_sql },
		.sizes = "size resident hugetlb",
	},
	{
		.name = "heap-stack",
		.about = "[heap] and [stack] of PostgreSQL's processes, beside what they own",
		.nothing = no_server,
		.sql = { px_report_heap_stack_sql },
		.sizes = "heap stack heap_and_stack resident rss own",
	},
	{
		.name = "processes",
		.about = "all processes",
		.nothing = no_process,
		.sql = { px_report_processes_sql },
		.sizes = "size rss pss own swap shm files heap mmap page_tables",
		.spare = "role page_tables shm files heap mmap status",
	},
	{
		.name = "mappings",
		.about = "what is mapped, over all processes",
		.nothing = "no mapping of any process is known",
		.sql = { px_report_mappings_sql },
		.sizes = "size rss pss own swap hugetlb",
		.spare = "class mappings",
	},
	{
		.name = "users",
		.about = "what users have",
		.nothing = no_process,
		.sql = { px_report_users_sql },
		.sizes = "size rss pss own swap",
	},
	{
		.name = "growth",
		.about = "processes from one capture to a later one",
		.nothing = no_pair,
		.sql = { px_report_growth_sql },
		.sizes = "own_from own_to",
		.changes = "own_delta rss_delta pss_delta malloc_delta swap_delta size_delta",
		.spare = "role seconds size_delta pss_delta malloc_delta own_from",
		.is_of_two = true,
	},
	{
		.name = "growth-mappings",
		.about = "the same, by mapping",
		.nothing = no_pair,
		.sql = { px_report_growth_mappings_sql },
		.changes = "own_delta rss_delta pss_delta size_delta",
		.spare = "class seconds pss_delta",
		.is_of_two = true,
	},
};

static const size_t kind_count = sizeof(kinds) / sizeof(kinds[0]);

const struct px_report_kind *px_report_find(const char *name)
{
	for (size_t i = 0; i < kind_count; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static void put_sql(struct px_out *out, const struct px_report_kind *kind)
{
	px_out_string(out, "-- ");
	px_out_string(out, kind->name);
	px_out_string(out, ": ");
	px_out_string(out, kind->about);
	px_out_string(out, "\n");
	for (size_t i = 0; i < PX_REPORT_QUERIES && kind->sql[i] != NULL; i++) {
		/* All but the line with the licence. */
		px_out_string(out, "\n");
		px_out_string(out, strchr(kind->sql[i], '\n') + 1);
	}
}

void px_report_put_sql(struct px_out *out, const struct px_report_kind *kind)
{
	if (kind != NULL) {
		put_sql(out, kind);
		return;
	}
	for (size_t i = 0; i < kind_count; i++) {
		if (i > 0)
			px_out_string(out, "\n\n");
		put_sql(out, &kinds[i]);
	}
}
