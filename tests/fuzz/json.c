/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A text of JSON: a slower reader agrees on what is one, the tokens make the
 * same ones again, and where it is cut or wrong is told to the byte.
 */
#include "json.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"

/* The slow reader: each function returns where its thing ends, or NULL if it is not there. */
static const char *read_value(const char *at, const char *end, int depth);

static const char *read_blanks(const char *at, const char *end)
{
	while (at < end && memchr(" \t\r\n", *at, 4) != NULL)
		at++;
	return at;
}

static const char *read_digits(const char *at, const char *end)
{
	const char *begin = at;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at > begin ? at : NULL;
}

static const char *read_number(const char *at, const char *end)
{
	const char *digits;

	at += at < end && *at == '-';
	digits = at;
	at = read_digits(at, end);
	if (at == NULL || (*digits == '0' && at > digits + 1))
		return NULL;
	if (at < end && *at == '.')
		at = read_digits(at + 1, end);
	if (at != NULL && at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '+' || *at == '-');
		at = read_digits(at, end);
	}
	return at;
}

/* A character that is not ASCII, by the value that its bits make. */
static const char *read_character(const char *at, const char *end)
{
	static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned first = (unsigned char)*at, value;
	int more = (first & 0xe0) == 0xc0 ? 1 : (first & 0xf0) == 0xe0 ? 2 : 3;

	if (first < 0xc0 || first >= 0xf8 || end - at < more + 1)
		return NULL;
	value = first & (0x3fu >> more);
	for (int i = 1; i <= more; i++) {
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return NULL;
		value = value << 6 | ((unsigned char)at[i] & 0x3f);
	}
	if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return NULL;
	return at + more + 1;
}

static const char *read_escape(const char *at, const char *end)
{
	if (at == end || memchr("\"\\/bfnrtu", *at, 9) == NULL)
		return NULL;
	if (*at++ != 'u')
		return at;
	if (end - at < 4)
		return NULL;
	for (int i = 0; i < 4; i++)
		if (memchr("0123456789abcdefABCDEF", at[i], 22) == NULL)
			return NULL;
	return at + 4;
}

static const char *read_string(const char *at, const char *end)
{
	if (at == end || *at++ != '"')
		return NULL;
	while (at != NULL && at < end && *at != '"') {
		if (*at == '\\')
			at = read_escape(at + 1, end);
		else if ((unsigned char)*at >= 0x80)
			at = read_character(at, end);
		else
			at = (unsigned char)*at < ' ' ? NULL : at + 1;
	}
	return at != NULL && at < end ? at + 1 : NULL;
}

/* What is behind the bracket, up to the one at the end. */
static const char *read_list(const char *at, const char *end, char close, int depth)
{
	at = read_blanks(at, end);
	if (at < end && *at == close)
		return at + 1;
	for (;;) {
		if (close == '}') {
			at = read_string(read_blanks(at, end), end);
			at = at != NULL ? read_blanks(at, end) : NULL;
			if (at == NULL || at == end || *at++ != ':')
				return NULL;
		}
		at = read_value(at, end, depth);
		if (at == NULL || at == end)
			return NULL;
		if (*at == close)
			return at + 1;
		if (*at++ != ',')
			return NULL;
	}
}

/* A value, with the blanks around it. */
static const char *read_value(const char *at, const char *end, int depth)
{
	static const char *const words[] = { "true", "false", "null" };

	at = read_blanks(at, end);
	if (at == end)
		return NULL;
	for (int i = 0; i < 3; i++) {
		size_t length = strlen(words[i]);

		if ((size_t)(end - at) >= length && memcmp(at, words[i], length) == 0)
			return read_blanks(at + length, end);
	}
	if (*at == '{' || *at == '[')
		at = depth == PX_JSON_DEPTH
			? NULL
			: read_list(at + 1, end, *at == '{' ? '}' : ']', depth + 1);
	else
		at = *at == '"' ? read_string(at, end) : read_number(at, end);
	return at != NULL ? read_blanks(at, end) : NULL;
}

/* What a string says: shorter, or as long, UTF-8, and equal to itself. */
static void must_be_decoded(const struct pmapx_text *raw)
{
	char *bytes = malloc(raw->length + 1);
	ssize_t n = px_json_decode(raw, bytes, raw->length);
	const char *at = bytes;

	px_must(bytes != NULL && (n == -EILSEQ || (n >= 0 && (size_t)n <= raw->length)));
	if (n >= 0) {
		bytes[n] = '\0';
		while (at < bytes + n) {
			at = (unsigned char)*at < 0x80 ? at + 1 : read_character(at, bytes + n);
			px_must(at != NULL);
		}
		px_must(px_json_equals(raw, bytes) == (strlen(bytes) == (size_t)n));
		px_must(n == 0 || px_json_decode(raw, bytes, (size_t)n - 1) == -ENOBUFS);
	} else {
		px_must(memmem(raw->bytes, raw->length, "\\u", 2) != NULL);
		px_must(!px_json_equals(raw, ""));
	}
	free(bytes);
}

/* The tokens of the first @size bytes, without blanks; returns what ended them. */
static int tokens(const char *bytes, size_t size, struct px_bytes *ret, struct px_json *json)
{
	struct px_json_token token;
	bool is_behind_value = false;
	int r;

	px_json_init(json, &(struct pmapx_text){ bytes, size });
	while ((r = px_json_next(json, &token)) > 0) {
		bool is_text = token.kind == PX_JSON_KEY || token.kind == PX_JSON_STRING;
		bool is_end = token.kind == PX_JSON_OBJECT_END || token.kind == PX_JSON_ARRAY_END;

		px_must(token.text.bytes >= bytes && json->depth <= PX_JSON_DEPTH);
		px_must(token.text.bytes + token.text.length + is_text == bytes + json->at);
		px_must(is_text || token.text.length > 0);
		if (is_behind_value && !is_end)
			px_bytes_add(ret, ",", 1);
		px_bytes_add(ret, "\"", is_text);
		px_bytes_add(ret, token.text.bytes, token.text.length);
		px_bytes_add(ret, "\":", is_text + (size_t)(token.kind == PX_JSON_KEY));
		is_behind_value = token.kind != PX_JSON_OBJECT && token.kind != PX_JSON_ARRAY &&
			token.kind != PX_JSON_KEY;
		if (is_text)
			must_be_decoded(&token.text);
	}
	px_must(json->at <= size && r <= 0);
	px_must((r < 0) == (json->reason != NULL));
	px_must(px_json_next(json, &token) == r);
	return r;
}

/* The beginning of a text has the beginning of its tokens, and no more errors. */
static void must_be_cut(
	const char *bytes, size_t cut, const struct px_bytes *whole, const struct px_json *json)
{
	char *copy = px_exact_copy(bytes, cut);
	struct px_bytes part = { 0 };
	struct px_json again;
	int r = tokens(copy, cut, &part, &again);

	if (json->result == -EBADMSG && cut > json->at) {
		px_must(r == -EBADMSG && again.at == json->at && again.reason == json->reason);
		px_must(part.length == whole->length);
	} else {
		px_must(r == -ENODATA || (r == 0 && again.depth == 0));
		px_must(again.at == cut);
	}
	/* A number that is all of the text may have become shorter, or one. */
	if (part.length > 0 && strchr("-0123456789", part.bytes[0]) == NULL)
		px_must(part.length <= whole->length &&
			memcmp(part.bytes, whole->bytes, part.length) == 0);
	px_bytes_drop(&part);
	free(copy);
}

/* Skipping the value comes as far as reading it. */
static void must_be_skipped(const char *bytes, size_t size, const struct px_json *json)
{
	struct px_json skipping;
	int r;

	px_json_init(&skipping, &(struct pmapx_text){ bytes, size });
	r = px_json_skip(&skipping);
	if (r > 0)
		r = px_json_skip(&skipping);
	px_must(r == json->result && skipping.at == json->at && skipping.reason == json->reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = px_exact_copy(data, size);
	struct px_bytes whole = { 0 }, twice = { 0 };
	struct px_json json, again;
	int r = tokens(copy, size, &whole, &json);
	const char *end = size > 0 ? read_value(copy, copy + size, 0) : NULL;

	px_must((r == 0) == (end != NULL && end == copy + size));
	must_be_skipped(copy, size, &json);
	if (r == 0) {
		px_must(tokens(whole.bytes, whole.length, &twice, &again) == 0);
		px_must(twice.length == whole.length &&
			memcmp(twice.bytes, whole.bytes, whole.length) == 0);
	}
	if (size > 0)
		for (size_t i = 0; i < 3; i++)
			must_be_cut(copy, size * (1 + 97 * i) % (size + 1), &whole, &json);
	if (r == -EBADMSG) {
		must_be_cut(copy, json.at, &whole, &json);
		must_be_cut(copy, json.at + 1, &whole, &json);
	}
	px_bytes_drop(&whole);
	px_bytes_drop(&twice);
	free(copy);
	return 0;
}
