/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "pmapx sql": its command line.
 */
#include "sql.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

/* Values of the options that have no letter. */
enum { OPTION_FORMAT = 256 };

static const char verb[] = "sql";

static const char short_options[] = ":f:v:h";

static const struct option long_options[] = {
	{ "file", required_argument, NULL, 'f' },
	{ "set", required_argument, NULL, 'v' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage[] =
	" sql [options] DB [QUERY]\n"
	"\n"
	"Run queries on a database that load has made, and print what they give.  Without\n"
	"QUERY they are read from standard input.  Nothing but reading is done.\n"
	"\n"
	"Options:\n"
	" -f, --file <file>       queries are in <file>\n"
	" -v, --set <name>=<value>  what :name stands for in a query\n"
	" --format <name>         text, json, ndjson, csv or tsv\n"
	" -h, --help              display this help and exit\n"
	"\n"
	"For more details see pmapx-sql(1).\n";

void px_verb_sql_usage(struct px_console *console, struct px_out *out)
{
	px_usage_begin(console, out);
	px_out_string(out, usage);
}

/* NAME=VALUE; false after a message. */
static bool take_parameter(struct px_console *console, struct px_sql_options *options)
{
	const char *equals = strchr(optarg, '=');
	struct px_parameter *more;

	if (equals == NULL || equals == optarg)
		return px_refuse_value(console, verb, "set", "not NAME=VALUE");
	more = reallocarray(options->parameters, options->parameter_count + 1, sizeof(*more));
	if (more == NULL)
		return px_refuse_value(console, verb, "set", strerror(ENOMEM));
	options->parameters = more;
	/* Of several of a name the last one holds: it comes first. */
	memmove(more + 1, more, options->parameter_count++ * sizeof(*more));
	more[0] = (struct px_parameter){ optarg, (size_t)(equals - optarg), equals + 1 };
	return true;
}

/* One option; false after a message. */
static bool take_option(struct px_console *console, int letter, void *request)
{
	struct px_sql_options *options = request;

	switch (letter) {
	case 'f':
		options->file = optarg;
		return true;
	case 'v':
		return take_parameter(console, options);
	default:
		return px_take_shape(console, verb, PX_SHAPE_FORMAT, &options->shape);
	}
}

/* What is behind the options; false after a message. */
static bool take_words(
	struct px_console *console, char **words, size_t count, struct px_sql_options *options)
{
	if (count == 0)
		return px_refuse_word(console, verb, NULL, "there is no database: DB [QUERY]");
	if (count > 2)
		return px_refuse_word(console, verb, words[2], "a query is one word: in quotes");
	if (count > 1 && options->file != NULL)
		return px_refuse_word(console, verb, NULL, "a query, or --file, not both");
	if (strcmp(words[0], "-") == 0)
		return px_refuse_word(console, verb, words[0], PX_NO_STREAM);
	options->database = words[0];
	options->query = count > 1 ? words[1] : NULL;
	return true;
}

int px_verb_sql(struct px_console *console, int argc, char **argv)
{
	static const struct px_verb_options how = {
		.verb = verb,
		.letters = short_options,
		.words = long_options,
		.usage = px_verb_sql_usage,
		.take = take_option,
	};
	struct px_sql_options options = { .database = NULL };
	int status;

	if (px_take_options(console, &how, argc, argv, &options, &status))
		status = take_words(console, argv + optind, (size_t)(argc - optind), &options)
			? px_sql(console, &options)
			: PX_VERB_TROUBLE;
	free(options.parameters);
	return status;
}
