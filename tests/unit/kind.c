/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kind.c: what a mapping is for; and parser.c: what follows a mapping.
 */
#include "support.h"

#include <errno.h>
#include <pmapx/kind.h>
#include <pmapx/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 256

/* A line of each mapping: its start, its kind, '?' if that is guessed. */
static void tell(struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping, char *to)
{
	bool guessed;
	enum pmapx_kind kind = pmapx_kinds_tell(kinds, mapping, &guessed);
	size_t length = strlen(to);

	(void)snprintf(to + length, LINE_SIZE, "%llx %s%s\n", (unsigned long long)mapping->start,
		pmapx_kind_lookup(kind)->name, guessed ? "?" : "");
}

/* All of @text, in pieces of @piece bytes. */
static void tell_all(const char *text, size_t piece, bool mappings_only, char *to)
{
	struct pmapx_parser_options options = {
		.size = sizeof(options), .mappings_only = mappings_only, .look_ahead = true
	};
	struct pmapx_kinds kinds = { 0 };
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;
	size_t left = strlen(text);
	int r;

	*to = '\0';
	assert_int_equal(pmapx_parser_open(&options, &parser), 0);
	while ((r = pmapx_parser_next(parser, &mapping, NULL)) != 0) {
		size_t size = left < piece ? left : piece;

		if (r == 1) {
			tell(&kinds, mapping, to);
			continue;
		}
		if (r != -EAGAIN)
			continue;
		if (size == 0)
			pmapx_parser_finish(parser);
		else
			assert_int_equal(pmapx_parser_feed(parser, text, size), 0);
		text += size;
		left -= size;
	}
	pmapx_parser_close(parser);
}

/* However it comes, this is what @text is. */
static void check(const char *text, const char *expected)
{
	static char told[16384];

	for (int mappings_only = 0; mappings_only < 2; mappings_only++)
		for (size_t piece = 1; piece < 4096; piece = piece * 3 + 1) {
			tell_all(text, piece, mappings_only, told);
			assert_string_equal(told, expected);
		}
}

static void test_files(void **state)
{
	(void)state;
	check("1000-2000 r--p 0 fe:00 7 /bin/x\n"
	      "2000-3000 r-xp 0 fe:00 7 /bin/x\n"
	      "3000-4000 r--p 0 fe:00 7 /bin/x\n"
	      "4000-5000 rw-p 0 fe:00 7 /bin/x\n"
	      "5000-6000 rw-p 0 00:00 0 \n"
	      /* One is enough. */
	      "6000-7000 rw-p 0 00:00 0 \n"
	      "8000-9000 rw-p 0 00:00 0 \n"
	      "a000-b000 r--p 0 fe:00 8 /usr/lib/locale/C\n"
	      "b000-c000 r--p 0 fe:00 9 /lib/y.so (deleted)\n"
	      "c000-d000 ---p 0 fe:00 9 /lib/y.so (deleted)\n"
	      "d000-e000 rw-s 0 fe:00 9 /data\n"
	      "e000-f000 rw-p 0 00:00 0 \n",
		"1000 rodata\n2000 text\n3000 rodata\n4000 data\n5000 bss?\n6000 anon\n8000 anon\n"
		"a000 private-file\nb000 rodata\nc000 gap\nd000 shared-file\ne000 anon\n");
}

/* What is behind data is bss where that is a part of a program, and has its mode. */
static void test_bss(void **state)
{
	(void)state;
	check("1000-2000 rw-p 0 fe:00 7 /lib/x.so\n"
	      "2000-3000 rw-p 0 00:00 0 \n"
	      "4000-5000 r-xp 0 fe:00 8 /lib/y.so (deleted)\n"
	      "5000-6000 rw-p 0 fe:00 8 /lib/y.so (deleted)\n"
	      "6000-7000 r--p 0 00:00 0 \n"
	      "8000-9000 r-xp 0 fe:00 8 /lib/z.so\n"
	      "9000-a000 rw-p 0 fe:00 8 /lib/other.so\n"
	      "a000-b000 rw-p 0 00:00 0 \n"
	      "c000-d000 r-xp 0 fe:00 8 /lib/z.so\n"
	      "d000-e000 rw-p 0 fe:00 8 /lib/z.so\n"
	      "e000-f000 rw-p 0 00:00 0 [heap]\n"
	      "10000-11000 r-xp 0 fe:00 8 /lib/z.so\n"
	      "11000-12000 rw-p 0 fe:00 8 /lib/z.so\n"
	      "12000-13000 rwxp 0 00:00 0 \n"
	      "20000-21000 r-xp 0 fe:00 8 /lib/z.so\n"
	      "21000-22000 rw-p 0 fe:00 8 /lib/z.so\n"
	      "22000-23000 rw-p 0 fe:00 8 /dev/zero\n",
		"1000 data\n2000 anon\n4000 text\n5000 data\n6000 anon\n8000 text\n9000 data\n"
		"a000 anon\nc000 text\nd000 data\ne000 heap\n10000 text\n11000 data\n12000 jit\n"
		"20000 text\n21000 data\n22000 bss?\n");
}

/* What is larger than all of a library is not its bss; the program may have any. */
static void test_large_bss(void **state)
{
	(void)state;
	check("1000-2000 r-xp 0 fe:00 7 /bin/x\n"
	      "2000-3000 rw-p 0 fe:00 7 /bin/x\n"
	      "3000-9000 rw-p 0 00:00 0 \n"
	      "10000-11000 r--p 0 fe:00 8 /lib/y.so\n"
	      "11000-12000 r-xp 0 fe:00 8 /lib/y.so\n"
	      "12000-13000 rw-p 0 fe:00 8 /lib/y.so\n"
	      "13000-16000 rw-p 0 00:00 0 \n"
	      "20000-21000 r--p 0 fe:00 8 /lib/y.so\n"
	      "21000-22000 r-xp 0 fe:00 8 /lib/y.so\n"
	      "22000-23000 rw-p 0 fe:00 8 /lib/y.so\n"
	      "23000-27000 rw-p 0 00:00 0 \n",
		"1000 text\n2000 data\n3000 bss?\n10000 rodata\n11000 text\n12000 data\n"
		"13000 bss?\n20000 rodata\n21000 text\n22000 data\n23000 anon\n");
}

static void test_labels(void **state)
{
	(void)state;
	check("1000-2000 rw-p 0 00:00 0 [heap]\n"
	      "2000-3000 rw-p 0 00:00 0 [stack]\n"
	      "3000-4000 rw-p 0 00:00 0 [stack:1100]\n"
	      "4000-5000 rw-p 0 00:00 0 [anon: glibc: pthread stack: 1101]\n"
	      "4100-4200 rw-p 0 00:00 0 [anon: glibc: pthread user stack: 1101]\n"
	      "5000-6000 rw-p 0 00:00 0 [anon:stack_and_tls:7]\n"
	      "6000-7000 rw-p 0 00:00 0 [anon: glibc: malloc arena]\n"
	      "6100-6200 ---p 0 00:00 0 [anon: glibc: malloc arena]\n"
	      "6300-6400 ---p 0 00:00 0 [anon:stack_and_tls:7]\n"
	      "6500-6600 ---p 0 00:00 0 [anon:other]\n"
	      "7000-8000 rw-p 0 00:00 0 [anon:mine]\n"
	      "8000-9000 rw-s 0 00:00 0 [anon_shmem:ours]\n"
	      "9000-a000 r-xp 0 00:00 0 [vdso]\n"
	      "a000-b000 r--p 0 00:00 0 [vvar]\n"
	      "b000-c000 r--p 0 00:00 0 [vvar_vclock]\n"
	      "c000-d000 --xp 0 00:00 0 [vsyscall]\n"
	      "d000-e000 --xp 0 00:00 0 [uprobes]\n"
	      "e000-f000 rw-s 0 00:00 0 anon_inode:[perf_event]\n",
		"1000 heap\n2000 main-stack\n3000 thread-stack\n4000 thread-stack\n4100 thread-stack\n5000 thread-stack\n"
		"6000 arena\n6100 arena-rest\n6300 guard\n6500 anon\n7000 anon\n8000 shm\n9000 vdso\na000 vvar\nb000 vvar\nc000 vsyscall\n"
		"d000 other\ne000 other\n");
}

static void test_paths(void **state)
{
	(void)state;
	check("1000-2000 rw-s 0 00:01 1 /SYSV00000000 (deleted)\n"
	      "2000-3000 rw-s 0 00:01 1 /SYSVabc\n"
	      "3000-4000 rw-s 0 00:01 1 /dev/zero (deleted)\n"
	      "4000-5000 rw-p 0 00:01 1 /dev/zero\n"
	      "5000-6000 rw-s 0 00:01 1 /memfd:x (deleted)\n"
	      "6000-7000 rw-s 0 00:01 1 /dev/shm/PostgreSQL.7\n"
	      "7000-8000 rw-s 0 00:01 1 /var/lib/pg/pg_dynshmem/mmap.1\n"
	      "8000-9000 rw-s 0 00:01 1 /dev/dri/card0\n"
	      "9000-a000 rw-p 0 00:01 1 /anon_hugepage (deleted)\n"
	      "a000-b000 rw-s 0 00:01 1 /dev/hugepages/x\n"
	      "b000-c000 rw-p 0 00:01 1 / (deleted)\n",
		"1000 sysv\n2000 shared-file\n3000 shm\n4000 anon\n5000 memfd\n6000 posix_shm\n"
		"7000 posix_shm\n8000 device\n9000 hugetlb\na000 hugetlb\nb000 data\n");
}

static void test_threads(void **state)
{
	(void)state;
	check("1000-2000 ---p 0 00:00 0 \n"
	      "2000-802000 rw-p 0 00:00 0 \n"
	      "802000-803000 ---p 0 00:00 0 \n"
	      "803000-807000 rw-p 0 00:00 0 \n"
	      /* Less than any stack. */
	      "900000-901000 ---p 0 00:00 0 \n"
	      "901000-904000 rw-p 0 00:00 0 \n"
	      /* More than any guard. */
	      "a00000-c00000 ---p 0 00:00 0 \n"
	      "c00000-d00000 rw-p 0 00:00 0 \n"
	      /* Not beside it. */
	      "e00000-e01000 ---p 0 00:00 0 \n"
	      "e02000-f00000 rw-p 0 00:00 0 \n"
	      /* By its label, there is nothing to guess. */
	      "f00000-f01000 ---p 0 00:00 0 \n"
	      "f01000-f02000 rw-p 0 00:00 0 [stack:1100]\n"
	      /* Nothing follows. */
	      "f02000-f03000 ---p 0 00:00 0 \n",
		"1000 guard?\n2000 thread-stack?\n802000 guard?\n803000 thread-stack?\n"
		"900000 reserved\n901000 anon\na00000 reserved\nc00000 anon\ne00000 reserved\n"
		"e02000 anon\nf00000 guard\nf01000 thread-stack\nf02000 reserved\n");
}

/* At 0, where the ends of what has not been seen are too. */
static void test_beginning(void **state)
{
	(void)state;
	check("0-10000 rw-p 0 00:00 0 \n", "0 anon\n");
	check("0-4000000 ---p 0 00:00 0 \n", "0 reserved\n");
	check("0-1000 r--p 0 fe:00 7 /bin/x\n", "0 private-file\n");
	check("0-1000 ---p 0 00:00 0 \n"
	      "1000-11000 rw-p 0 00:00 0 \n",
		"0 guard?\n1000 thread-stack?\n");
}

static void test_arenas(void **state)
{
	(void)state;
	check("7f0000000000-7f0000021000 rw-p 0 00:00 0 \n"
	      "7f0000021000-7f0004000000 ---p 0 00:00 0 \n"
	      /* Directly behind it, another, whose rest is as small as a guard. */
	      "7f0004000000-7f0007fff000 rw-p 0 00:00 0 \n"
	      "7f0007fff000-7f0008000000 ---p 0 00:00 0 \n"
	      "7f0008000000-7f0008021000 rw-p 0 00:00 0 \n"
	      "7f0008021000-7f000c000000 ---p 0 00:00 0 \n"
	      /* Not aligned, and of another size. */
	      "7f0011000000-7f0011021000 rw-p 0 00:00 0 \n"
	      "7f0011021000-7f0015000000 ---p 0 00:00 0 \n"
	      "7f0020000000-7f0020021000 rw-p 0 00:00 0 \n"
	      "7f0020021000-7f0023000000 ---p 0 00:00 0 \n"
	      "7f0030000000-7f0030001000 rwxp 0 00:00 0 \n",
		"7f0000000000 arena?\n7f0000021000 arena-rest?\n7f0004000000 arena?\n"
		"7f0007fff000 arena-rest?\n7f0008000000 arena?\n7f0008021000 arena-rest?\n"
		"7f0011000000 anon\n7f0011021000 reserved\n7f0020000000 anon\n"
		"7f0020021000 reserved\n7f0030000000 jit\n");
}

/* A damaged line may have been anything. */
static void test_damage(void **state)
{
	(void)state;
	check("7f0000000000-7f0000021000 rw-p 0 00:00 0 \n"
	      "7f0000021000-7f00zz000000 ---p 0 00:00 0 \n"
	      "7f0004000000-7f0004021000 rw-p 0 00:00 0 \n"
	      "7f0004021000-7f0008000000 ---p 0 00:00 0",
		"7f0000000000 anon\n7f0004000000 arena?\n7f0004021000 arena-rest?\n");
}

/* When one is used up, another is begun below it; the kernel makes one mapping of what touches. */
static void test_full_arenas(void **state)
{
	(void)state;
	check("7f0000000000-7f0009000000 rw-p 0 00:00 0 \n"
	      "7f0009000000-7f000c000000 ---p 0 00:00 0 \n"
	      "7f000c000000-7f0010000000 rw-p 0 00:00 0 \n"
	      "7f0010000000-7f0010001000 ---p 0 00:00 0 \n"
	      "7f0010001000-7f0014000000 rw-p 0 00:00 0 \n"
	      "7f0018000000-7f001c000000 rw-p 0 00:00 0 \n",
		"7f0000000000 arena?\n7f0009000000 arena-rest?\n7f000c000000 arena?\n"
		"7f0010000000 guard?\n7f0010001000 thread-stack?\n7f0018000000 anon\n");
}

/* Of 32-bit processes they are smaller. */
static void test_small_arenas(void **state)
{
	(void)state;
	check("f7000000-f7021000 rw-p 0 00:00 0 \n"
	      "f7021000-f7100000 ---p 0 00:00 0 \n"
	      "f7100000-f7101000 ---p 0 00:00 0 \n"
	      "f7101000-f7200000 rw-p 0 00:00 0 \n"
	      "f8000000-f8021000 rw-p 0 00:00 0 \n"
	      "f8021000-fc000000 ---p 0 00:00 0 \n"
	      "7f0000100000-7f0000121000 rw-p 0 00:00 0 \n"
	      "7f0000121000-7f0000200000 ---p 0 00:00 0 \n",
		"f7000000 arena?\nf7021000 arena-rest?\nf7100000 guard?\nf7101000 thread-stack?\n"
		"f8000000 arena?\nf8021000 arena-rest?\n7f0000100000 anon\n7f0000121000 reserved\n");
}

/* A stack that begins where an arena might: its guard says what it is. */
static void test_aligned_stack(void **state)
{
	(void)state;
	check("7f0003fff000-7f0004000000 ---p 0 00:00 0 \n"
	      "7f0004000000-7f0007fff000 rw-p 0 00:00 0 \n"
	      "7f0007fff000-7f0008000000 ---p 0 00:00 0 \n"
	      "7f0008000000-7f000bfff000 rw-p 0 00:00 0 \n",
		"7f0003fff000 guard?\n7f0004000000 thread-stack?\n"
		"7f0007fff000 guard?\n7f0008000000 thread-stack?\n");
}

static void test_flags(void **state)
{
	static char told[1024];

	(void)state;
	tell_all("1000-2000 rw-s 0 fe:00 7 /mnt/huge/x\nRss: 0 kB\nVmFlags: rd wr ht sd \n"
		 "2000-3000 rw-s 0 fe:00 7 /mnt/huge/y\nRss: 0 kB\nVmFlags: rd wrht\n",
		7, false, told);
	assert_string_equal(told, "1000 hugetlb\n2000 shared-file\n");
	/* What they say counts; without them, pages that are too large for any other. */
	tell_all(
		"1000-2000 rw-s 0 fe:00 7 /mnt/huge/x\nKernelPageSize: 2048 kB\nVmFlags: rd wr sd \n"
		"2000-3000 rw-p 0 fe:00 7 /mnt/huge/y\nKernelPageSize: 2048 kB\n"
		"3000-4000 rw-p 0 fe:00 7 /mnt/huge/y\nKernelPageSize: 64 kB\n",
		7, false, told);
	assert_string_equal(told, "1000 shared-file\n2000 hugetlb\n3000 data\n");
}

/* What follows has its line, and nothing else; who does not ask is not told. */
static void test_next(void **state)
{
	static const char text[] =
		"1000-2000 r--p 0 00:00 0 /a\nRss: 4 kB\n3000-4000 r--p 0 00:00 0 /b\n";

	(void)state;
	for (int look = 0; look < 2; look++) {
		struct pmapx_parser_options options = { .size = sizeof(options),
			.look_ahead = look };
		const struct pmapx_mapping *mapping;
		struct pmapx_parser *parser;

		assert_int_equal(pmapx_parser_open(&options, &parser), 0);
		assert_int_equal(pmapx_parser_feed(parser, text, sizeof(text) - 1), 0);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
		assert_int_equal(mapping->smaps->rss_kb, 4);
		assert_true((mapping->next != NULL) == (look != 0));
		if (mapping->next != NULL) {
			assert_int_equal(mapping->next->start, 0x3000);
			assert_int_equal(mapping->next->line, 3);
			assert_int_equal(mapping->next->smaps->have, 0);
			assert_null(mapping->next->next);
			assert_memory_equal(mapping->next->name.bytes, "/b", 2);
		}
		pmapx_parser_finish(parser);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 1);
		assert_int_equal(mapping->start, 0x3000);
		assert_null(mapping->next);
		assert_int_equal(pmapx_parser_next(parser, &mapping, NULL), 0);
		pmapx_parser_close(parser);
	}
}

static uint64_t find(const char *name)
{
	/* Without an end that could be read. */
	size_t length = strlen(name);
	char *copy = memcpy(test_malloc(length + 1), name, length);
	uint64_t found = pmapx_kind_find(&(struct pmapx_text){ copy, length });

	test_free(copy);
	return found;
}

/* Of a core file: the mode is not known, which is not that it has none. */
static void test_no_mode(void **state)
{
	static const struct pmapx_smaps none = { .have = 0 };
	struct pmapx_mapping mapping = { .start = 0x1000,
		.end = 0x2000,
		.perms = "---p",
		.name = { "/lib/x.so", 9 },
		.smaps = &none };
	struct pmapx_kinds kinds = { 0 };
	bool guessed;

	(void)state;
	assert_int_equal(pmapx_kinds_tell(&kinds, &mapping, &guessed), PMAPX_KIND_GAP);
	assert_false(guessed);
	mapping.has_no_mode = true;
	assert_int_equal(pmapx_kinds_tell(&kinds, &mapping, NULL), PMAPX_KIND_FILE);
	assert_int_equal(pmapx_kinds_tell(&kinds, &mapping, &guessed), PMAPX_KIND_FILE);
	assert_true(guessed);
	mapping.perms[3] = 's';
	mapping.name = (struct pmapx_text){ "/SYSV00000000 (deleted)", 23 };
	assert_int_equal(pmapx_kinds_tell(&kinds, &mapping, &guessed), PMAPX_KIND_SYSV);
	assert_false(guessed);
}

static void test_table(void **state)
{
	(void)state;
	assert_null(pmapx_kind_lookup(PMAPX_KIND_COUNT));
	assert_null(pmapx_kind_lookup((enum pmapx_kind) - 1));
	assert_null(pmapx_class_name(PMAPX_CLASS_COUNT));
	assert_null(pmapx_class_name((enum pmapx_class) - 1));
	for (int i = 0; i < PMAPX_KIND_COUNT; i++) {
		const struct pmapx_kind_info *info = pmapx_kind_lookup((enum pmapx_kind)i);
		const char *class_name = pmapx_class_name(info->in_class);
		uint64_t found = find(info->name), bit = UINT64_C(1) << i;

		/* A name means one thing: this kind, or its class, which it is all there is of. */
		assert_true(found == bit);
		assert_true((find(class_name) & bit) != 0);
		assert_true(found == find(class_name) || strcmp(info->name, class_name) != 0);
		assert_non_null(pmapx_kind_lookup(info->if_not));
	}
	assert_true(find("stack") ==
		(UINT64_C(1) << PMAPX_KIND_STACK | UINT64_C(1) << PMAPX_KIND_THREAD_STACK));
	assert_true(find("stac") == 0 && find("stacks") == 0 && find("") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_bss),
		cmocka_unit_test(test_large_bss),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_beginning),
		cmocka_unit_test(test_arenas),
		cmocka_unit_test(test_full_arenas),
		cmocka_unit_test(test_small_arenas),
		cmocka_unit_test(test_aligned_stack),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_no_mode),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
