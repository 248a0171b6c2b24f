/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The "Key: value" lines that smaps prints below a mapping line.
 */
#ifndef PX_SMAPS_H
#define PX_SMAPS_H

#include <pmapx/mapping.h>

/**
 * Parse one line into @ret.
 *
 * @expected  What the line above the same place of the mapping before turned
 *            out to be: tried first, since kernels print one order.
 *            PMAPX_FIELD_UNKNOWN if there was none.
 *
 * Returns 0, or -EBADMSG with column and reason in *@error.
 */
int px_smaps_parse(const struct pmapx_text *line, enum pmapx_field expected,
	struct pmapx_entry *ret, struct pmapx_error *error);

/** Put the value of @entry into its member of @smaps, if it has one. */
void px_smaps_set(struct pmapx_smaps *smaps, const struct pmapx_entry *entry);

#endif
