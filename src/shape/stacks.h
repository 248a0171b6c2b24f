/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks of threads: which mappings they are, and what these are called.
 */
#ifndef PX_STACKS_H
#define PX_STACKS_H

#include <pmapx/kind.h>
#include <pmapx/process.h>

#include "threads.h"

/** A mapping that is the stack of a thread, or of several. */
struct px_stack {
	uint64_t line; /**< Of the mapping. */
	size_t thread; /**< In the list, the first whose stack pointer is in it. */
	size_t count;  /**< How many there are of these; if none, */
	pid_t tid;     /**< the thread that its name tells, or 0 if all is guessed. */
};

/** What a label has room for: two numbers, a name, and words. */
#define PX_STACK_LABEL_ROOM 80

/** The stacks of a process; zero to begin with. */
struct px_stacks {
	struct px_threads threads;
	int error;              /**< What kept its threads from being listed, negative, or 0. */
	struct px_stack *found; /**< In the order of their lines. */
	size_t count, room;
	char label[PX_STACK_LABEL_ROOM];
};

/**
 * Begin with the threads of @process, before its mappings; what is known of another, or
 * of an earlier look at it, is forgotten.  Returns 0, also if its threads cannot be listed,
 * or -ENOMEM, -EMFILE, -ENFILE.
 */
int px_stacks_begin(struct px_stacks *stacks, struct pmapx_process *process);

/** Free what @stacks holds, and have none. */
void px_stacks_clear(struct px_stacks *stacks);

/**
 * Correct what pmapx_kinds_tell() says of @mapping by what the threads tell: that it is the
 * stack of one, if it has no name, can be written and holds a stack pointer; or, before such a
 * stack, that it is the guard of it.  What is an arena by its shape stays one: it is
 * malloc() that such a stack comes from.
 */
void px_stacks_correct(const struct px_stacks *stacks, const struct pmapx_mapping *mapping,
	enum pmapx_kind *kind, bool *guessed);

/**
 * The same, and remember what is the stack of a thread: mappings in order, each once.
 * Returns 0 or -ENOMEM.
 */
int px_stacks_take(struct px_stacks *stacks, const struct pmapx_mapping *mapping,
	enum pmapx_kind *kind, bool *guessed);

/**
 * What @mapping, or a copy of it, is called if it has been found to be the stack of a
 * thread: "[ stack tid=N NAME ]", whose name is any bytes; "[ 3 stacks tid=N NAME ]" if it is
 * that of several, of which this is one; or "[ stack tid=? ] (guessed)".  False if it has not.
 * The text is valid until the next call.
 */
bool px_stacks_label(
	struct px_stacks *stacks, const struct pmapx_mapping *mapping, struct pmapx_text *ret);

#endif
