/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The "Key: value" lines of smaps.
 *
 * Keys come and go with kernels, vendors' kernels have keys of their own, and
 * saved files are edited by people.  So every line of the shape "Key: value"
 * is taken; whether the value means anything is said beside it.
 */
#include "smaps.h"

#include "layout.h"
#include "scan.h"

/* Far longer than any key, and short enough to print as a heading. */
#define KEY_MAX 255

static const struct pmapx_field_info infos[PMAPX_FIELD_COUNT] = {
#define PX_FIELD(number, key, member, unit, since) \
	[PMAPX_FIELD_##number] = { key, PMAPX_UNIT_##unit, since },
#include "fields.inc"
#undef PX_FIELD
};

const unsigned short px_smaps_offsets[PMAPX_FIELD_COUNT] = {
#define PX_FIELD(number, key, member, unit, since) \
	[PMAPX_FIELD_##number] = offsetof(struct pmapx_smaps, member),
#include "fields.inc"
#undef PX_FIELD
};

static const unsigned char key_lengths[PMAPX_FIELD_COUNT] = {
#define PX_FIELD(number, key, member, unit, since) [PMAPX_FIELD_##number] = sizeof(key) - 1,
#include "fields.inc"
#undef PX_FIELD
};

_Static_assert(PMAPX_FIELD_COUNT <= 64, "struct pmapx_smaps has one bit for each field");

const struct pmapx_field_info *pmapx_field_lookup(enum pmapx_field field)
{
	if (field < 0 || field >= PMAPX_FIELD_COUNT)
		return NULL;
	return &infos[field];
}

static bool is_key(enum pmapx_field field, const char *key, size_t length)
{
	return key_lengths[field] == length && memcmp(infos[field].key, key, length) == 0;
}

static enum pmapx_field find_key(const char *key, size_t length)
{
	for (int field = 0; field < PMAPX_FIELD_COUNT; field++)
		if (is_key(field, key, length))
			return field;
	return PMAPX_FIELD_UNKNOWN;
}

/* Whether the line begins with the key of @field and a colon. */
static bool begins_with(const struct pmapx_text *line, enum pmapx_field field)
{
	return field >= 0 && line->length > key_lengths[field] &&
		line->bytes[key_lengths[field]] == ':' &&
		memcmp(line->bytes, infos[field].key, key_lengths[field]) == 0;
}

/* The key of a line that is not the expected one. */
static int parse_key(
	const struct pmapx_text *line, struct pmapx_entry *ret, struct pmapx_error *error)
{
	const char *p = line->bytes, *end = p + line->length;

	if (p == end)
		return px_bad_line(line, p, "empty line", error);
	while (p<end && * p> ' ' && *p <= '~' && *p != ':')
		p++;
	if (p == line->bytes)
		return px_bad_line(line, p, "expected a mapping or a key", error);
	if (p == end || *p != ':')
		return px_bad_line(line, p, "expected a mapping, or ':' after a key", error);
	if (p - line->bytes > KEY_MAX)
		return px_bad_line(line, p, "the key is longer than 255 bytes", error);
	ret->key = (struct pmapx_text){ line->bytes, (size_t)(p - line->bytes) };
	ret->field = find_key(ret->key.bytes, ret->key.length);
	return 0;
}

/* What is between @at and @end, without blanks around it. */
static struct pmapx_text trim(const char *at, const char *end)
{
	at = px_skip_blanks(at, end);
	while (end > at && px_is_blank(end[-1]))
		end--;
	return (struct pmapx_text){ at, (size_t)(end - at) };
}

int px_smaps_parse(const struct pmapx_text *line, enum pmapx_field expected,
	struct pmapx_entry *ret, struct pmapx_error *error)
{
	const char *end = line->bytes + line->length, *p;

	if (begins_with(line, expected)) {
		ret->key = (struct pmapx_text){ line->bytes, key_lengths[expected] };
		ret->field = expected;
	} else {
		int r = parse_key(line, ret, error);

		if (r < 0)
			return r;
	}
	ret->value = trim(ret->key.bytes + ret->key.length + 1, end);
	ret->number = 0;
	p = ret->value.bytes;
	end = p + ret->value.length;
	ret->digits = (struct pmapx_text){ p, 0 };
	p = px_scan_decimal(p, end, &ret->number);
	/* pmap's fields have at most 20 digits, which 2^64 needs; more are only zeros. */
	if (p != NULL && p - ret->value.bytes <= 20)
		ret->digits.length = (size_t)(p - ret->value.bytes);
	else
		ret->number = 0;
	return 0;
}

bool pmapx_smaps_number(const struct pmapx_smaps *smaps, enum pmapx_field field, uint64_t *ret)
{
	if (field >= PMAPX_FIELD_COUNT || !pmapx_smaps_has(smaps, field) ||
		infos[field].unit == PMAPX_UNIT_TEXT)
		return false;
	memcpy(ret, (const char *)smaps + px_smaps_offsets[field], sizeof(*ret));
	return true;
}

void px_smaps_set_text(
	struct pmapx_smaps *smaps, enum pmapx_field field, const char *at, const char *end)
{
	struct pmapx_text text = trim(at, end);

	memcpy((char *)smaps + px_smaps_offsets[field], &text, sizeof(text));
	smaps->have |= UINT64_C(1) << field;
}

void px_smaps_set(struct pmapx_smaps *smaps, const struct pmapx_entry *entry)
{
	enum pmapx_field field = entry->field;

	if (field < 0)
		return;
	if (infos[field].unit == PMAPX_UNIT_TEXT) {
		px_smaps_set_text(
			smaps, field, entry->value.bytes, entry->value.bytes + entry->value.length);
	} else if (entry->digits.length > 0) {
		px_smaps_set_number(smaps, field, entry->number);
		smaps->have |= UINT64_C(1) << field;
	} else {
		smaps->have &= ~(UINT64_C(1) << field);
	}
}

bool px_smaps_is_plain(const struct pmapx_entry *entry)
{
	const struct pmapx_text *digits = &entry->digits;

	if (entry->field >= 0 && infos[entry->field].unit == PMAPX_UNIT_TEXT)
		return true;
	return digits->length == 1 || (digits->length > 1 && digits->bytes[0] != '0');
}

bool pmapx_smaps_entry(const struct pmapx_smaps *smaps, size_t index, struct pmapx_entry *ret)
{
	struct pmapx_text line;
	struct pmapx_error error;
	const char *newline;

	if (index >= smaps->entry_count)
		return false;
	line.bytes = smaps->lines->base + smaps->lines->offsets[index];
	/* There is one: a line that is cut is not among them. */
	newline = memchr(line.bytes, '\n', smaps->lines->length - smaps->lines->offsets[index]);
	line.length = (size_t)(newline - line.bytes);
	return px_smaps_parse(&line, PMAPX_FIELD_UNKNOWN, ret, &error) == 0;
}
