/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An rc file: what is wrong is said of a line that there is, and what is asked
 * for stands in the file.
 */
#include <string.h>

#include "stage.h"

/* Whether @line is @warning, and a number from 1 to @lines. */
static bool is_warning(const struct pmapx_text *line, const char *warning, size_t lines)
{
	size_t length = strlen(warning), number = 0;

	if (line->length <= length || memcmp(line->bytes, warning, length) != 0)
		return false;
	for (size_t i = length; i < line->length; i++) {
		if (line->bytes[i] < '0' || line->bytes[i] > '9')
			return false;
		number = number * 10 + (size_t)(line->bytes[i] - '0');
	}
	return number >= 1 && number <= lines;
}

/* Each line that was said is one of the three warnings, about a line of the file. */
static void must_be_warnings(struct pmapx_text said, size_t lines)
{
	struct pmapx_text line;

	while (px_next_line(&said, &line))
		px_must(is_warning(&line, "pmapx: config line too long - line ", lines) ||
			is_warning(&line, "pmapx: unsupported section found in the config - line ",
				lines) ||
			is_warning(
				&line, "pmapx: syntax error found in the config - line ", lines));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct px_stage_console said;
	char *copy = px_exact_copy(data, size);
	struct px_rc rc = { 0 };
	size_t lines = 1;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	px_stage_console_begin(&said, true);
	px_must(px_rc_parse(&said.console, copy, size, &rc));
	px_stage_console_flush(&said);
	px_must_be_harmless(&said.err, true);
	must_be_warnings((struct pmapx_text){ said.err.bytes, said.err.length }, lines);
	px_must(said.out.length == 0 && rc.count <= lines);
	for (size_t i = 0; i < rc.count; i++) {
		struct pmapx_text name = { rc.names[i].bytes, rc.names[i].length };

		px_must(name.length > 0 && memmem(data, size, name.bytes, name.length) != NULL);
		px_must(px_rc_wants(&rc, &name));
	}
	px_rc_deinit(&rc);
	px_stage_console_end(&said);
	free(copy);
	return 0;
}
