/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proctable.c: which processes there are in a folder, and on this system.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proctable.h"

#define STAT "%d (%s) S %d 1 1 0 -1 %d 0 0 0 0 0 0 0 0 20 0 1 0 77 0 0 0 0 0 4096 0\n"

static void put_file(void **state, pid_t pid, const char *name, const char *text)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
	px_folder_write(state, path, text);
}

static void put_process(void **state, pid_t pid, const char *name, pid_t ppid, int flags)
{
	char text[256];

	snprintf(text, sizeof(text), STAT, (int)pid, name, (int)ppid, flags);
	put_file(state, pid, "stat", text);
}

/* What "name=x tree=5" selects in a folder, as "5 7". */
static char *selected(void **state, const char *words)
{
	struct pmapx_source *source;
	struct px_select select = { 0 };
	struct px_proctable table;
	char *copy = strdup(words), *rest = copy, *word, *ret;
	size_t size;
	FILE *to = open_memstream(&ret, &size);

	assert_non_null(copy);
	while ((word = strsep(&rest, " ")) != NULL) {
		char *equals = strchr(word, '=');
		const char *reason = "no such selector";
		int r = -EINVAL;

		if (equals != NULL)
			*equals++ = '\0';
		for (enum px_selector i = PX_SELECT_ALL; i < PX_SELECTORS; i++)
			if (strcmp(px_selector_names[i], word) == 0)
				r = px_select_add(&select, i, equals, &reason);
		if (r < 0)
			fail_msg("%s: %s", word, reason);
	}
	assert_int_equal(pmapx_source_open_root(*state, NULL, &source), 0);
	assert_int_equal(px_proctable_read(&table, source, &select), 0);
	for (size_t i = 0; i < table.count; i++)
		fprintf(to, "%s%d", i > 0 ? " " : "", (int)table.rows[i].pid);
	fclose(to);
	px_proctable_deinit(&table);
	px_select_deinit(&select);
	pmapx_source_close(source);
	free(copy);
	return ret;
}

static void same_selected(void **state, const char *words, const char *want)
{
	char *got = selected(state, words);

	px_same(words, want, got);
	free(got);
}

PX_TEST(processes_come_in_the_order_of_their_numbers)
{
	static const pid_t pids[] = { 10, 9, 100, 2147483647, 1, 4711 };

	same_selected(state, "all", "");
	for (size_t i = 0; i < PX_COUNT(pids); i++)
		put_process(state, pids[i], "a", 0, 0);
	/* None of these is one. */
	px_folder_mkdir(state, "0");
	px_folder_mkdir(state, "007");
	px_folder_mkdir(state, "2147483648");
	px_folder_mkdir(state, "12x");
	px_folder_mkdir(state, "self");
	px_folder_write(state, "77", "a file");
	same_selected(state, "all", "1 9 10 100 4711 2147483647");
	same_selected(state, "name=a", "1 9 10 100 4711 2147483647");
}

PX_TEST(what_has_no_stat_is_there_and_no_more)
{
	put_process(state, 5, "a", 0, 0);
	px_folder_mkdir(state, "6");
	px_folder_mkdir(state, "7/stat");
	put_file(state, 8, "stat", "");
	same_selected(state, "all", "5 6 7 8");
	same_selected(state, "all name=a", "5");
	same_selected(state, "tree=6", "");
}

PX_TEST(kernel_threads_are_among_all)
{
	put_process(state, 2, "kthreadd", 0, 0x208040);
	put_process(state, 3, "kworker/0:0H-events_highpri", 2, 0x4208060);
	put_process(state, 4, "kthreadd", 1, 0x400100);
	same_selected(state, "all", "2 3 4");
	same_selected(state, "name=k", "4");
	same_selected(state, "name=k all", "2 3 4");
	same_selected(state, "tree=2", "");
	same_selected(state, "tree=2 all", "2 3");
}

PX_TEST(threads_are_no_processes)
{
	put_process(state, 10, "a", 1, 0);
	put_file(state, 10, "status", "Name:\ta\nTgid:\t10\n");
	put_process(state, 11, "a", 1, 0);
	put_file(state, 11, "status", "Name:\ta\nTgid:\t10\n");
	put_process(state, 12, "a", 1, 0);
	put_file(state, 12, "status", "Name:\tTgid:\t10\nTgid:\t12\n");
	same_selected(state, "all", "10 12");
	same_selected(state, "name=a", "10 12");
	same_selected(state, "tree=11", "");
}

PX_TEST(users_are_effective_ones)
{
	put_process(state, 10, "a", 1, 0);
	put_file(state, 10, "status", "Name:\ta\nUid:\t1\t2\t3\t4\n");
	put_process(state, 11, "a", 1, 0);
	put_file(state, 11, "status", "Name:\tUid:\t1\t1\t1\nUid:\t0\t0\t0\t0\n");
	put_process(state, 12, "a", 1, 0);
	put_process(state, 13, "b", 1, 0);
	put_file(state, 13, "status", "Uid:\t1\t2\t3\t4");
	same_selected(state, "user=1", "");
	same_selected(state, "user=2", "10 13");
	same_selected(state, "user=3", "");
	same_selected(state, "user=0", "11");
	same_selected(state, "user=root", "11");
	same_selected(state, "user=2 name=b", "13");
	same_selected(state, "user=0 name=b", "");
}

PX_TEST(a_tree_is_a_process_and_its_descendants)
{
	/* Children may have lower numbers than their parents. */
	static const pid_t pids[][2] = { { 1, 0 }, { 50, 1 }, { 40, 50 }, { 60, 40 }, { 30, 60 },
		{ 51, 1 }, { 52, 51 }, { 70, 999 } };

	for (size_t i = 0; i < PX_COUNT(pids); i++)
		put_process(state, pids[i][0], i % 2 == 0 ? "even" : "odd", pids[i][1], 0);
	same_selected(state, "tree=50", "30 40 50 60");
	same_selected(state, "tree=40", "30 40 60");
	same_selected(state, "tree=30", "30");
	same_selected(state, "tree=1", "1 30 40 50 51 52 60");
	same_selected(state, "tree=70", "70");
	same_selected(state, "tree=999", "");
	/* Descent goes through those that do not match. */
	same_selected(state, "tree=50 name=even", "30 40");
	same_selected(state, "tree=1 name=odd", "50 51 60");
}

PX_TEST(whoever_descends_from_himself_ends_nothing)
{
	put_process(state, 5, "a", 5, 0);
	put_process(state, 6, "a", 7, 0);
	put_process(state, 7, "a", 8, 0);
	put_process(state, 8, "a", 6, 0);
	put_process(state, 9, "a", 8, 0);
	same_selected(state, "tree=5", "5");
	same_selected(state, "tree=7", "6 7 8 9");
	same_selected(state, "tree=9", "9");
	same_selected(state, "tree=1", "");
}

PX_TEST(names_and_cgroups_come_from_files)
{
	put_process(state, 5, "systemd-journal", 1, 0);
	px_folder_put(state, "5/cmdline", "/lib/systemd-journald\0-x", 24);
	put_file(state, 5, "cgroup", "1:cpu:/\n0::/system.slice/journald\n");
	put_process(state, 6, "x) S 9", 1, 0);
	put_file(state, 6, "cgroup", "0::/system.slice");
	put_process(state, 7, "a\nb", 1, 0);
	px_folder_mkdir(state, "7/cgroup");
	same_selected(state, "name=journald$", "5");
	same_selected(state, "name=^.{15}$", "5");
	same_selected(state, "name=^x[)].S.9$", "6");
	same_selected(state, "name=a.b", "7");
	same_selected(state, "cgroup=/system.slice", "5 6");
	same_selected(state, "cgroup=/system.slice/journald", "5");
	same_selected(state, "cgroup=/system.slice name=x", "6");
	same_selected(state, "cgroup=/", "5 6");
	same_selected(state, "cgroup=/user.slice", "");
}

PX_TEST(many_processes_in_a_line)
{
	char *got, *space;
	size_t count = 1;

	for (pid_t pid = 1; pid <= 3000; pid++)
		put_process(state, pid, "a", pid < 3000 ? pid + 1 : 0, 0);
	got = selected(state, "tree=2000");
	for (space = got; (space = strchr(space, ' ')) != NULL; space++)
		count++;
	assert_int_equal(count, 2000);
	px_same_bytes("first", "1 2 3 4 ", 8, got, 8);
	free(got);
}

PX_TEST(a_process_can_be_taken_out)
{
	struct px_proctable_row rows[] = { { .pid = 3 }, { .pid = 5 }, { .pid = 9 } };
	struct px_proctable table = { rows, 3, 3 };

	px_proctable_remove(&table, 4);
	assert_int_equal(table.count, 3);
	px_proctable_remove(&table, 5);
	assert_int_equal(table.count, 2);
	assert_int_equal(rows[0].pid, 3);
	assert_int_equal(rows[1].pid, 9);
	px_proctable_remove(&table, 9);
	px_proctable_remove(&table, 3);
	px_proctable_remove(&table, 3);
	assert_int_equal(table.count, 0);
}

PX_TEST(no_more_descriptors_is_not_taken_for_nobody)
{
	struct px_select select = { 0 };
	struct pmapx_source *source;
	struct px_proctable table;
	struct rlimit before, few;
	const char *reason;
	int next, results[3];

	put_process(state, 100, "b", 1, 0);
	assert_int_equal(px_select_add(&select, PX_SELECT_NAME, "a", &reason), 0);
	assert_int_equal(pmapx_source_open_root(*state, NULL, &source), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	next = open("/", O_RDONLY | O_CLOEXEC);
	assert_true(next > 2);
	close(next);
	for (int spare = 0; spare <= 2; spare++) {
		few = before;
		few.rlim_cur = (rlim_t)(next + spare);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		results[spare] = px_proctable_read(&table, source, &select);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		px_proctable_deinit(&table);
	}
	assert_int_equal(results[0], -EMFILE);
	assert_int_equal(results[1], -EMFILE);
	assert_int_equal(results[2], 0);
	assert_int_equal(open("/", O_RDONLY | O_CLOEXEC), next);
	close(next);
	px_select_deinit(&select);
	pmapx_source_close(source);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, px_folder_make, px_folder_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(processes_come_in_the_order_of_their_numbers),
		IN_FOLDER(what_has_no_stat_is_there_and_no_more),
		IN_FOLDER(kernel_threads_are_among_all),
		IN_FOLDER(threads_are_no_processes),
		IN_FOLDER(users_are_effective_ones),
		IN_FOLDER(a_tree_is_a_process_and_its_descendants),
		IN_FOLDER(whoever_descends_from_himself_ends_nothing),
		IN_FOLDER(names_and_cgroups_come_from_files),
		IN_FOLDER(many_processes_in_a_line),
		cmocka_unit_test(a_process_can_be_taken_out),
		IN_FOLDER(no_more_descriptors_is_not_taken_for_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
