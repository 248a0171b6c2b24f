/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The "Key: value" lines that smaps prints below a mapping line.
 */
#ifndef PX_SMAPS_H
#define PX_SMAPS_H

#include <string.h>

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

/** Where the member of each field is in struct pmapx_smaps, in bytes. */
extern const unsigned short px_smaps_offsets[PMAPX_FIELD_COUNT];

/** Set the number of @field, which is not a text; its bit is the caller's to set. */
static inline void px_smaps_set_number(
	struct pmapx_smaps *smaps, enum pmapx_field field, uint64_t number)
{
	memcpy((char *)smaps + px_smaps_offsets[field], &number, sizeof(number));
}

/** Set the text of @field to what is between @at and @end, without blanks around it. */
void px_smaps_set_text(
	struct pmapx_smaps *smaps, enum pmapx_field field, const char *at, const char *end);

/**
 * Whether the value of @entry is a number written as anybody would print it,
 * without zeros in front, or no number because the field is a text.
 */
bool px_smaps_is_plain(const struct pmapx_entry *entry);

#endif
