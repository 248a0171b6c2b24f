/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a run speaks.
 */
#include "console.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"

static void begin_stream(struct px_out *out, int fd)
{
	out->fd = fd;
	out->sink = NULL;
	out->error = 0;
	out->length = 0;
}

void px_console_init(struct px_console *console, const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	console->name = slash ? slash + 1 : argv0;
	console->terse = false;
	console->has_progress = false;
	console->locale = (struct px_locale){ 0 };
	begin_stream(&console->out, STDOUT_FILENO);
	begin_stream(&console->err, STDERR_FILENO);
}

void px_console_copy(struct px_console *console, const struct px_console *other)
{
	console->name = other->name;
	console->terse = other->terse;
	console->has_progress = other->has_progress;
	console->locale = (struct px_locale){ .translates = other->locale.translates };
	begin_stream(&console->out, other->out.fd);
	begin_stream(&console->err, other->err.fd);
}

void px_console_deinit(struct px_console *console)
{
	px_locale_end(&console->locale);
}

size_t px_console_width(const struct px_console *console)
{
	struct winsize size;

	return ioctl(console->out.fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

size_t px_console_height(const struct px_console *console)
{
	struct winsize size;

	return ioctl(console->out.fd, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

void px_message_begin(struct px_console *console)
{
	if (console->has_progress)
		px_out_string(&console->err, "\r\033[K");
	px_message_text(console, console->name);
	px_out_string(&console->err, ": ");
}

void px_message_begin_verb(struct px_console *console, const char *verb)
{
	px_message_begin(console);
	if (verb == NULL)
		return;
	px_out_string(&console->err, verb);
	px_out_string(&console->err, ": ");
}

void px_message_verb(
	struct px_console *console, const char *verb, const char *what, const char *why)
{
	px_message_begin_verb(console, verb);
	if (what != NULL) {
		px_message_text(console, what);
		px_out_string(&console->err, ": ");
	}
	px_message_text(console, why);
	px_message_end(console);
}

void px_message_end(struct px_console *console)
{
	px_out_string(&console->err, "\n");
	px_out_flush(&console->err);
}

void px_message(struct px_console *console, const char *text)
{
	px_message_begin(console);
	px_out_string(&console->err, px_translate(&console->locale, text));
	px_message_end(console);
}

void px_message_format(struct px_console *console, const char *format,
	const struct px_format_value *values, size_t count)
{
	px_message_begin(console);
	px_out_format(&console->err, &console->locale, format,
		px_translate(&console->locale, format), values, count);
	px_message_end(console);
}

void px_message_option(struct px_console *console, const char *verb, const char *option,
	const char *value, const char *why)
{
	px_message_begin_verb(console, verb);
	px_out_string(&console->err, "--");
	px_out_string(&console->err, option);
	px_out_string(&console->err, "=");
	px_message_text(console, value);
	px_out_string(&console->err, ": ");
	px_message_text(console, why);
	px_message_end(console);
}

void px_message_text(struct px_console *console, const char *text)
{
	px_out_text(&console->err, &console->locale, text, strlen(text));
}

int px_console_finish(struct px_console *console, int status)
{
	px_out_flush(&console->out);
	if (console->out.error != 0) {
		/* Of a verb, 2 is worse. */
		status = status == 2 ? 2 : 1;
		/* pmap is silent about a reader that went away. */
		if (!console->terse || console->out.error != EPIPE) {
			px_message_begin(console);
			px_out_string(&console->err, px_translate(&console->locale, "write error"));
			px_out_string(&console->err, ": ");
			px_out_string(&console->err, strerror(console->out.error));
			px_message_end(console);
		}
	}
	return console->err.error != 0 ? 1 : status;
}
