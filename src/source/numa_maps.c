/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * numa_maps of a process, line by line beside its map.
 */
#include "numa_maps.h"

#include <errno.h>
#include <stdlib.h>

#include "frame.h"
#include "name.h"
#include "saved.h"
#include "scan.h"
#include "source_impl.h"

/* Room for each read; the kernel fills about a page of it. */
#define READ_SIZE ((size_t)32 * 1024)

/* As of a map: what is longer is a file of something else. */
#define LINE_MAX_BYTES ((size_t)16 * 1024 * 1024)

struct px_numa_maps {
	const struct px_source_ops *ops;
	struct px_stream stream;
	struct px_frame frame;    /* Keeps the line at hand. */
	struct px_numa_line line; /* At hand, if has_line. */
	bool has_line;
	bool is_ordered; /* As a kernel's, its lines are in order, unless the map changes. */
	bool is_procfs;  /* That of a process without a line is empty. */
	bool has_text;   /* There has been a line. */
	uint64_t lowest; /* None may begin below. */
	int failed;      /* Negative errno that ends the reading and has not been told, or 0. */
	bool ended;      /* There are no more lines. */
};

void px_source_want_numa(struct pmapx_source *source)
{
	if (source->saved != NULL)
		source->saved->wants_numa = true;
}

int px_numa_open(struct pmapx_process *process, bool is_ordered, struct px_numa_maps **ret)
{
	struct px_numa_maps *maps = calloc(1, sizeof(*maps));
	int r;

	if (maps == NULL)
		return -ENOMEM;
	/* That of a thread is about the memory of its group. */
	r = px_process_open_file(process, PX_FILE_NUMA_MAPS, &maps->stream);
	if (r < 0) {
		free(maps);
		return r;
	}
	maps->ops = process->source->ops;
	maps->is_ordered = is_ordered;
	maps->is_procfs = process->source->is_procfs;
	*ret = maps;
	return 0;
}

bool px_numa_lists(const struct pmapx_mapping *mapping)
{
	static const struct pmapx_text gate = { "[vsyscall]", sizeof("[vsyscall]") - 1 };

	/* By name: in a capture it may have another address. */
	return mapping->inode != 0 || !px_text_equals(&mapping->name, &gate);
}

void px_numa_close(struct px_numa_maps *maps)
{
	if (maps == NULL)
		return;
	maps->ops->close_stream(&maps->stream);
	px_frame_deinit(&maps->frame);
	free(maps);
}

/* Read once more; the line at hand may move. */
static void feed(struct px_numa_maps *maps)
{
	struct px_frame *frame = &maps->frame;
	ptrdiff_t shift;
	ssize_t n;
	int r;

	if (!maps->has_line)
		frame->keep = frame->at;
	r = px_frame_space(frame, READ_SIZE, &shift);
	if (r == 0 && maps->has_line)
		maps->line.text.bytes = frame->bytes + frame->keep;
	n = r < 0 ? r
		  : maps->ops->read(
			    &maps->stream, frame->bytes + frame->end, frame->size - frame->end);
	if (n > 0) {
		frame->end += (size_t)n;
		return;
	}
	/* A line cut off by a failing read is the read's fault. */
	if (n < 0)
		px_frame_cut(frame);
	frame->finished = true;
	maps->failed = (int)n;
}

/* Look at the next line; false if there is no other, and why not in maps->failed. */
static bool peek(struct px_numa_maps *maps, struct pmapx_text *ret)
{
	struct px_frame *frame = &maps->frame;

	while (!maps->ended) {
		enum px_frame_result result = px_frame_peek(frame, ret);

		if (result == PX_FRAME_LINE)
			return true;
		maps->ended = result != PX_FRAME_MORE;
		if (result == PX_FRAME_CUT)
			maps->failed = -ENODATA;
		if (maps->ended)
			break;
		if (frame->end - frame->at > LINE_MAX_BYTES) {
			maps->failed = -EFBIG;
			maps->ended = true;
		} else {
			feed(maps);
		}
	}
	return false;
}

/* The end: 0, or what went wrong, once. */
static int tell_end(struct px_numa_maps *maps, struct pmapx_error *error)
{
	int r = maps->failed;

	*error = (struct pmapx_error){ .code = -r, .reason = "" };
	maps->failed = 0;
	if (r == -ENODATA) {
		error->line = maps->frame.line + 1;
		error->reason = "the input ends in the middle of a line";
	} else if (r == -EFBIG) {
		error->line = maps->frame.line + 1;
		error->reason = "longer than 16 MiB";
	} else if (r == 0 && !maps->has_text && !maps->is_procfs) {
		/* Who has a mapping has a line. */
		maps->has_text = true;
		error->code = ENODATA;
		error->reason = PX_HOLLOW_REASON;
		r = -ENODATA;
	}
	return r;
}

/* The next line is of an address that others are beyond. */
static int tell_disorder(
	const struct px_numa_maps *maps, const struct pmapx_text *line, struct pmapx_error *error)
{
	if (!maps->is_ordered)
		return px_bad_line(line, line->bytes,
			"expected an address above that of the line before", error);
	*error = (struct pmapx_error){
		.code = ESTALE,
		.reason = "the map was changing while it was read",
	};
	return -ESTALE;
}

/* Take the next line; 1, 0 at the end, or what is wrong with it. */
static int take_line(struct px_numa_maps *maps, struct pmapx_error *error)
{
	struct px_frame *frame = &maps->frame;
	struct pmapx_text line;
	int r;

	if (!peek(maps, &line))
		return tell_end(maps, error);
	frame->keep = frame->at;
	px_frame_take(frame, &line);
	r = px_numa_parse(&line, &maps->line, error);
	if (r == 0 && maps->line.start < maps->lowest)
		r = tell_disorder(maps, &line, error);
	maps->has_text = true;
	if (r < 0) {
		error->line = frame->line;
		return r;
	}
	maps->lowest = maps->line.start + 1;
	maps->has_line = true;
	return 1;
}

/*
 * Whether the line at hand is of @mapping and no more.  One that was split has a line that
 * begins within; if one that follows without a gap has no line, the two were merged.
 */
static bool is_of(struct px_numa_maps *maps, const struct pmapx_mapping *mapping)
{
	bool is_adjacent = mapping->next != NULL && mapping->next->start == mapping->end;
	struct pmapx_error ignored;
	struct px_numa_line next;
	struct pmapx_text text;

	if (maps->line.start != mapping->start)
		return false;
	if (!peek(maps, &text))
		return !is_adjacent;
	/* What is wrong with it will be told, and tells nothing here. */
	if (px_numa_parse(&text, &next, &ignored) < 0 || next.start <= mapping->start)
		return true;
	return is_adjacent ? next.start == mapping->end : next.start >= mapping->end;
}

int px_numa_find(struct px_numa_maps *maps, const struct pmapx_mapping *mapping,
	struct px_numa_line *ret, struct pmapx_error *error)
{
	while (!maps->has_line || maps->line.start < mapping->start) {
		int r;

		maps->has_line = false;
		r = take_line(maps, error);
		if (r <= 0)
			return r;
	}
	if (!is_of(maps, mapping))
		return 0;
	*ret = maps->line;
	return 1;
}

int px_numa_end(struct px_numa_maps *maps, struct pmapx_error *error)
{
	int r;

	do
		r = take_line(maps, error);
	while (r == 1);
	maps->has_line = false;
	return r;
}
