/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stacks.c and threads.c: where stack pointers are, and what the mappings are called then.
 */
#include "support.h"

#include <pmapx/process.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stacks.h"

static void put_thread(void **state, int tid, const char *pointer, const char *name)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "100/task/%d/syscall", tid);
	snprintf(text, sizeof(text), *pointer == '0' ? "-1 %s 0x1\n" : "%s\n", pointer);
	px_folder_write(state, path, text);
	snprintf(path, sizeof(path), "100/task/%d/comm", tid);
	px_folder_write(state, path, name);
}

/* Stacks of process 100 of the folder. */
static struct px_stacks begin(void **state)
{
	struct px_stacks stacks = { 0 };
	struct pmapx_source *source;
	struct pmapx_process *process;

	px_folder_write(state, "100/stat",
		"100 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 4096 0\n");
	px_folder_write(state, "100/maps", "00001000-00002000 rw-p 00000000 00:00 0 [heap]\n");
	px_same_number("root", 0, pmapx_source_open_root(*state, NULL, &source));
	px_same_number("open", 0, pmapx_process_open(source, 100, &process, NULL));
	px_same_number("begin", 0, px_stacks_begin(&stacks, process));
	pmapx_process_close(process);
	pmapx_source_close(source);
	return stacks;
}

PX_TEST(stack_pointers_are_found_from_the_first_to_before_the_last_byte)
{
	static const struct {
		uint64_t start, end;
		size_t first, count;
	} rows[] = {
		{ 0, UINT64_MAX, 0, 4 },
		{ 0, 0x1000, 0, 0 },
		{ 0, 0x1001, 0, 1 },
		{ 0x1000, 0x2000, 0, 1 },
		{ 0x1001, 0x2000, 1, 0 },
		{ 0x2000, 0x2001, 1, 2 },
		{ 0x2001, 0x3000, 3, 0 },
		{ 0x3000, UINT64_MAX, 3, 1 },
		{ 0x3001, UINT64_MAX, 4, 0 },
		{ 0x2000, 0x2000, 1, 0 },
		{ 0x3000, 0x1000, 3, 0 },
	};
	struct px_stacks stacks;

	put_thread(state, 105, "0x3000", "e\n");
	put_thread(state, 104, "0x2000", "d\n");
	put_thread(state, 103, "0x2000", "c\n");
	put_thread(state, 102, "0x1000", "b\n");
	put_thread(state, 109, "running", "i\n");
	put_thread(state, 101, "running", "a\n");
	stacks = begin(state);
	px_same_number("all", 6, stacks.threads.count);
	px_same_number("told", 4, stacks.threads.states[PX_THREAD_TOLD]);
	px_same_number("running", 2, stacks.threads.states[PX_THREAD_RUNNING]);
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char about[64];
		size_t first, count;

		snprintf(about, sizeof(about), "%llx-%llx", (unsigned long long)rows[i].start,
			(unsigned long long)rows[i].end);
		count = px_threads_within(&stacks.threads, rows[i].start, rows[i].end, &first);
		px_same_number(about, rows[i].count, count);
		px_same_number(about, rows[i].first, first);
	}
	px_same_number("the lower one first", 103, stacks.threads.list[1].tid);
	px_same_number("by its number", 109, px_threads_find_untold(&stacks.threads, 109)->tid);
	px_same_number("the other", 101, px_threads_find_untold(&stacks.threads, 101)->tid);
	assert_null(px_threads_find_untold(&stacks.threads, 102));
	assert_null(px_threads_find_untold(&stacks.threads, 106));
	px_stacks_clear(&stacks);
}

/* What is said of a mapping, which is the only one. */
static void check(void **state, const char *perms, const char *name, enum pmapx_kind kind,
	bool guessed, const char *want)
{
	const struct pmapx_smaps smaps = { 0 };
	struct pmapx_mapping mapping = {
		.start = 0x1000, .end = 0x5000, .line = 7, .name = px_text(name), .smaps = &smaps
	};
	struct px_stacks stacks = begin(state);
	struct pmapx_text label;
	char got[PX_STACK_LABEL_ROOM + 40], *at = got;

	strcpy(mapping.perms, perms);
	px_same_number(name, 0, px_stacks_take(&stacks, &mapping, &kind, &guessed));
	at = stpcpy(stpcpy(at, pmapx_kind_lookup(kind)->name), guessed ? "? " : " ");
	*at = '\0';
	if (px_stacks_label(&stacks, &mapping, &label)) {
		assert_true(label.length <= PX_STACK_LABEL_ROOM);
		at = mempcpy(at, label.bytes, label.length);
		*at = '\0';
	}
	px_same(perms, want, got);
	mapping.line++;
	assert_false(px_stacks_label(&stacks, &mapping, &label));
	px_stacks_clear(&stacks);
}

PX_TEST(labels_tell_threads_names_and_guesses)
{
	put_thread(state, 2147483647, "0x1000", "] 89012345678901234");
	put_thread(state, 107, "running", "runs\n");
	check(state, "rw-p", "", PMAPX_KIND_ANON, false,
		"thread-stack [ stack tid=2147483647 ] 8901234567890 ]");
	check(state, "rw-p", "", PMAPX_KIND_THREAD_STACK, true,
		"thread-stack [ stack tid=2147483647 ] 8901234567890 ]");
	check(state, "rw-p", "", PMAPX_KIND_BSS, true,
		"thread-stack [ stack tid=2147483647 ] 8901234567890 ]");
	check(state, "rwxp", "", PMAPX_KIND_JIT, false,
		"thread-stack [ stack tid=2147483647 ] 8901234567890 ]");
	check(state, "rw-p", "", PMAPX_KIND_ARENA, true, "arena? ");
	check(state, "r--p", "", PMAPX_KIND_ANON, false, "anon ");
	check(state, "---p", "", PMAPX_KIND_GUARD, true, "guard? ");
	check(state, "rw-p", "[heap]", PMAPX_KIND_HEAP, false, "heap ");
	check(state, "rw-p", "[stack:107]", PMAPX_KIND_THREAD_STACK, false,
		"thread-stack [ stack tid=2147483647 ] 8901234567890 ]");
	put_thread(state, 2147483646, "0x4fff", "\n\n");
	check(state, "rw-p", "", PMAPX_KIND_ANON, false,
		"thread-stack [ 2 stacks tid=2147483647 ] 8901234567890 ]");
	put_thread(state, 2147483647, "0x5000", "gone");
	check(state, "rw-p", "", PMAPX_KIND_ANON, false,
		"thread-stack [ stack tid=2147483646 \n ]");
	put_thread(state, 2147483646, "0xfff", "gone");
	check(state, "rw-p", "", PMAPX_KIND_ANON, false, "anon ");
	check(state, "rw-p", "", PMAPX_KIND_THREAD_STACK, true,
		"thread-stack? [ stack tid=? ] (guessed)");
	check(state, "rw-p", "[stack:107]", PMAPX_KIND_THREAD_STACK, false,
		"thread-stack [ stack tid=107 runs ]");
	check(state, "rw-p", "[anon: glibc: pthread stack: 2147483647]", PMAPX_KIND_THREAD_STACK,
		false, "thread-stack [ stack tid=2147483647 ]");
	check(state, "rw-p", "[anon:stack_and_tls:5]", PMAPX_KIND_THREAD_STACK, false,
		"thread-stack [ stack tid=5 ]");
}

PX_TEST(names_that_tell_no_thread_are_kept)
{
	static const char *const names[] = { "[stack:]", "[stack:0]", "[stack:01]",
		"[stack:2147483648]", "[stack:1 ]", "[stack:1]x", "[stack:  1]", "[stack:-1]",
		"[anon: glibc: pthread stack]", "[anon: glibc: pthread stack: ]" };

	for (size_t i = 0; i < PX_COUNT(names); i++)
		check(state, "rw-p", names[i], PMAPX_KIND_THREAD_STACK, false, "thread-stack ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			stack_pointers_are_found_from_the_first_to_before_the_last_byte,
			px_folder_make, px_folder_remove),
		cmocka_unit_test_setup_teardown(
			labels_tell_threads_names_and_guesses, px_folder_make, px_folder_remove),
		cmocka_unit_test_setup_teardown(
			names_that_tell_no_thread_are_kept, px_folder_make, px_folder_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
