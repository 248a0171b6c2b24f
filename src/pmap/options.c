/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's command line.  The parsing is that of getopt_long(), as pmap's
 * is; what pmapx adds are long options only, taken where they are spelled in
 * full, so that the abbreviations of pmap's own keep their meaning.
 */
#include "options.h"

#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bad_option.h"
#include "jobs.h"
#include "usage.h"

/* Values of the long options that have no letter. */
enum {
	OPTION_ROOT = 256,
	OPTION_COMPAT,
	OPTION_FROM,
	OPTION_BY,
	OPTION_FIELDS,
	OPTION_JOBS,
	OPTION_KINDS,
	OPTION_THREADS,
	OPTION_SELECT,
	OPTION_SIFT = OPTION_SELECT + PX_SELECTORS,
	OPTION_SHAPE = OPTION_SIFT + PX_SIEVES
};

/* With a + first, operands end them. */
static const char short_options[] = "+hVxXrdqA:pkcC:nN:";

static const struct option pmap_options[] = {
	{ "create-rc", no_argument, NULL, 'n' },
	{ "create-rc-to", required_argument, NULL, 'N' },
	{ "device", no_argument, NULL, 'd' },
	{ "extended", no_argument, NULL, 'x' },
	{ "help", no_argument, NULL, 'h' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "range", required_argument, NULL, 'A' },
	{ "read-rc", no_argument, NULL, 'c' },
	{ "read-rc-from", required_argument, NULL, 'C' },
	{ "show-path", no_argument, NULL, 'p' },
	{ "use-kernel-name", no_argument, NULL, 'k' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const struct option own_options[] = {
	{ "by", required_argument, NULL, OPTION_BY },
	{ "fields", required_argument, NULL, OPTION_FIELDS },
	{ "compat", required_argument, NULL, OPTION_COMPAT },
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "jobs", required_argument, NULL, OPTION_JOBS },
	{ "kinds", no_argument, NULL, OPTION_KINDS },
	{ "root", required_argument, NULL, OPTION_ROOT },
	{ "threads", no_argument, NULL, OPTION_THREADS },
	PX_SELECT_OPTIONS(OPTION_SELECT),
	PX_SIEVE_OPTIONS(OPTION_SIFT),
	{ "sort", required_argument, NULL, OPTION_SHAPE + PX_SHAPE_SORT },
	{ "top", required_argument, NULL, OPTION_SHAPE + PX_SHAPE_TOP },
	{ "units", required_argument, NULL, OPTION_SHAPE + PX_SHAPE_UNITS },
	{ "format", required_argument, NULL, OPTION_SHAPE + PX_SHAPE_FORMAT },
	{ NULL, 0, NULL, 0 },
};

/* Options that were given, for the rules about what goes together. */
struct given {
	unsigned X;
	bool c, C, d, n, N, x;
};

/*
 * Which table the next call of getopt_long() is to use: ours if the next
 * option is one of ours in full, as only then pmap could not mean it.
 */
static const struct option *next_table(int argc, char **argv)
{
	int i = optind;

	while (i < argc && (argv[i][0] != '-' || argv[i][1] == '\0'))
		i++;
	if (i >= argc || strncmp(argv[i], "--", 2) != 0)
		return pmap_options;
	for (const struct option *option = own_options; option->name != NULL; option++) {
		size_t length = strlen(option->name);

		if (strncmp(argv[i] + 2, option->name, length) == 0 &&
			(argv[i][2 + length] == '\0' || argv[i][2 + length] == '='))
			return own_options;
	}
	return pmap_options;
}

/* The next letter, '?' if an option is none, -1 behind the last. */
static int next_letter(const struct option *options, int argc, char **argv)
{
	/* Of itself musl's goes on behind the first operand, whatever is asked for. */
	return getopt_long(
		argc, argv, short_options + (getenv("POSIXLY_CORRECT") == NULL), options, NULL);
}

/* One half of a range, from @text up to @end; empty leaves the bound alone. */
static bool read_bound(const char *text, const char *end, uint64_t *bound)
{
	char *stop;

	if (text == end)
		return true;
	/* As strtoul() takes it: blanks, sign and 0x may stand in front. */
	*bound = strtoull(text, &stop, 16);
	return stop == end;
}

static bool read_range(const char *text, struct px_options *options)
{
	const char *comma = strchr(text, ','), *end = text + strlen(text);

	if (comma == NULL) {
		if (!read_bound(text, end, &options->low))
			return false;
		if (text != end)
			options->high = options->low;
		return true;
	}
	return read_bound(text, comma, &options->low) && read_bound(comma + 1, end, &options->high);
}

static enum px_verdict refuse_argument(struct px_console *console, const char *value)
{
	px_message_begin(console);
	px_out_string(&console->err, px_translate(&console->locale, "failed to parse argument"));
	px_out_string(&console->err, ": '");
	px_message_text(console, value);
	px_out_string(&console->err, "'");
	px_message_end(console);
	return PX_REFUSED;
}

/* --compat=LAYOUT */
static enum px_verdict take_compat(struct px_console *console, struct px_options *options)
{
	if (strcmp(optarg, "3.2") == 0) {
		options->compat_3_2 = true;
		return PX_GO_ON;
	}
	px_message_option(console, NULL, "compat", optarg, "no such layout, there is 3.2");
	return PX_REFUSED;
}

/* --jobs=NUMBER */
static enum px_verdict take_jobs(struct px_console *console, struct px_options *options)
{
	unsigned long number = 0;
	char *end = optarg;

	/* What is beyond a long is its largest. */
	if (*optarg >= '0' && *optarg <= '9')
		number = strtoul(optarg, &end, 10);
	if (*end == '\0' && number >= 1) {
		options->jobs = number < UINT_MAX ? (unsigned)number : UINT_MAX;
		return PX_GO_ON;
	}
	px_message_option(console, NULL, "jobs", optarg, PX_JOBS_WANTED);
	return PX_REFUSED;
}

/*
 * --all, --name=RE, --user=NAME, --tree=PID, --cgroup=PATH for processes, --map=RE,
 * --perm=LETTERS, --min=SIZE for mappings.
 */
static enum px_verdict take_selector(
	struct px_console *console, int letter, struct px_options *options)
{
	bool is_sieve = letter >= OPTION_SIFT;
	const char *reason, *name;
	int r;

	if (is_sieve) {
		enum px_sieve sieve = (enum px_sieve)(letter - OPTION_SIFT);

		name = px_sieve_names[sieve];
		r = px_sift_add(&options->sift, sieve, optarg, &reason);
	} else {
		enum px_selector selector = (enum px_selector)(letter - OPTION_SELECT);

		name = px_selector_names[selector];
		r = px_select_add(&options->select, selector, optarg, &reason);
	}
	if (r == 0)
		return PX_GO_ON;
	px_message_option(console, NULL, name, optarg, reason);
	return PX_REFUSED;
}

/* --sort=COLUMN, --top=NUMBER, --units=LETTER, --format=NAME */
static enum px_verdict take_shape(
	struct px_console *console, enum px_shape_option option, struct px_options *options)
{
	const char *reason = px_shape_add(&options->shape, option, optarg);

	if (reason == NULL)
		return PX_GO_ON;
	px_message_option(console, NULL, px_shape_names[option], optarg, reason);
	return PX_REFUSED;
}

/* --by=KEY,... */
static enum px_verdict take_keys(struct px_console *console, struct px_options *options)
{
	if (!px_keys_read(
		    console, NULL, optarg, PX_KEYS_OF_MAPPING | PX_KEYS_OF_PROCESS, &options->by))
		return PX_REFUSED;
	px_keys_add_host(&options->by);
	return PX_GO_ON;
}

/* The options that exclude each other; false if @letter is none of them. */
static bool take_exclusive(int letter, struct px_options *options, struct given *given)
{
	switch (letter) {
	case 'x':
		given->x = true;
		break;
	case 'X':
		given->X++;
		break;
	case 'd':
		given->d = true;
		break;
	case 'c':
		given->c = true;
		break;
	case 'C':
		given->C = true;
		options->rc_path = optarg;
		break;
	case 'n':
		given->n = true;
		break;
	case 'N':
		given->N = true;
		options->rc_path = optarg;
		break;
	default:
		return false;
	}
	return true;
}

/* All others: some act at once and end the run. */
static enum px_verdict take_option(
	struct px_console *console, bool as_pmap, int letter, struct px_options *options)
{
	switch (letter) {
	case 'h':
		px_usage(console, as_pmap, &console->out);
		return PX_DONE;
	case 'V':
		px_version(console, as_pmap);
		return PX_DONE;
	case OPTION_KINDS:
		px_kinds(&console->out);
		return PX_DONE;
	case 'r':
		px_message(console, "option -r is ignored as SunOS compatibility");
		break;
	case 'q':
		options->quiet = true;
		break;
	case 'p':
		options->show_path = true;
		break;
	case 'k':
		options->kernel_names = true;
		break;
	case 'A':
		return read_range(optarg, options) ? PX_GO_ON : refuse_argument(console, optarg);
	case OPTION_THREADS:
		options->threads = true;
		break;
	case OPTION_ROOT:
		options->root = optarg;
		break;
	case OPTION_FROM:
		options->from = optarg;
		break;
	case OPTION_FIELDS:
		options->fields = optarg;
		break;
	case OPTION_BY:
		return take_keys(console, options);
	case OPTION_COMPAT:
		return take_compat(console, options);
	case OPTION_JOBS:
		return take_jobs(console, options);
	default:
		if (letter >= OPTION_SHAPE)
			return take_shape(
				console, (enum px_shape_option)(letter - OPTION_SHAPE), options);
		if (letter >= OPTION_SELECT)
			return take_selector(console, letter, options);
		px_usage(console, as_pmap, &console->err);
		return PX_REFUSED;
	}
	return PX_GO_ON;
}

static enum px_verdict refuse(struct px_console *console, const char *message)
{
	px_message(console, message);
	return PX_REFUSED;
}

/* Whether a layout of pmap's is asked for, or none at all. */
static bool has_layout(const struct px_options *options, const struct given *given)
{
	return given->c || given->C || given->d || given->n || given->N || given->x ||
		given->X > 0 || options->compat_3_2;
}

static bool is_shaped(const struct px_shape *shape)
{
	return shape->sort != NULL || shape->top != 0 || shape->notation != PX_NOTATION_TEXT;
}

/* What is wrong with layouts that are asked for together, or NULL. */
static const char *check_layouts(const struct px_options *options, const struct given *given)
{
	if (options->create_rc && is_shaped(&options->shape))
		return "options --format, --sort, --top are mutually exclusive with -n, -N";
	if (options->by.count > 0 &&
		(has_layout(options, given) || options->kernel_names || options->show_path))
		return "option --by is a layout of its own: without -c, -C, -d, -k, -n, -N, -p, -x, "
		       "-X, --compat";
	if (options->fields != NULL && (has_layout(options, given) || options->by.count > 0))
		return "option --fields is a layout of its own: without -c, -C, -d, -n, -N, -x, -X, "
		       "--by, --compat";
	if (options->shape.has_units && options->by.count == 0 && options->fields == NULL)
		return "--units needs a layout that has it: --by, --fields";
	if (options->threads && options->by.count == 0 && options->fields == NULL)
		return "--threads needs a layout that has it: --by, --fields";
	return px_shape_check(&options->shape);
}

/* The layout that is asked for. */
static void choose_view(struct px_options *options, const struct given *given)
{
	options->read_rc = given->c || given->C;
	options->every_field = given->X > 1;
	if (given->X > 0 || options->read_rc)
		options->view = PX_VIEW_FIELDS;
	else if (given->x)
		options->view = PX_VIEW_EXTENDED;
	else if (given->d)
		options->view = PX_VIEW_DEVICE;
	else if (options->fields != NULL)
		options->view = PX_VIEW_CHOSEN;
	else if (options->by.count > 0)
		options->view = PX_VIEW_BY;
}

/* pmap's checks, in pmap's order. */
static enum px_verdict check(
	struct px_console *console, struct px_options *options, const struct given *given)
{
	const char *problem;
	bool has_process;

	if (given->c + given->C + given->d + given->n + given->N + given->x + (given->X > 0) > 1)
		return refuse(console, "options -c, -C, -d, -n, -N, -x, -X are mutually exclusive");
	options->create_rc = given->n || given->N;
	if (options->create_rc && (options->quiet || options->show_path))
		return refuse(console, "options -p, -q are mutually exclusive with -n, -N");
	has_process = options->operand_count > 0 || px_select_is_given(&options->select);
	problem = check_layouts(options, given);
	if (problem != NULL)
		return refuse(console, problem);
	if (options->create_rc && has_process)
		return refuse(console, "too many arguments");
	if (options->from != NULL && options->root != NULL)
		return refuse(console, "options --from, --root are mutually exclusive");
	/* Of what was saved, all. */
	if (!options->create_rc && !has_process && options->from == NULL)
		return refuse(console, "argument missing");

	choose_view(options, given);
	if (options->compat_3_2 && options->view == PX_VIEW_FIELDS)
		return refuse(console,
			"--compat=3.2 lays out the default view, -x and -d: procps 3.2 had no other");
	return px_arrange(console, options) ? PX_GO_ON : PX_REFUSED;
}

enum px_verdict px_options_read(
	struct px_console *console, bool as_pmap, int argc, char **argv, struct px_options *ret)
{
	struct given given = { 0 };

	*ret = (struct px_options){ .high = UINT64_MAX };
	if (argc < 2) {
		px_usage(console, as_pmap, &console->err);
		return PX_REFUSED;
	}
	opterr = 0;
	for (;;) {
		const struct option *options = as_pmap ? pmap_options : next_table(argc, argv);
		enum px_verdict verdict = PX_GO_ON;
		int letter = next_letter(options, argc, argv);

		if (letter == -1)
			break;
		if (letter == '?')
			px_say_bad_option(console, options, argv);
		if (!take_exclusive(letter, ret, &given))
			verdict = take_option(console, as_pmap, letter, ret);
		if (verdict != PX_GO_ON)
			return verdict;
	}
	ret->operands = argv + optind;
	ret->operand_count = (size_t)(argc - optind);
	return check(console, ret, &given);
}
