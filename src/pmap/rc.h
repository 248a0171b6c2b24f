/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rc files: where they are, reading and writing them.
 */
#ifndef PX_PMAP_RC_H
#define PX_PMAP_RC_H

#include "console.h"
#include "options.h"
#include "rc_parse.h"

/** Read the rc file that @options name; says what is wrong.  False: refused. */
bool px_rc_read(struct px_console *console, const struct px_options *options, struct px_rc *ret);

/** Write the template; says what became of it.  Returns the exit status. */
int px_rc_create(struct px_console *console, const struct px_options *options);

#endif
