/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records for programs.
 */
#include "record.h"

#include "put.h"
#include "text.h"

bool px_notation_find(const char *word, enum px_notation *ret)
{
	static const char *const names[] = {
		[PX_NOTATION_TEXT] = "text",
		[PX_NOTATION_JSON] = "json",
		[PX_NOTATION_NDJSON] = "ndjson",
		[PX_NOTATION_CSV] = "csv",
		[PX_NOTATION_TSV] = "tsv",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i]) == 0) {
			*ret = (enum px_notation)i;
			return true;
		}
	}
	return false;
}

static bool is_json(enum px_notation notation)
{
	return notation == PX_NOTATION_JSON || notation == PX_NOTATION_NDJSON;
}

static bool is_hex_digit(unsigned char byte)
{
	return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

/* Whether what begins with the backslash at @at would be taken for an escaped byte. */
static bool is_like_escape(const unsigned char *at, const unsigned char *end)
{
	return end - at >= 4 && at[1] == 'x' && is_hex_digit(at[2]) && is_hex_digit(at[3]);
}

/* A byte as \xHH, whose backslash JSON has twice. */
static void put_escaped(struct px_out *out, unsigned char byte, bool in_json)
{
	char *at = px_out_room(out, 8);

	*at++ = '\\';
	if (in_json)
		*at++ = '\\';
	*at++ = 'x';
	px_out_written(out, px_put_hex(at, byte, 2));
}

/* Text that is like nothing else in its notation: @quote is written as @quoted. */
static void put_text(
	struct px_out *out, const char *bytes, size_t length, char quote, const char *quoted)
{
	const unsigned char *at = (const unsigned char *)bytes, *end;
	bool in_json = *quoted == '\\';

	if (length == 0)
		return;
	end = at + length;
	while (at < end) {
		size_t size = px_utf8_length(at, end);

		if (size == 0 || (*at == '\\' && is_like_escape(at, end))) {
			put_escaped(out, *at++, in_json);
			continue;
		}
		if (*at == (unsigned char)quote)
			px_out_string(out, quoted);
		else if (*at == '\\' && in_json)
			px_out_string(out, "\\\\");
		else
			px_out_bytes(out, (const char *)at, size);
		at += size;
	}
}

void px_out_json_string(struct px_out *out, const char *bytes, size_t length)
{
	px_out_string(out, "\"");
	put_text(out, bytes, length, '"', "\\\"");
	px_out_string(out, "\"");
}

/* A field of RFC 4180: in quotes if it has to be. */
static void put_csv(struct px_out *out, const char *bytes, size_t length)
{
	/* An empty text is not nothing. */
	bool is_quoted = length == 0 || memchr(bytes, '"', length) != NULL ||
		memchr(bytes, ',', length) != NULL;

	if (is_quoted)
		px_out_string(out, "\"");
	put_text(out, bytes, length, '"', "\"\"");
	if (is_quoted)
		px_out_string(out, "\"");
}

struct px_record px_record_begin(struct px_out *out, enum px_notation notation)
{
	if (is_json(notation))
		px_out_string(out, "{");
	return (struct px_record){ .out = out, .notation = notation, .is_blank = true };
}

/* What stands before a value. */
static void put_key(struct px_record *record, const char *key)
{
	struct px_out *out = record->out;

	if (record->count++ > 0) {
		px_out_string(out, record->notation == PX_NOTATION_TSV ? "\t" : ",");
		record->is_blank = false;
	}
	if (!is_json(record->notation))
		return;
	px_out_json_string(out, key, strlen(key));
	px_out_string(out, ":");
}

static void put_value(struct px_record *record, const char *bytes, size_t length)
{
	record->is_blank = false;
	if (is_json(record->notation))
		px_out_json_string(record->out, bytes, length);
	else if (record->notation == PX_NOTATION_CSV)
		put_csv(record->out, bytes, length);
	else
		/* Tabs are escaped, as all controls are, so that there is nothing to quote. */
		put_text(record->out, bytes, length, '\0', "");
}

void px_record_heading(struct px_record *record, const char *key)
{
	put_key(record, key);
	put_value(record, key, strlen(key));
}

void px_record_text(struct px_record *record, const char *key, const char *bytes, size_t length)
{
	put_key(record, key);
	put_value(record, bytes, length);
}

void px_record_number(struct px_record *record, const char *key, uint64_t number)
{
	put_key(record, key);
	record->is_blank = false;
	px_out_number(record->out, number);
}

void px_record_change(struct px_record *record, const char *key, int64_t change)
{
	put_key(record, key);
	record->is_blank = false;
	if (change < 0)
		px_out_string(record->out, "-");
	px_out_number(record->out, change < 0 ? -(uint64_t)change : (uint64_t)change);
}

void px_record_real(struct px_record *record, const char *key, const char *bytes, size_t length)
{
	put_key(record, key);
	record->is_blank = false;
	px_out_bytes(record->out, bytes, length);
}

void px_record_address(struct px_record *record, const char *key, uint64_t address)
{
	char text[PX_PUT_MAX + 2] = "0x", *end = px_put_hex(text + 2, address, 1);

	px_record_text(record, key, text, (size_t)(end - text));
}

void px_record_nothing(struct px_record *record, const char *key)
{
	put_key(record, key);
	if (is_json(record->notation))
		px_out_string(record->out, "null");
}

void px_record_end(struct px_record *record)
{
	static const char *const ends[] = {
		[PX_NOTATION_TEXT] = "",
		[PX_NOTATION_JSON] = "}",
		[PX_NOTATION_NDJSON] = "}\n",
		[PX_NOTATION_CSV] = "\r\n",
		[PX_NOTATION_TSV] = "\n",
	};

	/* To many who read CSV, a blank line is no record. */
	if (record->is_blank && record->notation == PX_NOTATION_CSV)
		px_out_string(record->out, "\"\"");
	px_out_string(record->out, ends[record->notation]);
}
