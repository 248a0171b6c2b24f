/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process, looked at for what checks find: its maps once from the beginning to the
 * end, and what else a check needs.
 */
#include "inspect.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pmapx/kind.h>
#include <pmapx/reader.h>

#include "descriptor.h"
#include "memory.h"
#include "name.h"
#include "reading.h"
#include "threads.h"
#include "totals.h"
#include "vm.h"

#define BIT(field) (UINT64_C(1) << (field))
#define FILE_CHECKS (1U << PX_CHECK_DELETED | 1U << PX_CHECK_REPLACED)

/* A map that is being looked at. */
struct looking {
	struct px_visit *visit;
	unsigned checks;
	struct px_findings *findings;
	int root; /* Of the process, its folder; negative if it is not to be had. */
	struct px_threads threads;
	struct pmapx_kinds kinds;
	uint64_t count; /* Mappings so far, */
	uint64_t of_kind[PMAPX_KIND_COUNT], guessed[PMAPX_KIND_COUNT];
	char below[5];   /* The mode of the one before, */
	uint64_t end;    /* where it ends, */
	bool is_unnamed; /* whether it has no name, */
	bool is_guarded; /* and whether it, or what it is a part of, is behind a guard. */
	bool has_stack;  /* A stack without guard has been found. */
	bool is_torn;
};

static bool wants(const struct looking *looking, enum px_check check)
{
	return (looking->checks & 1U << check) != 0;
}

/* Add @mapping to what is found of its name; NULL if memory is short. */
static struct px_finding *add(struct looking *looking, enum px_check check,
	const struct pmapx_mapping *mapping, const char *note, bool *ret_is_new)
{
	const struct pmapx_text text = { note, strlen(note) };
	struct px_finding *finding = px_findings_find(
		looking->findings, check, &mapping->name, &text, ret_is_new);

	if (finding == NULL)
		return NULL;
	if (*ret_is_new) {
		finding->has_mappings = true;
		finding->address = mapping->start;
	}
	finding->mappings++;
	finding->size_kb = px_saturating_add(
		finding->size_kb, pmapx_mapping_size_bytes(mapping) / 1024);
	return finding;
}

/* Files of the kernel's own that never had a name; other kinds are told by theirs. */
static bool is_kernels(const struct pmapx_text *living)
{
	static const char *const names[] = { "/[aio]", "/drm mm object", "/i915" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (living->length == strlen(names[i]) && px_name_begins(living, names[i]))
			return true;
	return false;
}

/* What is to be said of the file of @mapping. */
static enum px_check judge_file(struct looking *looking, const struct pmapx_mapping *mapping)
{
	const struct pmapx_text living = px_name_living(&mapping->name);
	bool is_deleted = living.length < mapping->name.length;
	struct pmapx_process *process = looking->visit->process;
	enum px_named named = PX_NAMED_UNKNOWN;

	if (is_deleted && is_kernels(&living))
		return PX_CHECK_NONE;
	if (looking->root >= 0)
		named = px_process_look_up(process, looking->root, mapping, mapping->name.length);
	/* A file may be called so. */
	if (named == PX_NAMED_SAME)
		return PX_CHECK_NONE;
	if (!is_deleted)
		return named == PX_NAMED_OTHER ? PX_CHECK_REPLACED : PX_CHECK_NONE;
	if (looking->root >= 0)
		named = px_process_look_up(process, looking->root, mapping, living.length);
	if (named == PX_NAMED_SAME)
		return PX_CHECK_NONE;
	return named == PX_NAMED_OTHER ? PX_CHECK_REPLACED : PX_CHECK_DELETED;
}

/* The file of a mapping is looked up once. */
static int look_at_file(struct looking *looking, const struct pmapx_mapping *mapping)
{
	bool is_new;
	struct px_finding *finding = add(looking, PX_CHECK_DELETED, mapping, "", &is_new);

	if (finding == NULL)
		return -ENOMEM;
	if (is_new)
		finding->check = judge_file(looking, mapping);
	return 0;
}

/* A guard that madvise() has made is within the mapping (6.13; told since 6.19). */
static bool has_guard_within(const struct pmapx_smaps *smaps)
{
	const struct pmapx_text *flags = &smaps->vm_flags;

	for (size_t i = 0; i + 2 <= flags->length; i += 3)
		if (memcmp(flags->bytes + i, "gu", 2) == 0)
			return true;
	return false;
}

/* Whether a thread says that its stack is there. */
static bool holds_pointer(const struct looking *looking, const struct pmapx_mapping *mapping)
{
	size_t first;

	return px_threads_within(&looking->threads, mapping->start, mapping->end, &first) > 0;
}

/* Whether @mapping, which @is_behind the one before, is behind a guard; stacks may be in parts. */
static bool is_guarded(
	const struct looking *looking, const struct pmapx_mapping *mapping, bool is_behind)
{
	if (!is_behind)
		return false;
	if (memcmp(looking->below, "---", 3) == 0)
		return true;
	return looking->is_guarded && looking->is_unnamed && mapping->name.length == 0 &&
		strcmp(looking->below, mapping->perms) == 0;
}

/*
 * A thread's stack, by its name or by where the thread is; guessed ones are known by their
 * guards.
 */
static int look_at_stack(
	struct looking *looking, const struct pmapx_mapping *mapping, bool is_named)
{
	bool is_behind = looking->count > 0 && looking->end == mapping->start, is_new;
	bool is_stack = holds_pointer(looking, mapping) || is_named;

	looking->is_guarded = is_guarded(looking, mapping, is_behind);
	looking->is_unnamed = mapping->name.length == 0;
	if (!is_stack || looking->is_guarded || has_guard_within(mapping->smaps))
		return 0;
	looking->has_stack = true;
	return add(looking, PX_CHECK_STACK, mapping, is_behind ? looking->below : "", &is_new) ==
			NULL
		? -ENOMEM
		: 0;
}

static int look_at(struct looking *looking, const struct pmapx_mapping *mapping)
{
	bool is_guess, is_new;
	enum pmapx_kind kind = pmapx_kinds_tell(&looking->kinds, mapping, &is_guess);
	int r = 0;

	if (wants(looking, PX_CHECK_WRITABLE) && mapping->perms[1] == 'w' &&
		mapping->perms[2] == 'x' &&
		add(looking, PX_CHECK_WRITABLE, mapping, mapping->perms, &is_new) == NULL)
		return -ENOMEM;
	if ((looking->checks & FILE_CHECKS) != 0 &&
		pmapx_kind_lookup(kind)->in_class == PMAPX_CLASS_FILE)
		r = look_at_file(looking, mapping);
	/* The kernel keeps what is below the main stack free. */
	if (r == 0 && wants(looking, PX_CHECK_STACK) && kind != PMAPX_KIND_STACK)
		r = look_at_stack(looking, mapping, kind == PMAPX_KIND_THREAD_STACK && !is_guess);
	/* The page of old system calls is nobody's mapping. */
	if (kind != PMAPX_KIND_VSYSCALL) {
		looking->count++;
		looking->of_kind[kind]++;
		looking->guessed[kind] += is_guess;
	}
	memcpy(looking->below, mapping->perms, sizeof(looking->below));
	looking->end = mapping->end;
	return r;
}

/* Look at all mappings of @file; as a visitor. */
static int read_map(struct looking *looking, enum pmapx_map_file file)
{
	const struct pmapx_reader_options options = {
		.size = sizeof(options),
		.mappings_only = file == PMAPX_FILE_MAPS,
		.fields = BIT(PMAPX_FIELD_VM_FLAGS),
		.look_ahead = true,
	};
	struct px_visit *visit = looking->visit;
	bool is_ordered = px_reading_is_ordered(visit);
	const struct pmapx_mapping *mapping;
	struct pmapx_reader *reader;
	int r = px_reading_open(visit, file, &options, &reader);

	if (r < 0)
		return r;
	px_findings_clear(looking->findings);
	*looking = (struct looking){
		.visit = visit,
		.checks = looking->checks,
		.findings = looking->findings,
		.root = looking->root,
		.threads = looking->threads,
	};
	while ((r = pmapx_reader_next(reader, &mapping, &visit->error)) == 1) {
		looking->is_torn |= is_ordered && mapping->start < looking->end;
		r = look_at(looking, mapping);
		if (r < 0)
			break;
	}
	pmapx_reader_close(reader);
	return r;
}

/* The same until it fits together. */
static int read_steady_map(struct looking *looking, enum pmapx_map_file file)
{
	int r, readings = 0;

	do
		r = read_map(looking, file);
	while (r == 0 && px_reading_again(looking->visit, looking->is_torn, &readings));
	return r;
}

/* The mappings, and the kind of which there are most, against how many there may be. */
static int look_at_count(struct looking *looking)
{
	uint64_t limit = PX_MAP_LIMIT_DEFAULT;
	int most = 0, r = px_source_map_limit(looking->visit->source, &limit);
	struct px_finding *finding;
	struct pmapx_text name;
	bool is_new;

	if (r < 0 && r != -ENODATA)
		return r;
	if (looking->count <
		limit / 100 * PX_CHECK_MAP_PERCENT + limit % 100 * PX_CHECK_MAP_PERCENT / 100)
		return 0;
	for (int i = 1; i < PMAPX_KIND_COUNT; i++)
		if (looking->of_kind[i] > looking->of_kind[most])
			most = i;
	name.bytes = pmapx_kind_lookup((enum pmapx_kind)most)->name;
	name.length = strlen(name.bytes);
	finding = px_findings_find(looking->findings, PX_CHECK_MAP_COUNT, &name,
		&(struct pmapx_text){ "", 0 }, &is_new);
	if (finding == NULL)
		return -ENOMEM;
	finding->mappings = looking->count;
	finding->limit = limit;
	finding->is_limit_default = r == -ENODATA;
	finding->leading = looking->of_kind[most];
	finding->guessed = looking->guessed[most];
	return 0;
}

/*
 * Page tables against the memory that they are for; sets *@ret to whether they could be
 * compared.
 */
static int look_at_page_tables(struct looking *looking, bool *ret)
{
	const unsigned wanted = 1U << PX_AMOUNT_USS | 1U << PX_AMOUNT_SWAP;
	const struct pmapx_text none = { "", 0 };
	struct px_visit *visit = looking->visit;
	struct px_memory memory = { .known = 0 };
	struct px_finding *finding;
	uint64_t tables_kb, private_kb;
	bool is_new;
	int r;

	*ret = false;
	visit->file = "status";
	r = px_process_page_tables(visit->process, &tables_kb);
	if (r == 0)
		r = px_memory_read(visit, wanted, &memory);
	/* An empty smaps may not have been permitted to be read. */
	if (r == 1 || r == -ENODATA || (r == -ENOENT && px_visit_is_copy(visit)))
		return 0;
	if (r != 0 || (memory.known & 1U << PX_AMOUNT_USS) == 0)
		return r;
	*ret = true;
	/* What kernels do not tell of the rest is 0. */
	private_kb = px_saturating_add(memory.kb[PX_AMOUNT_USS], memory.kb[PX_AMOUNT_SWAP]);
	private_kb = px_saturating_add(private_kb, memory.kb[PX_AMOUNT_HUGETLB]);
	if (tables_kb <= private_kb)
		return 0;
	finding = px_findings_find(looking->findings, PX_CHECK_PAGE_TABLES, &none, &none, &is_new);
	if (finding == NULL)
		return -ENOMEM;
	finding->size_kb = tables_kb;
	finding->limit = private_kb;
	return 0;
}

/* Look at the map, and again with what only smaps tells: flags of another kind of guard. */
static int read_maps(struct looking *looking)
{
	int r = read_steady_map(looking, PMAPX_FILE_MAPS);

	if (r != 0 || !looking->has_stack)
		return r;
	r = read_steady_map(looking, PMAPX_FILE_SMAPS);
	return r == -ENOENT && px_visit_is_copy(looking->visit) ? 0 : r;
}

int px_inspect(struct px_visit *visit, unsigned checks, struct px_inspection *ret)
{
	struct looking looking = {
		.visit = visit,
		.checks = checks,
		.findings = &ret->findings,
		.root = -1,
	};
	int r = 0;

	*ret = (struct px_inspection){ .has_tables = true };
	if ((checks & FILE_CHECKS) != 0)
		looking.root = px_process_open_root(visit->process);
	if (px_is_shortage(looking.root))
		return looking.root;
	if (wants(&looking, PX_CHECK_STACK))
		r = px_process_threads(visit->process, false, &looking.threads);
	/* Where they are not told of, names tell. */
	if (!px_is_shortage(r))
		r = 0;
	if (r == 0)
		r = read_maps(&looking);
	if (looking.root >= 0)
		close(looking.root);
	px_threads_clear(&looking.threads);
	ret->is_torn = looking.is_torn;
	if (r == 0 && looking.count == 0)
		r = 1;
	if (r == 0 && wants(&looking, PX_CHECK_MAP_COUNT))
		r = look_at_count(&looking);
	if (r == 0 && wants(&looking, PX_CHECK_PAGE_TABLES))
		r = look_at_page_tables(&looking, &ret->has_tables);
	return r;
}

void px_inspection_deinit(struct px_inspection *inspection)
{
	px_findings_clear(&inspection->findings);
}
