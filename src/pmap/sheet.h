/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a view works on: the run's options and streams, the process at hand,
 * and the sums of what was shown of it.
 */
#ifndef PX_PMAP_SHEET_H
#define PX_PMAP_SHEET_H

#include <pmapx.h>

#include "console.h"
#include "options.h"
#include "totals.h"

struct px_rc;
struct px_fields_view;
struct px_heritage;

/** The widths of the columns of -x and -d, in bytes. */
struct px_widths {
	size_t address;        /**< Heading, at least @address_digits. */
	size_t kbytes, rss;    /**< Headings, at least 7. */
	size_t dirty;          /**< Heading, at least 7. */
	size_t mode;           /**< Heading, at least 5. */
	size_t offset;         /**< Heading, at least 16. */
	size_t device;         /**< Heading, at least 9. */
	size_t mark;           /**< In -d, 1 if a mode may have a mark behind it, else 0. */
	size_t address_digits; /**< 16; 8 on a live 32-bit system. */
};

/** A view at work. */
struct px_sheet {
	struct px_console *console;
	const struct px_options *options;
	const struct px_rc *rc; /**< Columns asked for by an rc file, or NULL. */
	struct pmapx_source *source;
	const struct pmapx_member *member; /**< What a saved source has handed out, or NULL. */
	bool is_found; /**< The process at hand was not named: it may be gone. */
	const struct pmapx_identity *identity; /**< Of the process at hand. */
	struct px_widths widths;
	struct pmapx_text anon, stack; /**< What mappings without a name are called. */
	struct px_totals totals;       /**< Of the mappings shown. */
	int shm_error;                 /**< What kept a label from being told, or 0. */
	struct px_fields_view *fields; /**< State of view_fields.c; NULL in other views. */
	struct px_heritage *heritage;  /**< For the same, shared by the run; in turn only. */
};

/**
 * A layout.  Output errors are remembered by the output; what else can fail
 * is said beside each function.
 */
struct px_view {
	enum pmapx_map_file file; /**< What it reads. */
	bool mappings_only;       /**< Whether key lines need not be looked at. */
	uint64_t fields;          /**< Bits of the fields that are looked at; 0 for all. */
	bool needs_all;           /**< Whether mappings out of range count for widths. */

	/** Once for a run, before the first process; NULL if there is nothing to do.
	 * 0 or -ENOMEM. */
	int (*open)(struct px_sheet *sheet);
	/** Once for a run, after the last process; NULL as above. */
	void (*close)(struct px_sheet *sheet);

	/** Once for each reading of a process, before its mappings. */
	void (*begin)(struct px_sheet *sheet);
	/** Each mapping; @selected if it is in the range of -A.  0, -ENOMEM, or
	 * -E2BIG if it has more different keys than are shown. */
	int (*row)(struct px_sheet *sheet, const struct pmapx_mapping *mapping, bool selected);
	/** Once for a process, after its mappings. */
	void (*end)(struct px_sheet *sheet);
	/** How many bytes of rows it keeps back until then; NULL if it prints
	 * them at once. */
	size_t (*kept)(const struct px_sheet *sheet);
};

extern const struct px_view px_view_plain, px_view_extended, px_view_device, px_view_fields;

/** Whether mappings come from a core file. */
bool px_is_core(const struct px_sheet *sheet);

/** Set the widths of @sheet for its language, and for addresses of @address_digits. */
void px_widths_init(struct px_sheet *sheet, size_t address_digits);

/** A word of pmap's in the user's language; as it is in layouts older than translations. */
const char *px_word(const struct px_sheet *sheet, const char *word);

/** The address, zero-padded to its digits and right-aligned in @width. */
char *px_put_address(char *at, const struct px_sheet *sheet, uint64_t address, size_t width);

/**
 * The five characters of the mode column: rwx, s for shared, and a dash.  A sixth,
 * '*', is for what a core file does not hold.
 */
char *px_put_mode(char *at, const struct pmapx_mapping *mapping);

/**
 * The line "PID:   command" that stands above each process.
 *
 * Returns 0, or a negative errno if the command line is there and could not be
 * read, in which case the name of the process stands in for it.
 */
int px_put_header(struct px_sheet *sheet, struct pmapx_process *process);

/** The name column of the plain, -x and -d views, and the end of the row. */
void px_put_label(struct px_sheet *sheet, const struct pmapx_mapping *mapping);

#endif
