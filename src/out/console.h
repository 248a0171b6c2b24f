/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a run speaks: its name, its language, standard output and standard
 * error, and what became of them.
 */
#ifndef PX_CONSOLE_H
#define PX_CONSOLE_H

#include <stdbool.h>

#include "format.h"
#include "language.h"
#include "out.h"

/** One run's streams. */
struct px_console {
	const char *name; /**< What messages begin with: argv[0] behind its last slash. */
	bool terse;       /**< Say no more on standard error than pmap does. */
	/** Standard error is a terminal on which progress may stand: messages take its place. */
	bool has_progress;
	struct px_locale locale;
	struct px_out out; /**< Standard output. */
	struct px_out err; /**< Standard error. */
};

/** Set up @console for a program called @argv0. */
void px_console_init(struct px_console *console, const char *argv0);

/** Set up @console for a thread of its own that prints to the streams of @other. */
void px_console_copy(struct px_console *console, const struct px_console *other);

/** Free what @console holds. */
void px_console_deinit(struct px_console *console);

/** How many characters a line of standard output has room for; 0 if it is no terminal. */
size_t px_console_width(const struct px_console *console);

/** How many lines it shows; 0 if it is no terminal, or does not say. */
size_t px_console_height(const struct px_console *console);

/** Begin a message: "name: ".  Go on with px_out_…() on &console->err. */
void px_message_begin(struct px_console *console);

/** The same of a verb, "name: rank: ", if @verb is not NULL. */
void px_message_begin_verb(struct px_console *console, const char *verb);

/**
 * A message of a verb: what it is about, which may be text from outside, or NULL if it is about
 * all of it, and why.
 */
void px_message_verb(
	struct px_console *console, const char *verb, const char *what, const char *why);

/** End a message: newline, and out with it. */
void px_message_end(struct px_console *console);

/** A message of one piece, translated. */
void px_message(struct px_console *console, const char *text);

/** A message with values in it, translated. */
void px_message_format(struct px_console *console, const char *format,
	const struct px_format_value *values, size_t count);

/** What is wrong with the value of an option, of @verb if it is not NULL. */
void px_message_option(struct px_console *console, const char *verb, const char *option,
	const char *value, const char *why);

/** Append text from outside to the message that was begun. */
void px_message_text(struct px_console *console, const char *text);

/** The last message of a run, if its output could not be written.
 *
 * Returns @status, or 1 if something that was to be written was not. */
int px_console_finish(struct px_console *console, int status);

#endif
