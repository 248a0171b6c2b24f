/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the command lines of verbs have in common.
 */
#include "arguments.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "operand.h"
#include "scan.h"
#include "text.h"

void px_usage_begin(struct px_console *console, struct px_out *out)
{
	px_out_string(out, "\nUsage:\n ");
	px_out_text(out, &console->locale, console->name, strlen(console->name));
}

bool px_refuse_value(
	struct px_console *console, const char *verb, const char *option, const char *why)
{
	px_message_option(console, verb, option, optarg, why);
	return false;
}

bool px_refuse_word(struct px_console *console, const char *verb, const char *word, const char *why)
{
	px_message_verb(console, verb, word, why);
	return false;
}

/* Whether @word is that long option, perhaps with less of its name, or with a value; none is what
 * musl has behind a letter that lacks its value. */
static bool is_word_of(const char *word, const struct option *option)
{
	return word != NULL && strncmp(word, "--", 2) == 0 &&
		strncmp(word + 2, option->name, strcspn(word + 2, "=")) == 0;
}

/*
 * What is wrong with what getopt_long() found, which was not an option without its value:
 * @word, if that is a long one.  It tells the option that is wrong with a value, and none
 * where it knows none.
 */
static const char *explain_option(
	const struct px_verb_options *options, const char *word, bool *ret_is_long)
{
	size_t count = 0;

	*ret_is_long = optopt == 0;
	for (const struct option *option = options->words; option->name != NULL; option++) {
		if (!is_word_of(word, option))
			continue;
		*ret_is_long |= option->val == optopt;
		count++;
	}
	if (!*ret_is_long)
		return "no such option";
	if (optopt != 0)
		return "not with a value";
	return count > 1 ? "more than one option begins so" : "no such option";
}

/* Say what getopt_long() found, '?' or ':'.  Returns false. */
static bool refuse_option(
	struct px_console *console, const struct px_verb_options *options, int letter, char **argv)
{
	const char short_option[] = { '-', (char)optopt, '\0' };
	const char *word = argv[optind - 1];
	bool is_long;
	const char *why = explain_option(options, word, &is_long);

	return px_refuse_word(console, options->verb, is_long ? word : short_option,
		letter == ':' ? "a value is missing" : why);
}

bool px_take_options(struct px_console *console, const struct px_verb_options *options, int argc,
	char **argv, void *request, int *ret_status)
{
	int letter;

	*ret_status = PX_VERB_TROUBLE;
	while ((letter = getopt_long(argc, argv, options->letters, options->words, NULL)) != -1) {
		if (letter == 'h') {
			options->usage(console, &console->out);
			*ret_status = PX_VERB_DONE;
			return false;
		}
		if (letter == '?' || letter == ':')
			return refuse_option(console, options, letter, argv);
		if (!options->take(console, letter, request))
			return false;
	}
	return true;
}

bool px_take_shape(struct px_console *console, const char *verb, enum px_shape_option option,
	struct px_shape *shape)
{
	const char *why = px_shape_add(shape, option, optarg);

	return why == NULL || px_refuse_value(console, verb, px_shape_names[option], why);
}

bool px_take_jobs(struct px_console *console, const char *verb, unsigned *ret)
{
	uint64_t number;

	if (!px_scan_number(optarg, &number) || number == 0)
		return px_refuse_value(console, verb, "jobs", PX_JOBS_WANTED);
	*ret = number < UINT_MAX ? (unsigned)number : UINT_MAX;
	return true;
}

bool px_take_selector(struct px_console *console, const char *verb, enum px_selector selector,
	struct px_select *select)
{
	const char *reason;

	if (px_select_add(select, selector, optarg, &reason) == 0)
		return true;
	return px_refuse_value(console, verb, px_selector_names[selector], reason);
}

bool px_take_sieve(
	struct px_console *console, const char *verb, enum px_sieve sieve, struct px_sift *sift)
{
	const char *reason;

	if (px_sift_add(sift, sieve, optarg, &reason) == 0)
		return true;
	return px_refuse_value(console, verb, px_sieve_names[sieve], reason);
}

bool px_take_operands(struct px_console *console, const char *verb, char **operands, size_t count,
	const struct px_select *select, pid_t **ret, size_t *ret_count)
{
	pid_t *pids = calloc(count + 1, sizeof(*pids));
	size_t found = 0;

	if (pids == NULL) {
		px_message(console, "memory allocation failed");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		enum px_operand operand = px_operand_read(operands[i], &pids[found]);

		if (operand == PX_OPERAND_BAD) {
			free(pids);
			return px_refuse_word(console, verb, operands[i], PX_OPERAND_WANTED);
		}
		found += operand == PX_OPERAND_PID;
	}
	if (count > 0 && found == 0 && !px_select_is_given(select)) {
		free(pids);
		return px_refuse_word(console, verb, NULL, PX_OPERAND_NONE);
	}
	*ret = pids;
	*ret_count = found;
	return true;
}

bool px_take_walk_option(struct px_console *console, struct px_walk_options *options, int option)
{
	switch (option) {
	case PX_WALK_ROOT:
		options->root = optarg;
		break;
	case PX_WALK_FROM:
		options->from = optarg;
		break;
	case PX_WALK_JOBS:
		return px_take_jobs(console, options->verb, &options->jobs);
	case PX_WALK_STRICT:
		options->strict = true;
		break;
	default:
		return px_take_selector(console, options->verb,
			(enum px_selector)(option - PX_WALK_SELECT), &options->select);
	}
	return true;
}

bool px_check_walk_options(struct px_console *console, const struct px_walk_options *options)
{
	if (options->root == NULL || options->from == NULL)
		return true;
	return px_refuse_word(
		console, options->verb, NULL, "options --from, --root are mutually exclusive");
}

bool px_take_diff_keys(struct px_console *console, const char *verb, struct px_key_list *ret)
{
	if (!px_keys_read(console, verb, optarg,
		    PX_KEYS_OF_MAPPING | 1U << PX_KEY_ADDRESS | 1U << PX_KEY_PID, ret))
		return false;
	/* What lies there is worth knowing, and another thing is no growth. */
	if ((ret->set >> PX_KEY_ADDRESS & 1) != 0 &&
		(ret->set & (1U << PX_KEY_NAME | 1U << PX_KEY_PATH)) == 0) {
		ret->keys[ret->count++] = PX_KEY_NAME;
		ret->set |= 1U << PX_KEY_NAME;
	}
	return true;
}
