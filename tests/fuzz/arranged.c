/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An smaps file through a view as it is, and then in another order, or for programs:
 * there are as many rows, or as many as were asked for, in an order that is one, and
 * what is JSON is that.
 *
 * The first line says how, letter by letter: see take_letter().
 */
#include <stdlib.h>
#include <string.h>

#include "field.h"
#include "json.h"
#include "mutate.h"
#include "stage.h"

/* How the second run is asked for. */
struct wish {
	enum px_view_kind view;
	enum px_notation notation;
	bool every_field, sorts, descends, by_name;
	size_t top;
};

static void take_letter(struct wish *wish, char letter)
{
	switch (letter) {
	case 'x':
		wish->view = PX_VIEW_EXTENDED;
		break;
	case 'd':
		wish->view = PX_VIEW_DEVICE;
		break;
	case 'X':
		wish->every_field = wish->view == PX_VIEW_FIELDS;
		wish->view = PX_VIEW_FIELDS;
		break;
	case 'j':
		wish->notation = PX_NOTATION_JSON;
		break;
	case 'n':
		wish->notation = PX_NOTATION_NDJSON;
		break;
	case 'c':
		wish->notation = PX_NOTATION_CSV;
		break;
	case 't':
		wish->notation = PX_NOTATION_TSV;
		break;
	case 'm':
		wish->by_name = true;
		wish->sorts = true;
		break;
	case 's':
		wish->sorts = true;
		break;
	case '-':
		wish->descends = true;
		break;
	case '1':
	case '2':
	case '7':
		wish->top = (size_t)(letter - '0');
		break;
	default:
		break;
	}
}

/* Show @text on @stage, without what frames the rows. */
static int show(struct px_stage *stage, const struct wish *wish, const struct pmapx_text *text)
{
	static const char stat[] =
		"100 (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 55 0 0 0 0 0 8191 0 0 0\n";

	stage->options.view = wish->view;
	stage->options.every_field = wish->every_field;
	stage->options.quiet = true;
	stage->files[PX_FILE_STAT].text = (struct pmapx_text){ stat, sizeof(stat) - 1 };
	stage->files[PX_FILE_SMAPS].text = stage->files[PX_FILE_MAPS].text = *text;
	return px_stage_show(stage);
}

/* How many lines there are that begin with @beginning. */
static size_t count_lines(const struct pmapx_text *out, const char *beginning)
{
	struct pmapx_text rest = *out, line;
	size_t count = 0;

	while (px_next_line(&rest, &line))
		count += line.length >= strlen(beginning) &&
			memcmp(line.bytes, beginning, strlen(beginning)) == 0;
	return count;
}

static void must_be_json(const struct pmapx_text *text)
{
	struct px_json_token token;
	struct px_json json;
	int r;

	px_json_init(&json, text);
	while ((r = px_json_next(&json, &token)) == 1)
		;
	px_must(r == 0);
}

static void must_be_records(const struct pmapx_text *out, enum px_notation notation)
{
	struct pmapx_text rest = *out, line;

	if (notation == PX_NOTATION_JSON) {
		/* The frame of a document is not the view's: an object, behind a newline. */
		px_must(out->length > 0 && out->bytes[0] == '\n');
		must_be_json(out);
	}
	while (notation == PX_NOTATION_NDJSON && px_next_line(&rest, &line))
		must_be_json(&line);
}

/* Addresses of rows of the default view, -x and -d, in their order. */
static void must_descend(const struct pmapx_text *out)
{
	struct pmapx_text rest = *out, line, last = { NULL, 0 };

	px_must(px_next_line(&rest, &line));
	while (px_next_line(&rest, &line)) {
		px_must(line.length > 16);
		px_must(last.bytes == NULL || memcmp(last.bytes, line.bytes, 16) >= 0);
		last = line;
	}
}

static void arrange(struct px_stage *stage, const struct wish *wish)
{
	struct px_arrange *arrange = &stage->options.arrange;

	stage->options.shape.notation = wish->notation;
	arrange->top = wish->top;
	arrange->descends = wish->descends;
	if (!wish->sorts)
		return;
	arrange->field = malloc(sizeof(*arrange->field));
	px_must(arrange->field != NULL);
	*arrange->field = px_field_own(wish->by_name ? PX_OWN_MAPPING : PX_OWN_ADDRESS);
}

static void look(struct px_stage *stage, const struct wish *wish, size_t rows)
{
	struct pmapx_text out = { stage->said.out.bytes, stage->said.out.length };
	size_t wanted = wish->top != 0 && wish->top < rows ? wish->top : rows;

	switch (wish->notation) {
	case PX_NOTATION_TEXT:
		/* Behind the header. */
		px_must(count_lines(&out, "") == wanted + 1);
		if (wish->sorts && !wish->by_name && wish->descends && wish->view != PX_VIEW_FIELDS)
			must_descend(&out);
		break;
	case PX_NOTATION_JSON:
		px_must(count_lines(&out, "{\"Address\"") == wanted);
		break;
	default:
		px_must(count_lines(&out, "") == wanted);
	}
	must_be_records(&out, wish->notation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct px_stage stage;
	struct pmapx_text text = { (const char *)data, size }, letters;
	struct wish wish = { .view = PX_VIEW_PLAIN };
	int status;
	size_t rows;
	char *copy;

	if (!px_next_line(&text, &letters))
		return 0;
	for (size_t i = 0; i < letters.length; i++)
		take_letter(&wish, letters.bytes[i]);
	copy = px_exact_copy(text.bytes, text.length);
	text.bytes = copy;
	px_stage_begin(&stage, true);
	status = show(&stage, &wish, &text);
	rows = count_lines(
		       &(struct pmapx_text){ stage.said.out.bytes, stage.said.out.length }, "") -
		1;
	px_stage_end(&stage);
	px_stage_begin(&stage, true);
	arrange(&stage, &wish);
	px_must(show(&stage, &wish, &text) == status);
	/* But for tabs between values and the ends of lines. */
	for (size_t i = 0; i < stage.said.out.length; i++)
		if (stage.said.out.bytes[i] == '\t' || stage.said.out.bytes[i] == '\r')
			stage.said.out.bytes[i] = ' ';
	px_must_be_harmless(&stage.said.out, true);
	px_must_be_harmless(&stage.said.err, true);
	look(&stage, &wish, rows);
	px_stage_end(&stage);
	free(copy);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_lines(data, size, max_size, seed, true);
}
