/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A core file: whatever is in it, what is made of it is a map, of no more
 * mappings than it has room for, and the parser takes every line.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <pmapx/parser.h>

#include "corefile.h"
#include "elfutils.h"
#include "fuzz.h"

/* A file of the index, as text in memory. */
static struct pmapx_text read_file(const struct px_spool *spool, const struct px_found *found)
{
	char *bytes = malloc((size_t)found->length + 1);
	size_t length = 0;

	px_must(bytes != NULL && found->at + found->length <= spool->length);
	while (length < found->length) {
		ssize_t n = px_spool_read(
			spool, found->at + length, bytes + length, (size_t)found->length - length);

		px_must(n > 0);
		length += (size_t)n;
	}
	return (struct pmapx_text){ bytes, length };
}

/* Each line is a mapping, with marks that there are; no file stands in the way of another. */
static void must_be_a_map(const struct pmapx_text *text, size_t size)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = true,
	};
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;
	size_t lines = 0, count = 0;
	int r;

	for (size_t i = 0; i < text->length; i++)
		lines += text->bytes[i] == '\n';
	px_must(pmapx_parser_open(&options, &parser) == 0);
	px_must(pmapx_parser_feed(parser, text->bytes, text->length) == 0);
	pmapx_parser_finish(parser);
	while ((r = pmapx_parser_next(parser, &mapping, NULL)) == 1) {
		count++;
		px_must(mapping->line == count && mapping->start < mapping->end);
		px_must(mapping->dev_major == 0 && mapping->dev_minor == 0);
		px_must(mapping->inode <= (PX_CORE_NOT_DUMPED | PX_CORE_NO_MODE));
		if ((mapping->inode & PX_CORE_NO_MODE) != 0)
			px_must(memcmp(mapping->perms, "---", 3) == 0);
		px_must(mapping->name.length <= 4 * size);
	}
	px_must(r == 0 && count == lines);
	/* Segments and files end at each other at most: two for each. */
	px_must(count <= 2 * (size / sizeof(Elf32_Phdr) + size / (3 * sizeof(Elf32_Word))));
	pmapx_parser_close(parser);
}

static void must_be_one_text(const struct pmapx_text *text, char last)
{
	px_must(text->length > 1 && text->bytes[text->length - 1] == last);
	px_must(memchr(text->bytes, '\0', text->length - 1) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct px_libelf library;
	struct px_index index = { 0 };
	const char *reason = NULL;
	struct px_spool spool;
	int fd, r;

	/* Loaded once, for speed. */
	if (library.handle == NULL)
		px_must(px_libelf_open(&library) == 0);
	fd = memfd_create("core", MFD_CLOEXEC);
	px_must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	px_spool_init(&spool, "/tmp", (size_t)128 * 1024);
	r = px_corefile_index(fd, 0, &index, &spool, &reason);
	px_must(r == 0 || r == -ENOEXEC || r == -ENODATA || r == -EBADMSG);
	px_must((r == 0) == (*reason == '\0'));
	px_must(index.count <= 3 && (index.count > 0 || r < 0));
	for (size_t i = 0; i < index.count; i++) {
		struct pmapx_text text = read_file(&spool, &index.list[i]);

		px_must(index.list[i].pid >= 0);
		if (index.list[i].file == PX_FILE_MAPS)
			must_be_a_map(&text, size);
		else
			must_be_one_text(&text, index.list[i].file == PX_FILE_COMM ? '\n' : '\0');
		free((char *)(uintptr_t)text.bytes);
	}
	px_index_clear(&index);
	px_spool_deinit(&spool);
	close(fd);
	return 0;
}
