/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mappings are called, in the plain, -x and -d views and in those of smaps.
 */
#include <errno.h>
#include <string.h>

#include "name.h"
#include "put.h"
#include "rc.h"
#include "sheet.h"
#include "text.h"

static bool is_sysv_segment(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	struct pmapx_device device;
	int r;

	if (!px_name_is_sysv(&mapping->name))
		return false;
	r = pmapx_source_shm_device(sheet->source, &device);
	if (r < 0 && r != -ENODATA)
		sheet->shm_error = -r;
	return r == 0 && mapping->dev_major == device.major && mapping->dev_minor == device.minor;
}

static bool holds_stack(const struct pmapx_identity *identity, const struct pmapx_mapping *mapping)
{
	return identity->has_start_stack && mapping->start <= identity->start_stack &&
		identity->start_stack < mapping->end;
}

static bool has_slash(const struct pmapx_text *name)
{
	return memchr(name->bytes, '/', name->length) != NULL;
}

/* What the kernel calls a mapping that is no file: shown with -k. */
static bool is_kernel_name(const struct pmapx_text *name)
{
	return px_name_is_label(name) || px_name_begins(name, "anon_inode:") ||
		px_name_begins(name, "socket:");
}

/* A path from its first slash on, or its last component ("/" if that is empty). */
static struct pmapx_text shown_path(const struct px_sheet *sheet, const struct pmapx_text *name)
{
	const struct px_options *options = sheet->options;
	struct pmapx_text path = *name;

	if (options->show_path || (options->compat_3_2 && options->view == PX_VIEW_PLAIN)) {
		path.bytes = memchr(name->bytes, '/', name->length);
		path.length = (size_t)(name->bytes + name->length - path.bytes);
		return path;
	}
	path = px_name_last_component(name);
	if (path.length == 0)
		return (struct pmapx_text){ "/", 1 };
	return path;
}

/* Without a stat, it is as the kernel has called it. */
static bool is_stack(const struct pmapx_identity *identity, const struct pmapx_mapping *mapping)
{
	static const char label[] = "[stack]";

	if (identity->has_stat)
		return holds_stack(identity, mapping);
	return mapping->name.length == sizeof(label) - 1 && px_name_begins(&mapping->name, label);
}

/* The stack, or anonymous memory. */
static struct px_label unnamed(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	return (struct px_label){
		.text = is_stack(sheet->identity, mapping) ? sheet->stack : sheet->anon,
		.is_ours = true,
	};
}

static struct px_label segment(uint64_t inode, char room[PX_LABEL_ROOM])
{
	static const char begin[] = "  [ shmid=0x", end[] = " ]";
	char *at = room;

	memcpy(at, begin, sizeof(begin) - 1);
	at = px_put_hex(at + sizeof(begin) - 1, inode, 1);
	memcpy(at, end, sizeof(end) - 1);
	at += sizeof(end) - 1;
	return (struct px_label){ .text = { room, (size_t)(at - room) }, .is_ours = true };
}

/* What it is called; a copy for each that asks, as nearly every row does. */
static inline struct px_label label_of(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, char room[PX_LABEL_ROOM])
{
	const struct pmapx_text *name = &mapping->name;

	if (name->length == 0)
		return unnamed(sheet, mapping);
	if (is_sysv_segment(sheet, mapping))
		return segment(mapping->inode, room);
	if (sheet->options->kernel_names && is_kernel_name(name))
		return (struct px_label){ .text = *name };
	if (has_slash(name) && !px_name_is_label(name))
		return (struct px_label){ .text = shown_path(sheet, name) };
	return unnamed(sheet, mapping);
}

void px_put_label(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	struct px_console *console = sheet->console;
	struct px_out *out = &console->out;
	char room[PX_LABEL_ROOM];
	struct px_label label = label_of(sheet, mapping, room);

	/* procps 3.2 set names off by one blank more, except in -d. */
	px_out_string(out,
		sheet->options->compat_3_2 && sheet->options->view != PX_VIEW_DEVICE ? "  " : " ");
	if (label.is_ours)
		px_out_bytes(out, label.text.bytes, label.text.length);
	else
		px_out_text(out, &console->locale, label.text.bytes, label.text.length);
	px_out_string(out, "\n");
}

struct px_label px_label(
	struct px_sheet *sheet, const struct pmapx_mapping *mapping, char room[PX_LABEL_ROOM])
{
	return label_of(sheet, mapping, room);
}

struct pmapx_text px_table_name(const struct px_sheet *sheet, const struct pmapx_text *name)
{
	bool whole = sheet->options->show_path || (sheet->rc != NULL && sheet->rc->show_path);

	return whole || px_name_is_label(name) ? *name : px_name_last_component(name);
}
