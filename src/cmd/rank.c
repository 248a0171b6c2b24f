/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx rank": its command line.
 */
#include "rank.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"

/* Values of the options that have no letter. */
enum {
	OPTION_FIELDS = 256,
	OPTION_BY,
	OPTION_SHAPE, /* And those behind it. */
	OPTION_WALK = OPTION_SHAPE + PX_SHAPE_OPTIONS,
};

static const char verb[] = "rank";

static const char short_options[] = ":h";

static const struct option long_options[] = {
	{ "fields", required_argument, NULL, OPTION_FIELDS },
	{ "by", required_argument, NULL, OPTION_BY },
	PX_SHAPE_LONG_OPTIONS(OPTION_SHAPE),
	PX_WALK_OPTIONS(OPTION_WALK),
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" rank [options] [PID ...]\n"
	"\n"
	"Show all processes, or these and those that are selected, by what they cost.\n"
	"\n"
	"Options:\n"
	" --fields <name>[,...]   columns: pid, user, cgroup, cmd, command, host,\n"
	"                         processes, memory_of, and in kB vss, rss, pss, uss,\n"
	"                         swap, swap_pss, hugetlb, footprint, own, own_swap\n"
	" --by <key>[,...]        add up by cmd, user, cgroup\n"
	" --sort <column>         smallest first; -<column> largest first; usually -pss\n"
	" --top <n>               the first n rows; totals are of all\n"
	" --units <letter>        sizes in k, m or g, or h for what suits each\n"
	" --format <name>         text, json, ndjson, csv or tsv\n"
	" --all                   every process, which is what is shown without these\n"
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
	"For more details see pmapx-rank(1).\n";

void px_verb_rank_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *request)
{
	struct px_rank_options *options = request;

	if (letter >= OPTION_WALK)
		return px_take_walk_option(console, &options->walk, letter - OPTION_WALK);
	if (letter >= OPTION_SHAPE)
		return px_take_shape(console, verb, (enum px_shape_option)(letter - OPTION_SHAPE),
			&options->shape);
	if (letter == OPTION_BY)
		return px_rank_add_keys(console, options, optarg);
	return px_rank_add_fields(console, options, optarg);
}

/* All options; false after a message, or after what --help says. */
static bool take_options(struct px_console *console, int argc, char **argv,
	struct px_rank_options *options, int *ret_status)
{
	const char *why;
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_rank_usage,
		.take = take_option,
	};

	if (!px_take_options(console, &how, argc, argv, options, ret_status))
		return false;
	why = px_shape_check(&options->shape);
	if (why != NULL)
		return px_refuse_word(console, verb, NULL, why);
	return px_check_walk_options(console, &options->walk);
}

int px_verb_rank(struct px_console *console, int argc, char **argv)
{
	struct px_rank_options options = { .walk.verb = verb };
	pid_t *pids = NULL;
	int status;

	if (take_options(console, argc, argv, &options, &status)) {
		if (px_take_operands(console, verb, argv + optind, (size_t)(argc - optind),
			    &options.walk.select, &pids, &options.walk.pid_count)) {
			options.walk.pids = pids;
			status = px_rank(console, &options);
		}
		free(pids);
	}
	px_select_deinit(&options.walk.select);
	return status;
}
