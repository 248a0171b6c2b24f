/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that could not be read, counted by reason.
 */
#ifndef PX_UNREAD_H
#define PX_UNREAD_H

#include <stddef.h>

#include "console.h"

/** How many there are; zero to begin with. */
struct px_unread {
	size_t vanished; /**< Had gone before they were read. */
	size_t denied;   /**< May not be read. */
	size_t unsaved;  /**< What was to be read of them was not saved. */
	size_t damaged;  /**< Could not be read for other reasons, each of which was told. */
	/** The file that was not saved, static text; NULL if it is not the same of all @unsaved. */
	const char *lacking;
};

/** Count one more of which @file, which may be NULL, was not saved. */
void px_unread_add_unsaved(struct px_unread *unread, const char *file);

/** How many of them there are together. */
size_t px_unread_count(const struct px_unread *unread);

/** Whether there are as many of each. */
bool px_unread_is_same(const struct px_unread *one, const struct px_unread *other);

/** Write how many there are, of which there is one at least, and why; without a newline. */
void px_unread_put(struct px_out *out, const struct px_unread *unread);

/**
 * Say on standard error, in one line, how many there are and why, if any.
 *
 * @verb  What the message begins with, behind the program's name; NULL for a view.
 * @from  Of what, if there are several things to read; or NULL.
 */
void px_unread_tell(struct px_console *console, const char *verb, const char *from,
	const struct px_unread *unread);

#endif
