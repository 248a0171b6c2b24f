/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings one below the other, and each alone.
 */
#include "sequence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* All that a parser says of a mapping, or of the @fields of it. */
static void write_all(FILE *to, const struct pmapx_mapping *mapping, const uint64_t *fields)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	uint64_t wanted = fields != NULL ? *fields : UINT64_MAX;

	if (fields == NULL)
		px_write_text(to, mapping, NULL);
	else
		fprintf(to, "'%.*s'\n", (int)mapping->name.length, mapping->name.bytes);
	for (size_t i = 0; i < PMAPX_FIELD_COUNT; i++) {
		const char *member = (const char *)smaps + px_keys[i].offset;
		struct pmapx_text text;
		uint64_t number;

		if (!pmapx_smaps_has(smaps, px_keys[i].field) ||
			(wanted >> px_keys[i].field & 1) == 0)
			continue;
		memcpy(&number, member, sizeof(number));
		memcpy(&text, member, px_keys[i].unit == PMAPX_UNIT_TEXT ? sizeof(text) : 0);
		if (px_keys[i].unit == PMAPX_UNIT_TEXT) {
			fprintf(to, " %s='", px_keys[i].key);
			fwrite(text.bytes, 1, text.length, to);
			fputs("'\n", to);
		} else {
			fprintf(to, " %s=%" PRIu64 "\n", px_keys[i].key, number);
		}
	}
}

/* What a new parser says of each block of @sequence alone, as if in its place; to be freed. */
static char *alone(const struct px_sequence *sequence, const uint64_t *fields, size_t *ret_length)
{
	struct px_feeding whole = { .first = SIZE_MAX };
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);

	for (size_t i = 0; i < sequence->count; i++) {
		const struct pmapx_text *block = &sequence->blocks[i];
		struct pmapx_parser *parser = px_parser_new(false, 0);
		char *exact = px_exact(block->bytes, block->length), *said;
		size_t length;

		said = px_transcript(
			parser, exact, block->length, &whole, write_all, fields, &length);
		fwrite(said, 1, length, to);
		for (size_t j = 0; j < block->length; j++)
			whole.lines_before += block->bytes[j] == '\n';
		free(said);
		free(exact);
		pmapx_parser_close(parser);
	}
	fclose(to);
	return ret;
}

char *px_sequence_joined(const struct px_sequence *sequence, size_t *ret_length)
{
	char *ret;
	FILE *to = open_memstream(&ret, ret_length);

	for (size_t i = 0; i < sequence->count; i++)
		fwrite(sequence->blocks[i].bytes, 1, sequence->blocks[i].length, to);
	fclose(to);
	return ret;
}

void px_check_sequence(const char *row, const struct px_sequence *sequence, const uint64_t *fields,
	const size_t *pieces)
{
	size_t length, want_length, got_length, piece = SIZE_MAX;
	char *bytes = px_sequence_joined(sequence, &length);
	char *want = alone(sequence, fields, &want_length), *got;

	for (; piece != 0; piece = *pieces++) {
		struct pmapx_parser *parser = px_parser_new(false, fields ? *fields : 0);
		struct px_feeding feeding = { .first = piece, .chunk = piece };

		got = px_transcript(
			parser, bytes, length, &feeding, write_all, fields, &got_length);
		px_same_bytes(row, want, want_length, got, got_length);
		free(got);
		pmapx_parser_close(parser);
	}
	free(want);
	free(bytes);
}

/* What may stand behind a key: in the place where the kernel puts it, or right behind the colon. */
static const struct {
	bool aligned;
	const char *value;
	size_t length;
} shapes[] = {
	{ true, PX_BYTES("       0 kB") },
	{ true, PX_BYTES("       1 kB") },
	{ true, PX_BYTES("     800 kB") },
	{ true, PX_BYTES("12345678 kB") },
	{ true, PX_BYTES("99999999 kB") },
	{ true, PX_BYTES("10000000 kB") },
	{ true, PX_BYTES("123456789 kB") },
	{ true, PX_BYTES("1234567890123456789 kB") },
	{ true, PX_BYTES("12345678901234567890 kB") },
	{ true, PX_BYTES("18446744073709551615 kB") },
	{ true, PX_BYTES("18446744073709551616 kB") },
	{ true, PX_BYTES("000000000000000000001 kB") },
	{ true, PX_BYTES("    0017 kB") },
	{ true, PX_BYTES("      00 kB") },
	{ true, PX_BYTES("00000000 kB") },
	{ true, PX_BYTES("00000001 kB") },
	{ true, PX_BYTES("1        kB") },
	{ true, PX_BYTES("1      1 kB") },
	{ true, PX_BYTES("    1  1 kB") },
	{ true, PX_BYTES("         kB") },
	{ true, PX_BYTES("      -1 kB") },
	{ true, PX_BYTES("      +1 kB") },
	{ true, PX_BYTES("      1x kB") },
	{ true, PX_BYTES("      x1 kB") },
	{ true, PX_BYTES("manymany kB") },
	{ true, PX_BYTES("       ? kB") },
	{ true, PX_BYTES("       1") },
	{ true, PX_BYTES("12345678") },
	{ true, PX_BYTES("123456789") },
	{ true, PX_BYTES("       1 MB") },
	{ true, PX_BYTES("       1 kb") },
	{ true, PX_BYTES("       1 k") },
	{ true, PX_BYTES("       1kB") },
	{ true, PX_BYTES("       1 kB ") },
	{ true, PX_BYTES("       1 ") },
	{ true, PX_BYTES("       1\t") },
	{ true, PX_BYTES("       1  kB") },
	{ true, PX_BYTES("       1 kB\r") },
	{ true, PX_BYTES("       1\r") },
	{ true, PX_BYTES("       1 kBkB") },
	{ true, PX_BYTES("      \t1 kB") },
	{ true, PX_BYTES("\t\t\t\t\t\t\t1 kB") },
	{ true, PX_BYTES("       \0 kB") },
	{ true, PX_BYTES("      \0001 kB") },
	{ true, PX_BYTES("       1\0kB") },
	{ true, PX_BYTES("       1 \0B") },
	{ true, PX_BYTES("      \xb1\x31 kB") },
	{ true, PX_BYTES("      \xa0\x31 kB") },
	{ true, PX_BYTES("      :1 kB") },
	{ true, PX_BYTES("      ;1 kB") },
	{ true, PX_BYTES("        ") },
	{ true, PX_BYTES("        kB") },
	{ true, PX_BYTES("") },
	{ true, PX_BYTES("1") },
	{ true, PX_BYTES("1 kB") },
	{ false, PX_BYTES("1 kB") },
	{ false, PX_BYTES(" 1") },
	{ false, PX_BYTES("") },
	{ false, PX_BYTES("            ") },
	{ false, PX_BYTES("\t1 kB") },
	{ false, PX_BYTES("\t              1 kB") },
	{ false, PX_BYTES("        123456789 kB") },
	{ false, PX_BYTES("       12345678 kB") },
	{ false, PX_BYTES(" rd wr mr mw me ac sd ") },
	{ false, PX_BYTES(" [anon:a name]") },
};

const size_t px_shape_count = PX_COUNT(shapes);

void px_put_shape(FILE *to, const char *key, size_t shape)
{
	size_t length = strlen(key);

	fprintf(to, "%s:", key);
	if (shapes[shape].aligned && length < 15)
		fprintf(to, "%*s", 15 - (int)length, "");
	fwrite(shapes[shape].value, 1, shapes[shape].length, to);
	fputc('\n', to);
}
