/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a mapping is for.
 */
#include "kind.h"

#include <string.h>

#include "name.h"

_Static_assert(PMAPX_KIND_COUNT <= 64, "a bit for each kind");

/*
 * HEAP_MAX_SIZE of glibc's malloc/arena.c, to which arenas are aligned: twice
 * DEFAULT_MMAP_THRESHOLD_MAX, which follows the size of long.
 */
#define ARENA_SIZE_64 (UINT64_C(64) * 1024 * 1024)
#define ARENA_SIZE_32 (UINT64_C(1) * 1024 * 1024)
/* Where the memory of 32-bit processes ends. */
#define END_32 (UINT64_C(1) << 32)
/* Guards are a page, of whatever size; programs ask for some more. */
#define GUARD_MAX (UINT64_C(1) * 1024 * 1024)
/* PTHREAD_STACK_MIN of most machines. */
#define STACK_MIN (UINT64_C(16) * 1024)
/* No page that is not of the pool is larger (in kB). */
#define PAGE_MAX_KB 64

static const char *const class_names[PMAPX_CLASS_COUNT] = {
	[PMAPX_CLASS_HEAP] = "heap",
	[PMAPX_CLASS_STACK] = "stack",
	[PMAPX_CLASS_ARENA] = "arena",
	[PMAPX_CLASS_ANON] = "anon",
	[PMAPX_CLASS_BSS] = "bss",
	[PMAPX_CLASS_FILE] = "file",
	[PMAPX_CLASS_SHM] = "shm",
	[PMAPX_CLASS_SYSV] = "sysv",
	[PMAPX_CLASS_POSIX_SHM] = "posix_shm",
	[PMAPX_CLASS_MEMFD] = "memfd",
	[PMAPX_CLASS_HUGETLB] = "hugetlb",
	[PMAPX_CLASS_RESERVE] = "reserve",
	[PMAPX_CLASS_JIT] = "jit",
	[PMAPX_CLASS_DEVICE] = "device",
	[PMAPX_CLASS_SPECIAL] = "special",
};

enum { FOLDER_SHM, FOLDER_HUGE, FOLDER_DEVICES };

const char *const px_kind_folders[] = {
	[FOLDER_SHM] = "/dev/shm/",
	[FOLDER_HUGE] = "/dev/hugepages/",
	/* The others are in it. */
	[FOLDER_DEVICES] = "/dev/",
	NULL,
};

/* A row: what it is called, its class, and what else it may be where it is a guess. */
#define KIND(kind, name, class, otherwise) \
	[PMAPX_KIND_##kind] = { name, PMAPX_CLASS_##class, PMAPX_KIND_##otherwise }

static const struct pmapx_kind_info kind_table[PMAPX_KIND_COUNT] = {
	KIND(TEXT, "text", FILE, TEXT),
	KIND(RODATA, "rodata", FILE, RODATA),
	KIND(DATA, "data", FILE, DATA),
	KIND(GAP, "gap", FILE, GAP),
	KIND(FILE, "private-file", FILE, TEXT),
	KIND(SHARED_FILE, "shared-file", FILE, SHARED_FILE),
	KIND(BSS, "bss", BSS, ANON),
	KIND(HEAP, "heap", HEAP, HEAP),
	KIND(STACK, "main-stack", STACK, STACK),
	KIND(THREAD_STACK, "thread-stack", STACK, ANON),
	KIND(ARENA, "arena", ARENA, ANON),
	KIND(ANON, "anon", ANON, ANON),
	KIND(GUARD, "guard", RESERVE, RESERVE),
	KIND(ARENA_REST, "arena-rest", RESERVE, RESERVE),
	KIND(RESERVE, "reserved", RESERVE, RESERVE),
	KIND(JIT, "jit", JIT, JIT),
	KIND(HUGETLB, "hugetlb", HUGETLB, HUGETLB),
	KIND(SYSV, "sysv", SYSV, SYSV),
	KIND(SHM, "shm", SHM, SHM),
	KIND(POSIX_SHM, "posix_shm", POSIX_SHM, POSIX_SHM),
	KIND(MEMFD, "memfd", MEMFD, MEMFD),
	KIND(DEVICE, "device", DEVICE, DEVICE),
	KIND(VDSO, "vdso", SPECIAL, VDSO),
	KIND(VVAR, "vvar", SPECIAL, VVAR),
	KIND(VSYSCALL, "vsyscall", SPECIAL, VSYSCALL),
	KIND(SPECIAL, "other", SPECIAL, SPECIAL),
};

const struct pmapx_kind_info *pmapx_kind_lookup(enum pmapx_kind kind)
{
	return (unsigned)kind < PMAPX_KIND_COUNT ? &kind_table[kind] : NULL;
}

const char *pmapx_class_name(enum pmapx_class in_class)
{
	return (unsigned)in_class < PMAPX_CLASS_COUNT ? class_names[in_class] : NULL;
}

static bool is(const struct pmapx_text *name, const char *text)
{
	return name->length == strlen(text) && px_name_begins(name, text);
}

uint64_t pmapx_kind_find(const struct pmapx_text *name)
{
	uint64_t found = 0;

	for (int i = 0; i < PMAPX_KIND_COUNT; i++)
		if (is(name, kind_table[i].name) || is(name, class_names[kind_table[i].in_class]))
			found |= UINT64_C(1) << i;
	return found;
}

static bool has(const struct pmapx_text *name, const char *text)
{
	return memmem(name->bytes, name->length, text, strlen(text)) != NULL;
}

static bool is_writable_only(const struct pmapx_mapping *mapping)
{
	return memcmp(mapping->perms, "rw-", 3) == 0;
}

static bool is_closed(const struct pmapx_mapping *mapping)
{
	return memcmp(mapping->perms, "---", 3) == 0;
}

/* Whether @mapping is memory that the kernel has no name for. */
static bool is_unnamed(const struct pmapx_mapping *mapping)
{
	return mapping->name.length == 0;
}

/* The mapping behind @mapping, if there is no hole between. */
static const struct pmapx_mapping *neighbour(const struct pmapx_mapping *mapping)
{
	const struct pmapx_mapping *next = mapping->next;

	return next != NULL && next->start == mapping->end ? next : NULL;
}

/* Whether @mapping begins at @end, where another has ended; 0 is that there was none. */
static bool is_behind(const struct pmapx_mapping *mapping, uint64_t end)
{
	return end != 0 && mapping->start == end;
}

static bool is_at_arena(const struct pmapx_mapping *mapping, uint64_t size)
{
	return is_unnamed(mapping) && is_writable_only(mapping) &&
		!pmapx_mapping_is_shared(mapping) && mapping->start % size == 0;
}

uint64_t px_kind_alignment(const struct pmapx_mapping *mapping)
{
	if (is_at_arena(mapping, ARENA_SIZE_64))
		return ARENA_SIZE_64;
	return mapping->end < END_32 && is_at_arena(mapping, ARENA_SIZE_32) ? ARENA_SIZE_32 : 1;
}

/* Where the arena ends that begins with @mapping, if that is one; 0 if it cannot be. */
static uint64_t arena_limit(const struct pmapx_mapping *mapping, uint64_t size)
{
	if (!is_at_arena(mapping, size))
		return 0;
	return mapping->end + (size - mapping->end % size) % size;
}

/* Whether @mapping is an arena, or several, of this size, and its rest is behind it. */
static bool has_rest(const struct pmapx_mapping *mapping, uint64_t size)
{
	const struct pmapx_mapping *rest = neighbour(mapping);

	return rest != NULL && is_unnamed(rest) && is_closed(rest) &&
		rest->end == arena_limit(mapping, size);
}

/*
 * An arena of glibc: what is used of it, writable, and the rest, which is not, up to the
 * next multiple of its size.  Arenas that are used up have no rest: they are known
 * where they are behind that of the one which is grown into now.
 */
static bool take_arena(struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping)
{
	if (has_rest(mapping, ARENA_SIZE_64) ||
		(mapping->end < END_32 && has_rest(mapping, ARENA_SIZE_32))) {
		kinds->arena_end = mapping->end;
		return true;
	}
	return is_behind(mapping, kinds->rest_end) &&
		arena_limit(mapping, ARENA_SIZE_64) == mapping->end;
}

/* What may be a thread's stack, if a guard is before it. */
static bool is_like_stack(const struct pmapx_mapping *mapping)
{
	return is_unnamed(mapping) && is_writable_only(mapping) &&
		!pmapx_mapping_is_shared(mapping) && pmapx_mapping_size_bytes(mapping) >= STACK_MIN;
}

/* In names such as "[anon: glibc: malloc arena]"; those before it are of stacks. */
static const char arena_word[] = "arena";
static const char *const words[] = { "pthread stack", "pthread user stack",
	"stack_and_tls:", arena_word };

const char *px_kind_word(const struct pmapx_text *name)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has(name, words[i]))
			return words[i];
	return NULL;
}

/* A stack by its label: "[stack:1100]" (3.4 to 4.4), "[anon: glibc: pthread stack: 1100]". */
static bool is_named_thread_stack(const struct pmapx_text *name)
{
	const char *word;

	if (px_name_begins(name, "[stack:"))
		return true;
	word = px_name_begins(name, "[anon:") ? px_kind_word(name) : NULL;
	return word != NULL && word != arena_word;
}

/* Without any permission. */
static enum pmapx_kind tell_closed(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed)
{
	const struct pmapx_mapping *next = neighbour(mapping);

	/* Else it would not be one. */
	if (is_behind(mapping, kinds->arena_end)) {
		kinds->rest_end = mapping->end;
		*ret_guessed = true;
		return PMAPX_KIND_ARENA_REST;
	}
	if (next == NULL || pmapx_mapping_size_bytes(mapping) > GUARD_MAX)
		return PMAPX_KIND_RESERVE;
	if (is_named_thread_stack(&next->name))
		return PMAPX_KIND_GUARD;
	if (!is_like_stack(next))
		return PMAPX_KIND_RESERVE;
	kinds->guard_end = mapping->end;
	*ret_guessed = true;
	return PMAPX_KIND_GUARD;
}

/* What has no name, and can be read, written or executed. */
static enum pmapx_kind tell_open(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed)
{
	if (mapping->perms[2] == 'x')
		return PMAPX_KIND_JIT;
	*ret_guessed = true;
	/* A guard has been guessed because of it. */
	if (is_behind(mapping, kinds->guard_end))
		return PMAPX_KIND_THREAD_STACK;
	if (take_arena(kinds, mapping))
		return PMAPX_KIND_ARENA;
	/*
	 * The kernel and the dynamic linker put it there, with the mode of the data.  So
	 * they do with any other memory if that is where there is room, and
	 * then the kernel makes one mapping of both.  Nothing comes to lie behind the
	 * program, and few libraries have more there than all else that they have.
	 */
	if (is_writable_only(mapping) && is_behind(mapping, kinds->data_end) &&
		pmapx_mapping_size_bytes(mapping) <= kinds->bss_max)
		return PMAPX_KIND_BSS;
	*ret_guessed = false;
	return PMAPX_KIND_ANON;
}

/* What has no name. */
static enum pmapx_kind tell_unnamed(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed)
{
	return is_closed(mapping) ? tell_closed(kinds, mapping, ret_guessed)
				  : tell_open(kinds, mapping, ret_guessed);
}

/* What a program has named; glibc gives an arena and its rest one name. */
static enum pmapx_kind tell_named(const struct pmapx_mapping *mapping)
{
	if (is_named_thread_stack(&mapping->name))
		return is_closed(mapping) ? PMAPX_KIND_GUARD : PMAPX_KIND_THREAD_STACK;
	if (px_name_begins(&mapping->name, "[anon_shmem:"))
		return PMAPX_KIND_SHM;
	if (!px_name_begins(&mapping->name, "[anon:"))
		return PMAPX_KIND_SPECIAL;
	if (px_kind_word(&mapping->name) == NULL)
		return PMAPX_KIND_ANON;
	return is_closed(mapping) ? PMAPX_KIND_ARENA_REST : PMAPX_KIND_ARENA;
}

/* A label in brackets. */
static enum pmapx_kind tell_label(const struct pmapx_mapping *mapping)
{
	static const struct {
		const char *label;
		enum pmapx_kind kind;
	} labels[] = {
		{ "[heap]", PMAPX_KIND_HEAP },
		{ "[stack]", PMAPX_KIND_STACK },
		{ "[vdso]", PMAPX_KIND_VDSO },
		{ "[vvar]", PMAPX_KIND_VVAR },
		{ "[vvar_vclock]", PMAPX_KIND_VVAR },
		{ "[vsyscall]", PMAPX_KIND_VSYSCALL },
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (is(&mapping->name, labels[i].label))
			return labels[i].kind;
	return tell_named(mapping);
}

/* As good as unique: the names that are compared were given to files side by side. */
static uint64_t hash(const struct pmapx_text *name)
{
	uint64_t value = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < name->length; i++)
		value = (value ^ (unsigned char)name->bytes[i]) * UINT64_C(0x100000001b3);
	return value | 1;
}

/* A private mapping of a file: which part of it this is. */
static enum pmapx_kind tell_part(
	const struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, uint64_t file)
{
	const struct pmapx_mapping *next = neighbour(mapping);

	if (mapping->has_no_mode)
		return PMAPX_KIND_FILE;
	if (mapping->perms[2] == 'x')
		return PMAPX_KIND_TEXT;
	if (mapping->perms[1] == 'w')
		return PMAPX_KIND_DATA;
	if (is_closed(mapping))
		return PMAPX_KIND_GAP;
	if ((is_behind(mapping, kinds->file_end) && kinds->file == file) ||
		(next != NULL && px_text_equals(&next->name, &mapping->name)))
		return PMAPX_KIND_RODATA;
	return PMAPX_KIND_FILE;
}

/* A file that is somewhere. */
static enum pmapx_kind tell_file(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed)
{
	uint64_t file;
	enum pmapx_kind kind;

	if (pmapx_mapping_is_shared(mapping))
		return PMAPX_KIND_SHARED_FILE;
	file = hash(&mapping->name);
	kind = tell_part(kinds, mapping, file);
	if (kinds->file != file || !is_behind(mapping, kinds->file_end))
		kinds->file_start = mapping->start;
	kinds->file = file;
	kinds->file_end = mapping->end;
	/* Any part may have that mode. */
	*ret_guessed = mapping->has_no_mode;
	if (kind == PMAPX_KIND_TEXT)
		kinds->code_file = file;
	if (kind == PMAPX_KIND_TEXT && kinds->program == 0)
		kinds->program = file;
	if (kind == PMAPX_KIND_DATA && kinds->code_file == file) {
		kinds->data_end = mapping->end;
		kinds->bss_max = file == kinds->program ? UINT64_MAX
							: mapping->end - kinds->file_start;
	}
	return kind;
}

/* VmFlags, and page sizes of kernels before these (3.8). */
static bool has_huge_pages(const struct pmapx_smaps *smaps)
{
	const struct pmapx_text *flags = &smaps->vm_flags;

	if (!pmapx_smaps_has(smaps, PMAPX_FIELD_VM_FLAGS))
		return pmapx_smaps_has(smaps, PMAPX_FIELD_KERNEL_PAGE_SIZE) &&
			smaps->kernel_page_size_kb > PAGE_MAX_KB;
	for (size_t i = 0; i + 2 <= flags->length; i += 3)
		if (memcmp(flags->bytes + i, "ht", 2) == 0)
			return true;
	return false;
}

/* A path, which may be that of no file at all. */
static enum pmapx_kind tell_path(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed)
{
	const struct pmapx_text name = px_name_living(&mapping->name);

	if (is(&name, "/anon_hugepage") || px_name_begins(&name, px_kind_folders[FOLDER_HUGE]) ||
		has_huge_pages(mapping->smaps))
		return PMAPX_KIND_HUGETLB;
	if (px_name_is_sysv(&name))
		return PMAPX_KIND_SYSV;
	if (is(&name, "/dev/zero"))
		return PMAPX_KIND_SHM;
	if (px_name_begins(&name, "/memfd:"))
		return PMAPX_KIND_MEMFD;
	if (px_name_begins(&name, px_kind_folders[FOLDER_SHM]) ||
		has(&name, "/" PX_KIND_FOLDER_ANYWHERE "/"))
		return PMAPX_KIND_POSIX_SHM;
	if (px_name_begins(&name, px_kind_folders[FOLDER_DEVICES]))
		return PMAPX_KIND_DEVICE;
	return tell_file(kinds, mapping, ret_guessed);
}

enum pmapx_kind pmapx_kinds_tell(
	struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, bool *ret_guessed)
{
	bool ignored;

	if (ret_guessed == NULL)
		ret_guessed = &ignored;
	*ret_guessed = false;
	/* A private mapping of /dev/zero is anonymous memory, as people once asked for it. */
	if (is_unnamed(mapping) ||
		(!pmapx_mapping_is_shared(mapping) && is(&mapping->name, "/dev/zero")))
		return tell_unnamed(kinds, mapping, ret_guessed);
	if (mapping->name.bytes[0] == '[')
		return tell_label(mapping);
	if (mapping->name.bytes[0] == '/')
		return tell_path(kinds, mapping, ret_guessed);
	return PMAPX_KIND_SPECIAL;
}
