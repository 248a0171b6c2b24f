/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pg_stat_activity as COPY writes text, with the header that PostgreSQL 15 can add:
 * a line is a row, tabs are between columns, \N is NULL.
 */
#include <errno.h>
#include <string.h>

#include "activity_impl.h"

static bool is_null(const struct pmapx_text *text)
{
	return text->length == 2 && memcmp(text->bytes, "\\N", 2) == 0;
}

static size_t count_bytes(const struct pmapx_text *text, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length; i++)
		count += text->bytes[i] == byte;
	return count;
}

bool px_copy_has_nulls(const struct px_activity *activity, const struct px_line *header)
{
	size_t tabs = count_bytes(&header->text, '\t');
	struct px_line line = *header;

	while (px_line_at(activity, line.next, &line)) {
		struct pmapx_text rest = line.text, part;

		if (count_bytes(&rest, '\t') != tabs)
			continue;
		while (rest.length > 0) {
			part = px_take_until(&rest, '\t');
			if (is_null(&part))
				return true;
		}
	}
	return false;
}

/* The number of up to @most digits at *@at, which is moved behind them. */
static unsigned take_number(const char **at, const char *end, unsigned base, int most)
{
	static const char digits[] = "0123456789abcdef";
	unsigned value = 0;

	for (; most > 0 && *at < end && **at != '\0'; most--, ++*at) {
		char lower = (char)(**at | 0x20);
		const char *digit = memchr(digits, **at >= 'A' && **at <= 'F' ? lower : **at, base);

		if (digit == NULL)
			break;
		value = value * base + (unsigned)(digit - digits);
	}
	return value;
}

/* What stands behind a backslash at *@at, which is moved behind it. */
static char take_escaped(const char **at, const char *end)
{
	static const char letters[] = "bfnrtv", meanings[] = "\b\f\n\r\t\v";
	const char *begin = *at, *found;
	unsigned number = take_number(at, end, 8, 3);

	if (*at > begin)
		return (char)number;
	if (*begin == 'x') {
		*at = begin + 1;
		number = take_number(at, end, 16, 2);
		if (*at > begin + 1)
			return (char)number;
	}
	*at = begin + 1;
	found = memchr(letters, *begin, sizeof(letters) - 1);
	if (found == NULL)
		return *begin;
	return meanings[found - letters];
}

/* What @text means; not NULL. */
static struct pmapx_text decode(struct px_activity *activity, const struct pmapx_text *text)
{
	const char *at = text->bytes, *end = at + text->length;
	char *begin = activity->room + activity->used, *to = begin;

	if (memchr(at, '\\', text->length) == NULL)
		return *text;
	while (at < end) {
		char byte = *at++;

		if (byte == '\\' && at < end)
			byte = take_escaped(&at, end);
		*to++ = byte;
	}
	activity->used += (size_t)(to - begin);
	return (struct pmapx_text){ begin, (size_t)(to - begin) };
}

static int copy_begin(struct px_activity *activity, enum px_activity_refusal *refusal)
{
	struct px_line line;

	if (!px_line_at(activity, activity->at, &line))
		return -ENOTSUP;
	if (px_columns_read(activity, &line.text, '\t') < 0)
		return -ENOMEM;
	px_line_take(activity, &line);
	return px_columns_check(activity, refusal);
}

static int copy_next(
	struct px_activity *activity, struct px_activity_row *row, struct pmapx_error *error)
{
	struct pmapx_text rest, part;
	struct px_line line;
	size_t tabs;

	do {
		row->line = activity->line;
		if (!px_line_at(activity, activity->at, &line))
			return 0;
		px_line_take(activity, &line);
	} while (line.text.length == 0);
	if (line.text.length == 2 && memcmp(line.text.bytes, "\\.", 2) == 0) {
		activity->at = activity->text.length;
		return 0;
	}
	if (line.is_cut)
		return px_row_fail(error, ENODATA, row->line, PX_SAY_CUT);
	tabs = count_bytes(&line.text, '\t');
	if (tabs + 1 != activity->count)
		return px_row_fail(error, EBADMSG, row->line,
			tabs + 1 < activity->count ? PX_SAY_FEW : PX_SAY_MANY);
	rest = line.text;
	for (size_t i = 0; i < activity->count; i++) {
		unsigned char column = activity->columns[i];

		part = px_take_until(&rest, '\t');
		if (column != PX_ACTIVITY_UNKNOWN && !is_null(&part))
			row->text[column] = decode(activity, &part);
	}
	return 1;
}

const struct px_activity_shape px_shape_copy = { "copy", copy_begin, copy_next };
