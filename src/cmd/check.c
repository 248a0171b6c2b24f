/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx check": its command line.
 */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"

/* Values of the options that have no letter. */
enum {
	OPTION_ONLY = 256,
	OPTION_EXPLAIN,
	OPTION_FORMAT,
	OPTION_WALK, /* And those behind it. */
};

static const char verb[] = "check";

static const char short_options[] = ":h";

static const struct option long_options[] = {
	{ "only", required_argument, NULL, OPTION_ONLY },
	{ "explain", no_argument, NULL, OPTION_EXPLAIN },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	PX_WALK_OPTIONS(OPTION_WALK),
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" check [options] [PID ...]\n"
	"\n"
	"Look at all processes, or these and those that are selected, for what is odd\n"
	"about their memory; a line for each finding.\n"
	"\n"
	"Options:\n"
	" --only <name>[,...]     only these checks: map-count, writable-executable,\n"
	"                         deleted-file, replaced-file, unguarded-stack,\n"
	"                         page-tables\n"
	" --explain               what findings mean, and what to do; of all checks, if\n"
	"                         no process is asked for\n"
	" --format <name>         text, json, ndjson, csv or tsv\n"
	" --all                   every process, which is what is checked without these\n"
	" --name <re>             processes whose name matches\n"
	" --user <name>           processes of this user\n"
	" --tree <pid>            this process and its descendants\n"
	" --cgroup <path>         processes in this cgroup or below\n"
	" --root <dir>            another proc root\n"
	" --from <path>           saved files, folder or archive, - for standard input\n"
	" --jobs <n>              read at most n processes at a time\n"
	" --strict                status 1 if something could not be read\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"Status: 0 if nothing was found, 1 if something was, 2 for trouble.\n"
	"\n"
	"For more details see pmapx-check(1).\n";

void px_verb_check_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *request)
{
	struct px_check_options *options = request;

	switch (letter) {
	case OPTION_ONLY:
		return px_check_read(console, verb, optarg, &options->checks);
	case OPTION_EXPLAIN:
		options->explain = true;
		return true;
	case OPTION_FORMAT:
		return px_notation_find(optarg, &options->notation) ||
			px_refuse_value(console, verb, "format", PX_NOTATION_WANTED);
	default:
		return px_take_walk_option(console, &options->walk, letter - OPTION_WALK);
	}
}

/* All options; false after a message, or after what --help says. */
static bool take_options(struct px_console *console, int argc, char **argv,
	struct px_check_options *options, int *ret_status)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_check_usage,
		.take = take_option,
	};

	if (!px_take_options(console, &how, argc, argv, options, ret_status))
		return false;
	if (options->explain && options->notation != PX_NOTATION_TEXT)
		return px_refuse_word(console, verb, "--explain", "not with --format");
	if (options->checks == 0)
		options->checks = PX_CHECK_ALL;
	return px_check_walk_options(console, &options->walk);
}

/* Whether anything says which processes to check. */
static bool has_processes(const struct px_check_options *options, int operands)
{
	return operands > 0 || options->walk.from != NULL || options->walk.root != NULL ||
		px_select_is_given(&options->walk.select);
}

int px_verb_check(struct px_console *console, int argc, char **argv)
{
	struct px_check_options options = { .walk.verb = verb };
	pid_t *pids = NULL;
	int status;

	if (!take_options(console, argc, argv, &options, &status)) {
		px_select_deinit(&options.walk.select);
		return status;
	}
	if (options.explain && !has_processes(&options, argc - optind)) {
		px_check_explain(console, options.checks);
		status = PX_VERB_DONE;
	} else if (px_take_operands(console, verb, argv + optind, (size_t)(argc - optind),
			   &options.walk.select, &pids, &options.walk.pid_count)) {
		options.walk.pids = pids;
		status = px_check(console, &options);
	}
	free(pids);
	px_select_deinit(&options.walk.select);
	return status;
}
