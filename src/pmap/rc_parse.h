/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an rc file asks for: its grammar, and questions to what was read.
 */
#ifndef PX_PMAP_RC_PARSE_H
#define PX_PMAP_RC_PARSE_H

#include <pmapx/base.h>
#include <stdbool.h>
#include <stddef.h>

#include "console.h"

/** pmap compares this much of a name in an rc file. */
#define PX_RC_NAME_MAX 31

/** A name of a column. */
struct px_rc_name {
	char bytes[PX_RC_NAME_MAX]; /**< Not terminated. */
	unsigned char length;       /**< How many of @bytes are used. */
};

/** What an rc file asks for. */
struct px_rc {
	struct px_rc_name *names; /**< Columns, owned. */
	size_t count, size;       /**< How many there are, and there is room for. */
	bool show_path;           /**< [Mapping] ShowPath. */
};

/**
 * Read @length bytes of an rc file into @rc, warning on @console as pmap does.
 * False if memory ran out.
 */
bool px_rc_parse(struct px_console *console, const char *bytes, size_t length, struct px_rc *rc);

/** Free what @rc holds. */
void px_rc_deinit(struct px_rc *rc);

/** Whether @rc asks for the column called @name. */
bool px_rc_wants(const struct px_rc *rc, const struct pmapx_text *name);

/** Whether @rc asks for the column @heading, by its English or translated name. */
bool px_rc_wants_heading(
	const struct px_rc *rc, const struct px_console *console, const char *heading);

#endif
