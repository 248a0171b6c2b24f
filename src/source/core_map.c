/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The map of a process, made from the segments of a core file and from its list
 * of mapped files.
 *
 * Both are in the order of addresses, and are walked along together: a mapping
 * goes to where either of them begins or ends.  The kernel has a segment for
 * each mapping; gdb has none for what it does not dump, so that only the list of
 * files tells of it.
 */
#include "core_map.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "corefile.h"
#include "elf_image.h"
#include "name.h"
#include "source_impl.h"

/* A newline in a name becomes four bytes. */
#define LINE_MAX_BYTES (128 + (size_t)4 * PATH_MAX)
/* Enough for two million mappings; a name can be repeated without end. */
#define TEXT_MAX (UINT64_C(1) << 28)

/* A segment of the core file. */
struct segment {
	uint64_t start, end;
	uint64_t at, size; /* What there is of it in the core file. */
	uint32_t flags;    /* PF_…. */
};

/* A file that is mapped. */
struct mapped_file {
	uint64_t start, end;
	uint64_t offset; /* In bytes. */
	size_t length;   /* Of @name. */
	char name[PATH_MAX];
};

struct core_map {
	const struct px_elf *elf;
	const struct px_core_notes *notes;
	struct px_spool *spool;
	uint64_t limit; /* How long the spool may become. */
	int trouble;    /* The first, a negative errno, or 0. */

	struct px_elf_cursor headers, ranges, names;
	uint64_t file_count;     /* How many there are in @ranges. */
	uint64_t page_size;      /* In which their offsets are counted. */
	struct segment segment;  /* At hand, if has_segment. */
	struct mapped_file file; /* At hand, if has_file. */
	bool has_segment, has_file;
	uint64_t at; /* Up to here the map has been written. */

	struct px_image image; /* What was mapped last of which the core file has the beginning, */
	struct mapped_file owner; /* and the file that it is. */

	size_t length; /* Of @text. */
	char text[4 * LINE_MAX_BYTES];
};

static void note(struct core_map *map, int r)
{
	if (r < 0 && map->trouble == 0)
		map->trouble = r;
}

static int flush(struct core_map *map)
{
	int r = map->spool->length < map->limit
		? px_spool_append(map->spool, map->text, map->length)
		: -EFBIG;

	map->length = 0;
	return r;
}

/* A number of eight digits or more, as the kernel writes addresses and offsets. */
static void put_hex(struct core_map *map, uint64_t number)
{
	unsigned digits = 8;

	while (digits < 16 && number >> (4 * digits) != 0)
		digits++;
	for (unsigned i = digits; i-- > 0; number >>= 4)
		map->text[map->length + i] = "0123456789abcdef"[number & 15];
	map->length += digits;
}

static void put(struct core_map *map, const char *text, size_t length)
{
	memcpy(map->text + map->length, text, length);
	map->length += length;
}

/* As the kernel does, which leaves all other bytes alone (seq_file_path() in fs/seq_file.c). */
static void put_name(struct core_map *map, const struct mapped_file *file)
{
	for (size_t i = 0; i < file->length; i++)
		if (file->name[i] == '\n')
			put(map, "\\012", 4);
		else
			map->text[map->length++] = file->name[i];
}

static struct pmapx_text file_name(const struct mapped_file *file)
{
	return (struct pmapx_text){ file->name, file->length };
}

static bool is_same_file(const struct mapped_file *one, const struct mapped_file *other)
{
	return one->length == other->length && memcmp(one->name, other->name, one->length) == 0;
}

/*
 * A core file does not tell whether a mapping is shared.  These can only be:
 * mmap() and shmat() make them for nothing else (shmem_zero_setup() in
 * mm/shmem.c, do_shmat() in ipc/shm.c).
 */
static bool is_shared(const struct mapped_file *file)
{
	static const char anonymous[] = "/dev/zero (deleted)";
	struct pmapx_text name = file_name(file);

	return px_name_is_sysv(&name) ||
		(name.length == sizeof(anonymous) - 1 && px_name_begins(&name, anonymous));
}

/* What the kernel calls what is no file; "" if it is not known to have a name. */
static const char *label(const struct core_map *map, uint64_t start, uint64_t end)
{
	const struct px_core_notes *notes = map->notes;

	if (notes->stack != 0 && notes->stack >= start && notes->stack < end)
		return "[stack]";
	if (notes->vdso != 0 && notes->vdso == start)
		return "[vdso]";
	if (map->elf->is_64 && map->elf->machine == EM_X86_64 && start == PX_GATE)
		return "[vsyscall]";
	return "";
}

/* What is mapped from @start to @end, of which @segment, or @file, or both tell. */
static int put_line(struct core_map *map, uint64_t start, uint64_t end,
	const struct segment *segment, const struct mapped_file *file)
{
	unsigned marks = 0;
	uint64_t offset = file != NULL ? file->offset + (start - file->start) : 0;
	uint32_t flags = 0;

	if (segment == NULL || end - segment->start > segment->size)
		marks |= PX_CORE_NOT_DUMPED;
	if (segment != NULL)
		flags = segment->flags;
	else if (file == NULL || !is_same_file(&map->owner, file) ||
		!px_image_flags(&map->image, start, offset, end - start, &flags))
		marks |= PX_CORE_NO_MODE;
	put_hex(map, start);
	put(map, "-", 1);
	put_hex(map, end);
	put(map, (flags & PF_R) != 0 ? " r" : " -", 2);
	put(map, (flags & PF_W) != 0 ? "w" : "-", 1);
	put(map, (flags & PF_X) != 0 ? "x" : "-", 1);
	put(map, file != NULL && is_shared(file) ? "s " : "p ", 2);
	put_hex(map, offset);
	put(map, " 00:00 ", 7);
	map->text[map->length++] = (char)('0' + marks);
	put(map, " ", 1);
	if (file != NULL)
		put_name(map, file);
	else
		put(map, label(map, start, end), strlen(label(map, start, end)));
	put(map, "\n", 1);
	return map->length > sizeof(map->text) - LINE_MAX_BYTES ? flush(map) : 0;
}

/* The next segment that has memory, in order; those that are not are written at once. */
static int next_segment(struct core_map *map)
{
	const struct px_elf *elf = map->elf;
	struct segment *segment = &map->segment;
	GElf_Phdr header;
	int r;

	while ((r = px_elf_take_header(&map->headers, &header)) == 1) {
		uint64_t there = header.p_offset < elf->size ? elf->size - header.p_offset : 0;
		uint64_t end = header.p_vaddr + header.p_memsz;

		if (header.p_type != PT_LOAD || header.p_memsz == 0)
			continue;
		if (header.p_filesz > there)
			note(map, -ENODATA);
		if (end < header.p_vaddr) {
			note(map, -EBADMSG);
			continue;
		}
		*segment = (struct segment){
			.start = header.p_vaddr,
			.end = end,
			.at = header.p_offset,
			.size = header.p_filesz < there ? header.p_filesz : there,
			.flags = header.p_flags,
		};
		if (segment->start >= map->at)
			break;
		note(map, -EBADMSG);
		r = put_line(map, segment->start, segment->end, segment, NULL);
		if (r < 0)
			return r;
	}
	note(map, r);
	map->has_segment = r == 1;
	return 0;
}

/* Take a name up to its NUL; of one that is longer than a path can be, the beginning. */
static int take_name(struct px_elf_cursor *names, struct mapped_file *file)
{
	const char *byte;
	int r;

	file->length = 0;
	while ((r = px_elf_take(names, 1, &byte)) == 1 && *byte != '\0')
		if (file->length < sizeof(file->name))
			file->name[file->length++] = *byte;
	return r;
}

/* The next file, in order; those that are not are passed over. */
static void next_file(struct core_map *map)
{
	struct mapped_file *file = &map->file;
	uint64_t range[3];

	map->has_file = false;
	for (; map->file_count > 0 && !map->has_file; map->file_count--) {
		int r = px_elf_take_words(&map->ranges, 3, range);

		if (r == 1)
			r = take_name(&map->names, file);
		if (r <= 0) {
			note(map, r < 0 ? r : -EBADMSG);
			map->file_count = 0;
			return;
		}
		file->start = range[0];
		file->end = range[1];
		file->offset = range[2] * map->page_size;
		map->has_file = file->start >= map->at && file->end > file->start;
		if (!map->has_file)
			note(map, -EBADMSG);
	}
}

/*
 * NT_FILE, fill_files_note() in fs/binfmt_elf.c: how many, the size of a page,
 * for each its start, end and offset in pages, and after all of them the names.
 */
static void begin_files(struct core_map *map)
{
	const struct px_core_notes *notes = map->notes;
	uint64_t word = map->elf->is_64 ? 8 : 4, head[2], room;
	int r;

	px_elf_cursor_init(&map->ranges, map->elf, notes->files, notes->files_length);
	r = notes->files_length > 0 ? px_elf_take_words(&map->ranges, 2, head) : 0;
	if (r <= 0) {
		note(map, r < 0 || notes->files_length == 0 ? r : -EBADMSG);
		return;
	}
	room = (notes->files_length - 2 * word) / (3 * word);
	if (head[0] > room) {
		note(map, -EBADMSG);
		return;
	}
	map->file_count = head[0];
	map->page_size = head[1];
	px_elf_cursor_init(&map->names, map->elf, map->ranges.at + map->file_count * 3 * word,
		map->ranges.end - map->ranges.at - map->file_count * 3 * word);
	next_file(map);
}

/* If a file begins there, what it says of itself tells the modes of what is not dumped of it. */
static void look_at_file(struct core_map *map, uint64_t start)
{
	const struct segment *segment = &map->segment;
	uint64_t skipped = start - segment->start;

	if (map->file.start != start || map->file.offset != 0 || skipped >= segment->size)
		return;
	px_image_init(&map->image, map->elf, segment->at + skipped, segment->size - skipped, start);
	map->owner = map->file;
}

/* Write the next mapping. */
static int step(struct core_map *map)
{
	const struct segment *segment = &map->segment;
	const struct mapped_file *file = &map->file;
	uint64_t start = UINT64_MAX, end = UINT64_MAX;
	bool in_segment, in_file;
	int r;

	if (map->has_segment)
		start = segment->start;
	if (map->has_file && file->start < start)
		start = file->start;
	if (start < map->at)
		start = map->at;
	in_segment = map->has_segment && segment->start <= start;
	in_file = map->has_file && file->start <= start;
	if (map->has_segment)
		end = in_segment ? segment->end : segment->start;
	if (map->has_file && (in_file ? file->end : file->start) < end)
		end = in_file ? file->end : file->start;
	if (in_segment && in_file)
		look_at_file(map, start);
	r = put_line(map, start, end, in_segment ? segment : NULL, in_file ? file : NULL);
	map->at = end;
	if (r == 0 && in_segment && segment->end == end)
		r = next_segment(map);
	if (in_file && file->end == end)
		next_file(map);
	return r;
}

int px_core_map_write(const struct px_elf *elf, const struct px_core_notes *notes,
	struct px_spool *spool, bool *ret_whole)
{
	/* Too large for a stack that somebody has limited. */
	struct core_map *map = calloc(1, sizeof(*map));
	int r;

	*ret_whole = false;
	if (map == NULL)
		return -ENOMEM;
	map->elf = elf;
	map->notes = notes;
	map->spool = spool;
	map->limit = spool->length + TEXT_MAX;
	px_elf_cursor_headers(&map->headers, elf);
	begin_files(map);
	r = next_segment(map);
	while (r == 0 && (map->has_segment || map->has_file))
		r = step(map);
	if (r == 0)
		r = flush(map);
	if (r == 0) {
		*ret_whole = true;
		r = map->trouble;
	}
	free(map);
	return r;
}
