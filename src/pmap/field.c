/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns of a mapping by name.
 */
#include "field.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "maps.h"
#include "name.h"
#include "numa.h"
#include "scan.h"
#include "smaps.h"
#include "stacks.h"
#include "text.h"

#define BIT(own) (1U << (own))

/* pmap's own columns, in the order in which they are listed. */
static const struct {
	const char *name;
	enum px_field_kind kind;
	enum pmapx_map_file file;
} own_fields[PX_OWN_COUNT] = {
	[PX_OWN_ADDRESS] = { "Address", PX_FIELD_ADDRESS, PMAPX_FILE_MAPS },
	[PX_OWN_KBYTES] = { "Kbytes", PX_FIELD_KB, PMAPX_FILE_MAPS },
	[PX_OWN_RSS] = { "RSS", PX_FIELD_KB, PMAPX_FILE_SMAPS },
	[PX_OWN_DIRTY] = { "Dirty", PX_FIELD_KB, PMAPX_FILE_SMAPS },
	[PX_OWN_MODE] = { "Mode", PX_FIELD_TEXT, PMAPX_FILE_MAPS },
	[PX_OWN_PERM] = { "Perm", PX_FIELD_TEXT, PMAPX_FILE_MAPS },
	[PX_OWN_OFFSET] = { "Offset", PX_FIELD_ADDRESS, PMAPX_FILE_MAPS },
	[PX_OWN_DEVICE] = { "Device", PX_FIELD_DEVICE, PMAPX_FILE_MAPS },
	[PX_OWN_INODE] = { "Inode", PX_FIELD_NUMBER, PMAPX_FILE_MAPS },
	[PX_OWN_MAPPING] = { "Mapping", PX_FIELD_TEXT, PMAPX_FILE_MAPS },
	[PX_OWN_NAME] = { "Name", PX_FIELD_TEXT, PMAPX_FILE_MAPS },
	[PX_OWN_PAGE] = { "PgSz", PX_FIELD_KB_EACH, PMAPX_FILE_MAPS },
	[PX_OWN_NODE] = { "N0", PX_FIELD_KB, PMAPX_FILE_MAPS },
};

const struct px_field_set px_field_set_all = { BIT(PX_OWN_COUNT) - 1, true };

struct px_field_set px_field_set_of(enum px_view_kind view)
{
	const unsigned plain = BIT(PX_OWN_ADDRESS) | BIT(PX_OWN_KBYTES) | BIT(PX_OWN_MODE) |
		BIT(PX_OWN_MAPPING);
	const unsigned table = BIT(PX_OWN_ADDRESS) | BIT(PX_OWN_PERM) | BIT(PX_OWN_OFFSET) |
		BIT(PX_OWN_DEVICE) | BIT(PX_OWN_INODE) | BIT(PX_OWN_MAPPING);

	switch (view) {
	case PX_VIEW_EXTENDED:
		return (struct px_field_set){ plain | BIT(PX_OWN_RSS) | BIT(PX_OWN_DIRTY), false };
	case PX_VIEW_DEVICE:
		return (struct px_field_set){ plain | BIT(PX_OWN_OFFSET) | BIT(PX_OWN_DEVICE),
			false };
	case PX_VIEW_FIELDS:
		return (struct px_field_set){ table, true };
	case PX_VIEW_CHOSEN:
		return px_field_set_all;
	default:
		return (struct px_field_set){ plain, false };
	}
}

static struct pmapx_text as_text(const char *string)
{
	return (struct pmapx_text){ string, strlen(string) };
}

struct px_field px_field_own(enum px_own own)
{
	return (struct px_field){
		.name = as_text(own_fields[own].name),
		.own = own,
		.key = PMAPX_FIELD_UNKNOWN,
		.kind = own_fields[own].kind,
		.file = own_fields[own].file,
	};
}

struct px_field px_field_key(enum pmapx_field key)
{
	const struct pmapx_field_info *info = pmapx_field_lookup(key);

	return (struct px_field){
		.name = as_text(info->key),
		.own = PX_OWN_NONE,
		.key = key,
		.kind = info->unit == PMAPX_UNIT_TEXT ? PX_FIELD_TEXT
			: info->unit == PMAPX_UNIT_KB ? PX_FIELD_KB
						      : PX_FIELD_NUMBER,
		.file = PMAPX_FILE_SMAPS,
	};
}

/* The column of @set at @index, if it has one there; Android's "Name:" is the name. */
static bool field_at(const struct px_field_set *set, int index, struct px_field *ret)
{
	int key = index - PX_OWN_COUNT;

	if (index < PX_OWN_COUNT ? (set->own & BIT(index)) == 0
				 : !set->has_keys || key == PMAPX_FIELD_NAME)
		return false;
	*ret = index < PX_OWN_COUNT ? px_field_own((enum px_own)index)
				    : px_field_key((enum pmapx_field)key);
	return true;
}

enum { FIELDS = (int)PX_OWN_COUNT + (int)PMAPX_FIELD_COUNT };

/* A key with its colon, as it is spelled. */
static void take_key(const struct pmapx_text *key, struct px_field *ret)
{
	for (int i = 0; i < PMAPX_FIELD_COUNT; i++) {
		*ret = px_field_key((enum pmapx_field)i);
		if (i != PMAPX_FIELD_NAME && px_text_equals(&ret->name, key))
			return;
	}
	*ret = (struct px_field){
		.name = *key,
		.own = PX_OWN_NONE,
		.key = PMAPX_FIELD_UNKNOWN,
		.kind = PX_FIELD_NUMBER,
		.file = PMAPX_FILE_SMAPS,
	};
}

/* A column of a node: "N0", "N12". */
static bool take_node(const struct pmapx_text *name, struct px_field *ret)
{
	const char *digits = name->bytes + 1, *end = name->bytes + name->length;
	uint64_t node;

	if (name->length < 2 || (*name->bytes | 0x20) != 'n' ||
		(*digits == '0' && name->length > 2) ||
		px_scan_decimal(digits, end, &node) != end || node >= PX_NUMA_NODES)
		return false;
	*ret = px_field_own(PX_OWN_NODE);
	ret->name = *name;
	ret->node = (unsigned)node;
	return true;
}

int px_field_find(
	const struct px_field_set *set, const struct pmapx_text *name, struct px_field *ret)
{
	const struct pmapx_text key = { name->bytes, name->length > 0 ? name->length - 1 : 0 };
	struct px_field field;
	int r = -ENOENT;

	if (set->has_keys && key.length > 0 && name->bytes[key.length] == ':') {
		take_key(&key, ret);
		return 0;
	}
	if ((set->own & BIT(PX_OWN_NODE)) != 0 && take_node(name, ret))
		return 0;
	for (int i = 0; i < FIELDS; i++) {
		if (!field_at(set, i, &field) || field.name.length != name->length ||
			strncasecmp(field.name.bytes, name->bytes, name->length) != 0)
			continue;
		if (px_text_equals(&field.name, name)) {
			*ret = field;
			return 0;
		}
		if (r < 0)
			*ret = field;
		r = 0;
	}
	return r;
}

void px_field_say_unknown(struct px_console *console, const char *option,
	const struct px_field_set *set, const struct pmapx_text *name)
{
	struct px_out *err = &console->err;
	const char *between = ", there are ";
	struct px_field field;

	px_message_begin(console);
	px_out_string(err, "--");
	px_out_string(err, option);
	px_out_string(err, "=");
	px_out_text(err, &console->locale, name->bytes, name->length);
	px_out_string(err, ": no such column");
	for (int i = 0; i < FIELDS; i++) {
		if (!field_at(set, i, &field))
			continue;
		px_out_string(err, between);
		px_out_bytes(err, field.name.bytes, field.name.length);
		if (field.own == PX_OWN_NODE)
			px_out_string(err, ", N1 and so on up to N1023");
		between = ", ";
	}
	if (set->has_keys)
		px_out_string(
			err, "; a key of smaps that is not among them is given with its colon");
	px_message_end(console);
}

/* The last line with a key that no kernel prints, which has to have a number. */
static void read_unknown(
	const struct pmapx_smaps *smaps, const struct pmapx_text *key, struct px_field_value *ret)
{
	struct pmapx_entry entry;

	ret->is_known = false;
	for (size_t i = 0; pmapx_smaps_entry(smaps, i, &entry); i++) {
		if (!px_text_equals(&entry.key, key))
			continue;
		ret->is_known = entry.digits.length > 0;
		ret->number = entry.number;
	}
}

static void read_key(
	const struct px_field *field, const struct pmapx_smaps *smaps, struct px_field_value *ret)
{
	if (field->key == PMAPX_FIELD_UNKNOWN) {
		read_unknown(smaps, &field->name, ret);
		return;
	}
	ret->is_known = pmapx_smaps_has(smaps, field->key);
	if (!ret->is_known)
		return;
	if (field->key == PMAPX_FIELD_VM_FLAGS) {
		ret->text = px_shown_flags(smaps);
		ret->is_known = ret->text.length > 0;
	} else {
		memcpy(&ret->number, (const char *)smaps + px_smaps_offsets[field->key],
			sizeof(ret->number));
	}
}

static struct pmapx_text word_of(const struct pmapx_mapping *mapping, enum px_maps_word word)
{
	struct pmapx_text words[PX_WORD_COUNT];

	px_maps_words(mapping, words);
	return words[word];
}

static struct pmapx_text shown_mode(const struct pmapx_mapping *mapping, char *room)
{
	return (struct pmapx_text){ room, (size_t)(px_put_mode(room, mapping) - room) };
}

/* Whether --threads tells what it is called; with -k, of what has no name. */
static bool is_told_stack(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, struct pmapx_text *ret)
{
	if (sheet->stacks == NULL || (sheet->options->kernel_names && mapping->name.length > 0))
		return false;
	return px_stacks_label(sheet->stacks, mapping, ret);
}

/* Words of pmap's are set off by blanks. */
static struct pmapx_text shown_label(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, char *room)
{
	struct px_label label;

	if (is_told_stack(sheet, mapping, &label.text))
		return label.text;
	label = px_label(sheet, mapping, room);
	while (label.is_ours && label.text.length > 0 && label.text.bytes[0] == ' ') {
		label.text.bytes++;
		label.text.length--;
	}
	return label.text;
}

/* As the view has it: in the kernel's digits, or padded. */
static struct pmapx_text shown_device(
	const struct px_sheet *sheet, const struct pmapx_mapping *mapping, char *room)
{
	if (sheet->options->view == PX_VIEW_DEVICE)
		return (struct pmapx_text){ room,
			(size_t)(px_put_device(room, mapping, 0) - room) };
	return word_of(mapping, PX_WORD_DEVICE);
}

void px_field_read(struct px_sheet *sheet, const struct px_field *field,
	const struct pmapx_mapping *mapping, struct px_field_value *ret)
{
	ret->is_known = true;
	ret->number = 0;
	ret->text = (struct pmapx_text){ "", 0 };
	switch (field->own) {
	case PX_OWN_ADDRESS:
		ret->number = mapping->start;
		break;
	case PX_OWN_KBYTES:
		ret->number = pmapx_mapping_size_bytes(mapping) / 1024;
		break;
	case PX_OWN_RSS:
		ret->is_known = px_rss_kb(mapping->smaps, &ret->number);
		break;
	case PX_OWN_DIRTY:
		ret->is_known = px_dirty_kb(mapping->smaps, &ret->number);
		break;
	case PX_OWN_MODE:
		ret->text = shown_mode(mapping, ret->room);
		break;
	case PX_OWN_PERM:
		ret->text = word_of(mapping, PX_WORD_PERMS);
		break;
	case PX_OWN_OFFSET:
		ret->number = mapping->offset;
		break;
	case PX_OWN_DEVICE:
		ret->text = shown_device(sheet, mapping, ret->room);
		ret->number = mapping->dev_major << 32 | mapping->dev_minor;
		break;
	case PX_OWN_INODE:
		ret->number = mapping->inode;
		break;
	case PX_OWN_MAPPING:
		ret->text = sheet->options->view == PX_VIEW_FIELDS
			? px_table_name(sheet, &mapping->name)
			: shown_label(sheet, mapping, ret->room);
		break;
	case PX_OWN_NAME:
		ret->text = mapping->name;
		break;
	case PX_OWN_PAGE:
		ret->number = sheet->numa.page_kb;
		ret->is_known = ret->number != 0;
		break;
	case PX_OWN_NODE:
		ret->is_known = px_numa_kb(&sheet->numa, field->node, &ret->number);
		break;
	default:
		read_key(field, mapping->smaps, ret);
	}
}
