/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the shapes of pg_stat_activity share: lines, columns by name, what their texts
 * look like, and footers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "activity_impl.h"
#include "scan.h"

static const struct {
	const char *name;
	enum px_activity_kind kind;
} known[] = {
#define X(name, column, kind) { #column, PX_KIND_##kind },
	PX_ACTIVITY_COLUMNS(X)
#undef X
};

const char *px_activity_column_name(enum px_activity_column column)
{
	return known[column].name;
}

enum px_activity_column px_column_find(const struct pmapx_text *name)
{
	size_t i = 0;

	while (i < PX_ACTIVITY_COLUMN_COUNT &&
		(strlen(known[i].name) != name->length ||
			memcmp(known[i].name, name->bytes, name->length) != 0))
		i++;
	return (enum px_activity_column)i;
}

enum px_activity_kind px_column_kind(size_t column)
{
	return column < PX_ACTIVITY_COLUMN_COUNT ? known[column].kind : PX_KIND_FREE;
}

/*
 * Whether all bytes of @text are letters or digits of ASCII, or in @signs; some are digits
 * if need be.
 */
static bool is_made_of(const struct pmapx_text *text, const char *signs, bool has_digits)
{
	bool seen = !has_digits;

	for (size_t i = 0; i < text->length; i++) {
		char byte = text->bytes[i], lower = (char)(byte | 0x20);

		if (byte >= '0' && byte <= '9')
			seen = true;
		else if (!(lower >= 'a' && lower <= 'z') &&
			(byte == '\0' || strchr(signs, byte) == NULL))
			return false;
	}
	return seen;
}

static bool is_number(const struct pmapx_text *text)
{
	size_t i = text->length > 1 && *text->bytes == '-';

	while (i < text->length && text->bytes[i] >= '0' && text->bytes[i] <= '9')
		i++;
	return i == text->length;
}

bool px_column_fits(size_t column, const struct pmapx_text *text)
{
	if (text->length == 0)
		return column != PX_ACTIVITY_PID;
	switch (px_column_kind(column)) {
	case PX_KIND_NUMBER:
		return is_number(text);
	case PX_KIND_TIME:
		return text->length >= 4 && is_made_of(text, " :.+-/", true);
	case PX_KIND_ADDRESS:
		return is_made_of(text, ":./", true) &&
			(memchr(text->bytes, '.', text->length) != NULL ||
				memchr(text->bytes, ':', text->length) != NULL);
	case PX_KIND_NAME:
		return is_made_of(text, "-._", false);
	case PX_KIND_WORDS:
		return is_made_of(text, " ()<>:/.,+_-", false);
	case PX_KIND_FREE:
		break;
	}
	return true;
}

int px_columns_add(struct px_activity *activity, const struct pmapx_text *name)
{
	if (activity->count == activity->size) {
		size_t size = activity->size == 0 ? 32 : 2 * activity->size;
		unsigned char *columns = realloc(activity->columns, size);

		if (columns == NULL)
			return -ENOMEM;
		activity->columns = columns;
		activity->size = size;
	}
	activity->columns[activity->count++] = (unsigned char)px_column_find(name);
	return 0;
}

int px_columns_read(struct px_activity *activity, const struct pmapx_text *line, char separator)
{
	struct pmapx_text rest = *line;
	int r;

	do {
		const char *end = line->bytes + line->length;
		struct pmapx_text name = px_take_until(&rest, separator);
		bool is_last = name.bytes + name.length == end;

		name = px_trim(name);
		r = px_columns_add(activity, &name);
		if (is_last)
			break;
	} while (r == 0);
	return r;
}

int px_columns_check(const struct px_activity *activity, enum px_activity_refusal *refusal)
{
	bool seen[PX_ACTIVITY_UNKNOWN + 1] = { false };

	for (size_t i = 0; i < activity->count; i++) {
		unsigned char column = activity->columns[i];

		if (seen[column] && column != PX_ACTIVITY_UNKNOWN) {
			*refusal = PX_ACTIVITY_TWICE;
			return -ENOTSUP;
		}
		seen[column] = true;
	}
	if (!seen[PX_ACTIVITY_PID]) {
		*refusal = PX_ACTIVITY_NO_PID;
		return -ENOTSUP;
	}
	return 0;
}

void px_row_put(const struct px_activity *activity, struct px_activity_row *row, size_t index,
	struct pmapx_text text)
{
	unsigned char column = activity->columns[index];

	if (column != PX_ACTIVITY_UNKNOWN && text.length > 0)
		row->text[column] = text;
}

int px_row_fail(struct pmapx_error *error, int code, uint64_t line, const char *reason)
{
	*error = (struct pmapx_error){ .code = code, .line = line, .reason = reason };
	return -code;
}

bool px_line_at(const struct px_activity *activity, size_t at, struct px_line *ret)
{
	size_t left = activity->text.length - at;
	const char *bytes, *newline;

	if (left == 0)
		return false;
	bytes = activity->text.bytes + at;
	newline = memchr(bytes, '\n', left);
	ret->is_cut = newline == NULL;
	ret->text = (struct pmapx_text){ bytes, ret->is_cut ? left : (size_t)(newline - bytes) };
	ret->next = at + ret->text.length + !ret->is_cut;
	if (ret->text.length > 0 && bytes[ret->text.length - 1] == '\r')
		ret->text.length--;
	return true;
}

void px_line_take(struct px_activity *activity, const struct px_line *line)
{
	activity->at = line->next;
	activity->line++;
}

void px_activity_move(struct px_activity *activity, size_t at)
{
	const char *bytes = activity->text.bytes, *end = bytes + at;

	for (const char *p = bytes + activity->at; p < end; p++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			break;
		activity->line++;
	}
	activity->at = at;
}

bool px_is_blank_from(const struct px_activity *activity, size_t at)
{
	return at >= activity->end;
}

struct pmapx_text px_trim_end(struct pmapx_text text)
{
	while (text.length > 0 && px_is_blank(text.bytes[text.length - 1]))
		text.length--;
	return text;
}

struct pmapx_text px_trim(struct pmapx_text text)
{
	while (text.length > 0 && px_is_blank(*text.bytes)) {
		text.bytes++;
		text.length--;
	}
	return px_trim_end(text);
}

struct pmapx_text px_take_until(struct pmapx_text *text, char byte)
{
	struct pmapx_text part = *text;
	const char *found = text->length > 0 ? memchr(text->bytes, byte, text->length) : NULL;

	if (found != NULL)
		part.length = (size_t)(found - text->bytes);
	text->bytes += part.length + (found != NULL);
	text->length -= part.length + (found != NULL);
	return part;
}

bool px_is_footer(const struct pmapx_text *line, uint64_t *ret_rows)
{
	const char *at = line->bytes, *end = at + line->length;

	if (line->length < 4 || *at != '(' || end[-1] != ')')
		return false;
	at = px_scan_decimal(at + 1, end, ret_rows);
	return at != NULL && *at == ' ' && memchr(at, '(', (size_t)(end - at)) == NULL;
}

/*
 * If @line is a footer, and what is behind it is empty: take the rest.
 * Returns 1 if it is none; 0; or -EBADMSG if it counts another number of rows.
 */
static int take_footer(
	struct px_activity *activity, const struct px_line *line, struct pmapx_error *error)
{
	uint64_t rows, number = activity->line;

	if (!px_is_footer(&line->text, &rows) || !px_is_blank_from(activity, line->next))
		return 1;
	activity->at = activity->text.length;
	if (rows == activity->rows)
		return 0;
	return px_row_fail(error, EBADMSG, number, "the last line counts another number of rows");
}

int px_row_begin(struct px_activity *activity, struct px_activity_row *row, struct px_line *ret,
	struct pmapx_error *error)
{
	while (px_line_at(activity, activity->at, ret) && ret->text.length == 0)
		px_line_take(activity, ret);
	row->line = activity->line;
	if (!px_line_at(activity, activity->at, ret))
		return 0;
	return take_footer(activity, ret, error);
}
