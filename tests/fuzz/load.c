/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved source with what is beside its processes: files of the host, pg_stat_activity,
 * logs.  What is made of it can be loaded, and is the same when the source is a pipe.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "loaded.h"
#include "mutate_tar.h"
#include "saved_source.h"

/* More does not fit into a pipe that nobody reads. */
#define PIPE_MAX ((size_t)60 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_loaded loaded = { .status = 0 }, again = { .status = 0 };
	int ends[2];

	if (size > PIPE_MAX)
		return 0;
	px_put_input(data, size);
	px_must_load(PX_INPUT_PATH, NULL, NULL, &loaded);
	/* A core file is not read from a pipe. */
	if (size < 4 || memcmp(data, "\177ELF", 4) != 0) {
		px_must(pipe2(ends, O_CLOEXEC) == 0);
		px_must(write(ends[1], data, size) == (ssize_t)size);
		close(ends[1]);
		px_must(dup3(ends[0], PX_INPUT_FD, O_CLOEXEC) == PX_INPUT_FD);
		close(ends[0]);
		px_must_load(PX_INPUT_PATH, NULL, NULL, &again);
		px_must_load_same(&loaded, &again);
	}
	close(PX_INPUT_FD);
	px_loaded_drop(&loaded);
	px_loaded_drop(&again);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_tar(data, size, max_size, seed);
}
