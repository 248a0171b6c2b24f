/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first line is the value of -A, the second an operand, the others are words
 * of the command line: they are taken as strtoull() takes them, or refused in a line that is
 * harmless.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "operand.h"
#include "stage.h"

#define WORDS_MAX 8

/* A half of a range, as the manual says it; false if it is none. */
static bool read_half(const char *text, size_t length, uint64_t *bound)
{
	char copy[64], *end;

	if (length == 0)
		return true;
	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	*bound = strtoull(copy, &end, 16);
	return *end == '\0';
}

static bool read_range(const char *text, uint64_t *low, uint64_t *high)
{
	const char *comma = strchr(text, ',');

	*low = 0;
	*high = UINT64_MAX;
	if (comma == NULL) {
		if (!read_half(text, strlen(text), low))
			return false;
		if (*text != '\0')
			*high = *low;
		return true;
	}
	return read_half(text, (size_t)(comma - text), low) &&
		read_half(comma + 1, strlen(comma + 1), high);
}

static void free_options(struct px_options *options)
{
	px_sift_deinit(&options->sift);
	px_arrange_deinit(&options->arrange);
	px_select_deinit(&options->select);
}

/* -A with @value alone. */
static void try_range(struct px_stage_console *said, char *value)
{
	char name[] = "pmapx", option[] = "-A", pid[] = "1";
	char *argv[] = { name, option, value, pid, NULL };
	struct px_options options;
	uint64_t low, high;
	bool is_range = read_range(value, &low, &high);
	enum px_verdict verdict;

	optind = 0;
	verdict = px_options_read(&said->console, false, 4, argv, &options);
	/* Longer numbers than read_half() takes: only zeros in front, or too large. */
	if (strlen(value) < 60) {
		px_must(verdict == (is_range ? PX_GO_ON : PX_REFUSED));
		if (is_range)
			px_must(options.low == low && options.high == high);
	}
	free_options(&options);
	px_stage_console_flush(said);
	px_must((verdict == PX_REFUSED) == (said->err.length > 0));
}

static void try_operand(const char *text)
{
	pid_t pid = 0;

	if (px_operand_read(text, &pid) == PX_OPERAND_PID)
		px_must(pid > 0);
	else
		px_must(pid == 0);
}

/* All lines as words; getopt_long() says what is wrong with options. */
static void try_words(struct px_stage_console *said, char **words, int count)
{
	char name[] = "pmapx", *argv[WORDS_MAX + 2] = { name };
	struct px_options options;

	for (int i = 0; i < count; i++)
		argv[i + 1] = words[i];
	optind = 0;
	if (px_options_read(&said->console, count % 2 == 0, count + 1, argv, &options) == PX_GO_ON)
		px_must(options.operand_count <= (size_t)count);
	free_options(&options);
}

/* What a pattern repeats, glibc's regcomp() copies, so that a few bytes take all the memory there is. */
static bool repeats_much(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '+' || *text == '{';
	return count > 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct px_stage_console said;
	char *copy = malloc(size + 1), *words[WORDS_MAX] = { NULL }, *rest = copy;
	int count = 0;

	memcpy(copy, data, size);
	copy[size] = '\0';
	if (repeats_much(copy)) {
		free(copy);
		return 0;
	}
	px_stage_console_begin(&said, true);
	while (count < WORDS_MAX && rest != NULL)
		words[count++] = strsep(&rest, "\n");
	try_range(&said, words[0]);
	if (count > 1)
		try_operand(words[1]);
	try_words(&said, words, count);
	px_stage_console_flush(&said);
	px_must_be_harmless(&said.err, true);
	px_stage_console_end(&said);
	free(copy);
	return 0;
}
