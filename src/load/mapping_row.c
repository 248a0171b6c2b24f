/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mapping as a row of the table mapping.
 *
 * The fields of its line go in as the kernel wrote them; numbers of smaps become bytes.
 */
#include "mapping_row.h"

#include <stdlib.h>
#include <string.h>

#include "maps.h"
#include "scan.h"

/* Where the number of a key is, and which column has it. */
struct number {
	size_t offset; /* In struct pmapx_smaps. */
	enum pmapx_field field;
	enum px_MAPPING_column column;
	unsigned unit; /* Bytes. */
};

#define KB(name, member)                                                                          \
	{                                                                                         \
		offsetof(struct pmapx_smaps, member), PMAPX_FIELD_##name, PX_MAPPING_##name, 1024 \
	}
#define PLAIN(name, member)                                                                    \
	{                                                                                      \
		offsetof(struct pmapx_smaps, member), PMAPX_FIELD_##name, PX_MAPPING_##name, 1 \
	}

static const struct number numbers[] = {
	KB(RSS, rss_kb),
	KB(PSS, pss_kb),
	KB(PSS_DIRTY, pss_dirty_kb),
	KB(SHARED_CLEAN, shared_clean_kb),
	KB(SHARED_DIRTY, shared_dirty_kb),
	KB(PRIVATE_CLEAN, private_clean_kb),
	KB(PRIVATE_DIRTY, private_dirty_kb),
	KB(REFERENCED, referenced_kb),
	KB(ANONYMOUS, anonymous_kb),
	KB(KSM, ksm_kb),
	KB(LAZY_FREE, lazy_free_kb),
	KB(ANON_HUGE_PAGES, anon_huge_pages_kb),
	KB(SHMEM_PMD_MAPPED, shmem_pmd_mapped_kb),
	KB(FILE_PMD_MAPPED, file_pmd_mapped_kb),
	KB(SHARED_HUGETLB, shared_hugetlb_kb),
	KB(PRIVATE_HUGETLB, private_hugetlb_kb),
	KB(SWAP, swap_kb),
	KB(SWAP_PSS, swap_pss_kb),
	KB(LOCKED, locked_kb),
	KB(KERNEL_PAGE_SIZE, kernel_page_size_kb),
	KB(MMU_PAGE_SIZE, mmu_page_size_kb),
	PLAIN(THP_ELIGIBLE, thp_eligible),
	PLAIN(PROTECTION_KEY, protection_key),
};

static struct px_datum text_value(const struct pmapx_text *text)
{
	return text->length > 0 ? px_datum_text(text->bytes, text->length) : px_datum_null();
}

/* The fields of the line. */
static void fill_line(struct px_datum *values, const struct pmapx_mapping *mapping)
{
	struct pmapx_text words[PX_WORD_COUNT], end;

	px_maps_words(mapping, words);
	end.bytes = words[PX_WORD_START].bytes + words[PX_WORD_START].length + 1;
	for (end.length = 0; !px_is_blank(end.bytes[end.length]);)
		end.length++;
	values[PX_MAPPING_START_ADDR] = text_value(&words[PX_WORD_START]);
	values[PX_MAPPING_END_ADDR] = text_value(&end);
	values[PX_MAPPING_PERMS] = text_value(&words[PX_WORD_PERMS]);
	values[PX_MAPPING_OFFSET_VAL] = text_value(&words[PX_WORD_OFFSET]);
	values[PX_MAPPING_DEV] = text_value(&words[PX_WORD_DEVICE]);
	values[PX_MAPPING_INODE] = text_value(&words[PX_WORD_INODE]);
	values[PX_MAPPING_PATHNAME] = text_value(&mapping->name);
	values[PX_MAPPING_ADDR] = px_datum_number((int64_t)mapping->start);
	values[PX_MAPPING_SIZE] = px_datum_number((int64_t)pmapx_mapping_size_bytes(mapping));
}

static void fill_numbers(struct px_datum *values, const struct pmapx_smaps *smaps)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *number = &numbers[i];
		uint64_t value;

		memcpy(&value, (const char *)smaps + number->offset, sizeof(value));
		values[number->column] = pmapx_smaps_has(smaps, number->field) &&
				value <= INT64_MAX / number->unit
			? px_datum_number((int64_t)(value * number->unit))
			: px_datum_null();
	}
}

/* Whether a line of smaps is in a column; the size is that of the addresses. */
static bool has_column(const struct pmapx_smaps *smaps, const struct pmapx_entry *entry)
{
	if (entry->field == PMAPX_FIELD_SIZE || entry->field == PMAPX_FIELD_VM_FLAGS)
		return true;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].field == entry->field)
			return pmapx_smaps_has(smaps, entry->field);
	return false;
}

/* Lines without a column, as "Key: value; Key: value". */
static int fill_extra(struct px_mapping_row *row, const struct pmapx_smaps *smaps)
{
	struct pmapx_entry entry;
	int r = 0;

	row->extra.length = 0;
	row->values[PX_MAPPING_EXTRA] = px_datum_null();
	if (smaps->entry_count == 0 || (smaps->plain && smaps->layout == row->plain_layout))
		return 0;
	for (size_t i = 0; r == 0 && pmapx_smaps_entry(smaps, i, &entry); i++) {
		if (has_column(smaps, &entry))
			continue;
		if (row->extra.length > 0)
			r = px_bytes_append(&row->extra, "; ", 2);
		if (r == 0)
			r = px_bytes_append(&row->extra, entry.key.bytes, entry.key.length);
		if (r == 0)
			r = px_bytes_append(&row->extra, ": ", 2);
		if (r == 0)
			r = px_bytes_append(&row->extra, entry.value.bytes, entry.value.length);
	}
	if (row->extra.length > 0)
		row->values[PX_MAPPING_EXTRA] = px_datum_text(row->extra.bytes, row->extra.length);
	else if (smaps->plain)
		row->plain_layout = smaps->layout;
	return r;
}

int px_mapping_row_fill(struct px_mapping_row *row, pid_t pid, const struct pmapx_mapping *mapping)
{
	bool is_guessed;
	const struct pmapx_kind_info *kind = pmapx_kind_lookup(
		pmapx_kinds_tell(&row->kinds, mapping, &is_guessed));
	const char *class_name = pmapx_class_name(kind->in_class);

	row->values[PX_MAPPING_PID] = px_datum_number(pid);
	row->values[PX_MAPPING_SEQ] = px_datum_number(++row->count);
	fill_line(row->values, mapping);
	row->values[PX_MAPPING_CLASS] = px_datum_text(class_name, strlen(class_name));
	row->values[PX_MAPPING_KIND] = px_datum_text(kind->name, strlen(kind->name));
	fill_numbers(row->values, mapping->smaps);
	row->values[PX_MAPPING_VM_FLAGS] = pmapx_smaps_has(mapping->smaps, PMAPX_FIELD_VM_FLAGS)
		? px_datum_text(mapping->smaps->vm_flags.bytes, mapping->smaps->vm_flags.length)
		: px_datum_null();
	return fill_extra(row, mapping->smaps);
}

void px_mapping_row_deinit(struct px_mapping_row *row)
{
	free(row->extra.bytes);
}
