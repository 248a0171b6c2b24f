/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What could not be shown, in one line on standard error each; called as pmap,
 * nothing.
 */
#ifndef PX_PMAP_SAY_H
#define PX_PMAP_SAY_H

#include "guesses.h"
#include "sheet.h"

/** What a map file is called, and what is read beside it. */
const char *px_map_file_name(enum pmapx_map_file file);
extern const char px_numa_file_name[];

/**
 * @file of process @pid, or the process itself if @file is "", cannot be
 * opened or read: @error, a positive errno, says why.
 */
void px_say_missing(struct px_sheet *sheet, pid_t pid, const char *file, int error);

/**
 * The file of @pid, in which the process of the sheet was looked for, had
 * @count troubles, of which this is the first.
 */
void px_say_trouble(struct px_sheet *sheet, pid_t pid, const char *file,
	const struct pmapx_error *first, size_t count);

/** Of the mappings in the map @file of @pid, these are shown by a guess. */
void px_say_guessed(struct px_sheet *sheet, pid_t pid, enum pmapx_map_file file,
	const struct px_guesses *guesses);

/** Of some threads of the process at hand it is not known where their stacks are, or of all. */
void px_say_threads(struct px_sheet *sheet);

/** What was saved does not tell of threads. */
void px_say_no_threads(struct px_sheet *sheet);

/** Segments have kept the kernel's names: it was we who were short of what tells them. */
void px_say_no_segments(struct px_sheet *sheet);

/** What was saved of the process at hand lacks the map that the view reads. */
void px_say_not_saved(struct px_sheet *sheet, enum pmapx_map_file file);

/** It lacks numa_maps, which @column is read from. */
void px_say_no_numa(struct px_sheet *sheet, const char *column);

/** A part of a saved source could not be read. */
void px_say_damage(struct px_sheet *sheet, const struct pmapx_error *error);

#endif
