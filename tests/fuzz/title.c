/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Titles of processes: what is said is of the command line, in order, and nothing but
 * blanks and the words that have been recognised is left out.
 */
#include "title.h"

#include <string.h>

#include "fuzz.h"

/* @text is in the @size bytes at @bytes, from *@at on, which is moved behind it. */
static void must_be_next(
	const struct pmapx_text *text, const char *bytes, size_t size, const char **at)
{
	if (text->bytes == NULL) {
		px_must(text->length == 0);
		return;
	}
	px_must(text->bytes >= *at && text->bytes + text->length <= bytes + size);
	px_must(text->length == 0 || memchr(text->bytes, '\0', text->length) == NULL);
	*at = text->bytes + text->length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = px_exact_copy(data, size);
	struct pmapx_text text = { bytes, size };
	struct px_title title;
	const char *at = bytes;

	px_title_is_server(&text);
	if (!px_title_parse(&text, &title)) {
		px_must(size < strlen("postgres: ") ||
			memcmp(bytes, "postgres: ", strlen("postgres: ")) != 0);
		free(bytes);
		return 0;
	}
	must_be_next(&title.cluster, bytes, size, &at);
	must_be_next(&title.role, bytes, size, &at);
	if (title.user.bytes != NULL && title.database.bytes != NULL)
		px_must(title.names.length >= title.user.length + title.database.length + 1);
	must_be_next(title.names.bytes != NULL ? &title.names : &title.database, bytes, size, &at);
	must_be_next(&title.client, bytes, size, &at);
	must_be_next(&title.activity, bytes, size, &at);
	px_must(title.kind != PX_TITLE_BACKEND ||
		(title.client.length > 0 && title.names.length > 0 && title.role.bytes == NULL));
	px_must(title.kind != PX_TITLE_ROLE || title.role.length > 0);
	free(bytes);
	return 0;
}
