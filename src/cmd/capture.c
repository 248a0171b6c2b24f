/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx capture": its command line.
 */
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "cmd.h"
#include "jobs.h"
#include "operand.h"
#include "scan.h"
#include "sift.h"
#include "text.h"

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
	OPTION_SELECT, /* And those behind it. */
};

static const char short_options[] = ":o:h";

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "label", required_argument, NULL, OPTION_LABEL },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "redact", required_argument, NULL, OPTION_REDACT },
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
	" --redact <what>[,...]   replace args, paths, addresses before they are written\n"
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
	px_out_string(out, "\nUsage:\n ");
	px_out_text(out, &console->locale, console->name, strlen(console->name));
	px_out_string(out, usage);
}

/* What is wrong with the value of an option. */
static bool refuse(struct px_console *console, const char *option, const char *why)
{
	px_message_option(console, "capture", option, optarg, why);
	return false;
}

static bool take_jobs(struct px_console *console, struct px_capture_options *options)
{
	uint64_t number;

	if (!px_scan_number(optarg, &number) || number == 0)
		return refuse(console, "jobs", PX_JOBS_WANTED);
	options->jobs = number < UINT_MAX ? (unsigned)number : UINT_MAX;
	return true;
}

static bool take_size(struct px_console *console, struct px_capture_options *options)
{
	options->has_max_rss = px_sift_size(optarg, &options->max_rss_kb);
	return options->has_max_rss || refuse(console, "max-rss", PX_SIZE_WANTED);
}

static bool take_redaction(struct px_console *console, struct px_capture_options *options)
{
	const char *at = optarg;

	for (;;) {
		size_t length = strcspn(at, ",");
		unsigned what = px_redaction_find(at, length);

		if (what == 0)
			return refuse(console, "redact", "not a list of args, paths, addresses");
		options->redact |= what;
		if (at[length] == '\0')
			return true;
		at += length + 1;
	}
}

/* --all, --name=RE, --user=NAME, --tree=PID, --cgroup=PATH */
static bool take_selector(
	struct px_console *console, enum px_selector selector, struct px_capture_options *options)
{
	const char *reason;

	if (px_select_add(&options->select, selector, optarg, &reason) == 0)
		return true;
	return refuse(console, px_selector_names[selector], reason);
}

/* What is wrong with a word, an operand or an option itself. */
static bool refuse_word(struct px_console *console, const char *word, const char *why)
{
	px_message_begin(console);
	px_out_string(&console->err, "capture: ");
	px_message_text(console, word);
	px_out_string(&console->err, ": ");
	px_out_string(&console->err, why);
	px_message_end(console);
	return false;
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, struct px_capture_options *options)
{
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
		return take_jobs(console, options);
	case OPTION_MAX_RSS:
		return take_size(console, options);
	case OPTION_REDACT:
		return take_redaction(console, options);
	default:
		return take_selector(console, (enum px_selector)(letter - OPTION_SELECT), options);
	}
	return true;
}

/* Read the operands into options->pids; false after a message. */
static bool read_operands(struct px_console *console, char **operands, size_t count,
	struct px_capture_options *options)
{
	for (size_t i = 0; i < count; i++) {
		enum px_operand operand = px_operand_read(
			operands[i], &options->pids[options->pid_count]);

		if (operand == PX_OPERAND_BAD)
			return refuse_word(console, operands[i], PX_OPERAND_WANTED);
		options->pid_count += operand == PX_OPERAND_PID;
	}
	/* All processes are no answer to words that stand for none. */
	if (count > 0 && options->pid_count == 0 && !px_select_is_given(&options->select)) {
		px_message(console, "capture: " PX_OPERAND_NONE);
		return false;
	}
	return true;
}

static int capture(struct px_console *console, struct px_capture_options *options, char **operands,
	size_t count)
{
	int status = PX_VERB_TROUBLE;

	options->pids = calloc(count + 1, sizeof(*options->pids));
	if (options->pids == NULL) {
		px_message(console, "memory allocation failed");
		return PX_VERB_TROUBLE;
	}
	if (read_operands(console, operands, count, options)) {
		int r = px_capture(console, options);

		status = r < 0 ? PX_VERB_TROUBLE : r > 0 ? PX_VERB_FINDINGS : PX_VERB_DONE;
	}
	free(options->pids);
	return status;
}

/* What getopt() found: an option that is none, or one that lacks its value. */
static void say_bad_option(struct px_console *console, int letter, char **argv)
{
	const char short_option[] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];

	refuse_word(console, strncmp(word, "--", 2) == 0 ? word : short_option,
		letter == ':' ? "a value is missing" : "no such option, or not with a value");
}

/* All options; false after a message, or after what --help says. */
static bool take_options(struct px_console *console, int argc, char **argv,
	struct px_capture_options *options, int *ret_status)
{
	int letter;

	*ret_status = PX_VERB_TROUBLE;
	while ((letter = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (letter == 'h') {
			px_verb_capture_usage(console, &console->out);
			*ret_status = PX_VERB_DONE;
			return false;
		}
		if (letter == '?' || letter == ':') {
			say_bad_option(console, letter, argv);
			return false;
		}
		if (!take_option(console, letter, options))
			return false;
	}
	return true;
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
