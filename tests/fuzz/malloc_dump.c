/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * malloc's accounts: what is complete fits together, and lines that are of none
 * change nothing.
 */
#include "malloc_dump.h"

#include <string.h>

#include "fuzz.h"

static void must_fit(const struct px_malloc_dump *dump)
{
	px_must(dump->line > 0);
	if (!dump->complete)
		return;
	px_must(dump->free_bytes <= dump->system_bytes);
	px_must(dump->source == PX_MALLOC_INFO || (!dump->has_mmap_chunks && dump->arenas > 0));
}

static bool same(const struct px_malloc_dump *a, const struct px_malloc_dump *b)
{
	return a->source == b->source && a->complete == b->complete && a->arenas == b->arenas &&
		a->system_bytes == b->system_bytes && a->free_bytes == b->free_bytes &&
		a->mmap_bytes == b->mmap_bytes && a->has_mmap_chunks == b->has_mmap_chunks &&
		a->mmap_chunks == b->mmap_chunks;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct pmapx_text noise = { "2026-11-21 [5] LOG:  checkpoint", 31 };
	struct px_malloc_reader alone = { 0 }, among = { 0 };
	struct pmapx_text text = { (const char *)data, size }, line;
	uint64_t number = 0;

	while (px_next_line(&text, &line)) {
		char *copy = px_exact_copy(line.bytes, line.length);
		struct pmapx_text exact = { copy, line.length };
		bool ended = px_malloc_line(&alone, &exact, ++number, text.length == 0);

		px_must(!px_malloc_line(&among, &noise, number, false));
		px_must(px_malloc_line(&among, &exact, number, text.length == 0) == ended);
		px_must(alone.open == among.open);
		if (ended) {
			must_fit(&alone.done);
			px_must(same(&alone.done, &among.done));
		}
		free(copy);
	}
	if (px_malloc_end(&alone)) {
		must_fit(&alone.done);
		px_must(!alone.done.complete);
	}
	return 0;
}
