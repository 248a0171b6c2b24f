/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Help and version.
 */
#ifndef PX_PMAP_USAGE_H
#define PX_PMAP_USAGE_H

#include <stdbool.h>

#include "console.h"

/** Write the usage text to @out, one of @console's streams. */
void px_usage(struct px_console *console, bool as_pmap, struct px_out *out);

/** Write the version to standard output. */
void px_version(struct px_console *console, bool as_pmap);

/** Write the kinds of mappings to @out, each with its class. */
void px_kinds(struct px_out *out);

#endif
