/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON, pulled out of a text token by token.
 *
 * Each function that takes something from the text leaves @at behind it, or at
 * the first byte that cannot be; if there is none, the text was cut.
 */
#include "json.h"

#include <errno.h>
#include <string.h>

void px_json_init(struct px_json *json, const struct pmapx_text *text)
{
	*json = (struct px_json){ .text = *text, .expected = PX_JSON_EXPECT_VALUE };
}

static bool is_at_end(const struct px_json *json)
{
	return json->at == json->text.length;
}

/* The byte that is next, or 0, which stands nowhere in JSON. */
static unsigned char peek(const struct px_json *json)
{
	return is_at_end(json) ? 0 : (unsigned char)json->text.bytes[json->at];
}

static bool take(struct px_json *json, char byte)
{
	if (peek(json) != (unsigned char)byte)
		return false;
	json->at++;
	return true;
}

/* What is next cannot be, or is not there. */
static int stop(struct px_json *json, const char *reason)
{
	json->reason = is_at_end(json) ? "the text ends too early" : reason;
	json->result = is_at_end(json) ? -ENODATA : -EBADMSG;
	return json->result;
}

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void skip_blanks(struct px_json *json)
{
	while (is_blank(peek(json)))
		json->at++;
}

static bool is_in_object(const struct px_json *json)
{
	return json->depth > 0 && (json->objects & 1) != 0;
}

static bool is_digit(unsigned char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The value of a hexadecimal digit of either case, or -1. */
static int hex_value(unsigned char byte)
{
	unsigned char lower = byte | 0x20;

	if (is_digit(byte))
		return byte - '0';
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static int take_digits(struct px_json *json)
{
	if (!is_digit(peek(json)))
		return stop(json, "expected a digit");
	while (is_digit(peek(json)))
		json->at++;
	return 0;
}

static int take_number(struct px_json *json)
{
	int r = 0;

	if (!take(json, '-') && !is_digit(peek(json)))
		return stop(json, "expected a value");
	if (!take(json, '0'))
		r = take_digits(json);
	else if (is_digit(peek(json)))
		return stop(json, "a number has a zero in front");
	if (r == 0 && take(json, '.'))
		r = take_digits(json);
	if (r == 0 && (take(json, 'e') || take(json, 'E'))) {
		if (!take(json, '+'))
			take(json, '-');
		r = take_digits(json);
	}
	/* More digits may have been cut off. */
	if (r == 0 && is_at_end(json) && json->depth > 0)
		return stop(json, NULL);
	return r;
}

static int take_word(struct px_json *json, const char *word)
{
	for (; *word != '\0'; word++)
		if (!take(json, *word))
			return stop(json, "expected a value");
	return 0;
}

static int take_escape(struct px_json *json)
{
	static const char letters[] = "\"\\/bfnrt";
	unsigned char letter = peek(json);

	if (letter != 0 && strchr(letters, letter) != NULL) {
		json->at++;
		return 0;
	}
	if (!take(json, 'u'))
		return stop(json, "expected one of \"\\/bfnrtu behind a backslash");
	for (int i = 0; i < 4; i++) {
		if (hex_value(peek(json)) < 0)
			return stop(json, "expected four hexadecimal digits behind \\u");
		json->at++;
	}
	return 0;
}

/* A character of two bytes or more; neither longer than need be, nor a surrogate (RFC 3629). */
static int take_utf8(struct px_json *json)
{
	unsigned char first = peek(json), low = 0x80, high = 0xbf;
	int more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;

	if (first < 0xc2 || first > 0xf4)
		return stop(json, "a string is not UTF-8");
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	json->at++;
	for (; more > 0; more--) {
		if (peek(json) < low || peek(json) > high)
			return stop(json, "a string is not UTF-8");
		json->at++;
		low = 0x80;
		high = 0xbf;
	}
	return 0;
}

/* A string, of which the first quote has been looked at. */
static int take_string(struct px_json *json, struct px_json_token *ret)
{
	size_t begin, end;
	int r = 0;

	json->at++;
	begin = json->at;
	for (end = begin; r == 0 && !take(json, '"'); end = json->at) {
		if (take(json, '\\'))
			r = take_escape(json);
		else if (peek(json) < ' ')
			r = stop(json, "a string has a control character in it");
		else if (peek(json) >= 0x80)
			r = take_utf8(json);
		else
			json->at++;
	}
	if (r == 0)
		ret->text = (struct pmapx_text){ json->text.bytes + begin, end - begin };
	return r;
}

/* An array or object begins or ends: the byte that says so has been looked at. */
static int take_bracket(struct px_json *json, enum px_json_kind kind)
{
	if (kind == PX_JSON_OBJECT || kind == PX_JSON_ARRAY) {
		if (json->depth == PX_JSON_DEPTH)
			return stop(json, "arrays and objects are too deep in each other");
		json->depth++;
		json->objects = json->objects << 1 | (kind == PX_JSON_OBJECT);
		json->expected = PX_JSON_EXPECT_FIRST;
	} else {
		json->depth--;
		json->objects >>= 1;
		json->expected = PX_JSON_EXPECT_SEPARATOR;
	}
	json->at++;
	return 0;
}

/* A value, of which an array or object is only begun. */
static int take_value(struct px_json *json, struct px_json_token *ret)
{
	size_t begin = json->at;
	int r;

	json->expected = PX_JSON_EXPECT_SEPARATOR;
	switch (peek(json)) {
	case '{':
		ret->kind = PX_JSON_OBJECT;
		r = take_bracket(json, ret->kind);
		break;
	case '[':
		ret->kind = PX_JSON_ARRAY;
		r = take_bracket(json, ret->kind);
		break;
	case '"':
		ret->kind = PX_JSON_STRING;
		return take_string(json, ret);
	case 't':
		ret->kind = PX_JSON_TRUE;
		r = take_word(json, "true");
		break;
	case 'f':
		ret->kind = PX_JSON_FALSE;
		r = take_word(json, "false");
		break;
	case 'n':
		ret->kind = PX_JSON_NULL;
		r = take_word(json, "null");
		break;
	default:
		ret->kind = PX_JSON_NUMBER;
		r = take_number(json);
	}
	if (r == 0)
		ret->text = (struct pmapx_text){ json->text.bytes + begin, json->at - begin };
	return r;
}

/* What an array has next, or an object. */
static int take_element(struct px_json *json, struct px_json_token *ret)
{
	if (!is_in_object(json))
		return take_value(json, ret);
	if (peek(json) != '"')
		return stop(json, "expected the name of a member in quotes");
	ret->kind = PX_JSON_KEY;
	json->expected = PX_JSON_EXPECT_COLON;
	return take_string(json, ret);
}

/* As take_element(), or the end of what we are in. */
static int take_element_or_end(struct px_json *json, struct px_json_token *ret)
{
	if (peek(json) == (is_in_object(json) ? '}' : ']')) {
		ret->kind = is_in_object(json) ? PX_JSON_OBJECT_END : PX_JSON_ARRAY_END;
		ret->text = (struct pmapx_text){ json->text.bytes + json->at, 1 };
		return take_bracket(json, ret->kind);
	}
	if (json->expected == PX_JSON_EXPECT_SEPARATOR) {
		if (!take(json, ','))
			return stop(json,
				is_in_object(json) ? "expected ',' or '}'" : "expected ',' or ']'");
		skip_blanks(json);
	}
	return take_element(json, ret);
}

int px_json_next(struct px_json *json, struct px_json_token *ret)
{
	struct px_json_token token;
	int r;

	if (json->result < 0)
		return json->result;
	skip_blanks(json);
	if (json->expected == PX_JSON_EXPECT_SEPARATOR && json->depth == 0)
		return is_at_end(json) ? 0 : stop(json, "expected nothing more");
	if (json->expected == PX_JSON_EXPECT_COLON) {
		if (!take(json, ':'))
			return stop(json, "expected ':' behind the name of a member");
		skip_blanks(json);
		json->expected = PX_JSON_EXPECT_VALUE;
	}
	r = json->expected == PX_JSON_EXPECT_VALUE ? take_value(json, &token)
						   : take_element_or_end(json, &token);
	if (r < 0)
		return r;
	*ret = token;
	return 1;
}

int px_json_skip(struct px_json *json)
{
	unsigned depth = json->depth;
	struct px_json_token token;
	int r;

	do
		r = px_json_next(json, &token);
	while (r > 0 && (json->depth > depth || token.kind == PX_JSON_KEY));
	return r > 0 && json->depth < depth ? 0 : r;
}

static unsigned hex4_value(const char *digits)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 4 | (unsigned)hex_value((unsigned char)digits[i]);
	return value;
}

static int encode_utf8(unsigned character, char bytes[4])
{
	int length = character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

	for (int i = length - 1; i > 0; i--) {
		bytes[i] = (char)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	bytes[0] = (char)(first[length - 1] | character);
	return length;
}

/*
 * What stands behind \u at *@at: a character, of which the half beyond 16 bits
 * are in two such escapes.
 */
static int decode_unicode(const char **at, const char *end, char bytes[4])
{
	unsigned character = hex4_value(*at), low;

	*at += 4;
	if (character < 0xd800 || character > 0xdfff)
		return encode_utf8(character, bytes);
	if (character > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return -EILSEQ;
	low = hex4_value(*at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return -EILSEQ;
	*at += 6;
	return encode_utf8(0x10000 + ((character - 0xd800) << 10) + (low - 0xdc00), bytes);
}

/* The byte or character at *@at, which is moved behind it.  Returns its length, or -EILSEQ. */
static int decode_one(const char **at, const char *end, char bytes[4])
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	const char *found;

	bytes[0] = *(*at)++;
	if (bytes[0] != '\\')
		return 1;
	bytes[0] = *(*at)++;
	if (bytes[0] == 'u')
		return decode_unicode(at, end, bytes);
	found = strchr(letters, bytes[0]);
	if (found != NULL)
		bytes[0] = meanings[found - letters];
	return 1;
}

bool px_json_equals(const struct pmapx_text *raw, const char *string)
{
	const char *at = raw->bytes, *end = at + raw->length;
	char bytes[4];

	while (at < end) {
		int n = decode_one(&at, end, bytes);

		for (int i = 0; i < n; i++, string++)
			if (*string == '\0' || *string != bytes[i])
				return false;
		if (n < 0)
			return false;
	}
	return *string == '\0';
}

ssize_t px_json_decode(const struct pmapx_text *raw, char *bytes, size_t size)
{
	const char *at = raw->bytes, *end = at + raw->length;
	size_t length = 0;
	char one[4];

	while (at < end) {
		int n = decode_one(&at, end, one);

		if (n < 0)
			return n;
		if (size - length < (size_t)n)
			return -ENOBUFS;
		memcpy(bytes + length, one, (size_t)n);
		length += (size_t)n;
	}
	return (ssize_t)length;
}
