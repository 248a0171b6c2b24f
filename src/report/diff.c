/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "diff": looks are taken, compared and printed.
 */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "diff_print.h"

/* Begin a note about looks. */
static struct px_out *begin_note(struct px_console *console, const struct px_diff_options *options)
{
	px_message_begin_verb(console, options->walk.verb);
	return &console->err;
}

/* Say of a look what is to be known of it. */
static void note_look(struct px_console *console, const struct px_diff_options *options,
	const struct px_look *look, const char *what)
{
	struct px_out *err = begin_note(console, options);

	px_message_text(console, look->name);
	px_out_string(err, what);
	px_message_end(console);
}

static void note(
	struct px_console *console, const struct px_diff_options *options, const char *what)
{
	px_out_string(begin_note(console, options), what);
	px_message_end(console);
}

/* "3 processes WHAT", if there are any. */
static void note_count(struct px_console *console, const struct px_diff_options *options,
	size_t count, const char *one, const char *many, const char *what)
{
	struct px_out *err = &console->err;

	if (count == 0)
		return;
	begin_note(console, options);
	px_out_number(err, count);
	px_out_string(err, " ");
	px_out_string(err, count == 1 ? one : many);
	px_out_string(err, what);
	px_message_end(console);
}

/* Whether no process is in both the first and the last look. */
static bool is_disjoint(const struct px_differences *differences)
{
	for (size_t i = 0; i < differences->same.count; i++) {
		struct px_looked *const *processes = px_same_at(&differences->same, i);

		if (processes[0] != NULL && processes[differences->look_count - 1] != NULL)
			return false;
	}
	return true;
}

/* Say what is odd about how processes were matched, if anything. */
static void note_matching(struct px_console *console, const struct px_diff_options *options,
	const struct px_differences *differences)
{
	size_t last = differences->look_count - 1;
	const struct px_looked *first_process = &differences->looks[0].processes[0];
	const struct px_looked *last_process = &differences->looks[last].processes[0];

	note_count(console, options, differences->same.by_number, "process", "processes",
		" matched by number or name alone: not all looks tell the start");
	if (differences->same.sameness == PX_SAME_COMMAND)
		note_count(console, options, differences->left_out, "program", "programs",
			" left out, also of totals: not all their processes were read in every look");
	else
		note_count(console, options, differences->left_out, "process", "processes",
			" left out, also of totals: not read in every look");
	if (px_same_is_of_two(&differences->same))
		note(console, options,
			"not the same process; compared since each look has only one");
	if (!is_disjoint(differences))
		return;
	if (differences->same.sameness == PX_SAME_COMMAND)
		note(console, options, "no program is in both the first and the last look");
	else if (*first_process->boot_id != '\0' && *last_process->boot_id != '\0' &&
		strcmp(first_process->boot_id, last_process->boot_id) != 0)
		note(console, options,
			"no process is in both the first and the last look, which are of "
			"different boots; --match=cmd compares programs");
	else
		note(console, options,
			"no process is in both the first and the last look; "
			"--match=cmd compares programs");
}

/* Say so if there is nothing to be compared, or nothing that could be. */
static void note_nothing(struct px_console *console, const struct px_diff_options *options,
	const struct px_differences *differences)
{
	uint64_t mappings = 0;

	if (differences->count > 0)
		return;
	for (size_t i = 0; i < differences->look_count; i++)
		mappings += differences->totals[i].sums[PX_MEASURE_COUNT];
	if (differences->in_both == 0)
		note(console, options, "nothing could be compared");
	else if (mappings == 0)
		note(console, options, "no mapping is selected");
}

/* Each capture has words of its own for what is redacted: they are like in no other. */
static void note_redacted(struct px_console *console, const struct px_diff_options *options,
	const struct px_look *look)
{
	static const unsigned names = 1U << PX_KEY_NAME | 1U << PX_KEY_PATH;

	if ((look->redacted & PMAPX_REDACTED_PATHS) != 0 && (options->keys.set & names) != 0)
		note_look(console, options, look,
			" has names of its own for files, which are redacted: --by=kind,perm "
			"compares without");
	if ((look->redacted & PMAPX_REDACTED_ADDRESSES) != 0 &&
		(options->keys.set >> PX_KEY_ADDRESS & 1) != 0)
		note_look(console, options, look,
			" has addresses of its own, as they are redacted: compare without "
			"--by=address");
}

/* Say which looks tell less than others, and which are not in the order of time. */
static void note_looks(struct px_console *console, const struct px_diff_options *options,
	const struct px_look *looks)
{
	size_t count = options->input_count;
	unsigned known = 0;

	for (size_t i = 0; i < count; i++)
		known |= looks[i].known;
	for (size_t i = 0; i < count; i++) {
		if ((known & ~looks[i].known & 1U << PX_MEASURE_RSS) != 0)
			note_look(console, options, &looks[i],
				" has no smaps: of what it is compared with, only sizes are known");
		note_redacted(console, options, &looks[i]);
		if (i > 0 && looks[i].when_ms > 0 && looks[i].when_ms < looks[i - 1].when_ms)
			note_look(console, options, &looks[i], " is older than the look before it");
	}
}

/*
 * Where some inputs are processes and others are not, of the others those processes are
 * looked at, or the one that a single map is of.  Fills @ret, each once, with room for
 * one more than there are inputs; returns how many there are.
 */
static size_t list_pids(const struct px_diff_options *options, pid_t *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < options->input_count; i++) {
		pid_t pid = options->inputs[i].pid;
		size_t same = 0;

		while (same < count && ret[same] != pid)
			same++;
		if (pid > 0 && same == count)
			ret[count++] = pid;
	}
	if (count > 0)
		ret[count++] = 0;
	return count;
}

/* Look at all inputs; 0, or negative after a message. */
static int take_looks(
	struct px_console *console, const struct px_diff_options *options, struct px_look *looks)
{
	pid_t *pids = calloc(options->input_count + 1, sizeof(*pids));
	size_t pid_count;
	int r = 0;

	if (pids == NULL) {
		px_message(console, "memory allocation failed");
		return -1;
	}
	pid_count = list_pids(options, pids);
	for (size_t i = 0; r >= 0 && i < options->input_count; i++) {
		const struct px_diff_input *input = &options->inputs[i];
		struct px_walk_options walk = options->walk;

		walk.pids = input->pid > 0 ? &input->pid : pids;
		walk.pid_count = input->pid > 0 ? 1 : pid_count;
		if (input->pid == 0 && !input->is_running) {
			walk.from = input->name;
			walk.root = NULL;
		}
		looks[i].name = input->name;
		r = px_look_take(console, &walk, &options->sift, &options->keys, &looks[i]);
		if (r >= 0)
			px_look_tell_guesses(console, options->walk.verb, &looks[i]);
	}
	free(pids);
	return r;
}

/* The worst of all looks; that nothing was compared is trouble, not that nothing differs. */
static int status_of(const struct px_diff_options *options, const struct px_look *looks,
	const struct px_differences *differences)
{
	bool differs = differences->count > 0;
	int worst = differs || differences->in_both > 0 ? 0 : 2;

	for (size_t i = 0; i < options->input_count; i++) {
		int status = px_walk_status(&options->walk, &looks[i].counts, differs);

		if (worst < status)
			worst = status;
	}
	return worst;
}

/* Compare what was looked at, and print it; returns the exit status. */
static int compare(struct px_console *console, const struct px_diff_options *options,
	const struct px_diff_columns *columns, struct px_look *looks)
{
	size_t count = options->input_count;
	struct px_differences differences;
	const struct px_comparison how = {
		.match = options->match,
		.growth = columns->has_growth ? columns->growth : px_growth_choose(looks, count),
		.min_kb = options->sift.min_kb,
	};
	int r = px_compare(&differences, &how, looks, count);

	if (r == 0) {
		note_looks(console, options, looks);
		note_matching(console, options, &differences);
		note_nothing(console, options, &differences);
		r = px_diff_print(console, options, &differences, columns);
	}
	if (r == 0)
		r = status_of(options, looks, &differences);
	else
		px_message(console, "memory allocation failed");
	px_differences_deinit(&differences);
	return r < 0 ? 2 : r;
}

int px_diff(struct px_console *console, const struct px_diff_options *options)
{
	struct px_diff_columns columns;
	struct px_look *looks;
	int status = 2;

	/* What is asked for in vain is said before anything is read. */
	if (!px_diff_choose(console, options, &columns))
		return 2;
	looks = calloc(options->input_count, sizeof(*looks));
	if (looks == NULL)
		px_message(console, "memory allocation failed");
	else if (take_looks(console, options, looks) >= 0)
		status = compare(console, options, &columns, looks);
	for (size_t i = 0; looks != NULL && i < options->input_count; i++)
		px_look_deinit(&looks[i]);
	free(looks);
	return status;
}
