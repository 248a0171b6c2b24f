/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name column of the plain, -x and -d views.
 */
#include <errno.h>
#include <string.h>

#include "name.h"
#include "put.h"
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

static void put_shmid(struct px_out *out, uint64_t inode)
{
	char *at;

	px_out_string(out, "  [ shmid=0x");
	at = px_out_room(out, PX_PUT_MAX);
	px_out_written(out, px_put_hex(at, inode, 1));
	px_out_string(out, " ]");
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
static void put_unnamed(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	const struct pmapx_text *text = is_stack(sheet->identity, mapping) ? &sheet->stack
									   : &sheet->anon;

	px_out_bytes(&sheet->console->out, text->bytes, text->length);
}

void px_put_label(struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	struct px_console *console = sheet->console;
	struct px_out *out = &console->out;
	const struct pmapx_text *name = &mapping->name;

	/* procps 3.2 set names off by one blank more, except in -d. */
	px_out_string(out,
		sheet->options->compat_3_2 && sheet->options->view != PX_VIEW_DEVICE ? "  " : " ");
	if (name->length == 0) {
		put_unnamed(sheet, mapping);
	} else if (is_sysv_segment(sheet, mapping)) {
		put_shmid(out, mapping->inode);
	} else if (sheet->options->kernel_names && is_kernel_name(name)) {
		px_out_text(out, &console->locale, name->bytes, name->length);
	} else if (has_slash(name) && !px_name_is_label(name)) {
		struct pmapx_text path = shown_path(sheet, name);

		px_out_text(out, &console->locale, path.bytes, path.length);
	} else {
		put_unnamed(sheet, mapping);
	}
	px_out_string(out, "\n");
}
