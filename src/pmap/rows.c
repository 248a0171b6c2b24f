/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of one process: each mapping of its map that was asked for, and what
 * went wrong with the reading.
 */
#include "rows.h"

#include <errno.h>

#include "by.h"
#include "descriptor.h"
#include "guesses.h"
#include "held.h"
#include "key.h"
#include "say.h"
#include "stacks.h"

/* What went wrong with a file: told in one line, when the block is done. */
struct troubles {
	struct pmapx_error first; /* The one to be told. */
	size_t count;             /* How many there were. */
};

/* A reading of a map. */
struct reading {
	struct troubles map, numa; /* Of its file, and of numa_maps. */
	uint64_t end;              /* Where the last mapping ends. */
	struct pmapx_kinds kinds;  /* What is remembered to tell kinds, */
	struct px_guesses guesses; /* and which that are shown are guesses. */
	bool has_found;            /* There are mappings that were selected. */
	bool is_last;              /* There will be no other. */
	bool is_torn;              /* It is to be begun again. */
};

bool px_rows_give_up(struct px_sheet *sheet, int error)
{
	if (px_is_shortage(-error) && px_out_give_up(&sheet->console->out))
		sheet->is_given_up = true;
	return sheet->is_given_up;
}

/* Segments have kept the kernel's names. */
static int say_no_segments(struct px_sheet *sheet)
{
	if (px_rows_give_up(sheet, sheet->shm_error))
		return 0;
	px_say_no_segments(sheet);
	return PX_STATUS_UNREADABLE;
}

/* Note an error; what ends the reading is told before what does not. */
static void note(struct troubles *troubles, const struct pmapx_error *error)
{
	if (troubles->count == 0 || (error->code != EBADMSG && troubles->first.code == EBADMSG))
		troubles->first = *error;
	troubles->count++;
}

static void note_shortage(struct reading *reading)
{
	if (reading->map.first.code != ENOMEM)
		note(&reading->map, &(struct pmapx_error){ .code = ENOMEM, .reason = "" });
}

static bool is_in_range(const struct px_options *options, const struct pmapx_mapping *mapping)
{
	/* The last byte of the mapping, also of one that is empty. */
	uint64_t last = mapping->end > mapping->start ? mapping->end - 1 : mapping->end;

	return last >= options->low && mapping->start <= options->high;
}

/* What kind it is depends on those before, in the range or not; 0 or -ENOMEM. */
static int tell_kind(struct px_sheet *sheet, const struct pmapx_mapping *mapping,
	struct reading *reading, enum pmapx_kind *ret, bool *ret_guessed)
{
	*ret = pmapx_kinds_tell(&reading->kinds, mapping, ret_guessed);
	return sheet->stacks != NULL ? px_stacks_take(sheet->stacks, mapping, ret, ret_guessed) : 0;
}

/* Whether it is what was asked for; -ENOMEM if nobody can say. */
static int is_wanted(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping, struct reading *reading)
{
	const struct px_options *options = sheet->options;
	enum pmapx_kind kind = PMAPX_KIND_COUNT;
	bool guessed = false;
	int r = 0;

	if (px_sift_by_kind(&options->sift) || sheet->stacks != NULL)
		r = tell_kind(sheet, mapping, reading, &kind, &guessed);
	if (r < 0 || !is_in_range(options, mapping))
		return r;
	r = px_sift_mapping(&options->sift, mapping, kind, view->file == PMAPX_FILE_SMAPS);
	reading->has_found |= r == 1;
	if (r == 1 && guessed)
		px_guesses_note(&reading->guesses, &options->sift, kind);
	return r;
}

/* Whether it is in the range, and is what was asked for; -ENOMEM if nobody can say. */
static int is_selected(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping, struct reading *reading)
{
	if (__builtin_expect(sheet->options->sift.is_given || sheet->stacks != NULL, 0))
		return is_wanted(sheet, view, mapping, reading);
	return is_in_range(sheet->options, mapping);
}

/* Mappings of a running process come in order, so that none can follow in range. */
static bool is_beyond(const struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping)
{
	return !view->needs_all && mapping->start > sheet->options->high &&
		pmapx_source_in_order(sheet->source);
}

/* Whether what was printed of this reading can be taken back; then it is. */
static bool is_undone(struct px_sheet *sheet, const struct px_view *view, struct reading *reading)
{
	bool is_long = view->kept != NULL && view->kept(sheet) > PX_HELD_MAX;

	reading->is_torn = !reading->is_last && !is_long && px_out_undo(&sheet->console->out);
	return reading->is_torn;
}

bool px_rows_are_ordered(const struct px_sheet *sheet)
{
	return sheet->member != NULL ? sheet->member->is_captured
				     : pmapx_source_in_order(sheet->source);
}

/*
 * A mapping that begins where others have been: the map has changed between two
 * pieces.  Whether to begin again; if that cannot be, it is a trouble.
 */
static bool is_torn(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping, struct reading *reading)
{
	bool fits = mapping->start >= reading->end || !px_rows_are_ordered(sheet);

	if (reading->end < mapping->end)
		reading->end = mapping->end;
	if (fits)
		return false;
	if (is_undone(sheet, view, reading))
		return true;
	note(&reading->map,
		&(struct pmapx_error){
			.code = ESTALE, .reason = "the map was changing while it was read" });
	return false;
}

/*
 * An error of the reader, one more of @troubles.  If the process has begun another
 * program, that is what there is to be shown; one that was not asked for by its number is
 * not missed if it has gone.  Returns whether to begin again.
 */
static bool is_outdated(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_error *error, struct reading *reading, struct troubles *troubles)
{
	bool has_changed = error->code == ESTALE && *error->reason != '\0';

	if (error->code == ESRCH && sheet->is_found)
		has_changed = true;
	if (has_changed && is_undone(sheet, view, reading))
		return true;
	note(troubles, error);
	return false;
}

/*
 * Have the sheet know what numa_maps says of a mapping; NULL for what it says behind the
 * last.  False if the reading is to be begun again.  Most runs do without.
 */
__attribute__((noinline)) static bool find_numa(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping, struct reading *reading)
{
	struct pmapx_error error;
	int r;

	sheet->numa = (struct px_numa_line){ 0 };
	do {
		r = mapping != NULL ? px_numa_find(sheet->numa_maps, mapping, &sheet->numa, &error)
				    : px_numa_end(sheet->numa_maps, &error);
		if (r < 0 && is_outdated(sheet, view, &error, reading, &reading->numa))
			return false;
	} while (r < 0);
	return true;
}

/* Hand one mapping to the view; false if nothing more is to be read. */
static bool show_mapping(struct px_sheet *sheet, const struct px_view *view,
	const struct pmapx_mapping *mapping, struct reading *reading)
{
	int r;

	if (is_beyond(sheet, view, mapping))
		return false;
	if (is_torn(sheet, view, mapping, reading))
		return false;
	r = is_selected(sheet, view, mapping, reading);
	if (r > 0 && sheet->numa_maps != NULL && !find_numa(sheet, view, mapping, reading))
		return false;
	if (r >= 0)
		r = view->row(sheet, mapping, r != 0 ? PX_SHOWN : PX_SKIPPED);
	if (r == -E2BIG && reading->map.first.code != E2BIG)
		note(&reading->map,
			&(struct pmapx_error){ .code = E2BIG,
				.reason = "more than 256 keys that no kernel prints" });
	if (r == -ENOMEM)
		note_shortage(reading);
	return r != -ENOMEM && sheet->console->out.error == 0;
}

/* Say what went wrong with the files of a process; returns its share of the exit status. */
static int say_troubles(
	struct px_sheet *sheet, struct pmapx_reader *reader, const struct reading *reading)
{
	const struct troubles *map = &reading->map, *numa = &reading->numa;

	if (map->count == 0 && numa->count == 0)
		return sheet->shm_error != 0 ? say_no_segments(sheet) : 0;
	if (px_rows_give_up(sheet, map->first.code) || px_rows_give_up(sheet, numa->first.code))
		return 0;
	/* That the process has gone is said once. */
	if (numa->count > 0 && (map->count == 0 || numa->first.code != ESRCH))
		px_say_trouble(
			sheet, sheet->identity->pid, px_numa_file_name, &numa->first, numa->count);
	if (map->count > 0)
		px_say_trouble(sheet, pmapx_reader_pid(reader),
			px_map_file_name(pmapx_reader_file(reader)), &map->first, map->count);
	return PX_STATUS_UNREADABLE;
}

bool px_rows_leave_out(const struct px_sheet *sheet)
{
	const struct px_options *options = sheet->options;

	return options->sift.is_given && options->shape.notation == PX_NOTATION_TEXT &&
		options->view != PX_VIEW_BY && !sheet->is_alone;
}

/*
 * All has been read, and nothing of it is what was asked for: nothing is to be seen of the
 * process among others.  Whether that is so, and all is taken back.
 */
static bool is_left_out(struct px_sheet *sheet, const struct reading *reading)
{
	return !reading->has_found && reading->map.count == 0 && reading->numa.count == 0 &&
		sheet->failure == NULL && px_rows_leave_out(sheet) &&
		(sheet->member == NULL || *sheet->member->name == '\0') &&
		px_out_undo(&sheet->console->out);
}

/* What is done for each mapping is worth having in one piece. */
__attribute__((flatten)) int px_rows_show(struct px_sheet *sheet, const struct px_view *view,
	struct pmapx_reader *reader, bool is_last)
{
	const struct pmapx_mapping *mapping;
	struct reading reading = { .is_last = is_last };
	struct pmapx_error error;
	bool more = true;
	int status;

	sheet->totals = (struct px_totals){ 0 };
	sheet->shm_error = 0;
	view->begin(sheet);
	while (more) {
		int r = pmapx_reader_next(reader, &mapping, &error);

		if (r == 1)
			more = show_mapping(sheet, view, mapping, &reading);
		else
			more = r < 0 && !is_outdated(sheet, view, &error, &reading, &reading.map);
		if (r == 0 && sheet->numa_maps != NULL)
			find_numa(sheet, view, NULL, &reading);
	}
	if (reading.is_torn)
		return PX_STATUS_AGAIN;
	if (is_left_out(sheet, &reading)) {
		/* It may have been, had they been told. */
		if (sheet->stacks != NULL &&
			px_sift_by_guess(&sheet->options->sift, PMAPX_KIND_THREAD_STACK))
			px_say_threads(sheet);
		sheet->sifted->has_left_out = true;
		return 0;
	}
	if (view->end(sheet) < 0)
		note_shortage(&reading);
	if (px_guesses_any(&reading.guesses))
		px_say_guessed(sheet, pmapx_reader_pid(reader), pmapx_reader_file(reader),
			&reading.guesses);
	if (sheet->stacks != NULL && !px_by_count(sheet, PX_COUNT_AS_THREADS))
		px_say_threads(sheet);
	status = say_troubles(sheet, reader, &reading);
	if (!sheet->is_given_up)
		sheet->sifted->has_shown = true;
	return status;
}
