/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.c: what is JSON, what is not and where, and texts that were cut.
 */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* The tokens of @json in words, each ended by a blank; returns what ended them. */
static int tell(struct px_json *json, char *words, size_t size)
{
	static const char marks[] = { [PX_JSON_OBJECT] = '{',
		[PX_JSON_OBJECT_END] = '}',
		[PX_JSON_ARRAY] = '[',
		[PX_JSON_ARRAY_END] = ']',
		[PX_JSON_KEY] = 'k',
		[PX_JSON_STRING] = 's',
		[PX_JSON_NUMBER] = 'n',
		[PX_JSON_TRUE] = 't',
		[PX_JSON_FALSE] = 'f',
		[PX_JSON_NULL] = '0' };
	struct px_json_token token;
	size_t length = 0;
	int r;

	words[0] = '\0';
	while ((r = px_json_next(json, &token)) > 0) {
		bool has_text = token.kind == PX_JSON_KEY || token.kind == PX_JSON_STRING ||
			token.kind == PX_JSON_NUMBER;

		if (!has_text)
			assert_true(token.text.length > 0 &&
				strchr("{}[]tfn", token.text.bytes[0]) != NULL);
		length += (size_t)snprintf(words + length, size - length, "%c%.*s ",
			marks[token.kind], has_text ? (int)token.text.length : 0, token.text.bytes);
		assert_true(length < size);
	}
	/* It stays at that. */
	assert_int_equal(px_json_next(json, &token), r);
	return r;
}

/* As tell(), of the first @length bytes of @text, which nothing may be read behind. */
static int tell_text(const char *text, size_t length, char words[1000], struct px_json *ret)
{
	char *exact = px_exact(text, length);
	int r;

	px_json_init(ret, &(struct pmapx_text){ exact, length });
	r = tell(ret, words, 1000);
	free(exact);
	return r;
}

static const struct {
	const char *text;
	size_t length;
	const char *want;
} accepted[] = {
	{ PX_BYTES("null"), "0 " },
	{ PX_BYTES("true"), "t " },
	{ PX_BYTES("false"), "f " },
	{ PX_BYTES(" \t\r\nnull \t\r\n"), "0 " },
	{ PX_BYTES("{}"), "{ } " },
	{ PX_BYTES("[]"), "[ ] " },
	{ PX_BYTES(" { } "), "{ } " },
	{ PX_BYTES("[ ]"), "[ ] " },
	{ PX_BYTES("[1,2]"), "[ n1 n2 ] " },
	{ PX_BYTES("[ 1 , 2 ]"), "[ n1 n2 ] " },
	{ PX_BYTES("{\"a\":1}"), "{ ka n1 } " },
	{ PX_BYTES("{ \"a\" : 1 , \"\" : \"\" }"), "{ ka n1 k s } " },
	{ PX_BYTES("{\"a\":1,\"a\":2}"), "{ ka n1 ka n2 } " },
	{ PX_BYTES("{\"a\":{\"b\":[true,{},[]]},\"c\":null}"),
		"{ ka { kb [ t { } [ ] ] } kc 0 } " },
	{ PX_BYTES("[[],[[]],{}]"), "[ [ ] [ [ ] ] { } ] " },
	/* Numbers. */
	{ PX_BYTES("0"), "n0 " },
	{ PX_BYTES("-0"), "n-0 " },
	{ PX_BYTES("10"), "n10 " },
	{ PX_BYTES("123456789012345678901234567890"), "n123456789012345678901234567890 " },
	{ PX_BYTES("0.0"), "n0.0 " },
	{ PX_BYTES("-12.50"), "n-12.50 " },
	{ PX_BYTES("1e5"), "n1e5 " },
	{ PX_BYTES("1E+05"), "n1E+05 " },
	{ PX_BYTES("0e-0"), "n0e-0 " },
	{ PX_BYTES("1.0E-999"), "n1.0E-999 " },
	{ PX_BYTES("[0,-1]"), "[ n0 n-1 ] " },
	/* Strings are as they stand there. */
	{ PX_BYTES("\"\""), "s " },
	{ PX_BYTES("\"a\""), "sa " },
	{ PX_BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "s\\\"\\\\\\/\\b\\f\\n\\r\\t " },
	{ PX_BYTES("\"\\u0000\\uABCD\\uabcd\""), "s\\u0000\\uABCD\\uabcd " },
	{ PX_BYTES("\"\\ud800\""), "s\\ud800 " },
	{ PX_BYTES("\"\x7f\""), "s\x7f " },
	{ PX_BYTES("\"'/*,:[]{}\""), "s'/*,:[]{} " },
	{ PX_BYTES("\"\xc2\x80\xdf\xbf\""), "s\xc2\x80\xdf\xbf " },
	{ PX_BYTES("\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\""),
		"s\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf " },
	{ PX_BYTES("\"\xf0\x90\x80\x80\xf1\x80\x80\x80\xf4\x8f\xbf\xbf\""),
		"s\xf0\x90\x80\x80\xf1\x80\x80\x80\xf4\x8f\xbf\xbf " },
};

PX_TEST(what_is_json_comes_in_tokens)
{
	for (size_t i = 0; i < PX_COUNT(accepted); i++) {
		struct px_json json;
		char words[1000];
		int r = tell_text(accepted[i].text, accepted[i].length, words, &json);

		px_same_number(accepted[i].text, 0, r);
		px_same(accepted[i].text, accepted[i].want, words);
		px_same_number(accepted[i].text, accepted[i].length, json.at);
		assert_null(json.reason);
	}
}

#define DIGIT "expected a digit"
#define VALUE "expected a value"
#define NAME "expected the name of a member in quotes"
#define COLON "expected ':' behind the name of a member"
#define MEMBERS "expected ',' or '}'"
#define VALUES "expected ',' or ']'"
#define NOTHING "expected nothing more"
#define ZERO "a number has a zero in front"
#define ESCAPE "expected one of \"\\/bfnrtu behind a backslash"
#define HEX "expected four hexadecimal digits behind \\u"
#define CONTROL "a string has a control character in it"
#define UTF8 "a string is not UTF-8"

static const struct {
	const char *text;
	size_t length, at;
	const char *reason, *before;
} refused[] = {
	{ PX_BYTES("x"), 0, VALUE, "" },
	{ PX_BYTES("\0"), 0, VALUE, "" },
	{ PX_BYTES("\f1"), 0, VALUE, "" },
	{ PX_BYTES("\xef\xbb\xbf{}"), 0, VALUE, "" },
	{ PX_BYTES("True"), 0, VALUE, "" },
	{ PX_BYTES("nul"
		   "x"),
		3, VALUE, "" },
	{ PX_BYTES("falsE"), 4, VALUE, "" },
	{ PX_BYTES("truex"), 4, NOTHING, "t " },
	{ PX_BYTES("true\0"), 4, NOTHING, "t " },
	{ PX_BYTES("'a'"), 0, VALUE, "" },
	{ PX_BYTES("// a"), 0, VALUE, "" },
	{ PX_BYTES("NaN"), 0, VALUE, "" },
	{ PX_BYTES("Infinity"), 0, VALUE, "" },
	{ PX_BYTES("]"), 0, VALUE, "" },
	{ PX_BYTES(","), 0, VALUE, "" },
	{ PX_BYTES(":"), 0, VALUE, "" },
	{ PX_BYTES("1 2"), 2, NOTHING, "n1 " },
	{ PX_BYTES("{}{}"), 2, NOTHING, "{ } " },
	{ PX_BYTES("[]]"), 2, NOTHING, "[ ] " },
	{ PX_BYTES("[],"), 2, NOTHING, "[ ] " },
	{ PX_BYTES("[}"), 1, VALUE, "[ " },
	{ PX_BYTES("{]"), 1, NAME, "{ " },
	{ PX_BYTES("[,1]"), 1, VALUE, "[ " },
	{ PX_BYTES("[1,]"), 3, VALUE, "[ n1 " },
	{ PX_BYTES("[1,,2]"), 3, VALUE, "[ n1 " },
	{ PX_BYTES("[1 2]"), 3, VALUES, "[ n1 " },
	{ PX_BYTES("[1:2]"), 2, VALUES, "[ n1 " },
	{ PX_BYTES("[1}"), 2, VALUES, "[ n1 " },
	{ PX_BYTES("[\"a\":1]"), 4, VALUES, "[ sa " },
	{ PX_BYTES("{1:2}"), 1, NAME, "{ " },
	{ PX_BYTES("{a:1}"), 1, NAME, "{ " },
	{ PX_BYTES("{,}"), 1, NAME, "{ " },
	{ PX_BYTES("{\"a\"}"), 4, COLON, "{ ka " },
	{ PX_BYTES("{\"a\",1}"), 4, COLON, "{ ka " },
	{ PX_BYTES("{\"a\" 1}"), 5, COLON, "{ ka " },
	{ PX_BYTES("{\"a\":}"), 5, VALUE, "{ ka " },
	{ PX_BYTES("{\"a\"::1}"), 5, VALUE, "{ ka " },
	{ PX_BYTES("{\"a\":1,}"), 7, NAME, "{ ka n1 " },
	{ PX_BYTES("{\"a\":1]"), 6, MEMBERS, "{ ka n1 " },
	{ PX_BYTES("{\"a\":1 \"b\":2}"), 7, MEMBERS, "{ ka n1 " },
	{ PX_BYTES("{\"a\":[1}"), 7, VALUES, "{ ka [ n1 " },
	{ PX_BYTES("[{\"a\":1],2"), 7, MEMBERS, "[ { ka n1 " },
	/* Numbers. */
	{ PX_BYTES("+1"), 0, VALUE, "" },
	{ PX_BYTES(".5"), 0, VALUE, "" },
	{ PX_BYTES("-x"), 1, DIGIT, "" },
	{ PX_BYTES("--1"), 1, DIGIT, "" },
	{ PX_BYTES("01"), 1, ZERO, "" },
	{ PX_BYTES("-00"), 2, ZERO, "" },
	{ PX_BYTES("0x1"), 1, NOTHING, "n0 " },
	{ PX_BYTES("1."
		   "x"),
		2, DIGIT, "" },
	{ PX_BYTES("[1.]"), 3, DIGIT, "[ " },
	{ PX_BYTES("[1e]"), 3, DIGIT, "[ " },
	{ PX_BYTES("[1e+]"), 4, DIGIT, "[ " },
	{ PX_BYTES("1e+-1"), 3, DIGIT, "" },
	{ PX_BYTES("1.e1"), 2, DIGIT, "" },
	{ PX_BYTES("1.1.1"), 3, NOTHING, "n1.1 " },
	{ PX_BYTES("1e1.1"), 3, NOTHING, "n1e1 " },
	{ PX_BYTES("[1x]"), 2, VALUES, "[ n1 " },
	/* Strings. */
	{ PX_BYTES("\"\n\""), 1, CONTROL, "" },
	{ PX_BYTES("\"a\0\""), 2, CONTROL, "" },
	{ PX_BYTES("\"a\x1f\""), 2, CONTROL, "" },
	{ PX_BYTES("\"\\x\""), 2, ESCAPE, "" },
	{ PX_BYTES("\"\\\0\""), 2, ESCAPE, "" },
	{ PX_BYTES("\"\\'\""), 2, ESCAPE, "" },
	{ PX_BYTES("\"\\U0041\""), 2, ESCAPE, "" },
	{ PX_BYTES("\"\\u004\""), 6, HEX, "" },
	{ PX_BYTES("\"\\u00g0\""), 5, HEX, "" },
	{ PX_BYTES("\"\\u+041\""), 3, HEX, "" },
	{ PX_BYTES("\"\\u @AG\""), 3, HEX, "" },
	{ PX_BYTES("\"\x80\""), 1, UTF8, "" },
	{ PX_BYTES("\"\xc1\xbf\""), 1, UTF8, "" },
	{ PX_BYTES("\"\xc2\""), 2, UTF8, "" },
	{ PX_BYTES("\"\xc2\xc0\""), 2, UTF8, "" },
	{ PX_BYTES("\"\xe0\x9f\xbf\""), 2, UTF8, "" },
	{ PX_BYTES("\"\xe1\x80\x7f\""), 3, UTF8, "" },
	{ PX_BYTES("\"\xed\xa0\x80\""), 2, UTF8, "" },
	{ PX_BYTES("\"\xf0\x8f\xbf\xbf\""), 2, UTF8, "" },
	{ PX_BYTES("\"\xf4\x90\x80\x80\""), 2, UTF8, "" },
	{ PX_BYTES("\"\xf1\x80\x80\""), 4, UTF8, "" },
	{ PX_BYTES("\"\xf5\x80\x80\x80\""), 1, UTF8, "" },
	{ PX_BYTES("\"\xff\""), 1, UTF8, "" },
	{ PX_BYTES("{\"\xff\":1}"), 2, UTF8, "{ " },
};

PX_TEST(what_is_no_json_is_refused_at_the_first_byte_that_cannot_be)
{
	for (size_t i = 0; i < PX_COUNT(refused); i++) {
		struct px_json json;
		char words[1000];

		for (size_t cut = refused[i].at + 1; cut <= refused[i].length; cut++) {
			int r = tell_text(refused[i].text, cut, words, &json);

			px_same_number(refused[i].text, -EBADMSG, r);
			px_same_number(refused[i].text, refused[i].at, json.at);
			px_same(refused[i].text, refused[i].reason, json.reason);
			px_same(refused[i].text, refused[i].before, words);
		}
		/* What is before that byte is not to blame. */
		assert_int_not_equal(
			tell_text(refused[i].text, refused[i].at, words, &json), -EBADMSG);
	}
}

PX_TEST(what_is_sure_of_a_cut_text_is_handed_out)
{
	static const char text[] = " {\"a\" : [1 , -2.5e+3,\"\\u00e9\xc3\xa9\\n\",true,false,null"
				   "] ,\"b\":{ } }";
	/* The byte behind which each token is sure. */
	static const struct {
		size_t at;
		const char *words;
	} sure[] = { { 0, "" }, { 2, "{ " }, { 5, "{ ka " }, { 9, "{ ka [ " }, { 11, "{ ka [ n1 " },
		{ 21, "{ ka [ n1 n-2.5e+3 " }, { 33, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n " },
		{ 38, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t " },
		{ 44, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f " },
		{ 49, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f 0 " },
		{ 50, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f 0 ] " },
		{ 55, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f 0 ] kb " },
		{ 57, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f 0 ] kb { " },
		{ 59, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f 0 ] kb { } " },
		{ 61, "{ ka [ n1 n-2.5e+3 s\\u00e9\xc3\xa9\\n t f 0 ] kb { } } " } };
	size_t now = 0;

	assert_int_equal(sizeof(text) - 1, sure[PX_COUNT(sure) - 1].at);
	for (size_t cut = 0; cut < sizeof(text); cut++) {
		struct px_json json;
		char words[1000], row[20];
		int r = tell_text(text, cut, words, &json);

		snprintf(row, sizeof(row), "cut at %zu", cut);
		if (now + 1 < PX_COUNT(sure) && cut == sure[now + 1].at)
			now++;
		px_same(row, sure[now].words, words);
		px_same_number(row, cut == sizeof(text) - 1 ? 0 : -ENODATA, r);
		px_same_number(row, cut, json.at);
		if (r < 0)
			px_same(row, "the text ends too early", json.reason);
	}
}

PX_TEST(a_number_that_is_all_may_end_the_text)
{
	static const char *const cut[] = { "", " ", "-", "1.", "1e", "1e-", "[1", "[-0.1e5", "t",
		"\"", "\"\\", "\"\\u", "\"\\u12", "\"\xe2\x82" };
	struct px_json json;
	char words[1000];

	for (size_t i = 0; i < PX_COUNT(cut); i++) {
		px_same_number(cut[i], -ENODATA, tell_text(cut[i], strlen(cut[i]), words, &json));
		px_same(cut[i], cut[i][0] == '[' ? "[ " : "", words);
	}
	px_json_init(&json, &(struct pmapx_text){ NULL, 0 });
	assert_int_equal(tell(&json, words, sizeof(words)), -ENODATA);
	assert_int_equal(tell_text("12", 1, words, &json), 0);
	assert_string_equal(words, "n1 ");
}

PX_TEST(depth_is_bounded)
{
	/* Arrays and objects in turn, and back again. */
	for (unsigned depth = 1; depth <= 66; depth++) {
		char text[66 * 6 + 1], words[1000], *at = text;
		struct px_json json;
		size_t deepest;

		for (unsigned i = 0; i < depth; i++)
			at = stpcpy(at, i % 3 == 0 ? "{\"a\":" : "[");
		deepest = (size_t)(at - text);
		*at++ = '1';
		for (unsigned i = depth; i-- > 0;)
			*at++ = i % 3 == 0 ? '}' : ']';
		if (depth <= PX_JSON_DEPTH) {
			assert_int_equal(tell_text(text, (size_t)(at - text), words, &json), 0);
			text[deepest + 1] ^= '}' ^ ']';
			assert_int_equal(
				tell_text(text, (size_t)(at - text), words, &json), -EBADMSG);
			assert_int_equal(json.at, deepest + 1);
		} else {
			assert_int_equal(
				tell_text(text, (size_t)(at - text), words, &json), -EBADMSG);
			assert_int_equal(json.at, 22 * 5 + 42);
			assert_string_equal(
				json.reason, "arrays and objects are too deep in each other");
		}
	}
}

static const struct {
	const char *raw, *want; /* NULL: it says nothing. */
	size_t length;
} strings[] = {
	{ "", PX_BYTES("") },
	{ "abc", PX_BYTES("abc") },
	{ "\\\"\\\\\\/\\b\\f\\n\\r\\t", PX_BYTES("\"\\/\b\f\n\r\t") },
	{ "a\\u0041\\u007a", PX_BYTES("aAz") },
	{ "\\u0000", PX_BYTES("\0") },
	{ "a\\u0000b", PX_BYTES("a\0b") },
	{ "\\u007f\\u0080", PX_BYTES("\x7f\xc2\x80") },
	{ "\\u07ff\\u0800", PX_BYTES("\xdf\xbf\xe0\xa0\x80") },
	{ "\\ud7ff\\ue000\\uFfFf", PX_BYTES("\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf") },
	{ "\\ud800\\udc00", PX_BYTES("\xf0\x90\x80\x80") },
	{ "\\uD83D\\uDE00!", PX_BYTES("\xf0\x9f\x98\x80!") },
	{ "\\udbff\\udfff", PX_BYTES("\xf4\x8f\xbf\xbf") },
	{ "\xc3\xa9\\u00e9", PX_BYTES("\xc3\xa9\xc3\xa9") },
	{ "\\\\u0041", PX_BYTES("\\u0041") },
	{ "\\ud800", NULL, 0 },
	{ "\\udc00", NULL, 0 },
	{ "\\udc00\\ud800", NULL, 0 },
	{ "\\udc00\\udc00", NULL, 0 },
	{ "\\ud800\\ud800", NULL, 0 },
	{ "\\ud800\\ue000", NULL, 0 },
	{ "\\ud800x", NULL, 0 },
	{ "\\ud800udc00", NULL, 0 },
	{ "\\ud800\\n0000", NULL, 0 },
	{ "ab\\ud800\\\\udc00", NULL, 0 },
};

PX_TEST(escapes_say_what_they_mean)
{
	for (size_t i = 0; i < PX_COUNT(strings); i++) {
		size_t length = strlen(strings[i].raw);
		char *exact = px_exact(strings[i].raw, length);
		struct pmapx_text raw = { exact, length };

		for (size_t size = 0; size <= length; size++) {
			char *bytes = malloc(size > 0 ? size : 1);
			ssize_t n = px_json_decode(&raw, bytes, size);

			if (size < length && n == -ENOBUFS) {
				assert_true(strings[i].want == NULL || size < strings[i].length);
			} else if (strings[i].want == NULL) {
				px_same_number(strings[i].raw, -EILSEQ, n);
			} else {
				px_same_number(strings[i].raw, strings[i].length, n);
				px_same_bytes(strings[i].raw, strings[i].want, strings[i].length,
					bytes, (size_t)n);
			}
			free(bytes);
		}
		free(exact);
	}
}

PX_TEST(strings_are_compared_by_what_they_say)
{
	for (size_t i = 0; i < PX_COUNT(strings); i++) {
		struct pmapx_text raw = px_text(strings[i].raw);
		bool is_string = strings[i].want != NULL &&
			memchr(strings[i].want, 0, strings[i].length) == NULL;
		char other[64] = "";

		px_same_number(strings[i].raw, is_string,
			px_json_equals(&raw, strings[i].want != NULL ? strings[i].want : "ab"));
		assert_false(px_json_equals(&raw, "something else"));
		if (!is_string)
			continue;
		strcat(strcpy(other, strings[i].want), "x");
		assert_false(px_json_equals(&raw, other));
		if (strings[i].length > 0)
			other[strings[i].length - 1] = '\0';
		else
			strcpy(other, "y");
		assert_false(px_json_equals(&raw, other));
	}
}

PX_TEST(what_is_not_wanted_is_skipped)
{
	static const char text[] =
		"{\"a\":1,\"b\":[1,[2,{\"c\":3}],4],\"d\":{\"e\":{}},\"f\":[1,2,3]}";
	struct px_json json;
	struct px_json_token token;

	/* All of it, and nothing is left. */
	px_json_init(&json, &(struct pmapx_text){ PX_BYTES(text) });
	assert_int_equal(px_json_skip(&json), 1);
	assert_int_equal(json.at, sizeof(text) - 1);
	assert_int_equal(px_json_skip(&json), 0);

	/* Members, values of members, elements. */
	px_json_init(&json, &(struct pmapx_text){ PX_BYTES(text) });
	assert_int_equal(px_json_next(&json, &token), 1);
	assert_int_equal(px_json_skip(&json), 1);
	assert_int_equal(px_json_next(&json, &token), 1);
	assert_true(token.kind == PX_JSON_KEY && px_json_equals(&token.text, "b"));
	assert_int_equal(px_json_skip(&json), 1);
	assert_int_equal(px_json_skip(&json), 1);
	assert_int_equal(px_json_next(&json, &token), 1);
	assert_true(token.kind == PX_JSON_KEY && px_json_equals(&token.text, "f"));
	assert_int_equal(px_json_next(&json, &token), 1);
	assert_int_equal(token.kind, PX_JSON_ARRAY);
	for (int i = 0; i < 3; i++)
		assert_int_equal(px_json_skip(&json), 1);
	assert_int_equal(px_json_skip(&json), 0);
	assert_int_equal(px_json_skip(&json), 0);
	assert_int_equal(px_json_next(&json, &token), 0);

	/* Not behind where the text was cut, nor what is no JSON. */
	for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
		px_json_init(&json, &(struct pmapx_text){ text, cut });
		assert_int_equal(px_json_skip(&json), -ENODATA);
	}
	px_json_init(&json, &(struct pmapx_text){ PX_BYTES("[1,[2,}]]") });
	assert_int_equal(px_json_skip(&json), -EBADMSG);
	assert_int_equal(json.at, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json_comes_in_tokens),
		cmocka_unit_test(what_is_no_json_is_refused_at_the_first_byte_that_cannot_be),
		cmocka_unit_test(what_is_sure_of_a_cut_text_is_handed_out),
		cmocka_unit_test(a_number_that_is_all_may_end_the_text),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(escapes_say_what_they_mean),
		cmocka_unit_test(strings_are_compared_by_what_they_say),
		cmocka_unit_test(what_is_not_wanted_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
