/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx diff": its command line.
 */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "operand.h"

/* Values of the options that have no letter. */
enum {
	OPTION_BY = 256,
	OPTION_MATCH,
	OPTION_FIELDS,
	OPTION_SHAPE,
	OPTION_WALK = OPTION_SHAPE + PX_SHAPE_OPTIONS,
	OPTION_SIFT = OPTION_WALK + PX_WALK_OPTIONS_COUNT
};

static const char verb[] = "diff";

/* Operands and --all come in their order. */
static const char short_options[] = "-:qh";

static const struct option long_options[] = {
	{ "by", required_argument, NULL, OPTION_BY },
	{ "match", required_argument, NULL, OPTION_MATCH },
	{ "fields", required_argument, NULL, OPTION_FIELDS },
	PX_SHAPE_LONG_OPTIONS(OPTION_SHAPE),
	PX_SIEVE_OPTIONS(OPTION_SIFT),
	{ "root", required_argument, NULL, OPTION_WALK + PX_WALK_ROOT },
	{ "jobs", required_argument, NULL, OPTION_WALK + PX_WALK_JOBS },
	{ "strict", no_argument, NULL, OPTION_WALK + PX_WALK_STRICT },
	PX_SELECT_OPTIONS(OPTION_WALK + PX_WALK_SELECT),
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" diff [options] OLD NEW ...\n"
	"\n"
	"Show what has grown, shrunk, appeared and vanished between two looks at\n"
	"processes; with more than two, what has grown from each to the next.\n"
	"\n"
	"OLD and NEW are what --from of the views reads (captures, folders, maps), or the\n"
	"number of a process for how it is now.\n"
	"\n"
	"Options:\n"
	" --by <key>[,...]        add mappings up by name, path, kind, class, perm,\n"
	"                         address, or pid for whole processes; usually\n"
	"                         name,kind,perm\n"
	" --match <what>          pid: processes of the same number and start, which is\n"
	"                         usual; cmd: those of one program, added up\n"
	" --all                   a look at all processes as they are now\n"
	" --name <re>             processes whose name matches\n"
	" --user <name>           processes of this user\n"
	" --tree <pid>            this process and its descendants\n"
	" --cgroup <path>         processes in this cgroup or below\n"
	" --root <dir>            another proc root, of --all and of numbers\n"
	" --map <re>              mappings whose name matches\n"
	" --kind <kind>[,...]     mappings of these kinds or classes\n"
	" --perm <letters>        mappings that have these: r, w, x, s, p\n"
	" --min <size>            what has at least so much resident in one of the looks\n"
	" --fields <name>[,...]   columns\n"
	" --sort <column>         smallest first; -<column> largest first\n"
	" --top <n>               the first n rows; totals are of all\n"
	" --units <letter>        sizes in k, m or g, or h for what suits each\n"
	" --format <name>         text, json, ndjson, csv or tsv\n"
	" -q, --quiet             no headings and no totals\n"
	" --jobs <n>              read at most n processes at a time\n"
	" --strict                status 1 if something could not be read\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"Status: 0 if nothing differs, 1 if something does, 2 for trouble.\n"
	"\n"
	"For more details see pmapx-diff(1).\n";

/* What --all is called among the looks. */
static const char all_running[] = "--all";

void px_verb_diff_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

/* The options, and the inputs that they borrow. */
struct request {
	struct px_diff_options options;
	struct px_diff_input *inputs;
};

static bool take_match(struct px_console *console, enum px_match *ret)
{
	if (strcmp(optarg, "pid") != 0 && strcmp(optarg, "cmd") != 0)
		return px_refuse_value(console, verb, "match", "there are pid and cmd");
	*ret = *optarg == 'p' ? PX_MATCH_PID : PX_MATCH_COMMAND;
	return true;
}

/* What is looked at: a process by its number, or what was saved. */
static bool take_input(struct px_console *console, const char *word, struct request *request)
{
	struct px_diff_input input = { .name = word };

	if (px_operand_read(word, &input.pid) == PX_OPERAND_SKIPPED)
		return px_refuse_word(console, verb, word, "no process");
	request->inputs[request->options.input_count++] = input;
	return true;
}

/* One option or operand; false after a message. */
static bool take(struct px_console *console, int letter, void *request)
{
	struct request *asked = request;
	struct px_diff_options *options = &asked->options;

	switch (letter) {
	case 1:
		return take_input(console, optarg, asked);
	case OPTION_WALK + PX_WALK_SELECT + PX_SELECT_ALL:
		asked->inputs[options->input_count++] = (struct px_diff_input){ .name = all_running,
			.is_running = true };
		return true;
	case OPTION_BY:
		return px_take_diff_keys(console, verb, &options->keys);
	case OPTION_MATCH:
		return take_match(console, &options->match);
	case OPTION_FIELDS:
		options->fields = optarg;
		return true;
	case 'q':
		options->quiet = true;
		return true;
	default:
		if (letter >= OPTION_SIFT)
			return px_take_sieve(console, verb, (enum px_sieve)(letter - OPTION_SIFT),
				&options->sift);
		if (letter >= OPTION_WALK)
			return px_take_walk_option(console, &options->walk, letter - OPTION_WALK);
		return px_take_shape(console, verb, (enum px_shape_option)(letter - OPTION_SHAPE),
			&options->shape);
	}
}

/* All words; false after a message, or after what --help says. */
static bool take_words(
	struct px_console *console, int argc, char **argv, struct request *request, int *ret_status)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_diff_usage,
		.take = take,
	};

	if (!px_take_options(console, &how, argc, argv, request, ret_status))
		return false;
	/* What is behind "--". */
	while (optind < argc)
		if (!take_input(console, argv[optind++], request))
			return false;
	return true;
}

/* Whether all that goes together; false after a message. */
static bool check(struct px_console *console, const struct px_diff_options *options)
{
	const char *why = px_shape_check(&options->shape);
	bool is_selecting = px_select_is_given(&options->walk.select);
	size_t standard_inputs = 0, running = 0;
	pid_t pid = 0;

	for (size_t i = 0; i < options->input_count; i++) {
		const struct px_diff_input *input = &options->inputs[i];

		standard_inputs += strcmp(input->name, "-") == 0;
		running += input->pid > 0 || input->is_running;
		is_selecting |= input->is_running;
		/* Whoever names two means them both, not one after the other. */
		if (pid > 0 && input->pid > 0 && input->pid != pid && options->input_count > 2)
			return px_refuse_word(console, verb, input->name,
				"each number is a look of its own: of several processes, one is "
				"--all with --name or --tree");
		if (input->pid > 0)
			pid = input->pid;
	}
	if (options->input_count < 2)
		why = "at least two looks are compared: OLD NEW";
	else if (standard_inputs > 1)
		why = "standard input can be read only once";
	else if (pid > 0 && is_selecting)
		why = "processes are either named or selected";
	else if (options->walk.root != NULL && running == 0)
		why = "--root is of --all and of numbers, and there are none";
	else if (options->match == PX_MATCH_COMMAND && (options->keys.set >> PX_KEY_PID & 1) != 0)
		why = "--match=cmd adds processes up, --by=pid keeps them apart";
	return why == NULL || px_refuse_word(console, verb, NULL, why);
}

int px_verb_diff(struct px_console *console, int argc, char **argv)
{
	struct request request = { .options = { .walk.verb = verb, .keys = PX_DIFF_KEYS } };
	int status = PX_VERB_TROUBLE;

	request.inputs = calloc((size_t)argc, sizeof(*request.inputs));
	request.options.inputs = request.inputs;
	if (request.inputs == NULL)
		px_message(console, "memory allocation failed");
	else if (take_words(console, argc, argv, &request, &status))
		status = check(console, &request.options) ? px_diff(console, &request.options)
							  : PX_VERB_TROUBLE;
	px_select_deinit(&request.options.walk.select);
	px_sift_deinit(&request.options.sift);
	free(request.inputs);
	return status;
}
