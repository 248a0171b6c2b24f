/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold of any saved source: every process of it is opened and its map
 * read to the end, and all of it is shown.
 */
#include "saved_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where the reason of an error must have ended. */
#define REASON_MAX 1024

/* The most processes that are asked for. */
#define PIDS_MAX 8

void px_put_input(const void *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	px_must(fd >= 0);
	px_must(write(fd, data, size) == (ssize_t)size);
	px_must(dup3(fd, PX_INPUT_FD, O_CLOEXEC) == PX_INPUT_FD);
	close(fd);
}

static void must_be_error(int r, const struct pmapx_error *error)
{
	px_must(r < 0 && error->code == -r);
	px_must(strnlen(error->reason, REASON_MAX) < REASON_MAX);
}

/* To the end; lines rise. */
static void read_map(struct pmapx_process *process, enum pmapx_map_file file)
{
	const struct pmapx_mapping *mapping;
	struct pmapx_reader *reader;
	struct pmapx_error error;
	uint64_t line = 0;
	int r = pmapx_reader_open(process, file, NULL, &reader);

	if (r < 0)
		return;
	while ((r = pmapx_reader_next(reader, &mapping, &error)) != 0) {
		if (r == 1)
			continue;
		must_be_error(r, &error);
		px_must(r != -EBADMSG || error.line > line);
		/* A file that cannot be read stays so. */
		if (r != -EBADMSG)
			break;
		line = error.line;
	}
	pmapx_reader_close(reader);
}

void px_must_read_process(struct pmapx_source *source, const struct pmapx_member *member)
{
	struct pmapx_process *process;
	struct pmapx_device device;
	struct pmapx_error error;
	struct pmapx_text text;
	int r = pmapx_process_open_member(source, &process, &error);

	if (r < 0) {
		must_be_error(-error.code, &error);
		return;
	}
	px_must(pmapx_process_identity(process)->pid == member->pid);
	if (pmapx_process_cmdline(process, &text) == 0)
		px_must(text.length <= PMAPX_CMDLINE_MAX);
	pmapx_process_executable(process, &text);
	pmapx_source_shm_device(source, &device);
	read_map(process, PMAPX_FILE_MAPS);
	read_map(process, PMAPX_FILE_SMAPS);
	pmapx_process_close(process);
}

void px_must_read_saved(
	const char *path, const struct pmapx_source_options *options, bool is_in_order)
{
	const struct pmapx_member *member;
	struct pmapx_source *source;
	struct pmapx_error error;
	struct px_bytes host = { 0 };
	pid_t before = 0;
	int r = pmapx_source_open_saved(path, options, &source, &error);

	if (r < 0) {
		must_be_error(r, &error);
		return;
	}
	px_bytes_add(&host, "", 1);
	while ((r = pmapx_source_next(source, &member, &error)) != 0) {
		int order;

		if (r < 0) {
			must_be_error(r, &error);
			continue;
		}
		/* What has no number has a name. */
		px_must(member->pid > 0 || *member->name != '\0');
		order = strcmp(host.bytes, member->host);
		px_must(!is_in_order || order < 0 || (order == 0 && before <= member->pid));
		px_must(!is_in_order || order < 0 || before < member->pid || member->pid == 0);
		before = member->pid;
		host.length = 0;
		px_bytes_add(&host, member->host, strlen(member->host) + 1);
		px_must_read_process(source, member);
	}
	px_must(pmapx_source_next(source, &member, &error) == 0);
	pmapx_source_close(source);
	px_bytes_drop(&host);
}

void px_must_show_source(struct pmapx_source *source, const char *path,
	const struct pmapx_source_options *options, const struct px_view *view, bool is_utf8,
	struct px_shown *ret)
{
	static struct px_stage stage;
	pid_t pids[PIDS_MAX] = { 0 };
	struct px_wanted wanted = { .pids = pids, .count = options->pid_count };

	free(source->path);
	source->path = strdup(path);
	px_must(source->path != NULL && wanted.count <= PIDS_MAX);
	px_stage_begin(&stage, is_utf8);
	stage.sheet.source = source;
	for (size_t i = 0; i < wanted.count; i++)
		pids[i] = options->pids[i];
	ret->status = px_show_saved(&stage.sheet, view, &wanted);
	px_stage_console_flush(&stage.said);
	px_must(ret->status == 0 || ret->status == 1 || ret->status == 42 || ret->status == 43);
	px_must((ret->status == 0) == (stage.said.err.length == 0));
	px_must_be_harmless(&stage.said.out, is_utf8);
	px_must_be_harmless(&stage.said.err, is_utf8);
	ret->out = stage.said.out;
	ret->err = stage.said.err;
	stage.said.out = stage.said.err = (struct px_bytes){ 0 };
	px_stage_end(&stage);
}

bool px_must_show_saved(const char *path, const struct pmapx_source_options *options,
	const struct px_view *view, bool is_utf8, struct px_shown *ret)
{
	struct pmapx_source *source;

	if (pmapx_source_open_saved(path, options, &source, NULL) < 0)
		return false;
	px_must_show_source(source, "saved", options, view, is_utf8, ret);
	pmapx_source_close(source);
	px_must(options->pids != NULL || (ret->status & 42) == 0);
	return true;
}

static bool is_same(const struct px_bytes *one, const struct px_bytes *other)
{
	return one->length == other->length &&
		(one->length == 0 || memcmp(one->bytes, other->bytes, one->length) == 0);
}

void px_must_show_same(const struct px_shown *one, const struct px_shown *other)
{
	px_must(is_same(&one->out, &other->out));
	px_must(is_same(&one->err, &other->err));
	px_must(one->status == other->status);
}

void px_shown_drop(struct px_shown *shown)
{
	px_bytes_drop(&shown->out);
	px_bytes_drop(&shown->err);
}
