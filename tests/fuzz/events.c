/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a parser says of an input.
 */
#include "events.h"

#include <errno.h>
#include <pmapx/kind.h>
#include <string.h>

#include "smaps.h"

size_t px_events_count(const struct px_events *events)
{
	return events->bytes.length / sizeof(struct px_event);
}

const struct px_event *px_event_at(const struct px_events *events, size_t index)
{
	return (const struct px_event *)(const void *)events->bytes.bytes + index;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return (hash ^ length) * UINT64_C(0x100000001b3);
}

static uint64_t mix_number(uint64_t hash, uint64_t number)
{
	return mix(hash, &number, sizeof(number));
}

static uint64_t mix_text(uint64_t hash, const struct pmapx_text *text)
{
	return mix(hash, text->bytes, text->length);
}

static uint64_t hash_range(const struct pmapx_mapping *mapping)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	hash = mix_number(mix_number(hash, mapping->start), mapping->end);
	hash = mix_number(mix_number(hash, mapping->offset), mapping->inode);
	hash = mix_number(mix_number(hash, mapping->dev_major), mapping->dev_minor);
	hash = mix(hash, mapping->perms, sizeof(mapping->perms));
	return mix_text(hash, &mapping->text);
}

static uint64_t field_number(const struct pmapx_smaps *smaps, int field)
{
	uint64_t number;

	memcpy(&number, (const char *)smaps + px_smaps_offsets[field], sizeof(number));
	return number;
}

/* What the key lines say, each looked at, must be what the members say. */
static uint64_t hash_entries(uint64_t hash, const struct pmapx_smaps *smaps)
{
	struct pmapx_entry entry, last[PMAPX_FIELD_COUNT];
	uint64_t seen = 0;

	for (size_t i = 0; pmapx_smaps_entry(smaps, i, &entry); i++) {
		px_must(i < smaps->entry_count && entry.key.length > 0);
		hash = mix_text(mix_text(hash, &entry.key), &entry.value);
		hash = mix_number(hash, entry.number);
		if (entry.field == PMAPX_FIELD_UNKNOWN)
			continue;
		last[entry.field] = entry;
		seen |= UINT64_C(1) << entry.field;
	}
	for (int field = 0; field < PMAPX_FIELD_COUNT; field++) {
		bool is_text = pmapx_field_lookup((enum pmapx_field)field)->unit == PMAPX_UNIT_TEXT;
		bool has = pmapx_smaps_has(smaps, (enum pmapx_field)field);

		if ((seen >> field & 1) == 0) {
			px_must(!has);
			continue;
		}
		px_must(has == (is_text || last[field].digits.length > 0));
		if (has && !is_text)
			px_must(field_number(smaps, field) == last[field].number);
	}
	return hash;
}

static struct px_event mapping_event(const struct pmapx_mapping *mapping, bool has_entries)
{
	struct px_event event = {
		.result = 1,
		.line = mapping->line,
		.range = hash_range(mapping),
		.have = mapping->smaps->have,
	};

	px_must(mapping->start <= mapping->end && strlen(mapping->perms) == 4);
	px_must(mapping->text.length > 0);
	event.whole = mix_text(event.range, &mapping->name);
	if (has_entries)
		event.whole = hash_entries(event.whole, mapping->smaps);
	return event;
}

/* What follows is what comes next, unless a line between is damaged; and each is of a kind. */
static void must_know_kinds(struct pmapx_kinds *kinds, const struct pmapx_mapping *mapping,
	uint64_t *next, struct px_event *event)
{
	bool guessed;
	enum pmapx_kind kind = pmapx_kinds_tell(kinds, mapping, &guessed);

	px_must(pmapx_kind_lookup(kind) != NULL);
	/* A guess may be something else. */
	px_must(!guessed || pmapx_kind_lookup(kind)->if_not != kind);
	px_must(*next == 0 || *next == event->range);
	*next = 0;
	if (mapping->next != NULL) {
		px_must(mapping->next->next == NULL && mapping->next->smaps->have == 0);
		px_must(mapping->next->line > mapping->line);
		*next = hash_range(mapping->next);
	}
	event->whole = mix_number(mix_number(event->whole, kind), *next);
}

static struct px_event error_event(int result, const struct pmapx_error *error)
{
	px_must(error->code == -result && error->reason != NULL);
	return (struct px_event){
		.result = result,
		.line = error->line,
		.range = error->column,
		.whole = mix(0, error->reason, strlen(error->reason)),
	};
}

/* Feed a piece of what is left of @text, or say that it is all. */
static void feed(struct pmapx_parser *parser, struct pmapx_text *text, size_t chunk, uint32_t *seed)
{
	size_t part = chunk;

	if (*seed != 0) {
		*seed = *seed * 1664525 + 1013904223;
		part = 1 + (*seed >> 8) % chunk;
	}
	if (part > text->length)
		part = text->length;
	if (part == 0) {
		pmapx_parser_finish(parser);
		return;
	}
	px_must(pmapx_parser_feed(parser, text->bytes, part) == 0);
	text->bytes += part;
	text->length -= part;
}

struct px_events px_events_of(const struct pmapx_text *text,
	const struct pmapx_parser_options *options, size_t chunk, uint32_t seed)
{
	struct pmapx_text rest = *text;
	struct px_events events = { { 0 } };
	const struct pmapx_mapping *mapping;
	struct pmapx_parser *parser;
	struct pmapx_kinds kinds = { 0 };
	struct pmapx_error error;
	uint64_t next = 0;
	bool has_entries = !options->mappings_only && options->fields == 0;
	int r;

	px_must(pmapx_parser_open(options, &parser) == 0);
	while ((r = pmapx_parser_next(parser, &mapping, &error)) != 0) {
		struct px_event event;

		if (r == -EAGAIN) {
			feed(parser, &rest, chunk, &seed);
			continue;
		}
		event = r == 1 ? mapping_event(mapping, has_entries) : error_event(r, &error);
		if (r == 1 && options->look_ahead)
			must_know_kinds(&kinds, mapping, &next, &event);
		px_bytes_add(&events.bytes, &event, sizeof(event));
	}
	/* The end stays the end. */
	px_must(pmapx_parser_next(parser, &mapping, &error) == 0);
	pmapx_parser_close(parser);
	return events;
}

void px_must_be_same_events(const struct px_events *a, const struct px_events *b)
{
	px_must(px_events_count(a) == px_events_count(b));
	for (size_t i = 0; i < px_events_count(a); i++) {
		const struct px_event *one = px_event_at(a, i), *other = px_event_at(b, i);

		px_must(one->result == other->result && one->line == other->line);
		px_must(one->range == other->range && one->whole == other->whole);
		px_must(one->have == other->have);
	}
}
