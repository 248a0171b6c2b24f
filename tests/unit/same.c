/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * same.c: which processes of two looks are one, and what tells that.
 */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "looks.h"
#include "same.h"

/* A process in one of two looks. */
struct row {
	int look, pid;
	uint64_t start;
	const char *boot_id, *host, *command;
};

/* "pid/pid" of both looks, for each in order, "-" where there is none. */
static void check(const char *name, enum px_match match, const struct row *rows, size_t count,
	const char *want)
{
	struct px_look looks[2] = { { 0 }, { 0 } };
	struct px_same same;
	char got[200];

	for (size_t i = 0; i < count; i++)
		px_add_looked(&looks[rows[i].look], rows[i].pid, rows[i].start, rows[i].boot_id,
			rows[i].host, rows[i].command);
	px_same_number(name, 0, px_same_find(&same, match, looks, 2));
	strcpy(got, px_sameness_name(same.sameness));
	for (size_t i = 0; i < same.count; i++)
		for (size_t k = 0; k < 2; k++) {
			const struct px_looked *process = px_same_at(&same, i)[k];

			sprintf(got + strlen(got), "%c", k == 0 ? ' ' : '/');
			sprintf(got + strlen(got), process == NULL ? "-" : "%d",
				process == NULL ? 0 : (int)process->pid);
		}
	px_same(name, want, got);
	px_same_deinit(&same);
	px_look_deinit(&looks[0]);
	px_look_deinit(&looks[1]);
}

PX_TEST(processes_have_a_number_a_start_and_a_boot)
{
	const struct row rows[] = { { 0, 9, 5, "a", "", "x" }, { 0, 10, 6, "a", "", "x" },
		{ 0, 11, 7, "a", "", "x" }, { 1, 11, 7, "a", "", "x" }, { 1, 10, 60, "a", "", "x" },
		{ 1, 12, 5, "a", "", "x" } };

	check("boot", PX_MATCH_PID, rows, PX_COUNT(rows),
		"pid+start+boot 9/- 10/- -/10 11/11 -/12");
}

PX_TEST(another_boot_has_other_processes)
{
	const struct row rows[] = { { 0, 1, 1, "a", "", "init" }, { 0, 2, 1, "a", "", "x" },
		{ 1, 1, 1, "b", "", "init" }, { 1, 2, 1, "b", "", "x" } };

	check("boots", PX_MATCH_PID, rows, PX_COUNT(rows), "pid+start+boot 1/- -/1 2/- -/2");
}

PX_TEST(what_one_look_does_not_tell_is_not_compared)
{
	const struct row boots[] = { { 0, 1, 1, "", "", "x" }, { 0, 2, 1, "a", "", "x" },
		{ 1, 1, 1, "b", "", "x" }, { 1, 2, 2, "b", "", "x" } };
	const struct row starts[] = { { 0, 1, 0, "", "", "x" }, { 0, 2, 1, "a", "", "x" },
		{ 1, 1, 1, "b", "", "x" }, { 1, 2, 2, "b", "", "x" } };

	check("boots", PX_MATCH_PID, boots, PX_COUNT(boots), "pid+start 1/1 2/- -/2");
	check("starts", PX_MATCH_PID, starts, PX_COUNT(starts), "pid 1/1 2/- -/2");
}

PX_TEST(hosts_have_numbers_of_their_own)
{
	const struct row rows[] = { { 0, 1, 1, "a", "h1", "x" }, { 0, 1, 1, "a", "h2", "x" },
		{ 1, 1, 1, "a", "h2", "y" }, { 1, 1, 1, "a", "h3", "x" } };

	check("hosts", PX_MATCH_PID, rows, PX_COUNT(rows), "pid+start+boot 1/- 1/1 -/1");
}

PX_TEST(what_tells_no_start_is_the_one_that_it_can_be)
{
	const struct row rows[] = { { 0, 1, 0, "a", "", "x" }, { 1, 1, 9, "b", "", "x" },
		{ 1, 1, 10, "a", "", "x" }, { 0, 2, 5, "", "", "x" }, { 1, 2, 5, "", "", "x" } };

	check("boots", PX_MATCH_PID, rows, PX_COUNT(rows), "pid -/1 1/1 2/2");
}

PX_TEST(programs_are_those_of_a_host)
{
	const struct row rows[] = { { 0, 1, 1, "a", "h1", "x" }, { 0, 2, 1, "a", "h2", "x" },
		{ 1, 4, 1, "b", "h2", "x" }, { 1, 3, 1, "b", "h1", "x" } };
	const struct row nameless[] = { { 0, 1, 1, "a", "", "" }, { 0, 2, 1, "a", "", "" },
		{ 1, 2, 1, "a", "", "" }, { 1, 1, 2, "a", "", "" } };

	check("hosts", PX_MATCH_COMMAND, rows, PX_COUNT(rows), "cmd 1/3 2/4");
	check("nameless", PX_MATCH_COMMAND, nameless, PX_COUNT(nameless), "cmd 1/- -/1 2/2");
}

PX_TEST(what_could_not_be_read_has_the_name_of_another_look)
{
	struct px_look looks[2] = { { 0 }, { 0 } };
	struct px_same same;

	px_add_looked(&looks[0], 1, 1, "a", "", "x");
	px_add_looked(&looks[0], 2, 1, "a", "", "y");
	px_add_looked(&looks[1], 5, 1, "a", "", "x");
	px_add_looked(&looks[1], 1, 0, "a", "", "");
	looks[1].processes[1].is_unread = true;
	px_same_number("found", 0, px_same_find(&same, PX_MATCH_COMMAND, looks, 2));
	px_same_number("programs", 2, same.count);
	px_same_number("first", 5, px_same_at(&same, 0)[1]->pid);
	assert_true(px_same_at(&same, 0)[1]->is_unread);
	px_same_deinit(&same);
	px_look_deinit(&looks[0]);
	px_look_deinit(&looks[1]);
}

PX_TEST(one_process_each_is_compared_whatever_it_is)
{
	const struct row rows[] = { { 0, 1, 1, "a", "", "x" }, { 1, 2, 3, "b", "", "y" } };

	check("one", PX_MATCH_PID, rows, PX_COUNT(rows), "only 1/2");
	check("programs", PX_MATCH_COMMAND, rows, PX_COUNT(rows), "cmd 1/- -/2");
}

PX_TEST(processes_of_a_program_are_added_up)
{
	struct px_look looks[2] = { { 0 }, { 0 } };
	struct px_same same;
	const struct px_group *group;

	px_add_looked(&looks[0], 1, 1, "a", "", "x");
	px_add_group(&looks[0], "one", 4, 3, 2);
	px_add_looked(&looks[0], 2, 1, "a", "", "y");
	px_add_looked(&looks[0], 3, 1, "a", "", "x");
	px_add_group(&looks[0], "one", 40, 30, 20);
	px_add_group(&looks[0], "two", 1, 1, 1);
	px_add_looked(&looks[1], 7, 1, "b", "", "x");
	px_same_number("found", 0, px_same_find(&same, PX_MATCH_COMMAND, looks, 2));
	px_same_number("programs", 2, same.count);
	px_same_number("first", 1, px_same_at(&same, 0)[0]->pid);
	px_same_number("groups", 2, px_same_at(&same, 0)[0]->groups.count);
	px_same_number("left", 0, looks[0].processes[2].groups.count);
	for (group = looks[0].processes[0].groups.last; group != NULL; group = group->next)
		px_same_number("size", memcmp(group->texts[0].bytes, "one", 3) == 0 ? 44 : 1,
			group->sums.sums[PX_MEASURE_SIZE]);
	px_same_deinit(&same);
	px_look_deinit(&looks[0]);
	px_look_deinit(&looks[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_have_a_number_a_start_and_a_boot),
		cmocka_unit_test(another_boot_has_other_processes),
		cmocka_unit_test(what_one_look_does_not_tell_is_not_compared),
		cmocka_unit_test(hosts_have_numbers_of_their_own),
		cmocka_unit_test(what_tells_no_start_is_the_one_that_it_can_be),
		cmocka_unit_test(programs_are_those_of_a_host),
		cmocka_unit_test(what_could_not_be_read_has_the_name_of_another_look),
		cmocka_unit_test(one_process_each_is_compared_whatever_it_is),
		cmocka_unit_test(processes_of_a_program_are_added_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
