/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an errno says, in English whatever the locale of the program is.
 */
#ifndef PX_PLAIN_ERROR_H
#define PX_PLAIN_ERROR_H

/**
 * As px_describe_error(), which is for the user of a program, but in plain English: for
 * what libpmapx hands out, and for what is saved.  @error is a positive errno.
 * Returns text that is valid for ever, if it is one that the system knows.
 */
const char *px_plain_error(int error);

/** What EMEDIUMTYPE means here, which the system has for something else. */
#define PX_NO_REGULAR_FILE "Not a regular file"

#endif
