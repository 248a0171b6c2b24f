/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stacks of threads.
 */
#include "stacks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "put.h"
#include "saved_name.h"

int px_stacks_begin(struct px_stacks *stacks, struct pmapx_process *process)
{
	px_threads_clear(&stacks->threads);
	stacks->count = 0;
	stacks->error = px_process_threads(process, true, &stacks->threads);
	return px_is_shortage(stacks->error) ? stacks->error : 0;
}

void px_stacks_clear(struct px_stacks *stacks)
{
	px_threads_clear(&stacks->threads);
	free(stacks->found);
	*stacks = (struct px_stacks){ 0 };
}

/* How many threads have their stack pointers in @mapping. */
static size_t count_in(
	const struct px_stacks *stacks, const struct pmapx_mapping *mapping, size_t *ret_first)
{
	return px_threads_within(&stacks->threads, mapping->start, mapping->end, ret_first);
}

/* Whether @mapping may be a stack, if a stack pointer is in it. */
static bool may_be_stack(const struct pmapx_mapping *mapping, enum pmapx_kind kind)
{
	if (kind == PMAPX_KIND_THREAD_STACK)
		return true;
	return mapping->name.length == 0 && mapping->perms[1] == 'w' && kind != PMAPX_KIND_ARENA;
}

void px_stacks_correct(const struct px_stacks *stacks, const struct pmapx_mapping *mapping,
	enum pmapx_kind *kind, bool *guessed)
{
	size_t first;

	/* It was guessed because the one behind it looks like a stack. */
	if (*kind == PMAPX_KIND_GUARD && *guessed && mapping->next != NULL)
		*guessed = count_in(stacks, mapping->next, &first) == 0;
	if (!may_be_stack(mapping, *kind) || count_in(stacks, mapping, &first) == 0)
		return;
	*kind = PMAPX_KIND_THREAD_STACK;
	*guessed = false;
}

/* The number at the end of "[stack:1100]" or "[anon: glibc: pthread stack: 1100]", or 0. */
static pid_t tid_of(const struct pmapx_text *name)
{
	struct pmapx_text digits = { name->bytes, name->length };
	const char *colon = memrchr(name->bytes, ':', name->length);

	if (colon == NULL || name->bytes[name->length - 1] != ']')
		return 0;
	digits.bytes = colon + 1;
	digits.length = (size_t)(name->bytes + name->length - 1 - digits.bytes);
	if (digits.length > 0 && *digits.bytes == ' ') {
		digits.bytes++;
		digits.length--;
	}
	return px_saved_pid(&digits);
}

static int remember(struct px_stacks *stacks, const struct px_stack *stack)
{
	if (stacks->count == stacks->room) {
		size_t room = stacks->room > 0 ? stacks->room * 2 : 16;
		struct px_stack *more = reallocarray(stacks->found, room, sizeof(*more));

		if (more == NULL)
			return -ENOMEM;
		stacks->found = more;
		stacks->room = room;
	}
	stacks->found[stacks->count++] = *stack;
	return 0;
}

int px_stacks_take(struct px_stacks *stacks, const struct pmapx_mapping *mapping,
	enum pmapx_kind *kind, bool *guessed)
{
	struct px_stack stack = { .line = mapping->line };

	px_stacks_correct(stacks, mapping, kind, guessed);
	if (*kind != PMAPX_KIND_THREAD_STACK)
		return 0;
	stack.count = count_in(stacks, mapping, &stack.thread);
	if (stack.count == 0 && !*guessed) {
		stack.tid = tid_of(&mapping->name);
		/* Its name says all that there is to be said. */
		if (stack.tid == 0)
			return 0;
	}
	return remember(stacks, &stack);
}

static int compare_lines(const void *key, const void *element)
{
	const uint64_t *line = key;
	const struct px_stack *stack = element;

	return (*line > stack->line) - (*line < stack->line);
}

/* "tid=N NAME ]" of a thread that may have no name; returns the end. */
static char *put_thread(char *at, pid_t tid, const struct px_thread *thread)
{
	at = px_put_decimal(stpcpy(at, "tid="), (uint64_t)tid, 0);
	if (thread != NULL && thread->name_length > 0) {
		*at++ = ' ';
		memcpy(at, thread->name, thread->name_length);
		at += thread->name_length;
	}
	return stpcpy(at, " ]");
}

bool px_stacks_label(
	struct px_stacks *stacks, const struct pmapx_mapping *mapping, struct pmapx_text *ret)
{
	const struct px_thread *thread;
	const struct px_stack *stack = NULL;
	char *at = stpcpy(stacks->label, "[ ");

	if (stacks->count > 0)
		stack = bsearch(&mapping->line, stacks->found, stacks->count, sizeof(*stack),
			compare_lines);
	if (stack == NULL)
		return false;
	if (stack->count > 1)
		at = px_put_decimal(at, stack->count, 0);
	at = stpcpy(at, stack->count > 1 ? " stacks " : "stack ");
	if (stack->count > 0) {
		thread = &stacks->threads.list[stack->thread];
		at = put_thread(at, thread->tid, thread);
	} else if (stack->tid != 0) {
		thread = px_threads_find_untold(&stacks->threads, stack->tid);
		at = put_thread(at, stack->tid, thread);
	} else {
		at = stpcpy(at, "tid=? ] (guessed)");
	}
	*ret = (struct pmapx_text){ stacks->label, (size_t)(at - stacks->label) };
	return true;
}
