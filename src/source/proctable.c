/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which processes there are, and which of them are selected.
 */
#include "proctable_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "procinfo.h"
#include "saved_name.h"
#include "source_impl.h"
#include "who.h"

int px_unless_shortage(int r)
{
	return r < 0 && !px_is_shortage(r) ? 0 : r;
}

/* Ask one of the files of @process whether it has what is wanted: 1, 0, or a shortage. */
static int ask_cgroup(const struct px_select *select, struct pmapx_process *process)
{
	size_t length;
	char *bytes;
	int r = px_process_read(process, PX_FILE_CGROUP, &bytes, &length);

	if (r < 0)
		return px_unless_shortage(r);
	r = px_select_cgroup(select, &(struct pmapx_text){ bytes, length });
	free(bytes);
	return r;
}

static int ask_name(const struct px_select *select, struct pmapx_process *process)
{
	struct pmapx_text cmdline = { NULL, 0 };
	int r = px_unless_shortage(pmapx_process_cmdline(process, &cmdline));

	return r < 0 ? r : px_select_name(select, &process->identity.comm, &cmdline);
}

int px_proctable_ask_texts(const struct px_select *select, struct pmapx_process *process)
{
	int r = 1;

	if (select->values[PX_SELECT_NAME] != NULL)
		r = ask_name(select, process);
	if (r == 1 && select->values[PX_SELECT_CGROUP] != NULL)
		r = ask_cgroup(select, process);
	return r;
}

int px_proctable_add_row(struct px_proctable *table, const struct px_select *select,
	const struct px_who *who, bool matches)
{
	if (!matches && select->values[PX_SELECT_TREE] == NULL)
		return 0;
	if (table->count == table->size) {
		size_t size = table->size > 0 ? table->size * 2 : 256;
		void *rows = reallocarray(table->rows, size, sizeof(*table->rows));

		if (rows == NULL)
			return -ENOMEM;
		table->rows = rows;
		table->size = size;
	}
	table->rows[table->count++] = (struct px_proctable_row){
		.pid = who->pid,
		.ppid = who->ppid,
		.matches = matches,
	};
	return 0;
}

static struct px_who who_is(const struct pmapx_identity *identity)
{
	return (struct px_who){
		.pid = identity->pid,
		.ppid = identity->ppid,
		.uid = UINT32_MAX,
		.is_kernel = identity->is_kernel,
	};
}

int px_proctable_matches(const struct px_select *select, struct pmapx_process *process)
{
	struct px_who who = who_is(&process->identity);
	int r = 0;

	/* A thread. */
	if (process->identity.tgid != who.pid)
		return 0;
	if (select->values[PX_SELECT_USER] != NULL)
		r = px_unless_shortage(px_process_euid(process, &who.uid));
	if (r < 0)
		return r;
	return px_select_numbers(select, &who) ? px_proctable_ask_texts(select, process) : 0;
}

int px_proctable_add(
	struct px_proctable *table, const struct px_select *select, struct pmapx_process *process)
{
	struct px_who who = who_is(&process->identity);
	int r = px_proctable_matches(select, process);

	return r < 0 ? r : px_proctable_add_row(table, select, &who, r == 1);
}

/* Process @pid of a folder. */
static int add_folder(struct px_proctable *table, const struct px_select *select,
	struct pmapx_source *source, pid_t pid)
{
	struct pmapx_process *process;
	struct pmapx_error error;
	int r = px_process_look(source, pid, &process, &error);

	/* What has a folder and no stat is wanted where all are: it is to be named. */
	if (r < 0 && !px_is_shortage(r) && error.file != NULL)
		return px_proctable_add_row(
			table, select, &(struct px_who){ .pid = pid }, px_select_is_all(select));
	if (r < 0)
		return px_unless_shortage(r);
	r = px_proctable_add(table, select, process);
	pmapx_process_close(process);
	return r;
}

int px_proctable_read_folders(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select)
{
	const struct pmapx_member *member;
	int r;

	px_folder_rewind(source);
	while ((r = pmapx_source_next(source, &member, NULL)) == 1) {
		r = add_folder(table, select, source, member->pid);
		if (r < 0)
			break;
	}
	return r;
}

int px_compare_pids(const void *a, const void *b)
{
	const pid_t *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static struct px_proctable_row *find_row(const struct px_proctable *table, pid_t pid)
{
	return table->count == 0 ? NULL
				 : bsearch(&(struct px_proctable_row){ .pid = pid }, table->rows,
					   table->count, sizeof(*table->rows), px_compare_pids);
}

/*
 * Find out where @row is, and all on the way up to what is known.  Saved files
 * may have a process descend from itself.
 */
static void place_row(const struct px_proctable *table, struct px_proctable_row *row)
{
	struct px_proctable_row *up = row;

	while (up != NULL && up->branch == PX_BRANCH_UNKNOWN) {
		up->branch = PX_BRANCH_OUTSIDE;
		up = find_row(table, up->ppid);
	}
	if (up == NULL || up->branch == PX_BRANCH_OUTSIDE)
		return;
	for (; row != NULL && row->branch == PX_BRANCH_OUTSIDE; row = find_row(table, row->ppid))
		row->branch = PX_BRANCH_INSIDE;
}

void px_proctable_pick(struct px_proctable *table, const struct px_select *select)
{
	bool wants_tree = select->values[PX_SELECT_TREE] != NULL;
	struct px_proctable_row *root;
	size_t kept = 0;

	if (table->count > 0)
		qsort(table->rows, table->count, sizeof(*table->rows), px_compare_pids);
	root = wants_tree ? find_row(table, select->root) : NULL;
	if (root != NULL)
		root->branch = PX_BRANCH_INSIDE;
	for (size_t i = 0; wants_tree && i < table->count; i++)
		place_row(table, &table->rows[i]);
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].matches &&
			(!wants_tree || table->rows[i].branch == PX_BRANCH_INSIDE))
			table->rows[kept++] = table->rows[i];
	table->count = kept;
}

void px_proctable_remove(struct px_proctable *table, pid_t pid)
{
	struct px_proctable_row *row = find_row(table, pid);

	if (row == NULL)
		return;
	table->count--;
	memmove(row, row + 1, (size_t)(table->rows + table->count - row) * sizeof(*row));
}

pid_t px_proctable_self(const struct pmapx_source *source)
{
	char name[16];
	ssize_t length;

	length = source->is_procfs ? readlinkat(source->fd, "self", name, sizeof(name)) : -1;
	return length < 0 ? 0 : px_saved_pid(&(struct pmapx_text){ name, (size_t)length });
}

int px_proctable_read(
	struct px_proctable *table, struct pmapx_source *source, const struct px_select *select)
{
	bool is_system = source->is_procfs && source->ops->is_system;
	int r;

	*table = (struct px_proctable){ 0 };
	r = is_system ? px_proctable_read_system(table, source, select)
		      : px_proctable_read_folders(table, source, select);
	if (r < 0)
		return r;
	px_proctable_pick(table, select);
	px_proctable_remove(table, px_proctable_self(source));
	return 0;
}

void px_proctable_deinit(struct px_proctable *table)
{
	free(table->rows);
	*table = (struct px_proctable){ 0 };
}
