/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions of PostgreSQL that SQLite lacks, as far as the article's query and its like use them:
 * the same values for the same arguments, or an error.
 */
#include "functions.h"

#include <stdlib.h>
#include <string.h>

#include <pmapx/base.h>

#include "put.h"
#include "text.h"

/* No text is padded to more than this, in characters. */
#define PAD_MAX 1000000

/* No pattern has more digits: an int64_t has 19. */
#define DIGITS_MAX 40

/* Where the first @count characters of a text end. */
static const char *skip_characters(const char *at, const char *end, size_t count)
{
	while (at < end && count-- > 0) {
		size_t length = px_utf8_any_length(
			(const unsigned char *)at, (const unsigned char *)end);

		at += length > 0 ? length : 1;
	}
	return at;
}

static size_t count_characters(const char *at, const char *end)
{
	size_t count = 0;

	for (; at < end; count++)
		at = skip_characters(at, end, 1);
	return count;
}

/*
 * SQLite itself.  What it gives to a function, user data included, only its own functions can
 * look at, and these are loaded late: there is nothing else to find them by.
 */
static const struct px_sqlite *library;

static struct pmapx_text text_of(sqlite3_value *value)
{
	const char *bytes = (const char *)library->sqlite3_value_text(value);

	return (struct pmapx_text){ bytes,
		bytes != NULL ? (size_t)library->sqlite3_value_bytes(value) : 0 };
}

/* @count characters of @fill, over and over. */
static char *put_padding(char *at, const struct pmapx_text *fill, size_t count)
{
	const char *end = fill->bytes + fill->length, *from = fill->bytes;

	for (; count > 0; count--) {
		const char *next = skip_characters(from, end, 1);

		at = mempcpy(at, from, (size_t)(next - from));
		from = next == end ? fill->bytes : next;
	}
	return at;
}

/* lpad(text, length [, fill]) */
static void call_lpad(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct pmapx_text text = text_of(values[0]), fill = { " ", 1 };
	int64_t wanted = library->sqlite3_value_int64(values[1]);
	size_t characters, missing;
	char *bytes, *at;

	if (count > 2)
		fill = text_of(values[2]);
	/* What is not known is not padded. */
	if (text.bytes == NULL || fill.bytes == NULL ||
		library->sqlite3_value_type(values[1]) == SQLITE_NULL)
		return;
	if (wanted > PAD_MAX) {
		library->sqlite3_result_error(context, "lpad: requested length too large", -1);
		return;
	}
	characters = count_characters(text.bytes, text.bytes + text.length);
	missing = wanted > 0 && (size_t)wanted > characters && fill.length > 0
		? (size_t)wanted - characters
		: 0;
	bytes = malloc(text.length + missing * 4 + 1);
	if (bytes == NULL) {
		library->sqlite3_result_error_nomem(context);
		return;
	}
	at = put_padding(bytes, &fill, missing);
	/* What is longer is cut at its end. */
	at = mempcpy(at, text.bytes,
		(size_t)(skip_characters(text.bytes, text.bytes + text.length,
				 wanted > 0 ? (size_t)wanted : 0) -
			text.bytes));
	library->sqlite3_result_text64(context, bytes, (uint64_t)(at - bytes), free, SQLITE_UTF8);
}

/* A pattern of to_char(), which is for a number. */
struct pattern {
	bool is_filled; /* There is no FM: blanks stand for what is not printed. */
	int digits;     /* 9 and 0. */
	int zero_from;  /* The first that is always printed; @digits if there is none. */
	const char *body;
};

/* Digits, 0 and commas; false if there is anything else. */
static bool read_pattern(const char *text, struct pattern *ret)
{
	const char *at = strncmp(text, "FM", 2) == 0 ? text + 2 : text;

	*ret = (struct pattern){ .is_filled = at == text, .zero_from = -1, .body = at };
	for (; *at != '\0'; at++) {
		if (*at == '0' && ret->zero_from < 0)
			ret->zero_from = ret->digits;
		if (*at == '0' || *at == '9')
			ret->digits++;
		else if (*at != ',')
			return false;
	}
	/* The last is printed in any case: 0 is "0". */
	if (ret->zero_from < 0)
		ret->zero_from = ret->digits - 1;
	return ret->digits > 0 && ret->digits <= DIGITS_MAX;
}

/* A number by a pattern, into bytes that are long enough; returns their end. */
static char *put_pattern(
	char *out, const struct pattern *pattern, uint64_t number, bool is_negative)
{
	char digits[PX_PUT_MAX];
	int count = (int)(px_put_decimal(digits, number, 0) - digits);
	bool is_too_large = count > pattern->digits, has_begun = false;
	int place = 0;

	for (const char *at = pattern->body; *at != '\0'; at++) {
		if (*at == ',') {
			if (has_begun)
				*out++ = ',';
			else if (pattern->is_filled)
				*out++ = ' ';
			continue;
		}
		if (!has_begun &&
			(place >= pattern->zero_from || pattern->digits - place <= count)) {
			if (is_negative || pattern->is_filled)
				*out++ = is_negative ? '-' : ' ';
			has_begun = true;
		}
		if (is_too_large)
			*out++ = '#';
		else if (pattern->digits - place <= count)
			*out++ = digits[count - (pattern->digits - place)];
		else if (has_begun)
			*out++ = '0';
		else if (pattern->is_filled)
			*out++ = ' ';
		place++;
	}
	return out;
}

/* to_char(number, pattern) */
static void call_to_char(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct pmapx_text text = text_of(values[1]);
	int type = library->sqlite3_value_type(values[0]);
	struct pattern pattern;
	int64_t number;
	char *bytes;

	(void)count;
	if (type == SQLITE_NULL || text.bytes == NULL)
		return;
	if (type != SQLITE_INTEGER || !read_pattern(text.bytes, &pattern)) {
		library->sqlite3_result_error(context,
			"to_char: of integers only, by patterns of FM, 9, 0 and commas", -1);
		return;
	}
	bytes = malloc(text.length + 2);
	if (bytes == NULL) {
		library->sqlite3_result_error_nomem(context);
		return;
	}
	number = library->sqlite3_value_int64(values[0]);
	library->sqlite3_result_text64(context, bytes,
		(uint64_t)(put_pattern(bytes, &pattern,
				   number < 0 ? -(uint64_t)number : (uint64_t)number, number < 0) -
			bytes),
		free, SQLITE_UTF8);
}

int px_functions_add(const struct px_sqlite *lib, sqlite3 *db)
{
	static const struct {
		const char *name;
		int arguments;
		void (*call)(sqlite3_context *, int, sqlite3_value **);
	} functions[] = {
		{ "lpad", 2, call_lpad },
		{ "lpad", 3, call_lpad },
		{ "to_char", 2, call_to_char },
	};
	int code = SQLITE_OK;

	library = lib;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && code == SQLITE_OK; i++)
		code = lib->sqlite3_create_function_v2(db, functions[i].name,
			functions[i].arguments,
			SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
			functions[i].call, NULL, NULL, NULL);
	return code;
}
