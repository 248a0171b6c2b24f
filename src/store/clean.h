/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of any bytes as a database takes it: UTF-8 without NUL.
 */
#ifndef PX_CLEAN_H
#define PX_CLEAN_H

#include <stdbool.h>

#include <pmapx/base.h>

/** Room for text that had to be changed; zero to begin with, and again after free(bytes). */
struct px_clean {
	char *bytes;
	size_t room;
};

/** Whether all bytes are ASCII, and none is a control (but DEL) or a backslash. */
bool px_is_plain(const char *bytes, size_t length);

/**
 * What stands for @text: NUL, and bytes that are no UTF-8, are \xHH, and a backslash that would
 * be taken for the beginning of one of these is \x5c; so all can be found out again.
 * Nothing else is changed.
 *
 * Returns 0, and in *@ret @text itself or what @clean holds until the next call; -ENOMEM.
 */
int px_clean_text(struct px_clean *clean, const struct pmapx_text *text, struct pmapx_text *ret);

#endif
