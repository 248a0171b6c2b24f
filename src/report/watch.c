/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "watch": looks are taken one after the other, and each is compared with the one before.
 * Nothing is put back when a signal ends that: the terminal is as it was after each block,
 * which is written at once.
 */
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "descriptor.h"
#include "diff_print.h"
#include "source_impl.h"
#include "text.h"
#include "threads.h"

/* Where a block begins on a terminal: in the first line, and nothing is below. */
#define FROM_THE_TOP "\033[H\033[J"

#define RED "\033[31m"
#define GREEN "\033[32m"

/* What is around the rows on a terminal: time, headings, what was left out, the cursor. */
#define LINES_AROUND ((size_t)5)

/* The state of a watch. */
struct watching {
	struct px_console *console;
	const struct px_watch_options *options;
	struct px_diff_columns columns;
	const char *name;            /* Of the proc root. */
	struct pmapx_source *source; /* To ask who is there. */
	pid_t *pids;                 /* Those that have not ended. */
	size_t pid_count;
	pid_t *ended; /* Those that have, since the last block. */
	size_t ended_count;
	struct px_look looks[2]; /* A moment ago, and now, */
	uint64_t taken_ms[2];    /* and when that was. */
	bool redraws, has_colours;
	uint64_t blocks; /* How many were printed. */
};

/* Growth is in the first column. */
static const char *colour_of(const struct px_value *row)
{
	const struct pmapx_text *state = &row->text;

	switch (state->length > 0 ? *state->bytes : '\0') {
	case 'a':
	case 'g':
		return RED;
	case 'v':
	case 's':
		return GREEN;
	default:
		return NULL;
	}
}

/* What the terminal can do, and is to do. */
static void ask_terminal(struct watching *watching)
{
	const char *terminal = getenv("TERM"), *without = getenv("NO_COLOR");

	watching->redraws = isatty(watching->console->out.fd) && terminal != NULL &&
		*terminal != '\0' && strcmp(terminal, "dumb") != 0;
	watching->has_colours = watching->options->colours == PX_COLOURS_ALWAYS;
	if (watching->options->colours == PX_COLOURS_AUTO)
		watching->has_colours = watching->redraws && (without == NULL || *without == '\0');
}

/* The process in a look; NULL if that has it not. */
static const struct px_looked *find_process(const struct px_look *look, pid_t pid)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->processes[i].pid == pid)
			return &look->processes[i];
	return NULL;
}

/* Whether process @pid goes on: 1, 0, or a shortage. */
static int goes_on(const struct watching *watching, pid_t pid)
{
	const struct px_looked *before = find_process(&watching->looks[0], pid);
	const struct pmapx_identity *identity;
	struct pmapx_process *process;
	int r = px_process_look(watching->source, pid, &process, NULL);

	if (r < 0)
		return px_is_shortage(r) ? r : r != -ESRCH && r != -ENOENT;
	identity = pmapx_process_identity(process);
	r = 1;
	if (px_has_exited(identity->state)) {
		pid_t thread = px_process_living_thread(process);

		r = thread < 0 ? (int)thread : thread > 0;
	}
	/* Its number may be another's by now. */
	if (before != NULL && before->has_start && before->start_ticks != identity->start_ticks)
		r = 0;
	pmapx_process_close(process);
	return r;
}

/*
 * Put those who have ended aside; who was in the look before and is not in @now, which may
 * be NULL, has.  0 or a shortage.
 */
static int set_ended_aside(struct watching *watching, const struct px_look *now)
{
	size_t left = 0, count = watching->pid_count;

	for (size_t i = 0; i < count; i++) {
		pid_t pid = watching->pids[i];
		int r = goes_on(watching, pid);

		if (r < 0)
			return r;
		/* Its memory goes first, and then itself. */
		if (now != NULL && find_process(&watching->looks[0], pid) != NULL &&
			find_process(now, pid) == NULL)
			r = 0;
		if (r > 0)
			watching->pids[left++] = pid;
		else
			watching->ended[watching->ended_count++] = pid;
	}
	watching->pid_count = left;
	return 0;
}

/* Whether @pid is one of the first @count that are watched. */
static bool is_among(const struct watching *watching, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (watching->pids[i] == pid)
			return true;
	return false;
}

/*
 * Leave out who is not in the first look and not there: of those that has been told, and
 * they have not ended since.  Who is named twice ends once.  0 or a shortage.
 */
static int forget_missing(struct watching *watching)
{
	size_t left = 0;

	for (size_t i = 0; i < watching->pid_count; i++) {
		pid_t pid = watching->pids[i];
		int r = 1;

		if (find_process(&watching->looks[0], pid) == NULL)
			r = goes_on(watching, pid);
		if (r < 0)
			return r;
		if (r > 0 && !is_among(watching, left, pid))
			watching->pids[left++] = pid;
	}
	watching->pid_count = left;
	return 0;
}

/* Say who has ended since the last block; returns how many lines that takes. */
static size_t put_ended(struct watching *watching)
{
	struct px_console *console = watching->console;
	size_t count = watching->ended_count;

	for (size_t i = 0; i < count; i++) {
		pid_t pid = watching->ended[i];
		const struct px_looked *before = find_process(&watching->looks[0], pid);

		px_out_number(&console->out, (uint64_t)pid);
		if (before != NULL) {
			px_out_string(&console->out, " ");
			px_out_text(&console->out, &console->locale, before->command,
				strlen(before->command));
		}
		px_out_string(&console->out, " has ended\n");
	}
	watching->ended_count = 0;
	return count;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Whether there may be others than those that were named. */
static bool is_selecting(const struct watching *watching)
{
	return px_select_is_given(&watching->options->diff.walk.select);
}

/* Look at those who are there; 0, or negative after a message. */
static int look(struct watching *watching, bool is_again, struct px_look *ret)
{
	const struct px_diff_options *options = &watching->options->diff;
	struct px_walk_options walk = options->walk;

	walk.pids = watching->pids;
	walk.pid_count = watching->pid_count;
	walk.is_again = is_again;
	watching->taken_ms[ret - watching->looks] = now_ms();
	ret->name = watching->name;
	if (!is_again)
		return px_look_take(watching->console, &walk, &options->sift, &options->keys, ret);
	/* Of nobody in particular it would be a look at all. */
	if (walk.pid_count == 0 && !is_selecting(watching))
		return 0;
	return px_look_read(watching->console, &walk, &options->sift, &options->keys, ret);
}

/* Wait until it is time for the next look, which is at least @interval_ms after @next. */
static void wait_for(struct timespec *next, uint64_t interval_ms)
{
	const uint64_t seconds = interval_ms / 1000, rest = interval_ms % 1000 * 1000000;
	struct timespec now;

	next->tv_sec += (time_t)(seconds + ((uint64_t)next->tv_nsec + rest) / 1000000000);
	next->tv_nsec = (long)(((uint64_t)next->tv_nsec + rest) % 1000000000);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, next, NULL) == EINTR)
		;
	/* What takes longer than that is not made up for. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec > next->tv_sec + (time_t)seconds)
		*next = now;
}

/* " pss 171 (+4)" */
static void put_total(const struct watching *watching, const struct px_differences *differences,
	enum px_measure measure)
{
	struct px_out *out = &watching->console->out;
	enum px_units units = watching->options->diff.shape.units;
	struct px_value before = px_sums_value(&differences->totals[0], measure);
	struct px_value after = px_sums_value(&differences->totals[1], measure);
	bool has_grown = after.number > before.number;
	char bytes[PX_SIZE_MAX];

	px_out_string(out, " ");
	px_out_string(out, px_measure_columns[measure].name);
	if (before.type == PX_VALUE_NOTHING || after.type == PX_VALUE_NOTHING) {
		px_out_string(out, " ?");
		return;
	}
	px_out_string(out, " ");
	px_out_bytes(out, bytes, (size_t)(px_put_size(bytes, after.number, units) - bytes));
	if (after.number == before.number)
		return;
	px_out_string(out, has_grown ? " (+" : " (-");
	px_out_bytes(out, bytes,
		(size_t)(px_put_size(bytes,
				 has_grown ? after.number - before.number
					   : before.number - after.number,
				 units) -
			bytes));
	px_out_string(out, ")");
}

/* When it is now. */
static void put_time(struct px_out *out)
{
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local) != NULL) {
		char text[64];

		px_out_bytes(out, text, strftime(text, sizeof(text), "%F %T", &local));
	}
}

/* "  in 2.0 s, kB:": how long it took, and what sizes are in. */
static void put_interval(const struct watching *watching)
{
	struct px_out *out = &watching->console->out;
	uint64_t tenths = (watching->taken_ms[1] - watching->taken_ms[0] + 50) / 100;
	const char *unit = px_diff_unit(watching->options->diff.shape.units);

	px_out_string(out, "  in ");
	px_out_number(out, tenths / 10);
	px_out_string(out, ".");
	px_out_number(out, tenths % 10);
	px_out_string(out, *unit != '\0' ? " s, " : " s");
	px_out_string(out, unit);
	px_out_string(out, ":");
}

static void begin_block(struct watching *watching)
{
	struct px_out *out = &watching->console->out;

	if (watching->redraws)
		px_out_string(out, FROM_THE_TOP);
	else if (watching->blocks > 0)
		px_out_string(out, "\n");
	watching->blocks++;
	put_time(out);
}

/*
 * Say what is odd about the look: on a terminal that is redrawn in each block, as all else
 * is wiped; elsewhere once, and again when it has changed.  Returns how many lines of the
 * block that takes.
 */
static size_t put_notes(struct watching *watching)
{
	struct px_console *console = watching->console;
	const char *verb = watching->options->diff.walk.verb;
	const struct px_look *before = &watching->looks[0], *now = &watching->looks[1];
	size_t lines = 0;

	if (!watching->redraws) {
		if (!px_unread_is_same(&before->counts.unread, &now->counts.unread))
			px_unread_tell(console, verb, NULL, &now->counts.unread);
		if (before->torn == 0)
			px_look_tell_torn(console, verb, now);
		if (!px_guesses_are_same(&before->guesses, &now->guesses))
			px_look_tell_guesses(console, verb, now);
		return 0;
	}
	if (px_unread_count(&now->counts.unread) > 0) {
		px_unread_put(&console->out, &now->counts.unread);
		px_out_string(&console->out, "\n");
		lines++;
	}
	if (now->torn > 0) {
		px_out_string(&console->out, PX_LOOK_TORN "\n");
		lines++;
	}
	if (px_guesses_any(&now->guesses)) {
		px_guesses_put(&console->out, &now->guesses);
		px_out_string(&console->out, "\n");
		lines++;
	}
	return lines;
}

/* As many rows as there are asked for, or there is room for beside @others, lines. */
static size_t choose_top(const struct watching *watching, size_t others)
{
	size_t height = watching->redraws ? px_console_height(watching->console) : 0;
	size_t top = watching->options->diff.shape.top, room;

	if (height == 0)
		return top;
	room = height > LINES_AROUND + others ? height - LINES_AROUND - others : 1;
	return top == 0 || top > room ? room : top;
}

/* The rows, and how many there are beside; 0 or -ENOMEM. */
static int print_rows(
	struct watching *watching, const struct px_differences *differences, size_t others)
{
	struct px_out *out = &watching->console->out;
	struct px_diff_options options = watching->options->diff;
	int r;

	options.shape.top = choose_top(watching, others);
	r = px_diff_print_rows(watching->console, &options, differences, &watching->columns, false,
		watching->has_colours ? colour_of : NULL);
	if (r < 0 || options.shape.top == 0 || options.shape.top >= differences->count)
		return r;
	px_out_string(out, "(");
	px_out_number(out, differences->count - options.shape.top);
	px_out_string(out, " more)\n");
	return 0;
}

/* What all add up to, who has ended, and what is odd; returns how many lines, but the first. */
static size_t put_summary(struct watching *watching, struct px_differences *differences)
{
	struct px_out *out = &watching->console->out;
	size_t lines;

	/* If nobody is left, there is nothing, and that is known. */
	if (watching->looks[1].count == 0)
		differences->totals[1].known = differences->totals[0].known;
	put_interval(watching);
	put_total(watching, differences, PX_MEASURE_PSS);
	px_out_string(out, " ");
	put_total(watching, differences, PX_MEASURE_PRIVATE);
	px_out_string(out, "\n");
	lines = put_ended(watching);
	lines += put_notes(watching);
	if (watching->looks[1].count == 0 && is_selecting(watching)) {
		px_out_string(out, "no process is left\n");
		lines++;
	}
	return lines;
}

/* Compare the looks and print a block; 0 or a shortage. */
static int print_block(struct watching *watching)
{
	const struct px_comparison how = {
		.match = PX_MATCH_START,
		.growth = watching->columns.has_growth ? watching->columns.growth
						       : px_growth_choose(watching->looks, 2),
		.min_kb = watching->options->diff.sift.min_kb,
	};
	struct px_differences differences;
	int r = px_compare(&differences, &how, watching->looks, 2);

	if (r == 0) {
		begin_block(watching);
		r = print_rows(watching, &differences, put_summary(watching, &differences));
	}
	px_differences_deinit(&differences);
	return r;
}

/* Say what is short, if anything is; returns @r. */
static int tell(struct watching *watching, int r)
{
	if (r < 0)
		px_message(watching->console, px_describe_error(-r));
	return r;
}

/* Look again, with what is to be said of that in the look; 0, or negative after a message. */
static int look_again(struct watching *watching)
{
	struct px_look *before = &watching->looks[0], *now = &watching->looks[1];
	int r = tell(watching, set_ended_aside(watching, NULL));

	if (r == 0)
		r = look(watching, true, now);
	if (r == 0)
		r = tell(watching, set_ended_aside(watching, now));
	if (r < 0)
		return r;
	if (now->count > 0 && now->count == now->unread) {
		const char *verb = watching->options->diff.walk.verb;

		px_unread_tell(watching->console, verb, NULL, &now->counts.unread);
		px_look_say(watching->console, verb, now, PX_LOOK_IN_VAIN);
		return -EACCES;
	}
	/* Nobody is left: what there was can be compared with that. */
	if (now->count == 0)
		now->known = before->known;
	/* Who has gone is in the rows, or was not there before. */
	now->counts.unread.vanished = 0;
	return 0;
}

/* Say so if no mapping of those that are watched is selected, so far. */
static void say_none_selected(const struct watching *watching)
{
	const struct px_diff_options *options = &watching->options->diff;
	const struct px_look *first = &watching->looks[0];
	struct px_console *console = watching->console;

	for (size_t i = 0; i < first->count; i++)
		if (first->processes[i].groups.count > 0)
			return;
	if (!options->sift.is_given || first->count == first->unread)
		return;
	px_message_begin_verb(console, options->walk.verb);
	px_out_string(&console->err, "no mapping is selected");
	px_message_end(console);
}

/* Watch from the first look on; 0, or negative after a message. */
static int watch(struct watching *watching)
{
	const struct px_watch_options *options = watching->options;
	struct px_out *out = &watching->console->out;
	bool is_over = false;
	struct timespec next;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &next);
	r = look(watching, false, &watching->looks[0]);
	if (r == 0) {
		px_look_tell_guesses(
			watching->console, options->diff.walk.verb, &watching->looks[0]);
		say_none_selected(watching);
		r = tell(watching, forget_missing(watching));
	}
	watching->looks[0].counts.unread.vanished = 0;
	while (r == 0 && !is_over && out->error == 0 &&
		(options->count == 0 || watching->blocks < options->count)) {
		wait_for(&next, options->interval_ms);
		r = look_again(watching);
		if (r < 0)
			break;
		r = tell(watching, print_block(watching));
		px_out_flush(out);
		is_over = watching->looks[1].count == 0;
		px_look_deinit(&watching->looks[0]);
		watching->looks[0] = watching->looks[1];
		watching->taken_ms[0] = watching->taken_ms[1];
		watching->looks[1] = (struct px_look){ 0 };
	}
	return r;
}

/* 0, or negative after a message. */
static int open_source(struct watching *watching)
{
	const struct px_walk_options *walk = &watching->options->diff.walk;
	const struct px_look nothing = { .name = watching->name };
	int r = walk->root != NULL ? pmapx_source_open_root(walk->root, NULL, &watching->source)
				   : pmapx_source_open_live(NULL, &watching->source);

	if (r == -ENOMEM)
		px_message(watching->console, px_describe_error(-r));
	else if (r < 0)
		px_look_say(watching->console, walk->verb, &nothing, px_describe_error(-r));
	return r;
}

int px_watch(struct px_console *console, const struct px_watch_options *options)
{
	const struct px_walk_options *walk = &options->diff.walk;
	struct watching watching = { .console = console,
		.options = options,
		.name = walk->root != NULL ? walk->root : "/proc" };
	int r;

	if (!px_diff_choose(console, &options->diff, &watching.columns))
		return 2;
	ask_terminal(&watching);
	watching.pids = calloc(walk->pid_count + 1, sizeof(*watching.pids));
	watching.pid_count = walk->pid_count;
	watching.ended = calloc(walk->pid_count + 1, sizeof(*watching.ended));
	r = watching.pids == NULL || watching.ended == NULL ? tell(&watching, -ENOMEM)
							    : open_source(&watching);
	if (r == 0) {
		memcpy(watching.pids, walk->pids, walk->pid_count * sizeof(*watching.pids));
		r = watch(&watching);
	}
	px_look_deinit(&watching.looks[0]);
	px_look_deinit(&watching.looks[1]);
	pmapx_source_close(watching.source);
	free(watching.pids);
	free(watching.ended);
	return r < 0 ? 2 : 0;
}
