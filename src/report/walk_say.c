/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a walk says of itself and of single processes.
 */
#include <errno.h>

#include "descriptor.h"
#include "threads.h"
#include "walk_impl.h"

/* "pmapx: rank: WHAT: WHY"; @what may be NULL.  Returns @r. */
int px_walk_say(struct px_walk *walk, const char *what, const char *why, int r)
{
	px_message_verb(walk->console, walk->options->verb, what, why);
	return r;
}

void px_walk_say_count(struct px_console *console, const char *verb, size_t count, const char *one,
	const char *many)
{
	if (count == 0)
		return;
	px_message_begin_verb(console, verb);
	px_out_number(&console->err, count);
	px_out_string(&console->err, count == 1 ? one : many);
	px_message_end(console);
}

int px_walk_no_memory(struct px_walk *walk)
{
	return px_walk_say(walk, NULL, "memory allocation failed", -ENOMEM);
}

/* Why the source called @path cannot be gone through, in words if @reason is not "". */
int px_walk_fail(struct px_walk *walk, const char *path, const char *reason, int r)
{
	if (r == -ENOMEM)
		return px_walk_no_memory(walk);
	return px_walk_say(walk, path, *reason != '\0' ? reason : px_describe_error(-r), r);
}

/* What is wrong with a file of a process, or with itself, for no reason that is only counted. */
void px_walk_say_damaged(const struct px_visit *visit, pid_t pid)
{
	struct px_console *console = visit->console;
	const struct pmapx_error *error = &visit->error;
	struct px_out *err = &console->err;

	px_message_begin_verb(console, visit->walk->options->verb);
	px_message_text(console, pmapx_source_path(visit->source));
	if (visit->member != NULL && *visit->member->host != '\0') {
		px_out_string(err, ": ");
		px_message_text(console, visit->member->host);
	}
	/* Of one map that was saved nothing may tell whose it is. */
	if (pid != 0) {
		px_out_string(err, visit->member != NULL ? ": " : "/");
		px_out_number(err, (uint64_t)pid);
	}
	if (visit->file != NULL) {
		px_out_string(err, visit->member != NULL ? ": " : "/");
		px_out_string(err, visit->file);
	}
	if (error->line > 0) {
		px_out_string(err, ": line ");
		px_out_number(err, error->line);
	}
	if (error->column > 0) {
		px_out_string(err, ", column ");
		px_out_number(err, error->column);
	}
	px_out_string(err, ": ");
	px_out_string(err, *error->reason != '\0' ? error->reason : px_describe_error(error->code));
	px_message_end(console);
}

/* "pmapx: rank: 2: WHY", of one that is named. */
static void say_of(
	const struct px_walk *walk, struct px_console *console, pid_t pid, const char *why)
{
	px_message_begin_verb(console, walk->options->verb);
	/* There may be several inputs. */
	if (walk->options->from != NULL) {
		px_message_text(console, walk->options->from);
		px_out_string(&console->err, ": ");
	}
	px_out_number(&console->err, (uint64_t)pid);
	px_out_string(&console->err, ": ");
	px_out_string(&console->err, why);
	px_message_end(console);
}

/* One that is named is not there: a list of them may be old, so that is no trouble. */
void px_walk_say_missing(struct px_walk *walk, pid_t pid)
{
	walk->counts->unread.vanished++;
	if (!walk->options->is_again)
		say_of(walk, walk->console, pid, "no such process");
}

static bool is_named(const struct px_walk_options *options, pid_t pid)
{
	for (size_t i = 0; i < options->pid_count; i++)
		if (options->pids[i] == pid)
			return true;
	return false;
}

void px_walk_say_empty(const struct px_visit *visit, pid_t pid)
{
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);
	const char *why = "has no memory";

	/* Of all others nobody has asked. */
	if (visit->walk->options->is_again || pid == 0 || !is_named(visit->walk->options, pid))
		return;
	if (identity->is_kernel)
		why = "a thread of the kernel, which has no memory of its own";
	else if (px_has_exited(identity->state))
		why = "has ended";
	say_of(visit->walk, visit->console, pid, why);
}
