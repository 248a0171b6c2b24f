/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A library to preload: the allocation whose number is in FAIL_AT fails, and
 * all after it if FAIL_ON is set.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/* What glibc calls its own, for those who stand in front of it. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static long number, fail_at;
static bool fails_on;

static bool fails(void)
{
	if (number == 0) {
		const char *at = getenv("FAIL_AT");

		fail_at = at != NULL ? atol(at) : -1;
		fails_on = getenv("FAIL_ON") != NULL;
	}
	number++;
	if (fail_at < 0 || number < fail_at || (number > fail_at && !fails_on))
		return false;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}
