/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stat, status and cmdline of a process, in one input with a line "====" between:
 * who it is said to be, and the line above its map.
 */
#include <string.h>

#include "procinfo.h"
#include "stage.h"

static const char separator[] = "\n====\n";

/* Cut @rest at the first separator. */
static struct pmapx_text take_file(struct pmapx_text *rest)
{
	const size_t length = sizeof(separator) - 1;
	struct pmapx_text file = *rest;
	const char *end = rest->length > 0 ? memmem(rest->bytes, rest->length, separator, length)
					   : NULL;

	if (end == NULL) {
		*rest = (struct pmapx_text){ rest->bytes, 0 };
		return file;
	}
	/* stat and status end in a newline. */
	file.length = (size_t)(end - rest->bytes) + 1;
	rest->length -= file.length + length - 1;
	rest->bytes += file.length + length - 1;
	return file;
}

/* In memory of that very size. */
static char *own(struct pmapx_text *file)
{
	char *copy = px_exact_copy(file->bytes, file->length);

	file->bytes = copy;
	return copy;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The number behind "Tgid:" at the beginning of a line, or the number of the process. */
static pid_t expected_tgid(struct pmapx_text status)
{
	struct pmapx_text line;

	while (px_next_line(&status, &line)) {
		unsigned long long value = 0;
		size_t i = 5;

		if (line.length < 5 || memcmp(line.bytes, "Tgid:", 5) != 0)
			continue;
		while (i < line.length && (line.bytes[i] == ' ' || line.bytes[i] == '\t'))
			i++;
		for (; i < line.length && is_digit(line.bytes[i]) && value <= INT32_MAX; i++)
			value = value * 10 + (unsigned)(line.bytes[i] - '0');
		return value > 0 && value <= INT32_MAX ? (pid_t)value : 100;
	}
	return 100;
}

/* Whatever they say, there is one line, and it is about that process. */
static void must_be_a_header(const struct px_stage *stage, pid_t tgid, bool is_utf8)
{
	const struct px_bytes *out = &stage->said.out;
	char begin[32];
	size_t length = (size_t)snprintf(begin, sizeof(begin), "%d:   ", (int)tgid);
	const char *newline = memchr(out->bytes, '\n', out->length);

	px_must(out->length > length && memcmp(out->bytes, begin, length) == 0);
	px_must(newline != NULL && newline > out->bytes + length);
	px_must(newline + 1 == out->bytes + out->length);
	px_must_be_harmless(out, is_utf8);
	px_must_be_harmless(&stage->said.err, is_utf8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct px_stage stage;
	bool is_utf8 = size % 2 == 0;
	struct pmapx_text rest = { (const char *)data, size };
	struct pmapx_text stat = take_file(&rest), status = take_file(&rest), cmdline = rest;
	char *copies[] = { own(&stat), own(&status), own(&cmdline) };
	struct pmapx_identity identity = { 0 };

	if (px_parse_stat(&stat, &identity) == 0)
		px_must(identity.comm.bytes > stat.bytes && identity.ppid >= 0);
	px_parse_leads(&stat);
	px_stage_begin(&stage, is_utf8);
	stage.options.quiet = true;
	stage.files[PX_FILE_STAT].text = stat;
	stage.files[PX_FILE_STATUS].text = status;
	stage.files[PX_FILE_CMDLINE].text = cmdline;
	stage.chunk = 1 + size % 100;
	px_stage_show(&stage);
	if (stat.length > 0)
		must_be_a_header(&stage, expected_tgid(status), is_utf8);
	else
		px_must(stage.said.out.length == 0);
	px_stage_end(&stage);
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		free(copies[i]);
	return 0;
}
