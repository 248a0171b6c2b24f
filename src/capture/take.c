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

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "interrupt.h"
#include "saved_name.h"
#include "scan.h"

/* As in reader.c: the kernel fills about a page of it at a time. */
#define READ_SIZE ((size_t)32 * 1024)
/* How often a map that changes is read, and up to how many bytes it is read again. */
#define READINGS_MAX 6
#define AGAIN_MAX ((size_t)1024 * 1024)
/* What large files are read into, before that goes to the spool. */
#define BUFFER_SIZE ((size_t)256 * 1024)

/* The flag in stat that kernel threads have; PF_KTHREAD in linux/sched.h. */
#define KERNEL_THREAD 0x200000

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
	const struct pmapx_parser_options mappings = { .size = sizeof(mappings),
		.mappings_only = true };
	int r;

	*taker = (struct px_taker){ .options = options,
		.pace = pace,
		.redactor = { .redaction = redaction },
		.spool = spool };
	taker->buffer = malloc(BUFFER_SIZE);
	taker->small_size = READ_SIZE;
	taker->small = malloc(READ_SIZE);
	if (taker->buffer == NULL || taker->small == NULL)
		return -ENOMEM;
	r = pmapx_parser_open(&mappings, &taker->parser);
	return r < 0 ? r : pmapx_source_open_live(NULL, &taker->source);
}

void px_taker_deinit(struct px_taker *taker)
{
	pmapx_source_close(taker->source);
	pmapx_parser_close(taker->parser);
	px_redactor_deinit(&taker->redactor);
	free(taker->buffer);
	free(taker->small);
}

/* That a file is missing is a fact; that we are short of something ends the capture. */
static int miss(struct px_record *record, const char *name, int r)
{
	if (px_is_shortage(r))
		return record->error = r;
	record->gaps[record->gap_count++] = (struct px_gap){ name, -r };
	return 0;
}

static void add_part(struct px_record *record, const char *name, uint64_t offset, uint64_t length)
{
	record->parts[record->part_count++] = (struct px_part){ name, offset, length };
}

/*
 * A large file.  Once the first thread of a process has exited, its own are empty;
 * those of any other are whole.
 */
static int open_large(const struct pmapx_process *process, const char *name)
{
	const struct px_place *place = &process->place;
	struct dirent *entry;
	int result = -ENOENT;
	DIR *folder = NULL;

	if (process->identity.state == 'Z' && px_open_folder(place->fd, "task", 0, &folder) < 0)
		folder = NULL;
	while (folder != NULL && result < 0 && (entry = readdir(folder)) != NULL) {
		struct pmapx_text text = { entry->d_name, strlen(entry->d_name) };
		pid_t thread = px_saved_pid(&text);
		char path[64];

		if (thread == 0 || thread == process->identity.pid)
			continue;
		stpcpy(stpcpy(stpcpy(stpcpy(path, "task/"), entry->d_name), "/"), name);
		result = px_place_open(place, path);
	}
	if (folder != NULL)
		closedir(folder);
	return result >= 0 ? result : px_place_open(place, name);
}

/* Append a small file to what is kept of such, from @length on; moves @length. */
static int read_small(struct px_taker *taker, int fd, size_t *length)
{
	ssize_t n;

	do {
		if (taker->small_size - *length < READ_SIZE) {
			size_t size = taker->small_size * 2;
			char *more = realloc(taker->small, size);

			if (more == NULL)
				return -ENOMEM;
			taker->small = more;
			taker->small_size = size;
		}
		n = px_folder_read(
			&(struct px_stream){ .fd = fd }, taker->small + *length, READ_SIZE);
		if (n > 0)
			*length += (size_t)n;
	} while (n > 0);
	return (int)n;
}

static int read_link(struct px_taker *taker, int folder, const char *name, size_t *length)
{
	ssize_t n = readlinkat(folder, name, taker->buffer, READ_SIZE);

	if (n < 0)
		return -errno;
	if (taker->small_size - *length < READ_SIZE)
		return -ENAMETOOLONG;
	memcpy(taker->small + *length, taker->buffer, (size_t)n);
	*length += (size_t)n;
	return 0;
}

/* The small file of that name, empty if it has not been read. */
static struct pmapx_text find_small(
	const struct px_taker *taker, const struct px_record *record, const char *name)
{
	for (unsigned i = 0; i < record->part_count; i++) {
		const struct px_part *part = &record->parts[i];

		if (strcmp(part->name, name) == 0)
			return (struct pmapx_text){ taker->small + part->offset, part->length };
	}
	return (struct pmapx_text){ NULL, 0 };
}

/*
 * Whether status, which is read first, says that more is in memory than the kernel
 * is to walk page tables for.
 */
static bool is_too_large(const struct px_taker *taker, const struct px_record *record)
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
	const char *name, const struct px_record *record, size_t *length)
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
	struct px_taker *taker, const struct pmapx_process *process, struct px_record *record)
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

/* A number of stat, behind its name and state, by its field in proc(5). */
static uint64_t stat_number(const struct pmapx_text *stat, int field)
{
	const char *end = stat->bytes + stat->length, *p;
	uint64_t number = 0;

	p = stat->length > 0 ? memrchr(stat->bytes, ')', stat->length) : NULL;
	if (p == NULL)
		return 0;
	for (int i = 2; i < field; i++) {
		while (p < end && !px_is_blank(*p))
			p++;
		p = px_skip_blanks(p, end);
	}
	px_scan_decimal(p, end, &number);
	return number;
}

/* Append to the spool what the redactor has made. */
static int keep_redacted(struct px_taker *taker)
{
	struct px_bytes *out = &taker->redactor.out;
	int r = out->failed ? -ENOMEM : px_spool_append(taker->spool, out->bytes, out->length);

	out->length = 0;
	return r;
}

/* Append a piece of a large file to the spool, or what may be kept of it. */
static int keep_large(struct px_taker *taker, const char *name, size_t length, bool is_last)
{
	struct pmapx_text text = { taker->buffer, length };

	if (!px_redacts(taker->redactor.redaction, name))
		return px_spool_append(taker->spool, text.bytes, text.length);
	px_redact_lines(&taker->redactor, name, &text, is_last);
	return keep_redacted(taker);
}

/* Forget the map that was read before. */
static void begin_map(struct px_taker *taker)
{
	px_redact_begin(&taker->redactor);
	pmapx_parser_reset(taker->parser);
	taker->map_end = 0;
	taker->is_torn = false;
}

/*
 * Look at the mappings in what has just been read of a map: one that begins where
 * others have been says that the map has changed between two pieces of it.
 */
static int check_order(struct px_taker *taker, const char *bytes, size_t length)
{
	const struct pmapx_mapping *mapping;
	int r = pmapx_parser_feed(taker->parser, bytes, length);

	if (r < 0)
		return r;
	while ((r = pmapx_parser_next(taker->parser, &mapping, NULL)) == 1 || r == -EBADMSG) {
		if (r == -EBADMSG)
			continue;
		taker->is_torn |= mapping->start < taker->map_end;
		taker->map_end = mapping->end;
	}
	return r == -ENOMEM ? r : 0;
}

/* Whether to begin again: that is not done for ever, nor with much of it read. */
static bool is_again(const struct px_taker *taker, uint64_t length)
{
	return taker->is_torn && taker->readings < READINGS_MAX && length < AGAIN_MAX;
}

/* The next piece of a large file, behind @length bytes in the buffer; as read(2). */
static ssize_t read_piece(struct px_taker *taker, int fd, size_t length, bool is_map)
{
	ssize_t n = px_folder_read(
		&(struct px_stream){ .fd = fd }, taker->buffer + length, BUFFER_SIZE - length);

	if (n <= 0)
		return n;
	atomic_fetch_add(&taker->pace->read_bytes, (size_t)n);
	if (is_map) {
		int r = check_order(taker, taker->buffer + length, (size_t)n);

		return r < 0 ? r : n;
	}
	return n;
}

/*
 * Read a large file into the spool; like miss() if it cannot be, -EAGAIN if it is a
 * map that is to be read again.
 */
static int read_large(struct px_taker *taker, const struct pmapx_process *process, const char *name,
	bool is_map, struct px_record *record)
{
	uint64_t start = taker->spool->length;
	int fd = open_large(process, name);
	size_t length = 0;
	ssize_t n;

	if (fd < 0)
		return miss(record, name, fd);
	if (is_map)
		begin_map(taker);
	do {
		n = read_piece(taker, fd, length, is_map && taker->source->is_procfs);
		if (n > 0)
			length += (size_t)n;
		/* The spool may be a file, which takes many pages sooner than each one. */
		if (n <= 0 || BUFFER_SIZE - length < READ_SIZE) {
			record->error = keep_large(taker, name, length, n <= 0);
			length = 0;
		}
		if (record->error == 0 && (atomic_load(&taker->pace->stopped) || px_interrupted()))
			record->error = -ECANCELED;
	} while (n > 0 && record->error == 0 &&
		!is_again(taker, taker->spool->length - start + length));
	close(fd);
	if (record->error < 0)
		return record->error;
	if (n > 0)
		return -EAGAIN;
	if (n == 0) {
		add_part(record, name, start, taker->spool->length - start);
		return is_map && taker->is_torn ? miss(record, name, -PX_MISSING_TORN) : 0;
	}
	px_spool_cut(taker->spool, start);
	return miss(record, name, (int)n);
}

/* A large file for which the kernel walks page tables, if that is not too much. */
static int read_costly(struct px_taker *taker, const struct pmapx_process *process,
	const char *name, bool is_map, struct px_record *record)
{
	if (is_too_large(taker, record))
		return miss(record, name, -PX_MISSING_RSS);
	return read_large(taker, process, name, is_map, record);
}

/* smaps, or maps where that cannot be had. */
static int read_map(
	struct px_taker *taker, const struct pmapx_process *process, struct px_record *record)
{
	unsigned count = record->part_count;
	int r;

	begin_map(taker);
	r = read_costly(taker, process, "smaps", true, record);
	if (r == 0 && record->part_count == count)
		r = read_large(taker, process, "maps", true, record);
	if (r == 0 && taker->options->numa)
		r = read_costly(taker, process, "numa_maps", false, record);
	return r;
}

/* Whether there is anything in the large files, which come behind @small_count small ones. */
static bool has_text(const struct px_record *record, unsigned small_count)
{
	for (unsigned i = small_count; i < record->part_count; i++)
		if (record->parts[i].length > 0)
			return true;
	return false;
}

/*
 * Whether the memory that has been read was there to the end; as check_end() of
 * reader.c, which explains it.
 */
static int check_memory(const struct px_taker *taker, struct pmapx_process *process,
	const struct px_record *record, unsigned small_count)
{
	const struct px_source_ops *ops = taker->source->ops;

	if (!taker->source->is_procfs || record->part_count == small_count)
		return 0;
	if (!has_text(record, small_count))
		return process->identity.has_start_stack ? -ESTALE : 0;
	/* Of a first thread that has exited, nothing can be asked. */
	return process->has_map && record->state != 'Z' ? ops->check_end(&process->map) : 0;
}

/* Whether a process is still there, where something of it was not. */
static int check_there(
	struct px_taker *taker, const struct pmapx_process *process, const struct px_record *record)
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

static void note_identity(const struct pmapx_identity *identity, struct px_record *record)
{
	size_t length = identity->comm.length;

	record->state = identity->state;
	record->start_ticks = identity->start_ticks;
	record->comm_length = length < sizeof(record->comm) ? length : sizeof(record->comm);
	if (length > 0)
		memcpy(record->comm, identity->comm.bytes, record->comm_length);
}

/* What it is; what has no memory of its own lacks nothing. */
static void note_kind(const struct px_taker *taker, struct px_record *record, unsigned small_count)
{
	const struct pmapx_text stat = find_small(taker, record, "stat");

	if ((record->state == 'Z' || record->state == 'X') && !has_text(record, small_count))
		record->kind = PX_KIND_ZOMBIE;
	else if ((stat_number(&stat, 9) & KERNEL_THREAD) != 0)
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
static int keep_small_files(struct px_taker *taker, struct px_record *record, unsigned count)
{
	const struct px_redact_facts facts = {
		.comm = { record->comm, record->comm_length },
		.program = find_small(taker, record, px_part_exe),
	};

	for (unsigned i = 0; i < count; i++) {
		struct px_part *part = &record->parts[i];
		struct pmapx_text text = { taker->small + part->offset, part->length };
		uint64_t offset = taker->spool->length;
		int r;

		if (px_redacts(taker->redactor.redaction, part->name)) {
			px_redact_small(&taker->redactor, part->name, &text, &facts);
			r = keep_redacted(taker);
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
	struct px_record *record, unsigned *ret_small_count)
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
	struct px_taker *taker, struct pmapx_process *process, struct px_record *record)
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
	note_kind(taker, record, small_count);
	if (r == 0 || r == -ESTALE) {
		int kept = keep_small_files(taker, record, small_count);

		if (kept < 0)
			return kept;
	}
	if (r == 0)
		r = check_there(taker, process, record);
	return r;
}

void px_take(struct px_taker *taker, pid_t pid, struct px_record *ret)
{
	uint64_t start = taker->spool->length;
	int r;

	*ret = (struct px_record){ .pid = pid };
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
	} while ((r == -EAGAIN && taker->readings < READINGS_MAX) ||
		(r == -ESTALE && taker->readings < 2));
	if (r == -ESRCH) {
		ret->kind = PX_KIND_VANISHED;
		ret->part_count = ret->gap_count = 0;
		px_spool_cut(taker->spool, start);
	} else if (r < 0 && r != -ESTALE) {
		ret->error = r;
	}
	ret->bytes = *taker->spool;
}
