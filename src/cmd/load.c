/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx load": its command line.
 */
#include "loading.h"

#include <stdlib.h>
#include <string.h>

/* Values of the options that have no letter. */
enum { OPTION_PSQL = 256, OPTION_REPLACE, OPTION_LOAD };

static const char verb[] = "load";

static const char short_options[] = ":h";

static const struct option long_options[] = {
	{ "psql", no_argument, NULL, OPTION_PSQL },
	{ "replace", no_argument, NULL, OPTION_REPLACE },
	PX_LOAD_OPTIONS(OPTION_LOAD),
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" load [options] DB|--psql SOURCE ...\n"
	"\n"
	"Put processes and their mappings into a database: a file of SQLite, or a script\n"
	"for psql on standard output.  All is loaded, or nothing.\n"
	"\n"
	"SOURCE is what --from of the views reads (captures, folders, maps), or INSERTs\n"
	"into a table maps; \"-\" is standard input.  Numbers of processes, --all, --name\n"
	"and the like are of the running system.\n"
	"\n"
	"Options:\n"
	" --psql                  write a script for psql; there is no DB then\n"
	" --label <text>          its name; else the one it has, or that of SOURCE\n"
	" --host <name>           whose it is; else as it says, or this host\n"
	" --replace               put it in the place of one of that label and host\n"
	" --activity <file>       pg_stat_activity; else postgres/activity.csv of SOURCE\n"
	" --contexts <file>       a log with memory contexts; else postgres/log of SOURCE\n"
	" --all                   every process of the running system\n"
	" --name <re>             processes whose name matches\n"
	" --user <name>           processes of this user\n"
	" --tree <pid>            this process and its descendants\n"
	" --cgroup <path>         processes in this cgroup or below\n"
	" --root <dir>            another proc root\n"
	" --jobs <n>              read at most n processes at a time\n"
	" --strict                status 1 if something could not be read\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"For more details see pmapx-load(1).\n";

void px_verb_load_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

/* The options, and whether there is a database. */
struct request {
	struct px_load_options options;
	bool is_script;
};

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *context)
{
	struct request *request = context;

	switch (letter) {
	case OPTION_PSQL:
		request->is_script = true;
		return true;
	case OPTION_REPLACE:
		request->options.replace = true;
		return true;
	default:
		return px_take_load_option(console, &request->options, letter - OPTION_LOAD);
	}
}

/* What is behind the options: a database, and sources or processes. */
static bool take_words(struct px_console *console, char **words, size_t count,
	struct request *request, pid_t **pids)
{
	static const struct px_load_texts texts = {
		.mixed = "processes that run and what was saved are loaded one after the other",
		.nothing = "there is nothing to load: SOURCE, numbers of processes, or --all",
	};
	struct px_load_options *options = &request->options;
	size_t processes;
	const char *why;

	if (!request->is_script) {
		if (count == 0)
			return px_refuse_word(console, verb, NULL,
				"there is no database: DB SOURCE, or --psql SOURCE");
		if (strcmp(words[0], "-") == 0)
			return px_refuse_word(console, verb, words[0], PX_NO_STREAM);
		options->database = words[0];
		words++;
		count--;
	}
	why = px_check_load_words(options, words, count, &texts, &processes);
	if (why != NULL)
		return px_refuse_word(console, verb, NULL, why);
	if (processes > 0)
		return px_take_operands(console, verb, words, count, &options->walk.select, pids,
			&options->walk.pid_count);
	options->sources = words;
	options->source_count = count;
	return true;
}

int px_verb_load(struct px_console *console, int argc, char **argv)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_load_usage,
		.take = take_option,
	};
	struct request request = { .options = { .walk.verb = verb } };
	pid_t *pids = NULL;
	int status;

	if (px_take_options(console, &how, argc, argv, &request, &status)) {
		status = PX_VERB_TROUBLE;
		if (take_words(console, argv + optind, (size_t)(argc - optind), &request, &pids)) {
			request.options.walk.pids = pids;
			status = px_load(console, &request.options);
		}
		free(pids);
	}
	px_select_deinit(&request.options.walk.select);
	return status;
}
