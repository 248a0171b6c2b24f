/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with an option.
 *
 * pmap leaves that to getopt(), of which not every C library's has the GNU one's words
 * (musl's has not), and none makes harmless what it prints: so they are said here.
 */
#include "bad_option.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* In the words, and in the catalogue, of the C library. */
static void say(struct px_console *console, const char *format,
	const struct px_format_value *values, size_t count)
{
	px_out_format(&console->err, &console->locale, format,
		px_translate_libc(&console->locale, format), values, count);
}

static bool may_mean(const char *word, const struct option *option)
{
	return strncmp(word + 2, option->name, strcspn(word + 2, "=")) == 0;
}

/* No option has the name @word, or more than one begins so. */
static void say_unknown(struct px_console *console, const struct option *options, const char *name,
	const char *word)
{
	const struct px_format_value values[] = { { .text = name }, { .text = "--" },
		{ .text = word + 2 } };
	bool is_ambiguous = false;

	for (const struct option *option = options; option->name != NULL; option++) {
		if (!may_mean(word, option))
			continue;
		if (!is_ambiguous)
			say(console, "%s: option '%s%s' is ambiguous; possibilities:", values, 3);
		is_ambiguous = true;
		px_out_string(&console->err, " '--");
		px_out_string(&console->err, option->name);
		px_out_string(&console->err, "'");
	}
	if (is_ambiguous)
		px_out_string(&console->err, "\n");
	else
		say(console, "%s: unrecognized option '%s%s'\n", values, 3);
}

/* A letter that is none of pmap's, or is the last there is and lacks its value. */
static void say_letter(struct px_console *console, bool lacks_value, const char *name)
{
	/* The first byte of what is no letter at all; musl has read all of the character. */
	const char letter[] = { (char)(optopt <= UCHAR_MAX ? optopt : '?'), '\0' };
	const struct px_format_value values[] = { { .text = name }, { .text = letter } };

	say(console,
		lacks_value ? "%s: option requires an argument -- '%c'\n"
			    : "%s: invalid option -- '%c'\n",
		values, 2);
}

void px_say_bad_option(struct px_console *console, const struct option *options, char **argv)
{
	/* The word that was looked at, unless there are more letters in it; musl's optind may be
	 * beyond the last word when that lacks a value. */
	const char *word = argv[optind - 1];
	bool is_long = word != NULL && strncmp(word, "--", 2) == 0;
	const struct option *known = options;

	while (known->name != NULL && known->val != optopt)
		known++;
	if (is_long && optopt == 0) {
		say_unknown(console, options, argv[0], word);
	} else if (is_long && known->name != NULL && may_mean(word, known)) {
		const struct px_format_value values[] = { { .text = argv[0] }, { .text = "--" },
			{ .text = known->name } };

		say(console,
			known->has_arg == no_argument
				? "%s: option '%s%s' doesn't allow an argument\n"
				: "%s: option '%s%s' requires an argument\n",
			values, 3);
	} else {
		say_letter(console, known->name != NULL, argv[0]);
	}
}
