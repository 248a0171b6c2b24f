/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look at processes: what their mappings add up to, at one time, to be compared with
 * another look.
 */
#ifndef PX_LOOK_H
#define PX_LOOK_H

#include "guesses.h"
#include "key.h"
#include "manifest.h"
#include "sift.h"
#include "walk.h"

/** A process that was looked at, or that was there and could not be. */
struct px_looked {
	bool is_unread;                /**< It could not be: @groups and @known are nothing. */
	pid_t pid;                     /**< 0 if nothing tells. */
	bool has_start;                /**< Whether @start_ticks is known. */
	uint64_t start_ticks;          /**< Since boot. */
	char boot_id[PX_BOOT_ID_SIZE]; /**< Of which boot, "" if unknown. */
	char *host;                    /**< Of several in one source, else ""; owned. */
	char *command;                 /**< The name of its program, "" if unknown; owned. */
	struct px_groups groups;       /**< Its mappings, by what was asked for. */
	unsigned known;                /**< Bits (1 << PX_MEASURE_…) of what was read of them. */
};

/** A look; begins as all zero. */
struct px_look {
	const char *name;            /**< What was looked at, as it was given; borrowed. */
	uint64_t when_ms;            /**< When, since 1970; 0 if unknown. */
	struct px_looked *processes; /**< In the order in which they were read. */
	size_t count, room;          /**< How many of them, and for how many there is room. */
	size_t unread;               /**< How many of them could not be read. */
	unsigned known;              /**< Bits (1 << PX_MEASURE_…) of what was read of any. */
	unsigned redacted;           /**< Bits PMAPX_REDACTED_… of what was in any. */
	size_t torn;                 /**< Processes whose map was changing while it was read. */
	struct px_guesses guesses;   /**< Mappings that were selected by a guess at their kind. */
	struct px_walk_counts counts;
};

/** What may have to be said of one. */
#define PX_LOOK_TORN "of some processes the map was changing while it was read"
#define PX_LOOK_IN_VAIN "no process that has memory could be read"

/**
 * Look at the processes that @options ask for; their mappings that @sift selects, but by
 * size, are added up by @keys.  What could not be read has been told of.
 *
 * Returns 0, with at least one process, or a negative errno after a message;
 * px_look_deinit() in any case.
 */
int px_look_take(struct px_console *console, const struct px_walk_options *options,
	const struct px_sift *sift, const struct px_key_list *keys, struct px_look *ret);

/**
 * The same, but that what could not be read is in @ret, and nobody was told; nor has there
 * to be a process.
 */
int px_look_read(struct px_console *console, const struct px_walk_options *options,
	const struct px_sift *sift, const struct px_key_list *keys, struct px_look *ret);

/** Say "pmapx: diff: WHAT: WHY" of a look, of which no more than the name needs to be set. */
void px_look_say(
	struct px_console *console, const char *verb, const struct px_look *look, const char *why);

/** Say of a look if maps of processes were changing. */
void px_look_tell_torn(struct px_console *console, const char *verb, const struct px_look *look);

/** Say of how many mappings it is a guess that they are selected, if there are any. */
void px_look_tell_guesses(struct px_console *console, const char *verb, const struct px_look *look);

/** Free what @look holds. */
void px_look_deinit(struct px_look *look);

#endif
