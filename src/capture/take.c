/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading all that is captured of one process.
 *
 * Everything is opened through one descriptor of the process's folder, so that
 * a number that is used again cannot mix two processes.  Its map file is opened
 * before all else (process.c): what that tells at the end says whether the
 * memory was there all the time.
 */
#include "take.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "scan.h"
#include "threads.h"

/* How often a map that changes is read. */
#define READINGS_MAX 6

const char px_part_exe[] = "exe";
static const char rollup[] = "smaps_rollup";

/* In the order in which they are read and written. */
static const char *const small_files[] = {
	"status",
	"stat",
	"cmdline",
	"comm",
	"cgroup",
	px_part_exe,
	"oom_score_adj",
	"limits",
	rollup,
};

int px_taker_init(struct px_taker *taker, const struct px_capture_options *options,
	const struct px_redaction *redaction, struct px_pace *pace, struct px_spool *spool)
{
	*taker = (struct px_taker){
		.options = options, .redactor = { .redaction = redaction }, .spool = spool
	};
	taker->large = (struct px_large){ .pace = pace,
		.redactor = &taker->redactor,
		.spool = spool,
		.buffer = malloc(PX_LARGE_BUFFER) };
	taker->small_size = PX_READ_SIZE;
	taker->small = malloc(PX_READ_SIZE);
	if (taker->large.buffer == NULL || taker->small == NULL)
		return -ENOMEM;
	return pmapx_source_open_live(NULL, &taker->source);
}

void px_taker_deinit(struct px_taker *taker)
{
	pmapx_source_close(taker->source);
	px_redactor_deinit(&taker->redactor);
	free(taker->large.buffer);
	free(taker->small);
}

/* That a file is missing is a fact; that we are short of something ends the capture. */
static int miss(struct px_taken *record, const char *name, int r)
{
	if (px_is_shortage(r))
		return record->error = r;
	record->gaps[record->gap_count++] = (struct px_gap){ name, -r };
	return 0;
}

static void add_part(struct px_taken *record, const char *name, uint64_t offset, uint64_t length)
{
	record->parts[record->part_count++] = (struct px_part){ name, offset, length };
}

/* Append a small file to what is kept of such, from @length on; moves @length. */
static int read_small(struct px_taker *taker, int fd, size_t *length)
{
	ssize_t n;

	do {
		if (taker->small_size - *length < PX_READ_SIZE) {
			size_t size = taker->small_size * 2;
			char *more = realloc(taker->small, size);

			if (more == NULL)
				return -ENOMEM;
			taker->small = more;
			taker->small_size = size;
		}
		n = px_read(fd, taker->small + *length, PX_READ_SIZE);
		if (n > 0)
			*length += (size_t)n;
	} while (n > 0);
	return (int)n;
}

static int read_link(struct px_taker *taker, int folder, const char *name, size_t *length)
{
	ssize_t n = readlinkat(folder, name, taker->large.buffer, PX_READ_SIZE);

	if (n < 0)
		return -errno;
	if (taker->small_size - *length < PX_READ_SIZE)
		return -ENAMETOOLONG;
	memcpy(taker->small + *length, taker->large.buffer, (size_t)n);
	*length += (size_t)n;
	return 0;
}

/* A small file, which is in memory. */
static struct pmapx_text small_text(const struct px_taker *taker, const struct px_part *part)
{
	return (struct pmapx_text){ taker->small + part->offset, (size_t)part->length };
}

/* The small file of that name, empty if it has not been read. */
static struct pmapx_text find_small(
	const struct px_taker *taker, const struct px_taken *record, const char *name)
{
	for (unsigned i = 0; i < record->part_count; i++) {
		const struct px_part *part = &record->parts[i];

		if (strcmp(part->name, name) == 0)
			return small_text(taker, part);
	}
	return (struct pmapx_text){ NULL, 0 };
}

/*
 * Whether status, which is read first, says that more is in memory than the kernel
 * is to walk page tables for.
 */
static bool is_too_large(const struct px_taker *taker, const struct px_taken *record)
{
	static const char key[] = "\nVmRSS:";
	const struct pmapx_text status = find_small(taker, record, "status");
	const char *end = status.bytes + status.length, *p;
	uint64_t number = 0;

	if (!taker->options->has_max_rss || status.length == 0)
		return false;
	p = memmem(status.bytes, status.length, key, sizeof(key) - 1);
	if (p == NULL)
		return false;
	px_scan_decimal(px_skip_blanks(p + sizeof(key) - 1, end), end, &number);
	return number > taker->options->max_rss_kb;
}

/* Append one small file to what is kept of such; moves @length. */
static int read_small_file(struct px_taker *taker, const struct pmapx_process *process,
	const char *name, const struct px_taken *record, size_t *length)
{
	int fd, r;

	if (name == px_part_exe)
		return read_link(taker, process->place.fd, name, length);
	if (name == rollup && is_too_large(taker, record))
		return -PX_MISSING_RSS;
	fd = px_place_open(&process->place, name);
	if (fd < 0)
		return fd;
	r = read_small(taker, fd, length);
	close(fd);
	return r;
}

/* All small files, with offsets in what is kept of such; negative if the capture cannot go on. */
static int read_small_files(
	struct px_taker *taker, const struct pmapx_process *process, struct px_taken *record)
{
	size_t length = 0;

	for (size_t i = 0; i < sizeof(small_files) / sizeof(small_files[0]); i++) {
		size_t offset = length;
		int r = read_small_file(taker, process, small_files[i], record, &length);

		if (r == 0) {
			add_part(record, small_files[i], offset, length - offset);
			continue;
		}
		length = offset;
		r = miss(record, small_files[i], r);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A large file; fails as miss() does, or with -EAGAIN if it is to be read again. */
static int read_large(struct px_taker *taker, const struct pmapx_process *process, const char *name,
	bool is_map, struct px_taken *record)
{
	struct px_spool *spool = taker->spool;
	uint64_t start = spool->length;
	int r;

	taker->large.is_last_reading = taker->readings >= READINGS_MAX;
	r = px_large_read(&taker->large, process, name, is_map);
	if (taker->large.error < 0)
		return record->error = taker->large.error;
	if (r == 0) {
		add_part(record, name, start, spool->length - start);
		return taker->large.order.is_torn ? miss(record, name, -PX_MISSING_TORN) : 0;
	}
	px_spool_cut(spool, start);
	return r == -EAGAIN ? r : miss(record, name, r);
}

/* A large file for which the kernel walks page tables, if that is not too much. */
static int read_costly(struct px_taker *taker, const struct pmapx_process *process,
	const char *name, bool is_map, struct px_taken *record)
{
	if (is_too_large(taker, record))
		return miss(record, name, -PX_MISSING_RSS);
	return read_large(taker, process, name, is_map, record);
}

/* smaps, or maps where that cannot be had. */
static int read_map(
	struct px_taker *taker, const struct pmapx_process *process, struct px_taken *record)
{
	unsigned count = record->part_count;
	int r;

	px_redact_begin(&taker->redactor);
	r = read_costly(taker, process, "smaps", true, record);
	if (r == 0 && record->part_count == count)
		r = read_large(taker, process, "maps", true, record);
	if (r == 0 && taker->options->numa)
		r = read_costly(taker, process, "numa_maps", false, record);
	return r;
}

/* Whether there is anything in the large files, which come behind @small_count small ones. */
static bool has_text(const struct px_taken *record, unsigned small_count)
{
	for (unsigned i = small_count; i < record->part_count; i++)
		if (record->parts[i].length > 0)
			return true;
	return false;
}

/* Whether it has no memory of its own: what else has none is about to exit. */
static bool is_without_memory(const struct pmapx_identity *identity)
{
	return !identity->has_start_stack &&
		(identity->is_kernel || px_has_exited(identity->state));
}

/*
 * Whether the memory that has been read was there to the end; as check_end() of
 * reader.c, which explains it.  A program that hides its map may have begun in the
 * middle of it: that, too, ends the memory that there was.
 */
static int check_memory(const struct px_taker *taker, struct pmapx_process *process,
	const struct px_taken *record, unsigned small_count)
{
	const struct px_source_ops *ops = taker->source->ops;

	if (!taker->source->is_procfs)
		return 0;
	if (record->part_count > small_count && !has_text(record, small_count))
		return is_without_memory(&process->identity) ? 0 : -ESTALE;
	/* Of a first thread that has exited, nothing can be asked. */
	return process->has_map && record->state != 'Z' ? ops->check_end(&process->map) : 0;
}

/* Whether a process is still there, where something of it was not. */
static int check_there(
	struct px_taker *taker, const struct pmapx_process *process, const struct px_taken *record)
{
	bool is_in_doubt = false;
	size_t length = 0;
	int fd, r;

	for (unsigned i = 0; i < record->gap_count; i++)
		is_in_doubt |= record->gaps[i].why == ESRCH || record->gaps[i].why == ENOENT;
	if (!is_in_doubt || !taker->source->is_procfs)
		return 0;
	fd = px_place_open(&process->place, "stat");
	if (fd < 0)
		return px_is_shortage(fd) ? fd : -ESRCH;
	r = read_small(taker, fd, &length);
	close(fd);
	return r == -ENOMEM ? r : r < 0 ? -ESRCH : 0;
}

static void note_identity(const struct pmapx_identity *identity, struct px_taken *record)
{
	size_t length = identity->comm.length;

	record->state = identity->state;
	record->start_ticks = identity->start_ticks;
	record->comm_length = length < sizeof(record->comm) ? length : sizeof(record->comm);
	if (length > 0)
		memcpy(record->comm, identity->comm.bytes, record->comm_length);
}

/* What it is; what has no memory of its own lacks nothing. */
static void note_kind(
	const struct pmapx_identity *identity, struct px_taken *record, unsigned small_count)
{
	if (px_has_exited(record->state) && !has_text(record, small_count))
		record->kind = PX_KIND_ZOMBIE;
	else if (identity->is_kernel)
		record->kind = PX_KIND_KERNEL;
	else
		record->kind = PX_KIND_PROCESS;
	if (record->kind != PX_KIND_PROCESS)
		record->gap_count = 0;
}

/*
 * Move the small files into the spool, behind the map: what is replaced in some of
 * them depends on that.
 */
static int keep_small_files(struct px_taker *taker, struct px_taken *record, unsigned count)
{
	const struct px_redact_facts facts = {
		.comm = { record->comm, record->comm_length },
		.program = find_small(taker, record, px_part_exe),
	};

	for (unsigned i = 0; i < count; i++) {
		struct px_part *part = &record->parts[i];
		struct pmapx_text text = small_text(taker, part);
		uint64_t offset = taker->spool->length;
		int r;

		if (px_redacts(taker->redactor.redaction, part->name)) {
			px_redact_small(&taker->redactor, part->name, &text, &facts);
			r = px_redact_keep(&taker->redactor, taker->spool);
		} else {
			r = px_spool_append(taker->spool, text.bytes, text.length);
		}
		if (r < 0)
			return record->error = r;
		part->offset = offset;
		part->length = taker->spool->length - offset;
	}
	return 0;
}

/* All files of a process; how long that took is its cost. */
static int read_files(struct px_taker *taker, const struct pmapx_process *process,
	struct px_taken *record, unsigned *ret_small_count)
{
	struct timespec start, end;
	int r;

	clock_gettime(CLOCK_REALTIME, &record->when);
	clock_gettime(CLOCK_MONOTONIC, &start);
	r = read_small_files(taker, process, record);
	*ret_small_count = record->part_count;
	if (r == 0)
		r = read_map(taker, process, record);
	clock_gettime(CLOCK_MONOTONIC, &end);
	record->read_ns = (uint64_t)(end.tv_sec - start.tv_sec) * 1000000000 +
		(uint64_t)end.tv_nsec - (uint64_t)start.tv_nsec;
	return r;
}

/*
 * Read @process whole; -ESTALE if its memory, -ESRCH if it itself has gone meanwhile,
 * -EAGAIN if its map has changed.
 */
static int take_process(
	struct px_taker *taker, struct pmapx_process *process, struct px_taken *record)
{
	unsigned small_count;
	int r;

	note_identity(&process->identity, record);
	r = read_files(taker, process, record, &small_count);
	if (r < 0)
		return r;
	r = check_memory(taker, process, record, small_count);
	if (r == -ESTALE) {
		record->part_count = small_count;
		miss(record, "smaps", -PX_MISSING_CHANGED);
	}
	note_kind(&process->identity, record, small_count);
	if (r == 0 || r == -ESTALE) {
		int kept = keep_small_files(taker, record, small_count);

		if (kept < 0)
			return kept;
	}
	if (r == 0)
		r = check_there(taker, process, record);
	return r;
}

void px_take(struct px_taker *taker, pid_t pid, struct px_taken *ret)
{
	uint64_t start = taker->spool->length;
	unsigned stale = 0;
	int r;

	*ret = (struct px_taken){ .pid = pid };
	clock_gettime(CLOCK_REALTIME, &ret->when);
	taker->readings = 0;
	/*
	 * A process that exits or begins another program meanwhile is looked at again,
	 * once; one whose map changes, as often as is_again() has it.
	 */
	do {
		struct pmapx_process *process;

		taker->readings++;
		ret->part_count = ret->gap_count = 0;
		px_spool_cut(taker->spool, start);
		r = pmapx_process_open(taker->source, pid, &process, NULL);
		if (r == 0) {
			r = take_process(taker, process, ret);
			pmapx_process_close(process);
		}
	} while ((r == -EAGAIN && taker->readings < READINGS_MAX) || (r == -ESTALE && ++stale < 2));
	if (r == -ESRCH) {
		ret->kind = PX_KIND_VANISHED;
		ret->part_count = ret->gap_count = 0;
		px_spool_cut(taker->spool, start);
	} else if (r < 0 && r != -ESTALE) {
		ret->error = r;
	}
	ret->bytes = *taker->spool;
}
