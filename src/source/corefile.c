/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ELF core files: what the kernel, or a debugger, has written of a process.
 */
#include "corefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core_map.h"
#include "saved.h"

/* A text of the notes as a file that ends in @last, unless there is none. */
static int add_text(struct px_index *index, struct px_spool *spool, struct px_found *found,
	enum px_file file, const char *text, size_t length, char last)
{
	int r;

	if (length == 0)
		return 0;
	found->file = file;
	found->at = spool->length;
	found->length = length + 1;
	r = px_spool_append(spool, text, length);
	if (r == 0)
		r = px_spool_append(spool, &last, 1);
	return r == 0 ? px_index_add(index, found) : r;
}

/* Add the files of the process; 0, or what kept it from being done. */
static int add_files(struct px_index *index, struct px_spool *spool, const struct px_elf *elf,
	const struct px_core_notes *notes, int *ret_trouble)
{
	struct px_found found = { .pid = notes->pid, .file = PX_FILE_MAPS, .at = spool->length };
	bool is_whole;
	int r;

	r = px_index_host(index, &(struct pmapx_text){ "", 0 }, &found.host);
	if (r < 0)
		return r;
	/* The devices of files are not there, and must not be compared. */
	index->hosts[found.host].shm_asked = true;
	index->hosts[found.host].shm_result = -ENODATA;
	r = px_core_map_write(elf, notes, spool, &is_whole);
	if (!is_whole)
		return r;
	if (*ret_trouble == 0)
		*ret_trouble = r;
	found.length = spool->length - found.at;
	r = px_index_add(index, &found);
	if (r == 0)
		r = add_text(index, spool, &found, PX_FILE_CMDLINE, notes->arguments,
			notes->arguments_length, '\0');
	if (r == 0)
		r = add_text(
			index, spool, &found, PX_FILE_COMM, notes->comm, notes->comm_length, '\n');
	return r;
}

/* Read the notes: Linux writes one segment of them. */
static int read_notes(const struct px_elf *elf, struct px_core_notes *ret)
{
	struct px_elf_cursor cursor;
	GElf_Phdr header;
	int r;

	px_elf_cursor_headers(&cursor, elf);
	while ((r = px_elf_take_header(&cursor, &header)) == 1)
		if (header.p_type == PT_NOTE)
			return px_core_notes_read(elf, header.p_offset, header.p_filesz, ret);
	return r;
}

/* What to say of @r, a negative errno of reading a core file. */
static const char *reason(int r)
{
	switch (r) {
	case -ENOEXEC:
		return "an ELF file, but not a core file";
	case -ENODATA:
		return "the core file is cut short";
	case -EBADMSG:
		return "the core file is damaged";
	case -EFBIG:
		return "the core file has too many mappings";
	default:
		return "";
	}
}

static int index_elf(const struct px_libelf *library, int fd, uint64_t begin,
	struct px_index *index, struct px_spool *spool)
{
	struct px_core_notes notes = { 0 };
	struct px_elf elf;
	struct stat status;
	uint64_t size;
	int r, trouble;

	if (fstat(fd, &status) < 0)
		return -errno;
	size = (uint64_t)status.st_size;
	r = px_elf_open(&elf, library, fd, begin, begin < size ? size - begin : 0);
	if (r < 0)
		return r;
	if (elf.type != ET_CORE)
		return -ENOEXEC;
	trouble = read_notes(&elf, &notes);
	r = add_files(index, spool, &elf, &notes, &trouble);
	return r < 0 ? r : trouble;
}

int px_corefile_index(int fd, uint64_t begin, struct px_index *index, struct px_spool *spool,
	const char **ret_reason)
{
	struct px_libelf library;
	int r = px_libelf_open(&library);

	if (r < 0) {
		*ret_reason = PX_LIBELF_MISSING;
		return r;
	}
	r = index_elf(&library, fd, begin, index, spool);
	px_libelf_close(&library);
	*ret_reason = reason(r);
	return r;
}

static int core_fill(struct px_saved *saved)
{
	const uint64_t *begin = saved->reader;
	const char *why;
	int r = px_corefile_index(saved->source->fd, *begin, &saved->index, &saved->spool, &why);

	saved->has_ended = true;
	if (r < 0)
		px_saved_trouble(saved, r, "", PX_NO_PLACE, why);
	return 1;
}

static void core_close(struct px_saved *saved)
{
	free(saved->reader);
}

static const struct px_saved_ops core_ops = { .fill = core_fill, .close = core_close };

int px_corefile_open(struct px_input *input, const struct pmapx_source_options *options,
	struct pmapx_source **ret, const char **ret_reason)
{
	uint64_t *begin;
	int r;

	if (!input->is_seekable) {
		*ret_reason = "a core file cannot be read from a pipe";
		return -ESPIPE;
	}
	begin = malloc(sizeof(*begin));
	if (begin == NULL)
		return -ENOMEM;
	*begin = input->offset;
	r = px_saved_new(&core_ops, input->path, input->fd, options, ret);
	if (r < 0) {
		free(begin);
		return r;
	}
	input->fd = -1;
	(*ret)->has_marks = true;
	(*ret)->saved->reader = begin;
	r = px_saved_call((*ret)->saved, input->path);
	if (r < 0)
		pmapx_source_close(*ret);
	return r;
}
