/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of rc files.
 */
#ifndef PX_PMAP_RC_PARSE_H
#define PX_PMAP_RC_PARSE_H

#include "rc.h"

/**
 * Read @length bytes of an rc file into @rc, warning on @console as pmap does.
 * False if memory ran out.
 */
bool px_rc_parse(struct px_console *console, const char *bytes, size_t length, struct px_rc *rc);

#endif
