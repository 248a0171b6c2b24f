/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A saved source that is a file: an archive, plain or compressed, or a single map.
 */
#include <string.h>
#include <unistd.h>

#include "mutate_tar.h"
#include "saved_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const pid_t pids[] = { 1100, 1, 1100 };
	struct pmapx_source_options options = { .size = sizeof(options) };
	struct px_shown shown = { 0 };

	px_put_input(data, size);
	/* Of the compressed, nobody knows how many parts there are; a capture says of itself in
	 * which order it is. */
	px_must_read_saved(PX_INPUT_PATH, &options,
		size > 1024 && memcmp(data + 257, "ustar", 5) == 0 &&
			memmem(data, size, "pmapx.json", 10) == NULL);
	if (size % 4 == 3) {
		options.pids = pids;
		options.pid_count = sizeof(pids) / sizeof(pids[0]);
		px_must_read_saved(PX_INPUT_PATH, &options, false);
	}
	px_must_show_saved(PX_INPUT_PATH, &options, &px_view_extended, size % 2 == 0, &shown);
	px_shown_drop(&shown);
	close(PX_INPUT_FD);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_tar(data, size, max_size, seed);
}
