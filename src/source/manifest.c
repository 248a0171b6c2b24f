/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the file pmapx.json of a capture says of the capture as a whole.
 */
#include "manifest.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "json.h"
#include "scan.h"

/* A member that is known; its value is the next token. */
typedef int read_member(struct px_json *json, struct px_manifest *manifest);

/* Read a token; 0, or a negative errno: -ENODATA if the text has been cut. */
static int read_value(struct px_json *json, struct px_json_token *ret)
{
	int r = px_json_next(json, ret);

	return r > 0 ? 0 : r;
}

static int read_version(struct px_json *json, struct px_manifest *manifest)
{
	struct px_json_token token;
	int r = read_value(json, &token);

	if (r < 0)
		return r;
	if (token.kind != PX_JSON_NUMBER || px_json_equals(&token.text, "0"))
		return -EBADMSG;
	for (size_t i = 0; i < token.text.length; i++)
		if (token.text.bytes[i] < '0' || token.text.bytes[i] > '9')
			return -EBADMSG;
	if (!px_json_equals(&token.text, "1"))
		return -EPROTONOSUPPORT;
	manifest->version = PX_MANIFEST_VERSION;
	return 0;
}

static int read_complete(struct px_json *json, struct px_manifest *manifest)
{
	struct px_json_token token;
	int r = read_value(json, &token);

	if (r < 0)
		return r;
	if (token.kind != PX_JSON_TRUE && token.kind != PX_JSON_FALSE)
		return -EBADMSG;
	manifest->complete = token.kind == PX_JSON_TRUE;
	return 0;
}

static int read_order(struct px_json *json, struct px_manifest *manifest)
{
	struct px_json_token token;
	int r = read_value(json, &token);

	if (r < 0)
		return r;
	if (token.kind != PX_JSON_STRING)
		return -EBADMSG;
	manifest->in_order = px_json_equals(&token.text, "pid");
	return 0;
}

/* A device as maps has it: "major:minor", both hexadecimal. */
static int parse_device(const struct pmapx_text *raw, struct pmapx_device *ret)
{
	char bytes[2 * 16 + 1];
	ssize_t length = px_json_decode(raw, bytes, sizeof(bytes));
	const char *end, *p;

	if (length < 0)
		return -EBADMSG;
	end = bytes + length;
	p = px_scan_hex(bytes, end, &ret->major);
	if (p == NULL || p == end || *p != ':')
		return -EBADMSG;
	p = px_scan_hex(p + 1, end, &ret->minor);
	return p == end ? 0 : -EBADMSG;
}

static int read_shm_device(struct px_json *json, struct px_manifest *manifest)
{
	struct px_json_token token;
	int r = read_value(json, &token);

	if (r < 0)
		return r;
	if (token.kind == PX_JSON_STRING)
		r = parse_device(&token.text, &manifest->shm_device);
	else if (token.kind != PX_JSON_NULL)
		r = -EBADMSG;
	manifest->has_shm_device = token.kind == PX_JSON_STRING;
	return r;
}

/* A string that fits, terminated; empty for any other value. */
static int read_text(struct px_json *json, char *ret, size_t size)
{
	struct px_json_token token;
	int r = read_value(json, &token);
	ssize_t length = 0;

	*ret = '\0';
	if (r < 0)
		return r;
	if (token.kind == PX_JSON_OBJECT || token.kind == PX_JSON_ARRAY)
		return -EBADMSG;
	if (token.kind == PX_JSON_STRING)
		length = px_json_decode(&token.text, ret, size - 1);
	ret[length > 0 ? length : 0] = '\0';
	return 0;
}

static int read_boot_id(struct px_json *json, struct px_manifest *manifest)
{
	return read_text(json, manifest->boot_id, sizeof(manifest->boot_id));
}

/* RFC 3339, UTC, milliseconds, as about.c of captures writes it. */
static int read_start(struct px_json *json, struct px_manifest *manifest)
{
	struct tm when = { 0 };
	char text[32];
	uint64_t milliseconds;
	const char *end;
	int r = read_text(json, text, sizeof(text));

	manifest->start_ms = 0;
	if (r < 0)
		return r;
	end = strptime(text, "%Y-%m-%dT%H:%M:%S.", &when);
	if (end != NULL && px_scan_decimal(end, end + 3, &milliseconds) == end + 3 &&
		strcmp(end + 3, "Z") == 0 && timegm(&when) > 0)
		manifest->start_ms = (uint64_t)timegm(&when) * 1000 + milliseconds;
	return 0;
}

/* An array of words; those that are not known are for others. */
static int read_redacted(struct px_json *json, struct px_manifest *manifest)
{
	static const char *const words[] = { "args", "paths", "addresses" };
	struct px_json_token token;
	int r = read_value(json, &token);

	manifest->redacted = 0;
	if (r == 0 && token.kind == PX_JSON_OBJECT)
		return -EBADMSG;
	if (r < 0 || token.kind != PX_JSON_ARRAY)
		return r;
	while ((r = read_value(json, &token)) == 0 && token.kind != PX_JSON_ARRAY_END) {
		if (token.kind != PX_JSON_STRING)
			return -EBADMSG;
		for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (px_json_equals(&token.text, words[i]))
				manifest->redacted |= 1U << i;
	}
	return r;
}

static const struct {
	const char *key;
	read_member *read;
} members[] = {
	{ "pmapx_capture", read_version },
	{ "complete", read_complete },
	{ "order", read_order },
	{ "shm_device", read_shm_device },
	{ "boot_id", read_boot_id },
	{ "start", read_start },
	{ "redacted", read_redacted },
};

/* The value of the member called @key; 0, or a negative errno. */
static int read_member_of(
	struct px_json *json, const struct pmapx_text *key, struct px_manifest *manifest)
{
	int r;

	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
		if (px_json_equals(key, members[i].key))
			return members[i].read(json, manifest);
	r = px_json_skip(json);
	return r < 0 ? r : 0;
}

/* The next key; 0 at the end, or before the list of processes. */
static int next_key(struct px_json *json, struct pmapx_text *ret)
{
	struct px_json_token token;
	int r = px_json_next(json, &token);

	if (r < 0)
		return r;
	if (token.kind != PX_JSON_KEY || px_json_equals(&token.text, "processes"))
		return 0;
	*ret = token.text;
	return 1;
}

int px_manifest_parse(const struct pmapx_text *text, struct px_manifest *ret)
{
	struct px_manifest manifest = { 0 };
	struct px_json_token token;
	struct pmapx_text key;
	struct px_json json;
	int r;

	px_json_init(&json, text);
	r = read_value(&json, &token);
	if (r == 0 && token.kind != PX_JSON_OBJECT)
		return -EBADMSG;
	while (r == 0 && (r = next_key(&json, &key)) > 0)
		r = read_member_of(&json, &key, &manifest);
	if (r < 0 && r != -ENODATA)
		return r;
	if (manifest.version == 0)
		return -EBADMSG;
	*ret = manifest;
	return 0;
}
