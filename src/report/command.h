/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process is called, in one line.
 */
#ifndef PX_COMMAND_H
#define PX_COMMAND_H

#include "walk.h"

/**
 * The command line of the process at hand, with blanks between its arguments and in the
 * place of newlines; its name in brackets if it has none; of what was saved, what else
 * there is.  Any other byte is as it was.
 *
 * @ret_bytes  Set on success to what is to be freed; @ret points into it.
 *
 * Returns 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int px_command(struct px_visit *visit, char **ret_bytes, struct pmapx_text *ret);

#endif
