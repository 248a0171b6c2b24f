/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at processes that never were.
 */
#ifndef PX_TEST_LOOKS_H
#define PX_TEST_LOOKS_H

#include "look.h"

/** Append a process to a look; @start 0 and @boot_id "" are unknown. */
void px_add_looked(struct px_look *look, int pid, uint64_t start, const char *boot_id,
	const char *host, const char *command);

/** Give the last process of a look mappings called @name, of which Rss and Pss are known too. */
void px_add_group(
	struct px_look *look, const char *name, uint64_t size_kb, uint64_t rss_kb, uint64_t pss_kb);

/** The same of what has no smaps. */
void px_add_sizes(struct px_look *look, const char *name, uint64_t size_kb);

#endif
