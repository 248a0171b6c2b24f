/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options and words of verbs that load.
 */
#include "loading.h"

#include <string.h>

#include "operand.h"

bool px_take_load_option(struct px_console *console, struct px_load_options *options, int option)
{
	const char *verb = options->walk.verb;

	switch (option) {
	case PX_LOAD_LABEL:
		options->label = optarg;
		return *optarg != '\0' || px_refuse_value(console, verb, "label", "it is empty");
	case PX_LOAD_HOST:
		options->host = optarg;
		return *optarg != '\0' || px_refuse_value(console, verb, "host", "it is empty");
	case PX_LOAD_ACTIVITY:
		options->activity = optarg;
		return true;
	case PX_LOAD_CONTEXTS:
		options->contexts = optarg;
		return true;
	default:
		return px_take_walk_option(console, &options->walk, option - PX_LOAD_WALK);
	}
}

bool px_is_process(const char *word, pid_t *ret)
{
	/* A path is a source, if it is not one of /proc. */
	return px_operand_read(word, ret) == PX_OPERAND_PID && *ret > 0;
}

const char *px_check_load_words(const struct px_load_options *options, char **words, size_t count,
	const struct px_load_texts *texts, size_t *ret_processes)
{
	size_t processes = 0, standard_inputs = px_load_standard_inputs(options);

	for (size_t i = 0; i < count; i++) {
		pid_t pid;

		processes += px_is_process(words[i], &pid);
		standard_inputs += strcmp(words[i], "-") == 0;
	}
	*ret_processes = processes;
	if (processes > 0 && processes < count)
		return texts->mixed;
	if (processes < count && options->walk.root != NULL)
		return "--root is of processes that run";
	if (count == 0 && !px_select_is_given(&options->walk.select) && options->walk.root == NULL)
		return texts->nothing;
	if (standard_inputs > 1)
		return "standard input can be read only once";
	if (count > 1 && processes == 0 && (options->activity != NULL || options->contexts != NULL))
		return "--activity and --contexts are of one SOURCE";
	return NULL;
}
