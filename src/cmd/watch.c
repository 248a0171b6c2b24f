/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx watch": its command line.
 */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "scan.h"

/* Values of the options that have no letter. */
enum {
	OPTION_BY = 256,
	OPTION_COLOUR,
	OPTION_SHAPE, /* And those behind it. */
	OPTION_WALK = OPTION_SHAPE + PX_SHAPE_OPTIONS,
	OPTION_SIFT = OPTION_WALK + PX_WALK_OPTIONS_COUNT
};

/* The shortest and the longest time between looks, in seconds. */
#define SECONDS_MIN 0.1
#define SECONDS_MAX 31536000.0

static const char verb[] = "watch";

static const char short_options[] = ":n:c:h";

static const struct option long_options[] = {
	{ "interval", required_argument, NULL, 'n' },
	{ "count", required_argument, NULL, 'c' },
	{ "by", required_argument, NULL, OPTION_BY },
	PX_SELECT_OPTIONS(OPTION_WALK + PX_WALK_SELECT),
	{ "root", required_argument, NULL, OPTION_WALK + PX_WALK_ROOT },
	PX_SIEVE_OPTIONS(OPTION_SIFT),
	{ "top", required_argument, NULL, OPTION_SHAPE + PX_SHAPE_TOP },
	{ "units", required_argument, NULL, OPTION_SHAPE + PX_SHAPE_UNITS },
	{ "color", required_argument, NULL, OPTION_COLOUR },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" watch [options] [PID ...]\n"
	"\n"
	"Show again and again what has grown and shrunk in these processes, or in those\n"
	"that are selected, since a moment ago: until interrupted, or until they have\n"
	"ended.\n"
	"\n"
	"Options:\n"
	" -n, --interval <s>      seconds between looks, 0.1 or more; usually 2\n"
	" -c, --count <n>         so many times\n"
	" --by <key>[,...]        add mappings up by name, path, kind, class, perm,\n"
	"                         address, or pid for whole processes; usually\n"
	"                         name,kind,perm\n"
	" --all                   every process\n"
	" --name <re>             processes whose name matches\n"
	" --user <name>           processes of this user\n"
	" --tree <pid>            this process and its descendants\n"
	" --cgroup <path>         processes in this cgroup or below\n"
	" --root <dir>            another proc root\n"
	" --map <re>              mappings whose name matches\n"
	" --kind <kind>[,...]     mappings of these kinds or classes\n"
	" --perm <letters>        mappings that have these: r, w, x, s, p\n"
	" --min <size>            what has at least so much resident, before or now\n"
	" --top <n>               the first n rows\n"
	" --units <letter>        sizes in k, m or g, or h for what suits each\n"
	" --color <when>          auto, always or never\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"For more details see pmapx-watch(1).\n";

void px_verb_watch_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

static bool take_interval(struct px_console *console, uint64_t *ret_ms)
{
	char *end = optarg;
	double seconds = 0;

	/* Digits and a point: no sign, no exponent, nothing in hexadecimal. */
	if (*optarg != '\0' && optarg[strspn(optarg, "0123456789.")] == '\0')
		seconds = strtod(optarg, &end);
	if (*end != '\0' || !(seconds >= SECONDS_MIN && seconds <= SECONDS_MAX))
		return px_refuse_value(
			console, verb, "interval", "not a number of seconds from 0.1 on");
	*ret_ms = (uint64_t)(seconds * 1000 + 0.5);
	return true;
}

static bool take_colours(struct px_console *console, enum px_colours *ret)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++)
		if (strcmp(words[i], optarg) == 0) {
			*ret = (enum px_colours)i;
			return true;
		}
	return px_refuse_value(console, verb, "color", "there are auto, always and never");
}

static bool take_count(struct px_console *console, uint64_t *ret)
{
	return (px_scan_number(optarg, ret) && *ret > 0) ||
		px_refuse_value(console, verb, "count", "not a number from 1 on");
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *request)
{
	struct px_watch_options *options = request;

	switch (letter) {
	case 'n':
		return take_interval(console, &options->interval_ms);
	case 'c':
		return take_count(console, &options->count);
	case OPTION_BY:
		return px_take_diff_keys(console, verb, &options->diff.keys);
	case OPTION_COLOUR:
		return take_colours(console, &options->colours);
	default:
		if (letter >= OPTION_SIFT)
			return px_take_sieve(console, verb, (enum px_sieve)(letter - OPTION_SIFT),
				&options->diff.sift);
		if (letter >= OPTION_WALK)
			return px_take_walk_option(
				console, &options->diff.walk, letter - OPTION_WALK);
		return px_take_shape(console, verb, (enum px_shape_option)(letter - OPTION_SHAPE),
			&options->diff.shape);
	}
}

/* All options; false after a message, or after what --help says. */
static bool take_options(struct px_console *console, int argc, char **argv,
	struct px_watch_options *options, int *ret_status)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_watch_usage,
		.take = take_option,
	};

	if (!px_take_options(console, &how, argc, argv, options, ret_status))
		return false;
	return optind < argc || px_select_is_given(&options->diff.walk.select) ||
		px_refuse_word(console, verb, NULL, "no process is named or selected");
}

int px_verb_watch(struct px_console *console, int argc, char **argv)
{
	struct px_watch_options options = {
		.diff = { .walk.verb = verb, .input_count = 2, .keys = PX_DIFF_KEYS },
		.interval_ms = 2000
	};
	struct px_walk_options *walk = &options.diff.walk;
	pid_t *pids = NULL;
	int status;

	if (take_options(console, argc, argv, &options, &status) &&
		px_take_operands(console, verb, argv + optind, (size_t)(argc - optind),
			&walk->select, &pids, &walk->pid_count)) {
		walk->pids = pids;
		status = px_watch(console, &options);
	}
	free(pids);
	px_select_deinit(&walk->select);
	px_sift_deinit(&options.diff.sift);
	return status;
}
