/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a parser says of an input, written down.
 */
#include "transcript.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct pmapx_parser *px_parser_new(bool mappings_only, uint64_t fields)
{
	const struct pmapx_parser_options options = {
		.size = sizeof(options),
		.mappings_only = mappings_only,
		.fields = fields,
	};
	struct pmapx_parser *parser;

	assert_int_equal(pmapx_parser_open(&options, &parser), 0);
	return parser;
}

/* Which row of px_keys has the key of @entry, or PMAPX_FIELD_COUNT. */
static size_t find_key(const struct pmapx_entry *entry)
{
	size_t i = 0;

	while (i < PMAPX_FIELD_COUNT &&
		(strlen(px_keys[i].key) != entry->key.length ||
			memcmp(px_keys[i].key, entry->key.bytes, entry->key.length) != 0))
		i++;
	return i;
}

static void check_member(const struct pmapx_smaps *smaps, const struct px_known_key *key,
	const struct pmapx_entry *last)
{
	const void *member = (const char *)smaps + key->offset;
	struct pmapx_text text;
	uint64_t number;

	if (key->unit == PMAPX_UNIT_TEXT) {
		memcpy(&text, member, sizeof(text));
		px_same_bytes(
			key->key, last->value.bytes, last->value.length, text.bytes, text.length);
	} else {
		memcpy(&number, member, sizeof(number));
		px_same_number(key->key, last->number, number);
	}
}

void px_check_members(const struct pmapx_smaps *smaps)
{
	struct pmapx_entry last[PMAPX_FIELD_COUNT + 1] = { 0 }, entry;
	bool is_plain = true;
	uint64_t have = 0;
	size_t count = 0;

	for (; pmapx_smaps_entry(smaps, count, &entry); count++) {
		size_t i = find_key(&entry);
		bool is_text = i < PMAPX_FIELD_COUNT && px_keys[i].unit == PMAPX_UNIT_TEXT;

		px_same_number(
			"field", i < PMAPX_FIELD_COUNT ? (int)px_keys[i].field : -1, entry.field);
		last[i] = entry;
		if (!is_text &&
			(entry.digits.length == 0 ||
				(entry.digits.length > 1 && *entry.digits.bytes == '0')))
			is_plain = false;
	}
	px_same_number("lines", smaps->entry_count, count);
	for (size_t i = 0; i < PMAPX_FIELD_COUNT; i++) {
		if (last[i].key.length == 0 ||
			(px_keys[i].unit != PMAPX_UNIT_TEXT && last[i].digits.length == 0))
			continue;
		have |= UINT64_C(1) << px_keys[i].field;
		check_member(smaps, &px_keys[i], &last[i]);
	}
	px_same_number("have", have, smaps->have);
	px_same_number("plain", is_plain, smaps->plain);
}

static void put(FILE *to, const struct pmapx_text *text)
{
	if (text->length > 0)
		fwrite(text->bytes, 1, text->length, to);
}

static void write_mapping(FILE *to, const struct pmapx_mapping *mapping, bool with_text)
{
	struct pmapx_entry entry;

	fprintf(to, "%" PRIx64 "-%" PRIx64 " %s %" PRIx64, mapping->start, mapping->end,
		mapping->perms, mapping->offset);
	fprintf(to, " %" PRIx64 ":%" PRIx64 " %" PRIu64 " '", mapping->dev_major,
		mapping->dev_minor, mapping->inode);
	put(to, &mapping->name);
	fputs("'\n", to);
	if (with_text)
		put(to, &mapping->text);
	for (size_t i = 0; pmapx_smaps_entry(mapping->smaps, i, &entry); i++) {
		fputc(' ', to);
		put(to, &entry.key);
		fputs(entry.digits.length > 0 ? " #" : " ?", to);
		put(to, &entry.digits);
		fputs(" '", to);
		put(to, &entry.value);
		fputs("'\n", to);
	}
	px_check_members(mapping->smaps);
}

void px_write_entries(FILE *to, const struct pmapx_mapping *mapping, const uint64_t *fields)
{
	(void)fields;
	write_mapping(to, mapping, false);
}

void px_write_text(FILE *to, const struct pmapx_mapping *mapping, const uint64_t *fields)
{
	(void)fields;
	write_mapping(to, mapping, true);
}

void px_parser_feed(struct pmapx_parser *parser, const char *bytes, size_t length, bool by_space)
{
	char *room;
	size_t size;

	if (!by_space) {
		assert_int_equal(pmapx_parser_feed(parser, bytes, length), 0);
		return;
	}
	assert_int_equal(pmapx_parser_space(parser, length, &room, &size), 0);
	assert_true(size >= length);
	memcpy(room, bytes, length);
	pmapx_parser_fed(parser, length);
}

static void write_error(FILE *to, int r, const struct pmapx_error *error, uint64_t lines_before)
{
	assert_int_equal(error->code, -r);
	assert_non_null(error->reason);
	fprintf(to, "%s %" PRIu64 ":%" PRIu64 " %s\n",
		r == -EBADMSG           ? "bad"
			: r == -ENODATA ? "cut"
					: strerror(-r),
		error->line + lines_before, error->column, error->reason);
}

char *px_transcript(struct pmapx_parser *parser, const char *bytes, size_t length,
	const struct px_feeding *feeding, px_write_mapping *write, const uint64_t *fields,
	size_t *ret_length)
{
	size_t fed = 0, piece = feeding->first;
	const struct pmapx_mapping *mapping;
	struct pmapx_error error = { 0 };
	bool begun = false, finished = false;
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);
	int r;

	assert_non_null(to);
	while ((r = pmapx_parser_next(parser, &mapping, &error)) != 0) {
		if (r == 1) {
			fprintf(to, "%" PRIu64 ": ", mapping->line + feeding->lines_before);
			write(to, mapping, fields);
		} else if (r != -EAGAIN) {
			write_error(to, r, &error, feeding->lines_before);
		} else if (fed < length || !begun) {
			if (piece > length - fed)
				piece = length - fed;
			px_parser_feed(parser, bytes + fed, piece, feeding->by_space);
			fed += piece;
			piece = feeding->chunk;
			begun = true;
		} else {
			assert_false(finished);
			finished = true;
			pmapx_parser_finish(parser);
		}
	}
	assert_true(finished);
	/* The end stays the end. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(pmapx_parser_next(parser, &mapping, &error), 0);
	fclose(to);
	return ret;
}
