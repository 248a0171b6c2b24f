/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a server, as a capture has them: CSV with the columns name and value, which is what
 * SHOW gives; among those rows are some that are no settings.
 */
#ifndef PX_SETTINGS_H
#define PX_SETTINGS_H

#include <pmapx/base.h>

/** The row whose value is the pid of the server's first process, as whoever captured had it. */
#define PX_SETTING_POSTMASTER "postmaster"

/** The longest text that is read, in bytes. */
#define PX_SETTINGS_MAX ((size_t)1024 * 1024)

/** A setting. */
struct px_setting {
	struct pmapx_text name;
	struct pmapx_text value; /**< Bytes are NULL if it is NULL. */
	bool has_number;         /**< The value is a number, not negative, */
	int64_t number;          /**< if it has a unit, of memory: of bytes then. */
};

/** What hands them out; set it up with px_settings_init(). */
struct px_settings {
	struct pmapx_text rest;
	char *room; /**< Of as many bytes as there are; borrowed. */
};

/**
 * Begin to read @text, which is borrowed, as is @room for as many bytes as it has.
 *
 * Returns 0; -EBADMSG if it does not begin with names of these columns.
 */
int px_settings_init(struct px_settings *settings, const struct pmapx_text *text, char *room);

/** The next one: 1 with it in *@ret, valid as long as @text and the room; 0 at the end. */
int px_settings_next(struct px_settings *settings, struct px_setting *ret);

#endif
