/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifest.c: what a capture says of itself, whole, cut and wrong.
 */
#include "support.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"

/* "version complete in_order device", boot and start if they are known, or what refused it, of the first @length bytes. */
static const char *tell(const char *text, size_t length, char words[100])
{
	static const struct px_manifest untouched = { .version = 77 };
	struct px_manifest manifest = untouched;
	char *exact = px_exact(text, length);
	int r = px_manifest_parse(&(struct pmapx_text){ exact, length }, &manifest);

	free(exact);
	if (r < 0) {
		assert_memory_equal(&manifest, &untouched, sizeof(manifest));
		return r == -EBADMSG ? "bad" : r == -EPROTONOSUPPORT ? "new" : "?";
	}
	assert_int_equal(r, 0);
	snprintf(words, 100, "%u %s %s ", manifest.version, manifest.complete ? "complete" : "-",
		manifest.in_order ? "order" : "-");
	if (manifest.has_shm_device)
		snprintf(words + strlen(words), 100 - strlen(words), "%" PRIx64 ":%" PRIx64,
			manifest.shm_device.major, manifest.shm_device.minor);
	else
		strcat(words, "-");
	if (*manifest.boot_id != '\0')
		snprintf(words + strlen(words), 100 - strlen(words), " %s", manifest.boot_id);
	if (manifest.start_ms != 0)
		snprintf(words + strlen(words), 100 - strlen(words), " @%" PRIu64,
			manifest.start_ms);
	return words;
}

#define V1 "{\"pmapx_capture\":1,"

static const struct {
	const char *text, *want;
} rows[] = {
	{ "{\n  \"pmapx_capture\": 1,\n  \"complete\": true,\n  \"order\": \"pid\",\n"
	  "  \"shm_device\": \"00:01\",\n  \"label\": \"a\\u0022b\",\n  \"host\": {\"a\": [1, {}]},\n"
	  "  \"processes\": [\n    {\"pid\": 1, \"complete\": false}\n  ]\n}\n",
		"1 complete order 0:1" },
	{ "{\"pmapx_capture\":1}", "1 - - -" },
	{ V1 "\"complete\":false,\"order\":\"arrival\",\"shm_device\":null}", "1 - - -" },
	{ "{\"shm_device\":\"fe:abcdef\",\"order\":\"pid\",\"pmapx_capture\":1}",
		"1 - order fe:abcdef" },
	{ "{\"\\u0070mapx_capture\":1,\"order\":\"\\u0070id\",\"shm_device\":\"\\u0030:5\"}",
		"1 - order 0:5" },
	{ V1 "\"shm_device\":\"ffffffffffffffff:fffffffffffffffe\"}",
		"1 - - ffffffffffffffff:fffffffffffffffe" },
	/* What is further in is of something else. */
	{ V1 "\"host\":{\"complete\":true,\"order\":[\"pid\"]},\"x\":[\"complete\",true]}",
		"1 - - -" },
	/* The last of two counts. */
	{ V1 "\"complete\":true,\"complete\":false}", "1 - - -" },
	{ V1 "\"shm_device\":\"0:1\",\"shm_device\":null}", "1 - - -" },
	/* The list of processes and what is behind it are not looked at. */
	{ V1 "\"processes\":[],\"complete\":true}", "1 - - -" },
	{ V1 "\"processes\":x", "1 - - -" },
	{ V1 "\"processes\"", "1 - - -" },
	{ "{\"processes\":[],\"pmapx_capture\":1}", "bad" },

	{ V1 "\"boot_id\":\"71ba6bb6-5ee4-4f05-8e1e-2e0ad01e8fa1\","
	     "\"start\":\"2026-11-22T12:00:00.250Z\"}",
		"1 - - - 71ba6bb6-5ee4-4f05-8e1e-2e0ad01e8fa1 @1795348800250" },
	/* What is not as a capture has it is not known. */
	{ V1 "\"boot_id\":\"71ba6bb6-5ee4-4f05-8e1e-2e0ad01e8fa12\",\"start\":17}", "1 - - -" },
	{ V1 "\"boot_id\":null,\"start\":\"2026-11-22T12:00:00Z\"}", "1 - - -" },
	{ V1 "\"start\":\"2026-11-22T12:00:00.25Z\"}", "1 - - -" },
	{ V1 "\"start\":\"2026-13-22T12:00:00.250Z\"}", "1 - - -" },
	{ V1 "\"start\":\"2026-11-22T12:00:00.250Z \"}", "1 - - -" },
	{ V1 "\"start\":\"1969-11-22T12:00:00.250Z\"}", "1 - - -" },
	{ V1 "\"start\":\"2026-11-22T12:00:00.250Z\",\"start\":null}", "1 - - -" },
	{ V1 "\"start\":{}}", "bad" },
	{ V1 "\"boot_id\":[\"1\"]}", "bad" },

	{ "{\"pmapx_capture\":2}", "new" },
	{ "{\"pmapx_capture\":2,\"complete\":[]", "new" },
	{ "{\"pmapx_capture\":10}", "new" },
	{ "{\"pmapx_capture\":99999999999999999999999999}", "new" },
	{ "{\"pmapx_capture\":0}", "bad" },
	{ "{\"pmapx_capture\":-1}", "bad" },
	{ "{\"pmapx_capture\":1.0}", "bad" },
	{ "{\"pmapx_capture\":2e0}", "bad" },
	{ "{\"pmapx_capture\":\"1\"}", "bad" },
	{ "{\"pmapx_capture\":null}", "bad" },
	{ "{\"pmapx_capture\":[1]}", "bad" },
	{ "{\"pmapx_captur\":1}", "bad" },
	{ "{\"PMAPX_CAPTURE\":1}", "bad" },
	{ "{\"host\":{\"pmapx_capture\":1}}", "bad" },
	{ "[{\"pmapx_capture\":1}]", "bad" },
	{ "[\"pmapx_capture\",1]", "bad" },
	{ "\"pmapx_capture\"", "bad" },
	{ "{}", "bad" },
	{ "", "bad" },
	{ "{", "bad" },
	{ "ustar", "bad" },
	{ V1 "}", "bad" },
	{ V1 "\"label\":\"\xff\",\"processes\":[]}", "bad" },
	{ V1 "\"label\":[1}", "bad" },
	{ V1 "\"complete\":1}", "bad" },
	{ V1 "\"complete\":\"true\"}", "bad" },
	{ V1 "\"complete\":null}", "bad" },
	{ V1 "\"order\":1}", "bad" },
	{ V1 "\"shm_device\":1}", "bad" },
	{ V1 "\"shm_device\":\"\"}", "bad" },
	{ V1 "\"shm_device\":\"1\"}", "bad" },
	{ V1 "\"shm_device\":\"1:\"}", "bad" },
	{ V1 "\"shm_device\":\":1\"}", "bad" },
	{ V1 "\"shm_device\":\"0:1 \"}", "bad" },
	{ V1 "\"shm_device\":\"0:A\"}", "bad" },
	{ V1 "\"shm_device\":\"0:1:2\"}", "bad" },
	{ V1 "\"shm_device\":\"0:\\u0000\"}", "bad" },
	{ V1 "\"shm_device\":\"\\ud800\"}", "bad" },
	{ V1 "\"shm_device\":\"0:10000000000000000\"}", "bad" },
	{ V1 "\"shm_device\":\"0:00000000000000000000000000000000000000000000001\"}", "bad" },
};

PX_TEST(a_manifest_says_what_it_says)
{
	for (size_t i = 0; i < PX_COUNT(rows); i++) {
		char words[100];

		px_same(rows[i].text, rows[i].want,
			tell(rows[i].text, strlen(rows[i].text), words));
	}
}

PX_TEST(what_came_before_a_cut_counts)
{
	static const char text[] =
		"{\"pmapx_capture\":1,\"complete\":true,\"order\":\"pid\","
		"\"shm_device\":\"00:01\",\"host\":{\"a\":\"b\"},\"processes\":[]}";
	/* The byte behind which each member is sure. */
	static const struct {
		size_t at;
		const char *want;
	} sure[] = { { 0, "bad" }, { 19, "1 - - -" }, { 34, "1 complete - -" },
		{ 48, "1 complete order -" }, { 69, "1 complete order 0:1" } };
	size_t now = 0;

	for (size_t cut = 0; cut < sizeof(text); cut++) {
		char words[100], row[20];

		snprintf(row, sizeof(row), "cut at %zu", cut);
		if (now + 1 < PX_COUNT(sure) && cut == sure[now + 1].at)
			now++;
		px_same(row, sure[now].want, tell(text, cut, words));
	}
	assert_int_equal(now, PX_COUNT(sure) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_says_what_it_says),
		cmocka_unit_test(what_came_before_a_cut_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
