/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the notes of a core file say of its process.  They are written by
 * write_note_info() in fs/binfmt_elf.c, or by a debugger.
 */
#include "core_notes.h"

#include <errno.h>
#include <string.h>
#include <sys/auxv.h>

/* All notes but those of each thread stand among the first twenty; a thread has up to ten. */
#define NOTES_MAX 1000000

/* What is aligned in notes is so, whatever the size of addresses. */
static uint64_t align(uint32_t size)
{
	return ((uint64_t)size + 3) & ~UINT64_C(3);
}

/*
 * NT_PRPSINFO, struct elf_prpsinfo of include/linux/elfcore.h: four characters,
 * an unsigned long, two user ids, four process ids, name, arguments.  User ids
 * of 32-bit machines have 16 bits on some, which the size tells.
 */
static int take_process(struct px_elf_cursor *cursor, uint32_t size, struct px_core_notes *ret)
{
	uint64_t begin = cursor->at, pid;
	const char *bytes;
	uint32_t number;
	int r;

	if (size == 136 && cursor->elf->is_64)
		pid = 24;
	else if (size == 128 && !cursor->elf->is_64)
		pid = 16;
	else if (size == 124 && !cursor->elf->is_64)
		pid = 12;
	else
		return 1;
	cursor->at = begin + pid;
	r = px_elf_take_numbers(cursor, 1, &number);
	if (r <= 0)
		return r;
	cursor->at = begin + pid + 4 * sizeof(number);
	r = px_elf_take(cursor, PX_CORE_COMM + PX_CORE_ARGUMENTS, &bytes);
	if (r <= 0)
		return r;
	if (number > 0 && number <= INT32_MAX)
		ret->pid = (pid_t)number;
	ret->comm_length = strnlen(bytes, PX_CORE_COMM);
	memcpy(ret->comm, bytes, ret->comm_length);
	bytes += PX_CORE_COMM;
	ret->arguments_length = strnlen(bytes, PX_CORE_ARGUMENTS);
	/* The NUL behind the last argument has become a blank too. */
	if (ret->arguments_length > 0 && bytes[ret->arguments_length - 1] == ' ')
		ret->arguments_length--;
	memcpy(ret->arguments, bytes, ret->arguments_length);
	return 1;
}

/*
 * NT_PRSTATUS, struct elf_prstatus: three ints, a short, two unsigned longs, the
 * id of the thread.  It stands in for that of the process where nothing else
 * tells: the first thread is mostly the only one.
 */
static int take_thread(struct px_elf_cursor *cursor, struct px_core_notes *ret)
{
	uint32_t number;
	int r;

	if (ret->pid != 0)
		return 1;
	cursor->at += cursor->elf->is_64 ? 32 : 24;
	r = px_elf_take_numbers(cursor, 1, &number);
	if (r == 1 && number > 0 && number <= INT32_MAX)
		ret->pid = (pid_t)number;
	return r;
}

/* NT_AUXV: pairs of a key and a value. */
static int take_vector(struct px_elf_cursor *cursor, struct px_core_notes *ret)
{
	uint64_t pair[2];
	int r;

	while ((r = px_elf_take_words(cursor, 2, pair)) == 1 && pair[0] != AT_NULL) {
		/* Both lie where the kernel has put the arguments, at the bottom of the stack. */
		if (pair[0] == AT_EXECFN || pair[0] == AT_RANDOM)
			ret->stack = pair[1];
		else if (pair[0] == AT_SYSINFO_EHDR)
			ret->vdso = pair[1];
	}
	return r < 0 ? r : 1;
}

/* The contents of a note, which end where the cursor does. */
static int take_contents(
	struct px_elf_cursor *cursor, uint32_t type, uint32_t size, struct px_core_notes *ret)
{
	switch (type) {
	case NT_PRPSINFO:
		return take_process(cursor, size, ret);
	case NT_PRSTATUS:
		return take_thread(cursor, ret);
	case NT_AUXV:
		return take_vector(cursor, ret);
	case NT_FILE:
		ret->files = cursor->at;
		ret->files_length = size;
		return cursor->elf->size < cursor->end ? -ENODATA : 1;
	default:
		return 1;
	}
}

/* Whether @name, of @size bytes, is that of the notes of all kernels. */
static bool is_core(const char *name, uint32_t size)
{
	return (size == 4 || size == 5) && memcmp(name, "CORE", 4) == 0;
}

int px_core_notes_read(
	const struct px_elf *elf, uint64_t at, uint64_t length, struct px_core_notes *ret)
{
	struct px_elf_cursor cursor;
	uint64_t end;
	int r = 1;

	px_elf_cursor_init(&cursor, elf, at, length);
	end = cursor.end;
	for (int i = 0; i < NOTES_MAX; i++) {
		uint32_t head[3]; /* Sizes of name and contents, type. */
		uint64_t next;
		const char *name;

		r = px_elf_take_numbers(&cursor, 3, head);
		if (r <= 0 || (head[0] == 0 && head[1] == 0 && head[2] == 0))
			break;
		next = cursor.at + align(head[0]) + align(head[1]);
		/* The last one need not be filled up. */
		if (next > end && next - end > 3)
			return -EBADMSG;
		if (head[0] <= 8) {
			r = px_elf_take(&cursor, (size_t)align(head[0]), &name);
			if (r <= 0)
				break;
			cursor.end = cursor.at + head[1];
			if (is_core(name, head[0]))
				r = take_contents(&cursor, head[2], head[1], ret);
		}
		cursor.at = next < end ? next : end;
		cursor.end = end;
		if (r < 0)
			break;
	}
	return r < 0 ? r : 0;
}
