/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of INSERTs: what is made of them can be loaded, and is the same from a pipe; what
 * one that is cut has begins as the whole has.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "loaded.h"
#include "mutate.h"
#include "saved_source.h"

/* More does not fit into a pipe that nobody reads. */
#define PIPE_MAX ((size_t)60 * 1024)

/* The same from a pipe, which is called as the file was. */
static void must_be_same_from_pipe(const uint8_t *data, size_t size, const struct px_loaded *whole)
{
	struct px_loaded loaded = { .status = 0 };
	int ends[2];

	px_must(pipe2(ends, O_CLOEXEC) == 0);
	px_must(write(ends[1], data, size) == (ssize_t)size);
	close(ends[1]);
	px_must(dup3(ends[0], PX_INPUT_FD, O_CLOEXEC) == PX_INPUT_FD);
	close(ends[0]);
	px_must_load(PX_INPUT_PATH, NULL, NULL, &loaded);
	px_must_load_same(whole, &loaded);
	px_loaded_drop(&loaded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char insert[] = "INSERT INTO maps VALUES ('";
	struct px_loaded whole = { .status = 0 }, part = { .status = 0 };

	/* What is none of these is of others. */
	if (size > PIPE_MAX || memmem(data, size, insert, sizeof(insert) - 1) == NULL)
		return 0;
	px_put_input(data, size);
	px_must_load(PX_INPUT_PATH, NULL, NULL, &whole);
	must_be_same_from_pipe(data, size, &whole);
	px_put_input(data, size / 2);
	px_must_load(PX_INPUT_PATH, NULL, NULL, &part);
	px_must(part.mappings <= whole.mappings + 1 || whole.script.length == 0);
	close(PX_INPUT_FD);
	px_loaded_drop(&whole);
	px_loaded_drop(&part);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (px_draw(&seed, 2) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	return px_mutate_lines(data, size, max_size, seed, false);
}
