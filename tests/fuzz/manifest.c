/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a capture: what it says is what a reader finds that looks at
 * every token, and what is behind the list of processes changes nothing.
 */
#include "manifest.h"

#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "json.h"

/* What must come out, and how much of the text makes it so. */
struct expected {
	int result;
	struct px_manifest manifest;
	size_t length;
};

/* What a string says, terminated; "" if it is long, says nothing, or has a zero in it. */
static const char *said(const struct pmapx_text *raw, char bytes[40])
{
	ssize_t n = px_json_decode(raw, bytes, 39);

	if (n < 0 || memchr(bytes, '\0', (size_t)n) != NULL)
		n = 0;
	bytes[n] = '\0';
	return bytes;
}

/* A number of hexadecimal digits that @end ends. */
static bool is_number(const char *word, char end, uint64_t *ret)
{
	size_t length = strspn(word, "0123456789abcdef"), zeros = strspn(word, "0");

	*ret = strtoull(word, NULL, 16);
	return length > 0 && word[length] == end && (zeros >= length || length - zeros <= 16);
}

static int expect_device(const char *word, struct px_manifest *manifest)
{
	const char *colon = strchr(word, ':');

	if (colon == NULL || strlen(word) > 33 ||
		!is_number(word, ':', &manifest->shm_device.major) ||
		!is_number(colon + 1, '\0', &manifest->shm_device.minor))
		return -EBADMSG;
	return 0;
}

static int expect_version(const struct px_json_token *token, struct px_manifest *manifest)
{
	size_t length = token->text.length;
	const char *digits = token->text.bytes;

	if (token->kind != PX_JSON_NUMBER || *digits == '0' || *digits == '-' ||
		memchr(digits, '.', length) != NULL || memchr(digits, 'e', length) != NULL ||
		memchr(digits, 'E', length) != NULL)
		return -EBADMSG;
	if (length > 1 || *digits != '1')
		return -EPROTONOSUPPORT;
	manifest->version = 1;
	return 0;
}

/* The value of the member called @key is, or begins with, @token. */
static int expect_value(
	const char *key, const struct px_json_token *token, struct px_manifest *manifest)
{
	bool is_string = token->kind == PX_JSON_STRING;
	char bytes[40];

	if (strcmp(key, "pmapx_capture") == 0)
		return expect_version(token, manifest);
	if (strcmp(key, "complete") == 0) {
		manifest->complete = token->kind == PX_JSON_TRUE;
		return manifest->complete || token->kind == PX_JSON_FALSE ? 0 : -EBADMSG;
	}
	if (strcmp(key, "order") == 0) {
		manifest->in_order = is_string && strcmp(said(&token->text, bytes), "pid") == 0;
		return is_string ? 0 : -EBADMSG;
	}
	if (strcmp(key, "shm_device") == 0) {
		manifest->has_shm_device = is_string;
		if (is_string)
			return expect_device(said(&token->text, bytes), manifest);
		return token->kind == PX_JSON_NULL ? 0 : -EBADMSG;
	}
	if (strcmp(key, "boot_id") == 0 || strcmp(key, "start") == 0)
		return token->kind == PX_JSON_OBJECT || token->kind == PX_JSON_ARRAY ? -EBADMSG : 0;
	return 0;
}

/* The slow reader. */
static void expect(const struct pmapx_text *text, struct expected *ret)
{
	struct px_json_token token;
	unsigned depth = 0;
	char key[40] = "";
	struct px_json json;
	int r = 0;

	*ret = (struct expected){ .length = text->length };
	px_json_init(&json, text);
	while (r == 0 && (r = px_json_next(&json, &token)) > 0) {
		r = 0;
		if (depth == 0 && token.kind != PX_JSON_OBJECT)
			r = -EBADMSG;
		else if (depth == 1 && token.kind == PX_JSON_KEY)
			said(&token.text, key);
		else if (depth == 1 && json.depth > 0)
			r = expect_value(key, &token, &ret->manifest);
		depth = json.depth;
		ret->length = json.at;
		if (depth == 0 ||
			(depth == 1 && token.kind == PX_JSON_KEY && !strcmp(key, "processes")))
			break;
	}
	if (r == -ENODATA || r == -EBADMSG)
		ret->length = text->length;
	/* A version is sure only if something is behind it. */
	if (r == -EPROTONOSUPPORT)
		ret->length++;
	if (r == 0 || r == -ENODATA)
		r = ret->manifest.version == 0 ? -EBADMSG : 0;
	ret->result = r;
}

/* The first @length bytes of @bytes say what they must. */
static void must_be_read(const char *bytes, size_t length, const struct expected *expected)
{
	const struct px_manifest *want = &expected->manifest;
	char *copy = px_exact_copy(bytes, length);
	struct px_manifest got = { 0 };

	px_must(px_manifest_parse(&(struct pmapx_text){ copy, length }, &got) == expected->result);
	if (expected->result == 0) {
		px_must(got.version == 1 && got.complete == want->complete);
		px_must(got.in_order == want->in_order);
		px_must(got.has_shm_device == want->has_shm_device);
		px_must(!got.has_shm_device ||
			(got.shm_device.major == want->shm_device.major &&
				got.shm_device.minor == want->shm_device.minor));
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct expected expected;

	for (size_t i = 1; i <= 4; i++) {
		size_t cut = size * i / 4;

		expect(&(struct pmapx_text){ bytes, cut }, &expected);
		must_be_read(bytes, cut, &expected);
		if (expected.length > 0)
			must_be_read(bytes, expected.length, &expected);
	}
	return 0;
}
