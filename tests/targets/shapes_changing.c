/* The shape of px_target that never holds still: a thread remaps as fast as it can.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"

#include <pthread.h>
#include <sys/mman.h>

#define RW (PROT_READ | PROT_WRITE)

static size_t pages;
static char *steady; /* Always mapped from end to end; only its permissions change. */
static char *holey;  /* Pieces of it come and go. */

static uint32_t random_number(void)
{
	static uint32_t state = 2463534242;

	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static _Noreturn void *change(void *arg)
{
	const size_t page = px_page();

	(void)arg;
	for (;;) {
		const uint32_t dice = random_number();
		const size_t from = (dice >> 8) % pages;
		/* Few at a time, so that there are always many mappings. */
		const size_t most = pages - from < 4 ? pages - from : 4;
		const size_t count = 1 + (dice >> 20) % most;
		const size_t at = from * page, length = count * page;

		switch (dice % 5) {
		case 0:
			mprotect(steady + at, length, PROT_READ);
			break;
		case 1:
			mprotect(steady + at, length, RW);
			break;
		case 2:
			munmap(holey + at, length);
			break;
		case 3:
			mmap(holey + at, length, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
				0);
			break;
		default:
			mmap(holey + at, length, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
				-1, 0);
			break;
		}
	}
}

static void build_changing(int argc, char **argv)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	pthread_t thread;

	pages = px_number(argc, argv, 0, 64, 60000);
	steady = px_map(pages * px_page(), RW, flags, -1);
	holey = px_map(pages * px_page(), RW, flags, -1);
	/* As many mappings as there will be on average: every other page differs. */
	for (size_t page = 0; page < pages; page += 2) {
		mprotect(steady + page * px_page(), px_page(), PROT_READ);
		munmap(holey + page * px_page(), px_page());
	}
	px_truth("steady", "%lx", (unsigned long)steady);
	px_truth("holey", "%lx", (unsigned long)holey);
	px_truth("kbytes", "%zu", pages * px_page() / 1024);
	if (pthread_create(&thread, NULL, change, NULL))
		px_fail("pthread_create");
}

const struct px_shape px_shapes_changing[] = {
	{ "changing", "[PAGES]",
		"a steady region that is split and joined, and one that comes and "
		"goes, while you look",
		build_changing },
	{ .name = NULL },
};
