/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx capture": its command line.
 */
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "capture.h"
#include "sift.h"

/* Values of the options that have no letter. */
enum {
	OPTION_LABEL = 256,
	OPTION_FORCE,
	OPTION_STRICT,
	OPTION_NUMA,
	OPTION_COST,
	OPTION_JOBS,
	OPTION_MAX_RSS,
	OPTION_REDACT,
	OPTION_POSTGRES,
	OPTION_WAIT,
	OPTION_SELECT, /* And those behind it. */
};

/* What --redact takes. */
#define REDACTIONS "args, paths, addresses, queries"

/* How many seconds an answer may take. */
#define SECONDS_MAX 3600
#define WAIT_MS 5000

static const char verb[] = "capture";

static const char short_options[] = ":o:h";

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "label", required_argument, NULL, OPTION_LABEL },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "redact", required_argument, NULL, OPTION_REDACT },
	{ "postgres", optional_argument, NULL, OPTION_POSTGRES },
	{ "wait", required_argument, NULL, OPTION_WAIT },
	{ "max-rss", required_argument, NULL, OPTION_MAX_RSS },
	{ "numa", no_argument, NULL, OPTION_NUMA },
	{ "cost", no_argument, NULL, OPTION_COST },
	{ "jobs", required_argument, NULL, OPTION_JOBS },
	{ "strict", no_argument, NULL, OPTION_STRICT },
	PX_SELECT_OPTIONS(OPTION_SELECT),
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" capture [options] [PID ...]\n"
	"\n"
	"Save all processes, or these and those that are selected, to one file that\n"
	"--from reads.\n"
	"\n"
	"Options:\n"
	" -o, --output <file>     to <file>, whose name ends in .tar, .tar.gz, .tar.xz or\n"
	"                         .tar.zst; to the folder <file>/; - is standard output,\n"
	"                         .tar.zst; without it, HOST-DATE.pmapx.tar.zst\n"
	" --all                   every process, which is what is done without these\n"
	" --name <re>             processes whose name matches\n"
	" --user <name>           processes of this user\n"
	" --tree <pid>            this process and its descendants\n"
	" --cgroup <path>         processes in this cgroup or below\n"
	" --force                 replace what is there\n"
	" --label <text>          a name for the capture\n"
	" --redact <what>[,...]   replace args, paths, addresses, queries before they are\n"
	"                         written\n"
	" --postgres[=<conninfo>]\n"
	"                         then have psql ask a PostgreSQL server what it does and\n"
	"                         has in memory; <conninfo> is what psql -d takes\n"
	" --wait <seconds>        how long it may take to answer, usually 5\n"
	" --max-rss <size>        do not walk page tables of processes that have more in\n"
	"                         memory: maps for smaps; KiB, or with k, m, g, t behind\n"
	" --numa                  also save numa_maps\n"
	" --cost                  say how long reading each process took, longest first\n"
	" --jobs <n>              read at most n processes at a time\n"
	" --strict                status 1 if something could not be read\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"For more details see pmapx-capture(1).\n";

void px_verb_capture_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

static bool take_size(struct px_console *console, struct px_capture_options *options)
{
	options->has_max_rss = px_sift_size(optarg, &options->max_rss_kb);
	return options->has_max_rss || px_refuse_value(console, verb, "max-rss", PX_SIZE_WANTED);
}

static bool take_redaction(struct px_console *console, struct px_capture_options *options)
{
	const char *at = optarg;

	for (;;) {
		size_t length = strcspn(at, ",");
		unsigned what = px_redaction_find(at, length);

		if (what == 0)
			return px_refuse_value(
				console, verb, "redact", "not a list of " REDACTIONS);
		options->redact |= what;
		if (at[length] == '\0')
			return true;
		at += length + 1;
	}
}

static bool take_wait(struct px_console *console, struct px_capture_options *options)
{
	char *end = optarg;
	double seconds = -1;

	/* Digits and a point: no sign, no exponent, nothing in hexadecimal. */
	if (*optarg != '\0' && optarg[strspn(optarg, "0123456789.")] == '\0')
		seconds = strtod(optarg, &end);
	if (*end != '\0' || !(seconds >= 0.1 && seconds <= SECONDS_MAX))
		return px_refuse_value(
			console, verb, "wait", "not a number of seconds from 0.1 to 3600");
	options->wait_ms = (unsigned)(seconds * 1000 + 0.5);
	return true;
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *request)
{
	struct px_capture_options *options = request;

	switch (letter) {
	case 'o':
		options->output = optarg;
		break;
	case OPTION_LABEL:
		options->label = optarg;
		break;
	case OPTION_FORCE:
		options->force = true;
		break;
	case OPTION_STRICT:
		options->strict = true;
		break;
	case OPTION_NUMA:
		options->numa = true;
		break;
	case OPTION_COST:
		options->cost = true;
		break;
	case OPTION_JOBS:
		return px_take_jobs(console, verb, &options->jobs);
	case OPTION_MAX_RSS:
		return take_size(console, options);
	case OPTION_REDACT:
		return take_redaction(console, options);
	case OPTION_POSTGRES:
		options->postgres = true;
		options->conninfo = optarg;
		break;
	case OPTION_WAIT:
		return take_wait(console, options);
	default:
		return px_take_selector(console, verb, (enum px_selector)(letter - OPTION_SELECT),
			&options->select);
	}
	return true;
}

static int capture(struct px_console *console, struct px_capture_options *options, char **operands,
	size_t count)
{
	int r;

	if (options->wait_ms != 0 && !options->postgres) {
		px_refuse_word(console, verb, "--wait", "it is how long --postgres may take");
		return PX_VERB_TROUBLE;
	}
	if (options->wait_ms == 0)
		options->wait_ms = WAIT_MS;
	if (!px_take_operands(console, verb, operands, count, &options->select, &options->pids,
		    &options->pid_count))
		return PX_VERB_TROUBLE;
	r = px_capture(console, options);
	free(options->pids);
	return r < 0 ? PX_VERB_TROUBLE : r > 0 ? PX_VERB_FINDINGS : PX_VERB_DONE;
}

/* All options; false after a message, or after what --help says. */
static bool take_options(struct px_console *console, int argc, char **argv,
	struct px_capture_options *options, int *ret_status)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_capture_usage,
		.take = take_option,
	};

	return px_take_options(console, &how, argc, argv, options, ret_status);
}

int px_verb_capture(struct px_console *console, int argc, char **argv)
{
	struct px_capture_options options = { 0 };
	int status;

	if (take_options(console, argc, argv, &options, &status))
		status = capture(console, &options, argv + optind, (size_t)(argc - optind));
	px_select_deinit(&options.select);
	return status;
}
