/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An smaps file.  However it is cut into pieces, the same comes out; with some
 * fields only, those are the same; without key lines, the mappings are.
 */
#include "events.h"
#include "mutate.h"

/* Those of -x. */
#define SOME_FIELDS                                                                 \
	(UINT64_C(1) << PMAPX_FIELD_RSS | UINT64_C(1) << PMAPX_FIELD_SHARED_DIRTY | \
		UINT64_C(1) << PMAPX_FIELD_PRIVATE_DIRTY)

static struct px_events all_of(const struct pmapx_text *text, size_t chunk, uint32_t seed)
{
	const struct pmapx_parser_options options = { .size = sizeof(options) };

	return px_events_of(text, &options, chunk, seed);
}

static struct px_events some_of(const struct pmapx_text *text, size_t chunk)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.fields = SOME_FIELDS,
	};

	return px_events_of(text, &options, chunk, 0);
}

/* With @some fields asked for, each mapping has what it has with @all. */
static void must_be_part(const struct px_events *all, const struct px_events *some)
{
	px_must(px_events_count(all) == px_events_count(some));
	for (size_t i = 0; i < px_events_count(all); i++) {
		const struct px_event *one = px_event_at(all, i), *other = px_event_at(some, i);

		px_must(one->result == other->result && one->line == other->line);
		px_must(one->range == other->range);
		px_must((one->have & SOME_FIELDS) == (other->have & SOME_FIELDS));
	}
}

/* The mappings are those that a maps file of them would have. */
static void must_have_mappings(const struct px_events *all, const struct pmapx_text *text)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = true,
	};
	struct px_events bare = px_events_of(text, &options, 1000, 0);
	size_t j = 0;

	for (size_t i = 0; i < px_events_count(all); i++) {
		if (px_event_at(all, i)->result != 1)
			continue;
		while (j < px_events_count(&bare) && px_event_at(&bare, j)->result != 1)
			j++;
		px_must(j < px_events_count(&bare));
		px_must(px_event_at(all, i)->range == px_event_at(&bare, j)->range);
		px_must(px_event_at(all, i)->line == px_event_at(&bare, j)->line);
		j++;
	}
	while (j < px_events_count(&bare))
		px_must(px_event_at(&bare, j++)->result != 1);
	px_bytes_drop(&bare.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pmapx_text text = { px_exact_copy(data, size), size };
	struct px_events whole = all_of(&text, size + 1, 0);
	struct px_events bytes = all_of(&text, size < 600 ? 1 : 7, 0);
	struct px_events pieces = all_of(&text, 300, (uint32_t)size + 1);
	struct px_events some = some_of(&text, size + 1),
			 some_bytes = some_of(&text, size < 600 ? 1 : 7);

	px_must_be_same_events(&whole, &bytes);
	px_must_be_same_events(&whole, &pieces);
	px_must_be_same_events(&some, &some_bytes);
	must_be_part(&whole, &some);
	must_have_mappings(&whole, &text);
	px_bytes_drop(&whole.bytes);
	px_bytes_drop(&bytes.bytes);
	px_bytes_drop(&pieces.bytes);
	px_bytes_drop(&some.bytes);
	px_bytes_drop(&some_bytes.bytes);
	free((char *)(uintptr_t)text.bytes);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_lines(data, size, max_size, seed, true);
}
