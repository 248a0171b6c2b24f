/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the unit tests share.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Print some of @bytes so that every byte can be told. */
static void print_bytes(const char *what, const char *bytes, size_t length)
{
	size_t shown = length < 600 ? length : 600;
	char text[4 * 600 + 1], *at = text;

	for (size_t i = 0; i < shown; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '\n' || (c >= ' ' && c < 0x7f && c != '\\'))
			*at++ = (char)c;
		else
			at += sprintf(at, "\\x%02x", c);
	}
	*at = '\0';
	print_error("--- %s, %zu bytes:\n%s%s\n", what, length, text, shown < length ? "…" : "");
}

void px_check_same_bytes(const char *row, const char *want, size_t want_length, const char *got,
	size_t got_length, const char *file, int line)
{
	size_t same = 0, context;

	if (want_length == got_length && (got_length == 0 || memcmp(want, got, got_length) == 0))
		return;
	while (same < want_length && same < got_length && want[same] == got[same])
		same++;
	context = same < 200 ? same : 200;
	print_error("row '%s': differs at byte %zu\n", row, same);
	print_bytes("wanted", want + same - context, want_length - same + context);
	print_bytes("got", got + same - context, got_length - same + context);
	_fail(file, line);
}

void px_check_same(const char *row, const char *want, const char *got, const char *file, int line)
{
	px_check_same_bytes(row, want, strlen(want), got, strlen(got), file, line);
}

void px_check_same_number(const char *row, uint64_t want, uint64_t got, const char *file, int line)
{
	if (want == got)
		return;
	print_error("row '%s': wanted %" PRIu64 " (%" PRId64 "), got %" PRIu64 " (%" PRId64 ")\n",
		row, want, (int64_t)want, got, (int64_t)got);
	_fail(file, line);
}

struct pmapx_text px_text(const char *string)
{
	return (struct pmapx_text){ string, strlen(string) };
}

char *px_exact(const char *bytes, size_t length)
{
	char *copy = malloc(length > 0 ? length : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	return copy;
}

uint32_t px_draw(uint32_t *seed, uint32_t below)
{
	/* Numerical Recipes' generator. */
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

int px_memory(void)
{
	int fd = memfd_create("unit", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Read @fd from its beginning to its end. */
static char *read_whole(int fd, size_t *ret_length)
{
	struct stat about;
	size_t length = 0, size;
	char *bytes;
	ssize_t n;

	if (fstat(fd, &about) < 0 || !S_ISREG(about.st_mode))
		return NULL;
	size = (size_t)about.st_size;
	bytes = malloc(size + 1);
	assert_non_null(bytes);
	while (length < size && (n = pread(fd, bytes + length, size - length, (off_t)length)) > 0)
		length += (size_t)n;
	bytes[length] = '\0';
	if (ret_length != NULL)
		*ret_length = length;
	return bytes;
}

char *px_taken(int fd, size_t *ret_length)
{
	char *bytes = read_whole(fd, ret_length);

	assert_non_null(bytes);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return bytes;
}

char *px_whole_file(const char *path, size_t *ret_length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes;

	if (fd < 0)
		return NULL;
	bytes = read_whole(fd, ret_length);
	close(fd);
	return bytes;
}

int px_folder_make(void **state)
{
	const char *where = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/pmapx-unit-XXXXXX", where != NULL ? where : "/tmp") < 0)
		return -1;
	*state = path;
	return mkdtemp(path) == NULL ? -1 : 0;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *ftw)
{
	(void)about;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int px_folder_remove(void **state)
{
	int r = nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return r;
}

/* The path of @name, with the folders above it made, to be freed. */
static char *path_of(void **state, const char *name)
{
	char *path, *slash;

	assert_true(asprintf(&path, "%s/%s", (const char *)*state, name) > 0);
	slash = path + strlen(*state);
	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
	return path;
}

void px_folder_put(void **state, const char *name, const char *bytes, size_t length)
{
	char *path = path_of(state, name);
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	free(path);
}

void px_folder_write(void **state, const char *name, const char *text)
{
	px_folder_put(state, name, text, strlen(text));
}

void px_folder_mkdir(void **state, const char *name)
{
	char *path = path_of(state, name);

	assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

#define KEY(number, key, member, unit)                                                             \
	{                                                                                          \
		PMAPX_FIELD_##number, key, offsetof(struct pmapx_smaps, member), PMAPX_UNIT_##unit \
	}

const struct px_known_key px_keys[PMAPX_FIELD_COUNT] = {
	KEY(SIZE, "Size", size_kb, KB),
	KEY(KERNEL_PAGE_SIZE, "KernelPageSize", kernel_page_size_kb, KB),
	KEY(MMU_PAGE_SIZE, "MMUPageSize", mmu_page_size_kb, KB),
	KEY(RSS, "Rss", rss_kb, KB),
	KEY(PSS, "Pss", pss_kb, KB),
	KEY(PSS_DIRTY, "Pss_Dirty", pss_dirty_kb, KB),
	KEY(PSS_ANON, "Pss_Anon", pss_anon_kb, KB),
	KEY(PSS_FILE, "Pss_File", pss_file_kb, KB),
	KEY(PSS_SHMEM, "Pss_Shmem", pss_shmem_kb, KB),
	KEY(SHARED_CLEAN, "Shared_Clean", shared_clean_kb, KB),
	KEY(SHARED_DIRTY, "Shared_Dirty", shared_dirty_kb, KB),
	KEY(PRIVATE_CLEAN, "Private_Clean", private_clean_kb, KB),
	KEY(PRIVATE_DIRTY, "Private_Dirty", private_dirty_kb, KB),
	KEY(REFERENCED, "Referenced", referenced_kb, KB),
	KEY(ANONYMOUS, "Anonymous", anonymous_kb, KB),
	KEY(KSM, "KSM", ksm_kb, KB),
	KEY(LAZY_FREE, "LazyFree", lazy_free_kb, KB),
	KEY(ANON_HUGE_PAGES, "AnonHugePages", anon_huge_pages_kb, KB),
	KEY(SHMEM_HUGE_PAGES, "ShmemHugePages", shmem_huge_pages_kb, KB),
	KEY(SHMEM_PMD_MAPPED, "ShmemPmdMapped", shmem_pmd_mapped_kb, KB),
	KEY(FILE_PMD_MAPPED, "FilePmdMapped", file_pmd_mapped_kb, KB),
	KEY(SHARED_HUGETLB, "Shared_Hugetlb", shared_hugetlb_kb, KB),
	KEY(PRIVATE_HUGETLB, "Private_Hugetlb", private_hugetlb_kb, KB),
	KEY(HUGE_PFN_MAP, "HugePFNMap", huge_pfn_map_kb, KB),
	KEY(SWAP, "Swap", swap_kb, KB),
	KEY(SWAP_PSS, "SwapPss", swap_pss_kb, KB),
	KEY(LOCKED, "Locked", locked_kb, KB),
	KEY(NONLINEAR, "Nonlinear", nonlinear_kb, KB),
	KEY(THP_ELIGIBLE, "THPeligible", thp_eligible, NUMBER),
	KEY(PROTECTION_KEY, "ProtectionKey", protection_key, NUMBER),
	KEY(NAME, "Name", name, TEXT),
	KEY(VM_FLAGS, "VmFlags", vm_flags, TEXT),
};
