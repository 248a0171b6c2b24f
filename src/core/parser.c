/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From bytes to mappings: lines from frame.c, mapping lines to maps.c, key
 * lines to layout.c, and the mapping that is being put together.
 */
#include <pmapx/parser.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "growable.h"
#include "layout.h"
#include "maps.h"
#include "smaps.h"

/*
 * No line is longer, nor a mapping with all its keys: four bytes for each of a
 * path are some KiB.  What is, is a file of something else, and may have no end.
 */
#define MAPPING_MAX ((size_t)16 * 1024 * 1024)

struct pmapx_parser {
	struct px_frame frame;
	bool mappings_only, look_ahead;
	bool building;                /* @mapping is begun and not handed out. */
	bool cut;                     /* The end was in mid-line, and has not been said. */
	bool too_long;                /* A line was, which has not been said. */
	struct px_layout layout;      /* Its key lines. */
	struct pmapx_smaps smaps;     /* Its numbers. */
	struct pmapx_mapping mapping; /* Begun, or handed out. */
	struct pmapx_mapping next;    /* What follows that, if it looks ahead. */
};

int pmapx_parser_open(const struct pmapx_parser_options *options, struct pmapx_parser **ret)
{
	struct pmapx_parser *parser;
	int r = PX_CHECK_OPTIONS(options);

	if (r < 0)
		return r;
	parser = calloc(1, sizeof(*parser));
	if (parser == NULL)
		return -ENOMEM;
	parser->mappings_only = PX_OPTION(options, mappings_only, false);
	parser->look_ahead = PX_OPTION(options, look_ahead, false);
	parser->layout.wanted = PX_OPTION(options, fields, 0);
	parser->layout.lists = parser->layout.wanted == 0;
	if (parser->layout.lists)
		parser->layout.wanted = UINT64_MAX;
	/* A mapping without a name may have it there. */
	parser->layout.wanted |= UINT64_C(1) << PMAPX_FIELD_NAME;
	*ret = parser;
	return 0;
}

void pmapx_parser_close(struct pmapx_parser *parser)
{
	if (parser == NULL)
		return;
	px_frame_deinit(&parser->frame);
	px_layout_deinit(&parser->layout);
	free(parser);
}

void pmapx_parser_reset(struct pmapx_parser *parser)
{
	px_frame_reset(&parser->frame);
	parser->building = false;
	parser->cut = false;
	parser->too_long = false;
}

static void shift_text(struct pmapx_text *text, ptrdiff_t shift)
{
	if (text->bytes != NULL)
		text->bytes = (const char *)((uintptr_t)text->bytes + (uintptr_t)shift);
}

/* The buffer has moved under the mapping that is being put together. */
static void shift_mapping(struct pmapx_parser *parser, ptrdiff_t shift)
{
	shift_text(&parser->mapping.name, shift);
	shift_text(&parser->mapping.text, shift);
	shift_text(&parser->smaps.name, shift);
	shift_text(&parser->smaps.vm_flags, shift);
	parser->layout.lines.base = parser->mapping.text.bytes;
}

int pmapx_parser_space(struct pmapx_parser *parser, size_t want, char **ret_bytes, size_t *ret_room)
{
	struct px_frame *frame = &parser->frame;
	ptrdiff_t shift;
	int r;

	if (!parser->building)
		frame->keep = frame->at;
	r = px_frame_space(frame, want ? want : 1, &shift);
	if (r < 0)
		return r;
	if (shift != 0 && parser->building)
		shift_mapping(parser, shift);
	*ret_bytes = frame->bytes + frame->end;
	*ret_room = frame->size - frame->end;
	return 0;
}

void pmapx_parser_fed(struct pmapx_parser *parser, size_t length)
{
	parser->frame.end += length;
}

int pmapx_parser_feed(struct pmapx_parser *parser, const void *bytes, size_t length)
{
	char *room;
	size_t size;
	int r;

	if (length == 0)
		return 0;
	r = pmapx_parser_space(parser, length, &room, &size);
	if (r < 0)
		return r;
	memcpy(room, bytes, length);
	pmapx_parser_fed(parser, length);
	return 0;
}

void pmapx_parser_finish(struct pmapx_parser *parser)
{
	parser->frame.finished = true;
}

void pmapx_parser_abandon(struct pmapx_parser *parser)
{
	px_frame_cut(&parser->frame);
}

/* Have the mapping that is being put together tell what follows it. */
static void set_next(struct pmapx_parser *parser, const struct pmapx_text *line)
{
	static const struct pmapx_smaps none = { .have = 0 };
	struct pmapx_error ignored;

	if (!parser->look_ahead || px_maps_parse(line, &parser->next, &ignored) < 0)
		return;
	parser->next.line = parser->frame.line + 1;
	parser->next.smaps = &none;
	parser->mapping.next = &parser->next;
}

/* Hand out the mapping that was being put together. */
static int hand_out(struct pmapx_parser *parser, const struct pmapx_mapping **ret)
{
	struct pmapx_mapping *mapping = &parser->mapping;

	parser->building = false;
	if (mapping->name.length == 0 && pmapx_smaps_has(&parser->smaps, PMAPX_FIELD_NAME))
		mapping->name = parser->smaps.name;
	px_layout_end(&parser->layout);
	if (parser->layout.lists) {
		parser->smaps.entry_count = parser->layout.count;
		parser->smaps.layout = parser->layout.number + 1;
		parser->smaps.lines = &parser->layout.lines;
	}
	mapping->smaps = &parser->smaps;
	*ret = mapping;
	return 1;
}

static int begin_mapping(
	struct pmapx_parser *parser, const struct pmapx_text *line, struct pmapx_error *error)
{
	struct pmapx_mapping *mapping = &parser->mapping;
	int r;

	parser->frame.keep = (size_t)(line->bytes - parser->frame.bytes);
	r = px_maps_parse(line, mapping, error);
	if (r < 0)
		return r;
	mapping->line = parser->frame.line + 1;
	mapping->next = NULL;
	parser->smaps.have = 0;
	parser->smaps.plain = true;
	parser->smaps.name = (struct pmapx_text){ NULL, 0 };
	parser->smaps.vm_flags = (struct pmapx_text){ NULL, 0 };
	px_layout_begin(&parser->layout, line->bytes);
	parser->building = true;
	return 0;
}

/*
 * A line that is no mapping.  One that may have been a mapping before it was
 * damaged ends the mapping above, whose keys those below it are not.
 */
static int parse_other(struct pmapx_parser *parser, const struct pmapx_text *line,
	enum px_line_kind kind, struct pmapx_error *error)
{
	if (kind == PX_LINE_KEY && parser->building && !parser->mappings_only)
		return px_layout_add(&parser->layout, line, &parser->smaps, error);
	return px_smaps_parse(line, PMAPX_FIELD_UNKNOWN, &(struct pmapx_entry){ 0 }, error);
}

/*
 * Whether the line is a mapping without a second look, as nearly all lines of
 * a maps file are; it is begun if so.  What begins with a letter may be a key.
 */
static bool is_plain_mapping(struct pmapx_parser *parser, const struct pmapx_text *line)
{
	struct pmapx_error error;

	return line->length > 0 && line->bytes[0] <= '9' &&
		begin_mapping(parser, line, &error) == 0;
}

/*
 * One line of input.  Returns 1 if it completes a mapping, and leaves it in
 * the frame if it is not a part of that mapping.
 */
static int parse_line(struct pmapx_parser *parser, const struct pmapx_text *line, bool cut,
	const struct pmapx_mapping **ret, struct pmapx_error *error)
{
	enum px_line_kind kind;
	bool is_mapping;
	int r = 0;

	if (parser->mappings_only && !parser->building && is_plain_mapping(parser, line)) {
		px_frame_take(&parser->frame, line);
		return parser->look_ahead ? 0 : hand_out(parser, ret);
	}
	kind = px_line_kind(line);
	is_mapping = kind == PX_LINE_MAPPING;
	if (parser->building && (is_mapping || kind == PX_LINE_DAMAGED)) {
		if (is_mapping)
			set_next(parser, line);
		return hand_out(parser, ret);
	}
	if (is_mapping)
		r = begin_mapping(parser, line, error);
	else if (!cut) /* A value that is cut may have lost digits. */
		r = parse_other(parser, line, kind, error);
	if (r == -ENOMEM)
		return r;

	px_frame_take(&parser->frame, line);
	if (r < 0) {
		error->line = parser->frame.line;
		/* What a cut line could not say is said once, as the cut itself. */
		return cut ? 0 : r;
	}
	if (is_mapping && parser->mappings_only && !parser->look_ahead)
		return hand_out(parser, ret);
	return 0;
}

/* The key lines that are as those of the mapping before, as nearly all are. */
static void take_expected(struct pmapx_parser *parser)
{
	struct px_frame *frame = &parser->frame;
	struct px_layout *layout = &parser->layout;
	size_t before = layout->at;
	const char *at = px_layout_take(
		layout, frame->bytes + frame->at, frame->bytes + frame->end, &parser->smaps);

	px_frame_skip(frame, at, layout->at - before);
}

/*
 * Whether a line, be it there or still coming, makes a mapping longer than any
 * can be.  Then it and what is behind it are dropped.
 */
static bool is_too_long(
	struct pmapx_parser *parser, enum px_frame_result result, const struct pmapx_text *line)
{
	struct px_frame *frame = &parser->frame;
	size_t begin = parser->building ? frame->keep : frame->at, end = frame->end;

	if (result != PX_FRAME_MORE)
		end = frame->at + line->length;
	if (end - begin <= MAPPING_MAX)
		return false;
	parser->too_long = true;
	frame->end = frame->scanned = frame->at;
	frame->finished = true;
	return true;
}

static int end_of_input(
	struct pmapx_parser *parser, const struct pmapx_mapping **ret, struct pmapx_error *error)
{
	if (parser->building)
		return hand_out(parser, ret);
	if (parser->too_long) {
		parser->too_long = false;
		*error = (struct pmapx_error){
			.code = EFBIG,
			.line = parser->frame.line + 1,
			.reason = "longer than 16 MiB",
		};
		return -EFBIG;
	}
	if (!parser->cut)
		return 0;
	parser->cut = false;
	*error = (struct pmapx_error){
		.code = ENODATA,
		.line = parser->frame.line,
		.reason = "the input ends in the middle of a line",
	};
	return -ENODATA;
}

int pmapx_parser_next(
	struct pmapx_parser *parser, const struct pmapx_mapping **ret, struct pmapx_error *error)
{
	struct pmapx_error ignored;
	struct pmapx_text line = { NULL, 0 };
	int r = 0;

	if (error == NULL)
		error = &ignored;
	while (r == 0) {
		enum px_frame_result result;

		if (parser->building)
			take_expected(parser);
		result = px_frame_peek(&parser->frame, &line);
		if (result == PX_FRAME_END)
			return end_of_input(parser, ret, error);
		if (is_too_long(parser, result, &line))
			continue;
		if (result == PX_FRAME_MORE)
			return -EAGAIN;
		if (result == PX_FRAME_CUT)
			parser->cut = true;
		r = parse_line(parser, &line, result == PX_FRAME_CUT, ret, error);
	}
	return r;
}
