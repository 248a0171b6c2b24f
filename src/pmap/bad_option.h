/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with an option, in the words of the GNU C library's getopt().
 */
#ifndef PX_PMAP_BAD_OPTION_H
#define PX_PMAP_BAD_OPTION_H

#include <getopt.h>

#include "console.h"

/** Say why getopt_long(), with the long options @options, has just returned '?' for @argv. */
void px_say_bad_option(struct px_console *console, const struct option *options, char **argv);

#endif
