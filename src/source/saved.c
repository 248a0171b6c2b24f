/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Saved sources: handing out their processes, opening what there is of them,
 * and telling what could not be read.
 */
#include "saved.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"
#include "digits.h"
#include "growable.h"
#include "host_file.h"
#include "plain_error.h"
#include "proctable.h"

/* What stays in memory; more goes to a file. */
#define SPOOL_MEMORY ((size_t)1024 * 1024)

/* Of names that are told, so much. */
#define TOLD_MAX 200

bool px_saved_wants(const struct px_saved *saved, pid_t pid)
{
	return saved->pids == NULL ||
		bsearch(&pid, saved->sorted_pids, saved->pid_count, sizeof(pid), px_compare_pids) !=
		NULL;
}

bool px_saved_ignores(const struct px_saved *saved, const struct px_saved_name *name)
{
	if (name->is_manifest)
		return false;
	if (name->file == PX_FILE_EXE || name->file == PX_FILE_OOM_SCORE_ADJ)
		return !saved->wants_all;
	return name->file == PX_FILE_NUMA_MAPS && !saved->wants_numa;
}

/* Append @length bytes to the reason, as far as there is room. */
static void tell_bytes(struct px_saved *saved, const char *bytes, size_t length)
{
	size_t told = strlen(saved->reason), room = sizeof(saved->reason) - 1 - told;

	if (length > room)
		length = room;
	memcpy(saved->reason + told, bytes, length);
	saved->reason[told + length] = '\0';
}

static void tell(struct px_saved *saved, const char *text)
{
	tell_bytes(saved, text, strlen(text));
}

static void tell_number(struct px_saved *saved, uint64_t number)
{
	char digits[PX_DIGITS_SIZE];

	tell(saved, px_digits(number, digits));
}

void px_saved_trouble(struct px_saved *saved, int r, const char *what, uint64_t at, const char *why)
{
	size_t length = strlen(what);

	if (saved->trouble_count++ > 0)
		return;
	saved->trouble = r;
	saved->reason[0] = '\0';
	tell_bytes(saved, what, length < TOLD_MAX ? length : TOLD_MAX);
	if (length > TOLD_MAX)
		tell(saved, "...");
	if (at != PX_NO_PLACE) {
		tell(saved, length > 0 ? ", byte " : "byte ");
		tell_number(saved, at);
	}
	if (length > 0 || at != PX_NO_PLACE)
		tell(saved, ": ");
	tell(saved, *why != '\0' ? why : px_plain_error(-r));
}

void px_saved_no_file(struct px_saved *saved, const char *name, bool is_link)
{
	px_saved_trouble(saved, -EMEDIUMTYPE, name, PX_NO_PLACE,
		is_link ? "a link, which is not followed" : "");
}

void px_saved_spool_trouble(struct px_saved *saved, int r)
{
	char what[PATH_MAX + 32];

	/* Memory is nobody's folder. */
	if (r == -ENOMEM || strlen(saved->spool.folder) >= PATH_MAX) {
		px_saved_trouble(saved, r, "", PX_NO_PLACE, "");
		return;
	}
	stpcpy(stpcpy(what, "temporary files in "), saved->spool.folder);
	px_saved_trouble(saved, r, what, PX_NO_PLACE, "");
}

/* Hand the trouble over, once. */
static int give_trouble(struct px_saved *saved, struct pmapx_error *error)
{
	int r = saved->trouble;

	if (saved->trouble_count > 1) {
		tell(saved, " (and ");
		tell_number(saved, saved->trouble_count - 1);
		tell(saved, " more)");
	}
	*error = (struct pmapx_error){ .code = -r, .reason = saved->reason };
	saved->trouble = 0;
	saved->trouble_count = 0;
	return r;
}

void px_saved_take(struct px_saved *saved, size_t first)
{
	const struct px_found *found = &saved->index.list[first];
	const char *name = saved->name;

	/* One map is the source, or one of the source is nobody's. */
	if (name == NULL)
		name = found->pid == 0 ? px_file_names[found->file] : "";
	saved->first = first;
	saved->run = px_index_run(&saved->index, first);
	saved->next = first + saved->run;
	saved->member = (struct pmapx_member){
		.pid = found->pid,
		.host = saved->index.host_count > 1 ? saved->index.hosts[found->host].name : "",
		.name = name,
		.is_captured = saved->index.hosts[found->host].is_capture,
		.boot_id = saved->index.hosts[found->host].boot_id,
		.captured_ms = saved->index.hosts[found->host].start_ms,
		.redacted = saved->index.hosts[found->host].redacted,
	};
}

/* The next process of the index, in the order that is wanted; false if there is no other. */
static bool take_next(struct px_saved *saved)
{
	size_t operands = saved->pids != NULL ? saved->pid_count : 1;

	for (; saved->wanted < operands; saved->wanted++, saved->next = 0) {
		if (saved->pids != NULL)
			saved->next = px_index_find(
				&saved->index, saved->next, saved->pids[saved->wanted]);
		if (saved->next < saved->index.count) {
			px_saved_take(saved, saved->next);
			return true;
		}
	}
	return false;
}

/* Fill the index anew; 1, or 0 at the end. */
static int fill(struct px_saved *saved)
{
	int r;

	saved->run = 0;
	if (saved->has_ended)
		return 0;
	px_index_clear(&saved->index);
	px_spool_clear(&saved->spool);
	r = saved->ops->fill(saved);
	if (r == 0)
		saved->has_ended = true;
	px_index_sort(&saved->index);
	saved->next = saved->wanted = 0;
	return r;
}

int px_saved_read_all(struct px_saved *saved)
{
	saved->is_whole = true;
	fill(saved);
	return saved->has_ended ? 0 : -EXFULL;
}

static int saved_next(
	struct pmapx_source *source, const struct pmapx_member **ret, struct pmapx_error *error)
{
	struct px_saved *saved = source->saved;

	while (!take_next(saved)) {
		if (saved->trouble < 0)
			return give_trouble(saved, error);
		if (fill(saved) == 0 && saved->trouble == 0)
			return 0;
	}
	*ret = &saved->member;
	return 1;
}

static void set_place(struct px_saved *saved, size_t first, size_t run, struct px_place *ret)
{
	*ret = (struct px_place){
		.fd = -1,
		.saved = saved,
		.files = saved->index.list + first,
		.file_count = run,
	};
}

static int saved_open_member(struct pmapx_source *source, struct px_place *ret)
{
	struct px_saved *saved = source->saved;

	if (saved->run == 0)
		return -ESRCH;
	set_place(saved, saved->first, saved->run, ret);
	return 0;
}

/* The first of that number, whatever its host, of what is in the index. */
static int saved_open_place(struct pmapx_source *source, pid_t pid, struct px_place *ret)
{
	struct px_saved *saved = source->saved;
	size_t first;

	if (saved->index.count == 0 && !saved->has_ended)
		fill(saved);
	first = px_index_find(&saved->index, 0, pid);
	if (first == saved->index.count)
		return -ESRCH;
	set_place(saved, first, px_index_run(&saved->index, first), ret);
	return 0;
}

static void saved_close_place(struct px_place *place)
{
	(void)place;
}

void px_saved_open_spooled(
	struct px_saved *saved, const struct px_found *found, struct px_stream *ret)
{
	*ret = (struct px_stream){
		.fd = -1,
		.spool = &saved->spool,
		.offset = found->at,
		.end = found->at + found->length,
	};
}

static int open_found(struct px_saved *saved, const struct px_found *found, struct px_stream *ret)
{
	if (saved->ops->open != NULL)
		return saved->ops->open(saved, found, ret);
	px_saved_open_spooled(saved, found, ret);
	return 0;
}

static ssize_t saved_read(struct px_stream *stream, void *bytes, size_t size)
{
	ssize_t n;

	if (stream->spool == NULL && !stream->is_borrowed)
		return px_folder_read(stream, bytes, size);
	if (size > stream->end - stream->offset)
		size = (size_t)(stream->end - stream->offset);
	if (size == 0)
		return 0;
	if (stream->spool != NULL) {
		n = px_spool_read(stream->spool, stream->offset, bytes, size);
	} else {
		do
			n = pread(stream->fd, bytes, size, (off_t)stream->offset);
		while (n < 0 && errno == EINTR);
		n = n < 0 ? -errno : n;
	}
	if (n > 0)
		stream->offset += (uint64_t)n;
	return n;
}

static void saved_close_stream(struct px_stream *stream)
{
	if (stream->fd >= 0 && !stream->is_borrowed)
		close(stream->fd);
}

static const struct px_found *find(const struct px_place *place, enum px_file file)
{
	for (size_t i = 0; i < place->file_count; i++)
		if (place->files[i].file == file)
			return &place->files[i];
	return NULL;
}

static bool is_empty(const struct px_place *place, enum px_file file)
{
	const struct px_found *found = find(place, file);
	struct px_stream stream;
	char byte;
	ssize_t n;

	if (found == NULL)
		return true;
	/* What may not be read is to be named as such. */
	if (open_found(place->saved, found, &stream) < 0)
		return false;
	n = saved_read(&stream, &byte, 1);
	saved_close_stream(&stream);
	return n == 0;
}

/*
 * Either map file may stand in for maps.  An empty one beside one that is not
 * was not permitted to be read: cp leaves it behind then.
 */
static const struct px_found *choose(const struct px_place *place, enum px_file file)
{
	const struct px_found *found = find(place, file);

	if (file == PX_FILE_MAPS && (found == NULL || is_empty(place, file)) &&
		find(place, PX_FILE_SMAPS) != NULL &&
		(found == NULL || !is_empty(place, PX_FILE_SMAPS)))
		return find(place, PX_FILE_SMAPS);
	if (file == PX_FILE_SMAPS && found != NULL && is_empty(place, file) &&
		!is_empty(place, PX_FILE_MAPS))
		return NULL;
	return found;
}

static int saved_open_file(const struct px_place *place, enum px_file file, struct px_stream *ret)
{
	const struct px_found *found = choose(place, file);
	int r = found != NULL ? open_found(place->saved, found, ret) : -ENOENT;

	if (r == 0)
		ret->file = found->file;
	return r;
}

/* Look for the device of shared memory of its host in a map, if that is not known for sure. */
static int look_for_shm(struct px_saved *saved, const struct px_found *found)
{
	struct px_host *host = &saved->index.hosts[found->host];
	struct px_stream stream;
	int r;

	if (host->shm_seen == PX_SHM_SURE || open_found(saved, found, &stream) < 0)
		return 0;
	r = px_shm_scan(
		saved->source->ops, &stream, px_shm_by_safe_name, 0, &host->shm_seen, &host->shm);
	saved_close_stream(&stream);
	return r;
}

/*
 * Any map of @host may tell: the processes of a host share the device.  Its files
 * are together, and @first is one of them.
 */
static int find_shm_device(struct px_saved *saved, uint32_t host, size_t first)
{
	const struct px_index *index = &saved->index;

	while (first > 0 && index->list[first - 1].host == host)
		first--;
	for (size_t i = first; i < index->count && index->list[i].host == host; i++) {
		const struct px_found *found = &index->list[i];
		int r = 0;

		if (found->file == PX_FILE_MAPS || found->file == PX_FILE_SMAPS)
			r = look_for_shm(saved, found);
		if (r < 0)
			return r;
	}
	return saved->index.hosts[host].shm_seen == PX_SHM_NO ? -ENODATA : 0;
}

int px_saved_shm_device(struct pmapx_source *source, struct pmapx_device *ret)
{
	struct px_saved *saved = source->saved;
	struct px_host *host;
	uint32_t number;

	if (saved->run == 0)
		return -ENODATA;
	number = saved->index.list[saved->first].host;
	host = &saved->index.hosts[number];
	if (!host->shm_asked) {
		host->shm_result = find_shm_device(saved, number, saved->first);
		host->shm_asked = !px_is_shortage(host->shm_result);
	}
	if (host->shm_result == 0)
		*ret = host->shm;
	return host->shm_result;
}

int px_saved_map_limit(const struct px_saved *saved, uint64_t *ret)
{
	const struct px_index *index = &saved->index;
	uint64_t limit = saved->run > 0 ? index->hosts[index->list[saved->first].host].map_limit
					: 0;

	if (limit == 0)
		return -ENODATA;
	*ret = limit;
	return 0;
}

void px_saved_know_host(struct px_saved *saved, uint32_t host, const struct px_manifest *manifest)
{
	struct px_host *whose = &saved->index.hosts[host];

	/* A later one says what the first could not know yet. */
	whose->is_capture = true;
	whose->is_cut = !manifest->complete;
	whose->shm_asked = true;
	whose->shm_result = manifest->has_shm_device ? 0 : -ENODATA;
	whose->shm = manifest->shm_device;
	memcpy(whose->boot_id, manifest->boot_id, sizeof(whose->boot_id));
	whose->start_ms = manifest->start_ms;
	whose->redacted = manifest->redacted;
}

bool px_saved_manifest(struct px_saved *saved, const char *name, uint32_t host,
	const struct pmapx_text *json, struct px_manifest *ret)
{
	int r = px_manifest_parse(json, ret);

	if (r == -EPROTONOSUPPORT)
		px_saved_trouble(saved, r, name, PX_NO_PLACE, "made by a newer pmapx");
	else if (r < 0)
		px_saved_trouble(saved, r, name, PX_NO_PLACE, "not what pmapx capture writes");
	if (r < 0)
		return false;
	px_saved_know_host(saved, host, ret);
	return true;
}

void px_saved_check_ends(struct px_saved *saved)
{
	for (uint32_t i = 0; i < saved->index.host_count; i++)
		if (saved->index.hosts[i].is_cut)
			px_saved_trouble(saved, -ENODATA, saved->index.hosts[i].name, PX_NO_PLACE,
				"the end of the capture is missing");
}

static const struct px_source_ops saved_ops = {
	.kind = "saved",
	.open_place = saved_open_place,
	.close_place = saved_close_place,
	.open_file = saved_open_file,
	.read = saved_read,
	.close_stream = saved_close_stream,
	.shm_device = px_saved_shm_device,
	.next = saved_next,
	.open_member = saved_open_member,
};

/* Which processes are wanted; 0 or -ENOMEM. */
static int take_pids(struct px_saved *saved, const struct pmapx_source_options *options)
{
	saved->pids = PX_OPTION(options, pids, NULL);
	saved->pid_count = PX_OPTION(options, pid_count, 0);
	if (saved->pids == NULL)
		return 0;
	saved->sorted_pids = calloc(saved->pid_count + 1, sizeof(*saved->sorted_pids));
	if (saved->sorted_pids == NULL)
		return -ENOMEM;
	memcpy(saved->sorted_pids, saved->pids, saved->pid_count * sizeof(*saved->pids));
	qsort(saved->sorted_pids, saved->pid_count, sizeof(*saved->sorted_pids), px_compare_pids);
	return 0;
}

int px_saved_new(const struct px_saved_ops *ops, const char *path, int fd,
	const struct pmapx_source_options *options, struct pmapx_source **ret)
{
	struct px_saved *saved = calloc(1, sizeof(*saved));
	const char *folder = PX_OPTION(options, temporary_folder, NULL);
	int r;

	if (saved == NULL)
		return -ENOMEM;
	r = take_pids(saved, options);
	if (r == 0)
		r = px_source_new(&saved_ops, path, fd, ret);
	if (r < 0) {
		free(saved->sorted_pids);
		free(saved);
		return r;
	}
	(*ret)->saved = saved;
	saved->ops = ops;
	saved->source = *ret;
	px_spool_init(&saved->spool, folder != NULL ? folder : "/tmp", SPOOL_MEMORY);
	px_spool_init(&saved->kept.spool, folder != NULL ? folder : "/tmp", SPOOL_MEMORY);
	return 0;
}

int px_saved_call(struct px_saved *saved, const char *path)
{
	const char *slash = strrchr(path, '/');

	saved->name = strdup(slash != NULL ? slash + 1 : path);
	return saved->name != NULL ? 0 : -ENOMEM;
}

void px_saved_close(struct px_saved *saved)
{
	if (saved == NULL)
		return;
	if (saved->ops->close != NULL)
		saved->ops->close(saved);
	px_index_clear(&saved->index);
	px_spool_deinit(&saved->spool);
	px_kept_deinit(&saved->kept);
	free(saved->name);
	free(saved->sorted_pids);
	free(saved);
}
