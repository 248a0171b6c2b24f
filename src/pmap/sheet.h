/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a view works on: the run's options and streams, the process at hand,
 * and the sums of what was shown of it.
 */
#ifndef PX_PMAP_SHEET_H
#define PX_PMAP_SHEET_H

#include <pmapx.h>

#include "console.h"
#include "numa_maps.h"
#include "options.h"
#include "totals.h"

struct px_rc;
struct px_fields_view;
struct px_heritage;
struct px_by;
struct px_chosen_view;
struct px_by_view;
struct px_records;
struct px_sorter;
struct px_stacks;
struct px_view;

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

/** What became of the processes of which mappings are selected. */
struct px_sifted {
	_Atomic bool has_left_out; /**< Some have none of them, and were left out. */
	_Atomic bool has_shown;    /**< Others were shown. */
};

/** A view at work. */
struct px_sheet {
	struct px_console *console;
	const struct px_options *options;
	const struct px_rc *rc; /**< Columns asked for by an rc file, or NULL. */
	struct pmapx_source *source;
	const struct pmapx_member *member; /**< What a saved source has handed out, or NULL. */
	bool is_alone;                     /**< One process is asked for, by its number. */
	struct px_sifted *sifted;          /**< Shared by the run. */
	bool is_found; /**< The process at hand was not named: it may be gone. */
	const struct pmapx_identity *identity; /**< Of the process at hand. */
	struct px_numa_maps *numa_maps;        /**< Of the same, if the view reads it, or NULL. */
	struct px_numa_line numa;              /**< What that says of the mapping at hand. */
	struct px_widths widths;
	struct pmapx_text anon, stack; /**< What mappings without a name are called. */
	struct px_totals totals;       /**< Of the mappings shown. */
	int shm_error;                 /**< What kept a label from being told, or 0. */
	struct px_fields_view *fields; /**< State of view_fields.c; NULL in other views. */
	const struct px_view *inner;   /**< The view that sorter.c hands rows to. */
	struct px_sorter *sorter;      /**< State of sorter.c, or NULL. */
	struct px_chosen_view *chosen; /**< State of view_chosen.c, or NULL. */
	struct px_by_view *by_view;    /**< State of view_by.c, or NULL. */
	struct px_by *by;              /**< For the same, shared by the run. */
	struct px_records *records;    /**< State of view_records.c, or NULL. */
	struct px_stacks *stacks;      /**< Of its threads; NULL without --threads. */
	size_t number;                 /**< How many processes come before, in the run. */
	unsigned counted_as;           /**< What --by counts it as: bits of enum px_counted_as. */
	const char *failure;           /**< What went wrong with the process at hand, or NULL. */
	bool is_given_up;              /**< It will be shown again: see px_out_give_up(). */
	_Atomic bool *has_left_out;    /**< Whether keys had no column; shared by the run. */
	struct px_heritage *heritage;  /**< For the same, shared by the run; in turn only. */
};

/** What is to become of a mapping. */
enum px_selection {
	PX_SKIPPED, /**< It was not asked for. */
	PX_COUNTED, /**< It is part of totals and widths, but has no row. */
	PX_SHOWN    /**< It has a row. */
};

/**
 * A layout.  Output errors are remembered by the output; what else can fail
 * is said beside each function.
 */
struct px_view {
	enum pmapx_map_file file; /**< What it reads. */
	bool mappings_only;       /**< Whether key lines need not be looked at. */
	uint64_t fields;          /**< Bits of the fields that are looked at; 0 for all. */
	const char *numa_column;  /**< The column that numa_maps is read for, or NULL. */
	bool needs_all;           /**< Whether mappings out of range count for widths. */

	/** Once for a run, before the first process; NULL if there is nothing to do.
	 * 0 or -ENOMEM. */
	int (*open)(struct px_sheet *sheet);
	/** Once for a run, after the last process; NULL as above. */
	void (*close)(struct px_sheet *sheet);

	/** Once for each reading of a process, before all else of it: what stands above
	 * the rows; NULL for "PID:   command".  0, or a negative errno. */
	int (*head)(struct px_sheet *sheet, struct pmapx_process *process);
	const char *head_file; /**< Which file it reads; "" for several, NULL for cmdline. */
	/** Once for each reading of a process, before its mappings. */
	void (*begin)(struct px_sheet *sheet);
	/** Each mapping.  0, -ENOMEM, or -E2BIG if it has more different keys than
	 * are shown. */
	int (*row)(struct px_sheet *sheet, const struct pmapx_mapping *mapping,
		enum px_selection selection);
	/** Once for a process, after its mappings.  0, or -ENOMEM if rows are missing
	 * that were kept back. */
	int (*end)(struct px_sheet *sheet);
	/** Once for each process, @pid, when it is known what went wrong with it, whether
	 * it could be shown or not; NULL if there is nothing to do. */
	void (*done)(struct px_sheet *sheet, pid_t pid);
	/** How many bytes of rows it keeps back until then; NULL if it prints
	 * them at once. */
	size_t (*kept)(const struct px_sheet *sheet);
};

extern const struct px_view px_view_plain, px_view_extended, px_view_device, px_view_fields,
	px_view_by;

/** What mappings go through. */
struct px_pipeline {
	struct px_view first; /**< What they are handed to. */
	const struct px_view
		*layout;        /**< What prints them: the same, or what that hands them to. */
	struct px_view records; /**< That one, if it is for programs. */
	struct px_view chosen;  /**< That of --fields. */
};

/** Put together what the options ask for. */
void px_pipeline_init(struct px_pipeline *pipeline, const struct px_options *options);

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

/** "0fe:00001", right-aligned: in hexadecimal, as maps has it, but padded. */
char *px_put_device(char *at, const struct pmapx_mapping *mapping, size_t width);

/**
 * The line "PID:   command" that stands above each process.
 *
 * Returns 0, or a negative errno if the command line is there and could not be
 * read, in which case the name of the process stands in for it.
 */
int px_put_header(struct px_sheet *sheet, struct pmapx_process *process);

/**
 * What is behind the colon of that line, its bytes as they are but for blanks between
 * arguments: *@ret_length bytes, to be freed.  As px_put_header(); or -ENOMEM.
 */
int px_read_command(
	struct px_sheet *sheet, struct pmapx_process *process, char **ret, size_t *ret_length);

/** What px_label() may need to make one up. */
#define PX_LABEL_ROOM 40

/** What a mapping is called. */
struct px_label {
	struct pmapx_text text;
	bool is_ours; /**< It is a word of pmap's, translated; not text from outside. */
};

/** What the plain, -x and -d views call @mapping; it may be in @room. */
struct px_label px_label(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, char room[PX_LABEL_ROOM]);

/** What the views of smaps call a mapping of that name. */
struct pmapx_text px_table_name(const struct px_sheet *sheet, const struct pmapx_text *name);

/** Whether the views of smaps show a key. */
bool px_wants_key(const struct px_sheet *sheet, const struct pmapx_entry *entry);

/** The flags of a mapping as pmap takes them: letters and blanks, up to what is neither. */
struct pmapx_text px_shown_flags(const struct pmapx_smaps *smaps);

/**
 * What is left to do for a mapping without a row, in views that have nothing but
 * totals for it; returns 0.
 */
int px_count_only(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, enum px_selection selection);

/** The name column of the plain, -x and -d views, and the end of the row. */
void px_put_label(struct px_sheet *sheet, const struct pmapx_mapping *mapping);

#endif
