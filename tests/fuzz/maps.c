/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A maps file, as the default and -d read it: key lines are passed over.
 * However it is cut into pieces, the same comes out, also with a look ahead.
 */
#include <errno.h>

#include "events.h"
#include "mutate.h"

/* Lines are numbered upwards, and there are no more than that. */
static void must_be_in_order(const struct px_events *events, const struct pmapx_text *text)
{
	uint64_t lines = 1, last = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->bytes[i] == '\n';
	for (size_t i = 0; i < px_events_count(events); i++) {
		const struct px_event *event = px_event_at(events, i);

		/* A cut line can be a mapping and an error. */
		px_must(event->line > last || (event->line == last && event->result == -ENODATA));
		px_must(event->line <= lines);
		last = event->line;
	}
}

/* To look ahead changes what comes when, but not what comes, nor does it depend on pieces. */
static void must_look_ahead(const struct px_events *plain, const struct pmapx_text *text)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = true,
		.look_ahead = true,
	};
	struct px_events ahead = px_events_of(text, &options, text->length + 1, 0);
	struct px_events bytes = px_events_of(text, &options, text->length < 600 ? 1 : 7, 0);
	size_t j = 0;

	px_must_be_same_events(&ahead, &bytes);
	px_must(px_events_count(&ahead) == px_events_count(plain));
	for (size_t i = 0; i < px_events_count(plain); i++) {
		if (px_event_at(plain, i)->result != 1)
			continue;
		while (px_event_at(&ahead, j)->result != 1)
			px_must(++j < px_events_count(&ahead));
		px_must(px_event_at(&ahead, j++)->range == px_event_at(plain, i)->range);
	}
	px_bytes_drop(&ahead.bytes);
	px_bytes_drop(&bytes.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = true,
	};
	struct pmapx_text text = { px_exact_copy(data, size), size };
	struct px_events whole = px_events_of(&text, &options, size + 1, 0);
	struct px_events bytes = px_events_of(&text, &options, size < 600 ? 1 : 7, 0);
	struct px_events some = px_events_of(&text, &options, 100, (uint32_t)size + 1);

	must_be_in_order(&whole, &text);
	px_must_be_same_events(&whole, &bytes);
	px_must_be_same_events(&whole, &some);
	must_look_ahead(&whole, &text);
	px_bytes_drop(&whole.bytes);
	px_bytes_drop(&bytes.bytes);
	px_bytes_drop(&some.bytes);
	free((char *)(uintptr_t)text.bytes);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_lines(data, size, max_size, seed, false);
}
