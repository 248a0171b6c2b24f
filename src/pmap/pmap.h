/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's face: the command that prints the maps of the processes it is given.
 */
#ifndef PX_PMAP_H
#define PX_PMAP_H

#include "console.h"

/**
 * Be pmap.
 *
 * @as_pmap  Called as pmap: its options only.
 *
 * Returns the exit status: 0, or 1 if a map could not be read, or-ed with 42
 * if a process was missing.
 */
int px_pmap(struct px_console *console, bool as_pmap, int argc, char **argv);

#endif
