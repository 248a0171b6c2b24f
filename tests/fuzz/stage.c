/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's face over files in memory.
 */
#include "stage.h"

#include <errno.h>
#include <string.h>

#include "growable.h"
#include "held.h"
#include "show.h"

/* The descriptor of a file is its number in the stage that is open. */
static struct px_stage *open_stage;

static int open_place(struct pmapx_source *source, pid_t pid, struct px_place *ret)
{
	(void)source;
	(void)pid;
	ret->fd = -1;
	return 0;
}

static void close_place(struct px_place *place)
{
	(void)place;
}

static int open_file(const struct px_place *place, enum px_file file, struct px_stream *ret)
{
	(void)place;
	if (open_stage->opened != NULL)
		open_stage->opened(open_stage, file);
	if (open_stage->files[file].is_missing)
		return -ENOENT;
	open_stage->files[file].at = 0;
	ret->fd = (int)file;
	return 0;
}

static ssize_t read_file(struct px_stream *stream, void *bytes, size_t size)
{
	struct px_memory_file *file = &open_stage->files[stream->fd];
	size_t part = file->text.length - file->at;

	if (part > size)
		part = size;
	if (part > open_stage->chunk)
		part = open_stage->chunk;
	if (part > 0)
		memcpy(bytes, file->text.bytes + file->at, part);
	file->at += part;
	return (ssize_t)part;
}

static void close_stream(struct px_stream *stream)
{
	(void)stream;
}

static int shm_device(struct pmapx_source *source, struct pmapx_device *ret)
{
	(void)source;
	*ret = (struct pmapx_device){ 0, 1 };
	return 0;
}

static const struct px_source_ops memory_ops = {
	.kind = "memory",
	.open_place = open_place,
	.close_place = close_place,
	.open_file = open_file,
	.read = read_file,
	.close_stream = close_stream,
	.shm_device = shm_device,
};

static void take(struct px_sink *sink, struct px_out *out)
{
	struct px_stage_console *said = (struct px_stage_console *)(void *)sink;

	px_bytes_add(out == &said->console.out ? &said->out : &said->err, out->bytes, out->length);
}

/* Allowed as long as the run has little; a job is all there is. */
static bool undo(struct px_sink *sink)
{
	struct px_stage_console *said = (struct px_stage_console *)(void *)sink;

	if (said->out.length > PX_HELD_MAX)
		return false;
	said->out.length = said->err.length = 0;
	said->undone++;
	return true;
}

void px_stage_console_begin(struct px_stage_console *said, bool is_utf8)
{
	px_console_init(&said->console, "pmapx");
	said->sink = (struct px_sink){ .take = take, .undo = undo };
	said->console.out.sink = said->console.err.sink = &said->sink;
	said->console.locale.has_charset = true;
	said->console.locale.charset = is_utf8 ? PX_CHARSET_UTF8 : PX_CHARSET_OTHER;
	said->out = said->err = (struct px_bytes){ 0 };
	said->undone = 0;
}

void px_stage_console_flush(struct px_stage_console *said)
{
	px_out_flush(&said->console.out);
	px_out_flush(&said->console.err);
}

void px_stage_console_end(struct px_stage_console *said)
{
	px_console_deinit(&said->console);
	px_bytes_drop(&said->out);
	px_bytes_drop(&said->err);
}

void px_stage_begin(struct px_stage *stage, bool is_utf8)
{
	static char path[] = "/memory";

	/* Not the console: it is large, and need not be zero. */
	memset(&stage->source, 0, sizeof(*stage) - offsetof(struct px_stage, source));
	px_stage_console_begin(&stage->said, is_utf8);
	stage->source.ops = &memory_ops;
	stage->source.path = path;
	stage->chunk = SIZE_MAX;
	stage->options.high = UINT64_MAX;
	stage->sheet.console = &stage->said.console;
	stage->sheet.options = &stage->options;
	stage->sheet.heritage = &stage->heritage;
	stage->sheet.source = &stage->source;
	stage->sheet.has_left_out = &stage->has_left_out;
	stage->sheet.sifted = &stage->sifted;
	px_widths_init(&stage->sheet, 16);
}

int px_stage_show(struct px_stage *stage)
{
	const struct px_view *view = &stage->pipeline.first;
	int status;

	open_stage = stage;
	if (stage->pipeline.layout == NULL) {
		px_pipeline_init(&stage->pipeline, &stage->options);
		stage->sheet.inner = stage->pipeline.layout;
		px_must(view->open == NULL || view->open(&stage->sheet) == 0);
	}
	stage->sheet.rc = stage->options.read_rc ? &stage->rc : NULL;
	status = px_show_process(&stage->sheet, view, 100);
	px_stage_console_flush(&stage->said);
	return status;
}

void px_stage_end(struct px_stage *stage)
{
	if (stage->pipeline.layout != NULL && stage->pipeline.first.close != NULL)
		stage->pipeline.first.close(&stage->sheet);
	px_arrange_deinit(&stage->options.arrange);
	px_heritage_deinit(&stage->heritage);
	px_rc_deinit(&stage->rc);
	px_stage_console_end(&stage->said);
}
