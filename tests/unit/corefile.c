/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * corefile.c and what it is made of: which files there are of a core file, and what
 * is in them.  tests/cases/pmapx/corefile.py has those of other machines.
 */
#include "support.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "corefile.h"

#define SEGMENTS 4

/* A core file of this machine, without the memory that is dumped. */
struct core {
	ElfW(Ehdr) header;
	ElfW(Phdr) notes, segments[SEGMENTS];
	struct {
		ElfW(Nhdr) header;
		char name[8];
		ElfW(Addr) words[2 + 2 * 3];
		char names[8];
	} __attribute__((packed)) files; /* Notes are aligned less than their contents. */
	char memory[0x300];
};

static void set_segment(
	struct core *core, int number, ElfW(Addr) start, ElfW(Addr) size, unsigned flags)
{
	core->segments[number] = (ElfW(Phdr)){
		.p_type = PT_LOAD,
		.p_offset = offsetof(struct core, memory),
		.p_vaddr = start,
		.p_filesz = size < sizeof(core->memory) ? size : sizeof(core->memory),
		.p_memsz = size,
		.p_flags = flags,
	};
}

/* Two files, and four segments of which the second is not dumped whole. */
static struct core make(void)
{
	struct core core = {
		.header = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32,
				__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB,
				EV_CURRENT },
			.e_type = ET_CORE,
			.e_version = EV_CURRENT,
			.e_phoff = offsetof(struct core, notes),
			.e_phentsize = sizeof(ElfW(Phdr)),
			.e_phnum = 1 + SEGMENTS,
		},
		.notes = {
			.p_type = PT_NOTE,
			.p_offset = offsetof(struct core, files),
			.p_filesz = sizeof(core.files),
		},
		.files = {
			.header = { 5, sizeof(core.files.words) + sizeof(core.files.names), NT_FILE },
			.name = "CORE",
			.words = { 2, 0x100, 0x1000, 0x1200, 3, 0x5000, 0x5100, 0 },
			.names = "/a\n\0/b\0",
		},
	};

	set_segment(&core, 0, 0x1000, 0x200, PF_R | PF_X);
	set_segment(&core, 1, 0x2000, 0x400, PF_R | PF_W);
	set_segment(&core, 2, 0x3000, 0x100, 0);
	set_segment(&core, 3, 0x5000, 0x100, PF_R);
	return core;
}

/* What has become of a core file. */
struct outcome {
	int result;
	const char *reason;
	size_t count; /* How many files there are. */
	struct px_found found;
	char text[2048]; /* Of the first one. */
};

static struct outcome read_core(const void *bytes, size_t size, const char *folder, size_t memory)
{
	struct outcome outcome = { .reason = "" };
	struct px_index index = { 0 };
	struct px_spool spool;
	int fd = memfd_create("core", MFD_CLOEXEC);

	assert_int_equal(write(fd, bytes, size), size);
	px_spool_init(&spool, folder, memory);
	outcome.result = px_corefile_index(fd, 0, &index, &spool, &outcome.reason);
	close(fd);
	if (outcome.result == -ELIBACC) {
		px_spool_deinit(&spool);
		print_message("skipped: libelf cannot be loaded\n");
		skip();
	}
	outcome.count = index.count;
	if (index.count > 0) {
		outcome.found = index.list[0];
		assert_true(outcome.found.length < sizeof(outcome.text));
		assert_int_equal(px_spool_read(&spool, outcome.found.at, outcome.text,
					 (size_t)outcome.found.length),
			outcome.found.length);
		assert_int_equal(index.host_count, 1);
		px_same("host", "", index.hosts[0].name);
		assert_true(index.hosts[0].shm_asked);
		assert_int_equal(index.hosts[0].shm_result, -ENODATA);
	}
	px_index_clear(&index);
	px_spool_deinit(&spool);
	return outcome;
}

static const char whole[] = "00001000-00001200 r-xp 00000300 00:00 0 /a\\012\n"
			    "00002000-00002400 rw-p 00000000 00:00 1 \n"
			    "00003000-00003100 ---p 00000000 00:00 0 \n"
			    "00005000-00005100 r--p 00000000 00:00 0 /b\n";

static void test_whole(void **state)
{
	struct core core = make();
	struct outcome outcome = read_core(&core, sizeof(core), "/nonexistent", 4096);

	(void)state;
	assert_int_equal(outcome.result, 0);
	px_same("reason", "", outcome.reason);
	assert_int_equal(outcome.count, 1);
	assert_int_equal(outcome.found.file, PX_FILE_MAPS);
	assert_int_equal(outcome.found.pid, 0);
	px_same("map", whole, outcome.text);
}

/* Cut at every byte, there are the first of its mappings, with marks, and it is said. */
static void test_cut(void **state)
{
	struct core core = make();

	(void)state;
	for (size_t size = 0; size < offsetof(struct core, memory) + sizeof(core.memory); size++) {
		struct outcome outcome = read_core(&core, size, "/nonexistent", 4096);
		size_t lines = 0, headers = 0;

		assert_int_equal(outcome.result, -ENODATA);
		px_same("reason", "the core file is cut short", outcome.reason);
		for (const char *at = outcome.text; *at != '\0'; at++)
			lines += *at == '\n';
		while (headers < SEGMENTS && size >= offsetof(struct core, segments[headers + 1]))
			headers++;
		assert_int_equal(lines, headers);
		/* What is there is as it was, but for names and marks. */
		if (size >= offsetof(struct core, memory) + 0x200)
			assert_memory_equal(outcome.text, whole, strlen(outcome.text) / 5);
	}
}

static void test_no_core(void **state)
{
	struct core core = make();
	struct outcome outcome;

	(void)state;
	core.header.e_type = ET_DYN;
	outcome = read_core(&core, sizeof(core), "/nonexistent", 4096);
	assert_int_equal(outcome.result, -ENOEXEC);
	px_same("reason", "an ELF file, but not a core file", outcome.reason);
	assert_int_equal(outcome.count, 0);
	core = make();
	core.header.e_phentsize--;
	assert_int_equal(read_core(&core, sizeof(core), "/nonexistent", 4096).result, -ENOEXEC);
	core = make();
	core.header.e_ident[EI_CLASS] = 3;
	assert_int_equal(read_core(&core, sizeof(core), "/nonexistent", 4096).result, -ENOEXEC);
}

/* Segments that overlap, or are not in order, or end beyond all addresses. */
static void test_disorder(void **state)
{
	struct core core = make();
	struct outcome outcome;

	(void)state;
	set_segment(&core, 0, 0x5080, 0x100, PF_R);
	set_segment(&core, 3, UINTPTR_MAX - 5, 7, PF_R);
	outcome = read_core(&core, sizeof(core), "/nonexistent", 4096);
	assert_int_equal(outcome.result, -EBADMSG);
	px_same("reason", "the core file is damaged", outcome.reason);
	px_same("map",
		"00001000-00001200 ---p 00000300 00:00 3 /a\\012\n"
		"00005000-00005080 ---p 00000000 00:00 3 /b\n"
		"00005080-00005100 r--p 00000080 00:00 0 /b\n"
		"00005100-00005180 r--p 00000000 00:00 0 \n"
		"00002000-00002400 rw-p 00000000 00:00 1 \n"
		"00003000-00003100 ---p 00000000 00:00 0 \n",
		outcome.text);
}

/* Counts and sizes that nothing in the file is behind. */
static void test_lies(void **state)
{
	struct core core = make();
	struct outcome outcome;

	(void)state;
	core.files.words[0] = UINTPTR_MAX / 8;
	assert_int_equal(read_core(&core, sizeof(core), "/nonexistent", 4096).result, -EBADMSG);
	core = make();
	core.files.header.n_descsz = UINT32_MAX;
	outcome = read_core(&core, sizeof(core), "/nonexistent", 4096);
	assert_int_equal(outcome.result, -EBADMSG);
	assert_non_null(strstr(outcome.text, "00002000-00002400 rw-p"));
	core = make();
	core.header.e_phoff = UINTPTR_MAX - 3;
	assert_int_equal(read_core(&core, sizeof(core), "/nonexistent", 4096).result, -ENODATA);
	core = make();
	core.header.e_phnum = PN_XNUM - 1;
	assert_int_equal(read_core(&core, sizeof(core), "/nonexistent", 4096).result, -ENODATA);
}

static void test_no_room(void **state)
{
	struct core core = make();
	struct outcome outcome = read_core(&core, sizeof(core), "/nonexistent", 40);

	(void)state;
	assert_int_equal(outcome.result, -ENOENT);
	px_same("reason", "", outcome.reason);
	assert_int_equal(outcome.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_no_core),
		cmocka_unit_test(test_disorder),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
