/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved source: an archive, plain or compressed, or a single map.  Every
 * process of it is opened and its map read to the end, and all of it is shown.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pmapx.h>

#include "mutate_tar.h"
#include "show.h"
#include "stage.h"

/* Messages name it, so it is always the same. */
#define INPUT 700

static char path[] = "/proc/self/fd/700";

/* Where the reason of an error must have ended. */
#define REASON_MAX 1024

/* Loaded again for each input, they would be all there is to see. */
__attribute__((constructor)) static void keep_libraries(void)
{
	dlopen(PX_LIBARCHIVE_SONAME, RTLD_NOW);
	dlopen(PX_LIBBZ2_SONAME, RTLD_NOW);
	dlopen(PX_LIBLZMA_SONAME, RTLD_NOW);
	dlopen(PX_LIBZ_SONAME, RTLD_NOW);
	dlopen(PX_LIBZSTD_SONAME, RTLD_NOW);
}

/* Let INPUT be a file with that in it. */
static void put_input(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	px_must(fd >= 0);
	px_must(write(fd, data, size) == (ssize_t)size);
	px_must(dup3(fd, INPUT, O_CLOEXEC) == INPUT);
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
		line = error.line;
	}
	pmapx_reader_close(reader);
}

static void read_process(struct pmapx_source *source, const struct pmapx_member *member)
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

/* What is handed out is in order, and nothing is twice; @is_all if it must be. */
static void read_all(const struct pmapx_source_options *options, bool is_all)
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
		px_must(!is_all || order < 0 || (order == 0 && before <= member->pid));
		px_must(!is_all || order < 0 || before < member->pid || member->pid == 0);
		before = member->pid;
		host.length = 0;
		px_bytes_add(&host, member->host, strlen(member->host) + 1);
		read_process(source, member);
	}
	px_must(pmapx_source_next(source, &member, &error) == 0);
	pmapx_source_close(source);
	px_bytes_drop(&host);
}

/* Through a view: harmless, and the status says what the messages do. */
static void show_all(const struct pmapx_source_options *options, bool is_utf8)
{
	static struct px_stage stage;
	pid_t pids[8] = { 0 };
	struct px_wanted wanted = { .pids = pids, .count = options->pid_count };
	struct pmapx_source *source;
	int status;

	if (pmapx_source_open_saved(path, options, &source, NULL) < 0)
		return;
	px_stage_begin(&stage, is_utf8);
	stage.sheet.source = source;
	for (size_t i = 0; i < wanted.count; i++)
		pids[i] = options->pids[i];
	status = px_show_saved(&stage.sheet, &px_view_extended, &wanted);
	px_stage_console_flush(&stage.said);
	px_must(status == 0 || status == 1 || status == 42 || status == 43);
	px_must((status == 0) == (stage.said.err.length == 0));
	px_must(options->pids != NULL || (status & 42) == 0);
	px_must_be_harmless(&stage.said.out, is_utf8);
	px_must_be_harmless(&stage.said.err, is_utf8);
	px_stage_end(&stage);
	pmapx_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const pid_t pids[] = { 1100, 1, 1100 };
	struct pmapx_source_options options = { .size = sizeof(options) };

	put_input(data, size);
	/* Of the compressed, nobody knows how many parts there are; a capture says of itself in
	 * which order it is. */
	read_all(&options,
		size > 1024 && memcmp(data + 257, "ustar", 5) == 0 &&
			memmem(data, size, "pmapx.json", 10) == NULL);
	if (size % 4 == 3) {
		options.pids = pids;
		options.pid_count = sizeof(pids) / sizeof(pids[0]);
		read_all(&options, false);
	}
	show_all(&options, size % 2 == 0);
	close(INPUT);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_tar(data, size, max_size, seed);
}
