/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A format from a message catalogue: the values come out, once each, and
 * nothing else is read.
 */
#include <string.h>

#include "stage.h"

static size_t count_text(const struct px_bytes *bytes, const char *text)
{
	const char *at = bytes->bytes, *end = at + bytes->length;
	size_t count = 0;

	while (at < end && (at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
		count++;
		at += strlen(text);
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char original[] = "mapped: %ldK of %s", text[] = "<text>";
	static struct px_stage_console said;
	const struct px_format_value values[] = { { .number = 987654321987 }, { .text = text } };
	char *format = malloc(size + 1);

	memcpy(format, data, size);
	format[size] = '\0';
	/* What stands for values must not be in the format itself. */
	if (strstr(format, "9876") == NULL && strstr(format, text) == NULL) {
		px_stage_console_begin(&said, true);
		px_out_format(&said.console.out, &said.console.locale, original, format, values, 2);
		px_stage_console_flush(&said);
		px_must(count_text(&said.out, "987654321987") == 1);
		px_must(count_text(&said.out, text) == 1);
		px_must(said.out.length <= strlen(format) + sizeof(original) + 2 * 100);
		px_stage_console_end(&said);
	}
	free(format);
	return 0;
}
