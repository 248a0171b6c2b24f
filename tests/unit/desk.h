/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sheet to test the pieces of pmap's face on: a folder as source, memory as
 * standard output and standard error.
 */
#ifndef PX_TEST_DESK_H
#define PX_TEST_DESK_H

#include "heritage.h"
#include "sheet.h"
#include "support.h"

/** A sheet and what it needs. */
struct px_desk {
	struct px_console console;
	struct px_options options;
	struct pmapx_identity identity;
	struct px_heritage heritage;
	struct px_sheet sheet; /**< Points to the members above. */
};

/** Make a desk whose source is the folder *@state; 16 digits to an address. */
struct px_desk *px_desk_new(void **state);

/** Free it. */
void px_desk_free(struct px_desk *desk);

/** What was printed since the last time, to be freed. */
char *px_desk_output(struct px_desk *desk);

/** What was said on standard error since the last time, to be freed. */
char *px_desk_errors(struct px_desk *desk);

/** A mapping from its line and, if not NULL, its numbers; both must live as long. */
struct pmapx_mapping px_desk_mapping(const char *line, const struct pmapx_smaps *smaps);

#endif
