/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns of a mapping by name: pmap's own, and every key of smaps.
 */
#ifndef PX_PMAP_FIELD_H
#define PX_PMAP_FIELD_H

#include "sheet.h"

/** What a column holds. */
enum px_field_kind {
	PX_FIELD_ADDRESS, /**< An address or an offset. */
	PX_FIELD_KB,      /**< Kilobytes. */
	PX_FIELD_KB_EACH, /**< The same, but a sum of them means nothing. */
	PX_FIELD_NUMBER,  /**< Some other number. */
	PX_FIELD_DEVICE,  /**< A text, in the order of a number. */
	PX_FIELD_TEXT
};

/** Columns that are not keys of smaps; bit (1 << PX_OWN_…) in sets of them. */
enum px_own {
	PX_OWN_ADDRESS,
	PX_OWN_KBYTES,
	PX_OWN_RSS,
	PX_OWN_DIRTY,
	PX_OWN_MODE,
	PX_OWN_PERM,
	PX_OWN_OFFSET,
	PX_OWN_DEVICE,
	PX_OWN_INODE,
	PX_OWN_MAPPING, /**< The name as the view shows it. */
	PX_OWN_NAME,    /**< The name as the kernel has it. */
	PX_OWN_PAGE,    /**< The size of its pages, of numa_maps. */
	PX_OWN_NODE,    /**< What of it is on a node; the same. */
	PX_OWN_COUNT,

	PX_OWN_NONE = -1 /**< A key of smaps. */
};

/** A column. */
struct px_field {
	struct pmapx_text name; /**< As headings spell it; may be borrowed from px_field_find(). */
	enum px_own own;        /**< Which of pmap's own it is, if it is one. */
	enum pmapx_field key;   /**< Which key of smaps, if it is a known one. */
	unsigned node;          /**< Which, of PX_OWN_NODE. */
	enum px_field_kind kind;
	enum pmapx_map_file file; /**< What must be read for it. */
};

/** Which columns a view has: some of pmap's own, and all keys of smaps or none. */
struct px_field_set {
	unsigned own;
	bool has_keys;
};

/** The columns that the layout @view can be sorted by, and all that there are. */
struct px_field_set px_field_set_of(enum px_view_kind view);
extern const struct px_field_set px_field_set_all;

/**
 * Look a column of @set up by its name, in any case; best as it is spelled.  What
 * ends in a colon is a key of smaps in its own spelling, known or not.
 *
 * Returns 0 or -ENOENT.
 */
int px_field_find(
	const struct px_field_set *set, const struct pmapx_text *name, struct px_field *ret);

/** Whether numa_maps must be read for it as well. */
static inline bool px_field_needs_numa(const struct px_field *field)
{
	return field->own == PX_OWN_PAGE || field->own == PX_OWN_NODE;
}

/** One of pmap's own, one of the known keys. */
struct px_field px_field_own(enum px_own own);
struct px_field px_field_key(enum pmapx_field key);

/** Say that @name, in the value of --@option, is no column of @set, and which there are. */
void px_field_say_unknown(struct px_console *console, const char *option,
	const struct px_field_set *set, const struct pmapx_text *name);

/** A value; how it is to be taken says the kind of its column. */
struct px_field_value {
	bool is_known;          /**< Whether it could be read. */
	uint64_t number;        /**< But of texts; of devices, one to sort by. */
	struct pmapx_text text; /**< Of texts and devices. */
	char room[PX_LABEL_ROOM];
};

/** Read a value of @mapping, whose texts must live as long as *@ret is used. */
void px_field_read(struct px_sheet *sheet, const struct px_field *field,
	const struct pmapx_mapping *mapping, struct px_field_value *ret);

#endif
