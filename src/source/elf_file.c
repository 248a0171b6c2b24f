/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An ELF file, read a piece at a time.
 */
#include "elf_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/*
 * Copy @size bytes to @ret and make of them what this machine would have there;
 * they are whole records of @type.
 */
static bool translate(
	const struct px_elf *elf, Elf_Type type, const char *bytes, size_t size, void *ret)
{
	Elf_Data data = { .d_buf = ret, .d_type = type, .d_version = EV_CURRENT, .d_size = size };

	memcpy(ret, bytes, size);
	return (elf->is_64 ? elf->library->elf64_xlatetom(&data, &data, elf->order)
			   : elf->library->elf32_xlatetom(&data, &data, elf->order)) != NULL;
}

void px_elf_cursor_init(
	struct px_elf_cursor *cursor, const struct px_elf *elf, uint64_t at, uint64_t length)
{
	cursor->elf = elf;
	cursor->at = at;
	cursor->end = length < UINT64_MAX - at ? at + length : UINT64_MAX;
	cursor->window = at;
	cursor->window_length = 0;
}

/* Fill the window from where the cursor is. */
static int fill(struct px_elf_cursor *cursor)
{
	const struct px_elf *elf = cursor->elf;
	uint64_t left = cursor->at < elf->size ? elf->size - cursor->at : 0;
	size_t size = left < PX_ELF_WINDOW ? (size_t)left : PX_ELF_WINDOW;

	cursor->window = cursor->at;
	cursor->window_length = 0;
	while (cursor->window_length < size) {
		ssize_t n = pread(elf->fd, cursor->bytes + cursor->window_length,
			size - cursor->window_length,
			(off_t)(elf->begin + cursor->at + cursor->window_length));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		/* It has become shorter. */
		if (n == 0)
			break;
		cursor->window_length += (size_t)n;
	}
	return 0;
}

int px_elf_take(struct px_elf_cursor *cursor, size_t size, const char **ret)
{
	uint64_t skipped = cursor->at - cursor->window;

	/* No file is as long as that. */
	if (cursor->end == UINT64_MAX)
		return -ENODATA;
	if (cursor->end < cursor->at || cursor->end - cursor->at < size)
		return 0;
	if (skipped > cursor->window_length || cursor->window_length - skipped < size) {
		int r = fill(cursor);

		if (r < 0)
			return r;
		skipped = 0;
	}
	if (cursor->window_length - skipped < size)
		return -ENODATA;
	*ret = cursor->bytes + skipped;
	cursor->at += size;
	return 1;
}

int px_elf_take_numbers(struct px_elf_cursor *cursor, size_t count, uint32_t *ret)
{
	const char *bytes;
	int r = px_elf_take(cursor, count * sizeof(*ret), &bytes);

	if (r <= 0)
		return r;
	return translate(cursor->elf, ELF_T_WORD, bytes, count * sizeof(*ret), ret) ? 1 : -EBADMSG;
}

int px_elf_take_words(struct px_elf_cursor *cursor, size_t count, uint64_t *ret)
{
	uint32_t numbers[8];
	const char *bytes;
	int r;

	if (cursor->elf->is_64) {
		r = px_elf_take(cursor, count * sizeof(*ret), &bytes);
		if (r == 1 &&
			!translate(cursor->elf, ELF_T_XWORD, bytes, count * sizeof(*ret), ret))
			r = -EBADMSG;
		return r;
	}
	r = px_elf_take_numbers(cursor, count, numbers);
	for (size_t i = 0; r == 1 && i < count; i++)
		ret[i] = numbers[i];
	return r;
}

/* Of a program header in the file. */
static size_t header_size(const struct px_elf *elf)
{
	return elf->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

void px_elf_cursor_headers(struct px_elf_cursor *cursor, const struct px_elf *elf)
{
	px_elf_cursor_init(cursor, elf, elf->table, elf->table_count * header_size(elf));
}

int px_elf_take_header(struct px_elf_cursor *cursor, GElf_Phdr *ret)
{
	bool is_64 = cursor->elf->is_64;
	Elf32_Phdr small;
	const char *bytes;
	int r = px_elf_take(cursor, is_64 ? sizeof(*ret) : sizeof(small), &bytes);

	if (r <= 0)
		return r;
	if (is_64)
		return translate(cursor->elf, ELF_T_PHDR, bytes, sizeof(*ret), ret) ? 1 : -EBADMSG;
	if (!translate(cursor->elf, ELF_T_PHDR, bytes, sizeof(small), &small))
		return -EBADMSG;
	*ret = (GElf_Phdr){
		.p_type = small.p_type,
		.p_flags = small.p_flags,
		.p_offset = small.p_offset,
		.p_vaddr = small.p_vaddr,
		.p_filesz = small.p_filesz,
		.p_memsz = small.p_memsz,
		.p_align = small.p_align,
	};
	return 1;
}

/*
 * The number of program headers, when it is too large for the header: it is
 * in the first section header.  The kernel writes that one last, so that a file
 * that is cut short lacks it; but the kernel's notes begin where the table ends.
 */
static int count_headers(struct px_elf *elf, uint64_t sections, struct px_elf_cursor *cursor)
{
	union {
		Elf32_Shdr small;
		Elf64_Shdr large;
	} section;
	size_t size = elf->is_64 ? sizeof(section.large) : sizeof(section.small);
	GElf_Phdr first;
	const char *bytes;
	int r;

	px_elf_cursor_init(cursor, elf, sections, size);
	r = sections != 0 ? px_elf_take(cursor, size, &bytes) : 0;
	if (r == 1 && translate(elf, ELF_T_SHDR, bytes, size, &section)) {
		elf->table_count = elf->is_64 ? section.large.sh_info : section.small.sh_info;
		return 0;
	}
	px_elf_cursor_headers(cursor, elf);
	r = px_elf_take_header(cursor, &first);
	if (r == 1 && first.p_type == PT_NOTE && first.p_offset > elf->table)
		elf->table_count = (first.p_offset - elf->table) / header_size(elf);
	return r < 0 ? r : 0;
}

/* Take the rest of the header, whose size and byte order are known. */
static int take_elf_header(struct px_elf *elf, struct px_elf_cursor *cursor, Elf64_Ehdr *ret)
{
	Elf32_Ehdr small;
	const char *bytes;
	int r = px_elf_take(cursor, elf->is_64 ? sizeof(*ret) : sizeof(small), &bytes);

	if (r <= 0)
		return r;
	if (elf->is_64)
		return translate(elf, ELF_T_EHDR, bytes, sizeof(*ret), ret) ? 1 : -ENOEXEC;
	if (!translate(elf, ELF_T_EHDR, bytes, sizeof(small), &small))
		return -ENOEXEC;
	*ret = (Elf64_Ehdr){
		.e_type = small.e_type,
		.e_machine = small.e_machine,
		.e_phoff = small.e_phoff,
		.e_shoff = small.e_shoff,
		.e_phentsize = small.e_phentsize,
		.e_phnum = small.e_phnum,
	};
	return 1;
}

int px_elf_open(
	struct px_elf *elf, const struct px_libelf *library, int fd, uint64_t begin, uint64_t size)
{
	struct px_elf_cursor cursor;
	const unsigned char *ident;
	Elf64_Ehdr header;
	const char *bytes;
	int r;

	*elf = (struct px_elf){ .library = library, .fd = fd, .begin = begin, .size = size };
	px_elf_cursor_init(&cursor, elf, 0, sizeof(header));
	r = px_elf_take(&cursor, EI_NIDENT, &bytes);
	if (r < 0)
		return r;
	ident = (const unsigned char *)bytes;
	if (memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
		(ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64) ||
		(ident[EI_DATA] != ELFDATA2LSB && ident[EI_DATA] != ELFDATA2MSB) ||
		ident[EI_VERSION] != EV_CURRENT)
		return -ENOEXEC;
	elf->is_64 = ident[EI_CLASS] == ELFCLASS64;
	elf->order = ident[EI_DATA];
	cursor.at = 0;
	r = take_elf_header(elf, &cursor, &header);
	if (r <= 0)
		return r < 0 ? r : -ENOEXEC;
	elf->type = header.e_type;
	elf->machine = header.e_machine;
	elf->table = header.e_phoff;
	elf->table_count = header.e_phnum;
	if (header.e_phnum > 0 && header.e_phentsize != header_size(elf))
		return -ENOEXEC;
	return header.e_phnum == PN_XNUM ? count_headers(elf, header.e_shoff, &cursor) : 0;
}
