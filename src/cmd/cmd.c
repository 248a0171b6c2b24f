/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of verbs, and help.
 *
 * A verb is an exact word, and only the first: an operand of a view begins with
 * a digit or a slash, so that neither can be mistaken for the other.
 */
#include "cmd.h"

#include <string.h>

static int run_help(struct px_console *console, int argc, char **argv);
static void help_usage(struct px_console *console, struct px_out *out);

static const struct px_verb verbs[] = {
	{ "capture", "save processes to one file", px_verb_capture, px_verb_capture_usage },
	{ "rank", "processes by what they cost", px_verb_rank, px_verb_rank_usage },
	{ "diff", "what has grown and shrunk", px_verb_diff, px_verb_diff_usage },
	{ "watch", "the same against a moment ago", px_verb_watch, px_verb_watch_usage },
	{ "check", "what is odd about the memory of processes", px_verb_check,
		px_verb_check_usage },
	{ "load", "put processes into a database", px_verb_load, px_verb_load_usage },
	{ "sql", "query such a database", px_verb_sql, px_verb_sql_usage },
	{ "report", "what processes and backends of PostgreSQL have", px_verb_report,
		px_verb_report_usage },
	{ "help", "print this, or the help of a verb", run_help, help_usage },
};

static const struct px_verb *find(const char *word)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(word, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}

const struct px_verb *px_verb_find(int argc, char **argv)
{
	return argc < 2 ? NULL : find(argv[1]);
}

static void help_usage(struct px_console *console, struct px_out *out)
{
	px_out_string(out, "\nUsage:\n ");
	px_out_string(out, console->name);
	px_out_string(out, " [options] PID [PID ...]   show the map of processes; see --help\n ");
	px_out_string(out, console->name);
	px_out_string(out, " VERB ...                  do something else\n\nVerbs:\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		px_out_string(out, " ");
		px_out_left(out, verbs[i].name, strlen(verbs[i].name), 10);
		px_out_string(out, verbs[i].summary);
		px_out_string(out, "\n");
	}
	px_out_string(out, "\n\"help VERB\" and \"VERB --help\" print the options of a verb.\n");
}

/* What there is, where something else was asked for. */
static void say_no_verb(struct px_console *console, const char *word)
{
	px_message_begin(console);
	px_out_string(&console->err, "no such verb: ");
	px_message_text(console, word);
	px_out_string(&console->err, "; there are ");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		px_out_string(&console->err, i > 0 ? ", " : "");
		px_out_string(&console->err, verbs[i].name);
	}
	px_message_end(console);
}

static int run_help(struct px_console *console, int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "help";
	const struct px_verb *verb;

	/* As with any other verb. */
	if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
		word = "help";
	verb = find(word);
	if (verb != NULL && argc <= 2) {
		verb->usage(console, &console->out);
		return PX_VERB_DONE;
	}
	if (verb == NULL)
		say_no_verb(console, word);
	else
		px_message(console, "help: one verb at a time");
	return PX_VERB_TROUBLE;
}
