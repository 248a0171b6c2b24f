/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * copy.c: a copy says what the mapping said, when that has gone.
 */
#include "copy.h"

#include <stdlib.h>
#include <string.h>

#include "transcript.h"

static const char text[] =
	"00400000-00403000 r-xp 00001000 fe:00 7    /a/b (deleted)\n"
	"Size:                 12 kB\n"
	"Rss:                 008 kB\n"
	"New:                  12 kB\n"
	"New:                   x kB\n"
	"Private_Dirty: 18446744073709551615 kB\n"
	"VmFlags: rd ex \n"
	"00500000-00500000 rw-s 00000000 00:01 12 \n"
	"00600000-00601000 rw-p 00000000 00:00 0\n"
	"Name:           [anon:libc]\n"
	"Rss:                   4 kB\n"
	"7ffd00000000-7ffd00002000 rw-p 00000000 00:00 0                  [stack]\n"
	"Rss:\n";

/* What a mapping says, to be freed. */
static char *told(const struct pmapx_mapping *mapping)
{
	const struct pmapx_smaps *smaps = mapping->smaps;
	char *ret;
	size_t length;
	FILE *to = open_memstream(&ret, &length);

	assert_non_null(to);
	fprintf(to, "%.*s|%.*s", (int)mapping->text.length, mapping->text.bytes,
		(int)mapping->name.length, mapping->name.bytes);
	/* Which checks that the members are what the lines say; there may be none. */
	if (smaps->entry_count > 0)
		px_write_entries(to, mapping, NULL);
	fprintf(to, "|%d%d|%s|%ju|%ju|%d|%zu|", mapping->is_not_dumped, mapping->has_no_mode,
		mapping->perms, (uintmax_t)smaps->have, (uintmax_t)smaps->layout, smaps->plain,
		smaps->entry_count);
	for (int i = 0; i < PMAPX_FIELD_COUNT; i++) {
		const struct px_known_key *key = &px_keys[i];
		uint64_t number;

		if (!pmapx_smaps_has(smaps, key->field))
			continue;
		if (key->unit == PMAPX_UNIT_TEXT) {
			struct pmapx_text value;

			memcpy(&value, (const char *)smaps + key->offset, sizeof(value));
			fprintf(to, "%s=%.*s,", key->key, (int)value.length, value.bytes);
			continue;
		}
		memcpy(&number, (const char *)smaps + key->offset, sizeof(number));
		fprintf(to, "%s=%ju,", key->key, (uintmax_t)number);
	}
	assert_int_equal(fclose(to), 0);
	return ret;
}

/* It has its own line of numa_maps, or none. */
static void check_numa(const struct px_copy *copy, bool has_line)
{
	struct px_numa_line numa = px_copy_numa(copy);
	uint64_t kb = 0;

	assert_int_equal(px_numa_kb(&numa, 0, &kb), has_line);
	if (!has_line)
		return;
	assert_int_equal(kb, 12);
	assert_int_equal(numa.start, 0x600000);
	assert_memory_equal(numa.text.bytes, "600000 ", 7);
}

static void check(bool mappings_only, uint64_t fields)
{
	struct pmapx_parser *parser = px_parser_new(mappings_only, fields);
	const struct pmapx_text note = { "a note\0b", 8 };
	char line[] = "600000 default N0=3 kernelpagesize_kB=4";
	const struct px_numa_line none = { 0 };
	const struct px_numa_line numa = {
		.text = { line, strlen(line) }, .start = 0x600000, .page_kb = 4
	};
	const struct pmapx_mapping *mapping;
	struct px_copy *copies[8];
	char *want[8];
	size_t count = 0, size;

	px_parser_feed(parser, text, strlen(text), false);
	pmapx_parser_finish(parser);
	while (pmapx_parser_next(parser, &mapping, NULL) == 1) {
		struct pmapx_mapping marked = *mapping;

		marked.is_not_dumped = count % 2 == 0;
		marked.has_no_mode = count % 3 == 0;
		want[count] = told(&marked);
		/* A note may be a part of what is copied anyhow. */
		copies[count] = px_copy_new(&marked, count == 2 ? &numa : &none,
			count == 1 ? &note : &marked.name, &size);
		assert_non_null(copies[count++]);
	}
	pmapx_parser_close(parser);
	line[0] = 'x';
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		struct px_copied copied;
		const struct pmapx_mapping *got = px_copy_open(copies[i], &copied);
		struct pmapx_text noted = px_copy_note(copies[i]);
		char *said = told(got);

		px_same("copy", want[i], said);
		check_numa(copies[i], i == 2);
		if (i == 1)
			px_same_bytes("note", note.bytes, note.length, noted.bytes, noted.length);
		else
			px_same_bytes("note", got->name.bytes, got->name.length, noted.bytes,
				noted.length);
		if (!mappings_only && fields == 0)
			px_check_members(got->smaps);
		free(said);
		free(want[i]);
		free(copies[i]);
	}
}

PX_TEST(a_copy_says_what_the_mapping_said)
{
	check(false, 0);
	check(true, 0);
	check(false, UINT64_C(1) << PMAPX_FIELD_RSS | UINT64_C(1) << PMAPX_FIELD_PRIVATE_DIRTY);
	check(false, UINT64_C(1) << PMAPX_FIELD_VM_FLAGS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_says_what_the_mapping_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
